"""What runs in Node.js, for the tests: they are skipped, and say so, where that cannot be had."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from emulator.process.errors import SuiteError
from emulator.web import node
from tests.support.browser import Browser, NoBrowserError


def install() -> str:
    """The node to run, once the packages are there; skips the test where that cannot be."""
    try:
        return node.install()
    except node.NodeMissingError as missing:
        pytest.skip(str(missing))
    except SuiteError as error:
        pytest.fail(str(error), pytrace=False)


@contextmanager
def a_browser(node: str, settings: Mapping[str, Any], log: Path) -> Iterator[Browser]:
    """A browser while the block runs; skips the test on a machine that has none."""
    try:
        browser = Browser(node, settings, log)
    except NoBrowserError as missing:
        pytest.skip(str(missing))
    try:
        yield browser
    finally:
        browser.close()
