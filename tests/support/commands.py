"""Runs the commands of `python -m emulator`."""

import os
import subprocess
import sys

from emulator.paths import ROOT


def run(*arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    """Run `python -m emulator` with these arguments to its end."""
    return subprocess.run(
        [sys.executable, "-m", "emulator", *arguments],
        cwd=ROOT,
        env={**os.environ, **env, "COLUMNS": "200"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
