"""Calling functions in tests: expecting a refusal, and many at once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any, TypeVar

import pytest

from emulator.demo.client import CallError, Client

T = TypeVar("T")


def refused(caller: Client, name: str, /, **data: Any) -> CallError:
    """How the callable says no; fails where it does not."""
    with pytest.raises(CallError) as caught:
        caller.call(name, **data)
    return caught.value


def outcome(caller: Client, name: str, /, **data: Any) -> Any:
    """What the callable answers, or how it says no."""
    try:
        return caller.call(name, **data)
    except CallError as error:
        return error


def issue_paths(error: CallError) -> list[str]:
    """Where a bad request is bad."""
    assert error.status == "INVALID_ARGUMENT"
    return [issue["path"] for issue in error.details["issues"]]


def at_once(count: int, work: Callable[[int], T]) -> list[T]:
    """What `work(0)`, `work(1)` … return when they all begin at the same moment."""
    barrier = Barrier(count)

    def begin(number: int) -> T:
        barrier.wait()
        return work(number)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(begin, range(count)))
