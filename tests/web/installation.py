"""What runs in Node.js, for the tests: they are skipped, and say so, where that cannot be had."""

import pytest

from emulator import node
from emulator.processes import SuiteError


def install() -> str:
    """The node to run, once the packages are there; skips the test where that cannot be."""
    try:
        return node.install()
    except node.MissingError as missing:
        pytest.skip(str(missing))
    except SuiteError as error:
        pytest.fail(str(error), pytrace=False)
