"""LangGraph's public suite for checkpointers: all of its tests, each in a workspace of its own."""

import asyncio
import inspect
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from google.cloud.firestore import Client
from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.checkpoint.conformance import spec
from langgraph.checkpoint.conformance.capabilities import ALL_CAPABILITIES, DetectedCapabilities
from langgraph.checkpoint.conformance.spec import (
    test_copy_thread,
    test_delete_for_runs,
    test_delete_thread,
    test_get_tuple,
    test_list,
    test_prune,
    test_put,
    test_put_writes,
)

from experience.checkpoints import FirestoreSaver
from experience.ids import new_id

Test = Callable[[BaseCheckpointSaver[str]], Coroutine[Any, Any, None]]

MODULES = (
    test_copy_thread,
    test_delete_for_runs,
    test_delete_thread,
    test_get_tuple,
    test_list,
    test_prune,
    test_put,
    test_put_writes,
)


def every_test() -> list[Test]:
    """The tests as the suite lists them, in `ALL_…_TESTS` of each of its modules."""
    lists = [
        value
        for module in MODULES
        for name, value in vars(module).items()
        if name.startswith("ALL_") and name.endswith("_TESTS")
    ]
    assert len(lists) == len(MODULES)
    return [test for tests in lists for test in tests]


class Blocking(BaseCheckpointSaver[str]):
    """Answers what the suite awaits with the saver's synchronous methods."""

    def __init__(self, saver: FirestoreSaver) -> None:
        super().__init__(serde=saver.serde)
        self.saver = saver

    def __getattribute__(self, name: str) -> Any:
        if name in {"saver", "__class__"} or name.startswith("_") or name[0] != "a":
            return super().__getattribute__(name)
        method = getattr(self.saver, name[1:])

        async def answer(*args: Any, **more: Any) -> Any:
            return method(*args, **more)

        async def each(*args: Any, **more: Any) -> Any:
            for found in method(*args, **more):
                yield found

        return each if name == "alist" else answer


def test_the_suite_has_the_tests_that_are_held() -> None:
    assert len(every_test()) == 81
    assert inspect.getdoc(spec) is not None
    defined = {name for module in MODULES for name in vars(module) if name.startswith("test_")}
    assert {each.__name__ for each in every_test()} == defined


def test_the_saver_has_every_capability_of_the_suite(db: Client) -> None:
    saver = FirestoreSaver.for_workspace(db, new_id())
    assert DetectedCapabilities.from_instance(saver).detected == ALL_CAPABILITIES


@pytest.mark.parametrize("test", every_test(), ids=lambda test: test.__name__)
class TestConformance:
    def test_of_what_is_awaited(self, db: Client, test: Test) -> None:
        asyncio.run(test(FirestoreSaver.for_workspace(db, new_id())))

    def test_of_what_blocks(self, db: Client, test: Test) -> None:
        asyncio.run(test(Blocking(FirestoreSaver.for_workspace(db, new_id()))))
