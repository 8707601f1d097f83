"""The suite's commands, and a project of its own for them to run."""

import os
import subprocess
import sys
from pathlib import Path

from emulator.paths import ROOT

CHAIN = Path(__file__).with_name("chain")


def run(*arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    """`python -m emulator` with these arguments, until it ends."""
    return subprocess.run(
        [sys.executable, "-m", "emulator", *arguments],
        cwd=ROOT,
        env={**os.environ, **env, "COLUMNS": "200"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
