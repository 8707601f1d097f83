"""Node.js, its packages and a browser for tests, which are skipped where these are missing."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from emulator.process.errors import SuiteError
from emulator.web import node
from tests.support.browser import Browser, NoBrowserError


def install() -> str:
    """The node binary, with the packages installed. Skips the test if there is none."""
    try:
        return node.install()
    except node.NodeMissingError as missing:
        pytest.skip(str(missing))
    except SuiteError as error:
        pytest.fail(str(error), pytrace=False)


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
