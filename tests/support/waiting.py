"""Waiting for a condition."""

import time
from collections.abc import Callable
from typing import Any

DEADLINE_SECONDS = 60


def eventually(condition: Callable[[], Any]) -> Any:
    """The condition's value once it is true; an AssertionError when that takes too long."""
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not (value := condition()):
        assert time.monotonic() < deadline, "the condition did not come true in time"
        time.sleep(0.01)
    return value
