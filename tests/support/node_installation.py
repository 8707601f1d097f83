"""Node.js, its packages and a browser for tests, which are skipped where these are missing."""

import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from emulator.process.errors import SuiteError
from emulator.web import node
from tests.support.browser import Browser, NoBrowserError

TIMEOUT_SECONDS = 240


def install() -> str:
    """The node binary, with the packages installed. Skips the test if there is none."""
    try:
        return node.install()
    except node.NodeMissingError as missing:
        pytest.skip(str(missing))
    except SuiteError as error:
        pytest.fail(str(error), pytrace=False)


def run_in(folder: Path, *command: str) -> None:
    """Run a command of a package of `web`, and fail with its output."""
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=TIMEOUT_SECONDS, check=False
    )
    if done.returncode != 0:
        pytest.fail(f"{' '.join(command)}:\n{done.stdout[-6000:]}{done.stderr[-2000:]}", False)


@contextmanager
def a_browser(node: str, settings: Mapping[str, Any], log: Path) -> Iterator[Browser]:
    """A browser for the block. Skips the test if this machine has none."""
    try:
        browser = Browser(node, settings, log)
    except NoBrowserError as missing:
        pytest.skip(str(missing))
    try:
        yield browser
    finally:
        browser.close()
