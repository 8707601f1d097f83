"""Waiting for a condition."""

import time
from collections.abc import Callable
from typing import Any

MAX_WAIT_SECONDS = 60


def eventually(condition: Callable[[], Any]) -> Any:
    """The value of the condition once it is true; AssertionError after MAX_WAIT_SECONDS."""
    deadline = time.monotonic() + MAX_WAIT_SECONDS
    while not (value := condition()):
        assert time.monotonic() < deadline, "the condition did not come true in time"
        time.sleep(0.01)
    return value
