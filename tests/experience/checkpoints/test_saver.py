"""What a saver of checkpoints holds beyond LangGraph's own suite."""

import asyncio
import random
from dataclasses import dataclass
from functools import partial
from typing import Any

from google.cloud.firestore import Client
from langgraph.checkpoint.base import empty_checkpoint
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from langgraph.checkpoint.serde.types import ERROR, INTERRUPT, RESUME

from experience.checkpoints import FirestoreSaver, store
from experience.ids import new_id
from tests.experience.checkpoints.conftest import Reads
from tests.support.builders.checkpoints import (
    Course,
    KilledError,
    a_config,
    killed_at,
)
from tests.support.calling import at_once

MIB = 1024 * 1024


@dataclass
class Plan:
    """A type of a graph's own."""

    goal: str


class TestTenants:
    def test_one_sees_and_changes_nothing_of_another(self, db: Client) -> None:
        mine, other = (FirestoreSaver.for_workspace(db, new_id()) for _ in range(2))
        course = Course(mine, "shared-name")
        course.step(run_id="run", secret=["mine"])
        mine.put_writes(course.config, [("a", "mine")], "task")
        before = list(mine.list(None))
        assert other.get_tuple(a_config("shared-name")) is None
        assert other.get_tuple(course.config) is None
        assert list(other.list(None)) == list(other.list(a_config("shared-name"))) == []
        other.delete_for_runs(["run"])
        other.copy_thread("shared-name", "copy")
        other.prune(["shared-name"], strategy="delete")
        other.delete_thread("shared-name")
        assert list(other.list(None)) == []
        assert list(mine.list(None)) == before


class TestReads:
    def test_of_a_checkpoint_are_one_for_it_one_for_writes_and_one_for_each_blob(
        self, metered: tuple[Client, Any], reads: Reads
    ) -> None:
        saver = FirestoreSaver.for_workspace(metered[0], new_id())
        course = Course(saver, "counted")
        course.step(inline="x" * 200, number=7, listed=["a"], object={"b": 1})
        course.step(inline="y", listed=["a", "c"])
        for config in (a_config("counted"), course.config):
            assert reads(partial(saver.get_tuple, config)) == 1 + 1 + 2
        saver.put_writes(course.config, [("a", 1), ("b", 2), ("c", 3)], "task")
        assert reads(lambda: saver.get_tuple(a_config("counted"))) == 1 + 3 + 2
        assert reads(lambda: list(saver.list(a_config("counted")))) == 2 + 3 + 3
        assert reads(lambda: saver.get_tuple(a_config("nobody's"))) == 1
        # A thread that is open is not read again, whoever writes to it.
        assert reads(lambda: course.step(number=8, listed=["d"])) == 0
        assert reads(lambda: saver.put_writes(course.config, [("a", 1)], "task")) == 0
        assert reads(lambda: saver.put_writes(course.config, [("a", 1)], "task")) == 1
        claimed = saver.claim("counted")
        assert reads(lambda: claimed.put_writes(course.config, [("a", 1)], "other")) == 1


class TestLists:
    def test_are_filtered_cut_and_come_newest_first(self, saver: FirestoreSaver) -> None:
        ids = {}
        for namespace in ("", "child"):
            course = Course(saver, "listed", namespace)
            ids[namespace] = [course.step(run_id=f"run-{n % 2}", n=n, l=[n]) for n in range(4)]

        def listed(*arguments: Any, **more: Any) -> list[str]:
            return [each.checkpoint["id"] for each in saver.list(*arguments, **more)]

        root, child = a_config("listed"), a_config("listed", namespace="child")
        every: Any = {"configurable": {"thread_id": "listed"}}
        assert listed(root) == ids[""][::-1]
        assert listed(child) == ids["child"][::-1]
        assert listed(every) == sorted([*ids[""], *ids["child"]], reverse=True) == listed(None)
        assert listed(root, limit=3) == ids[""][:0:-1]
        assert listed(root, limit=0) == []
        assert listed(None, limit=1) == ids["child"][-1:]
        assert listed(root, before=a_config("listed", ids[""][2])) == ids[""][1::-1]
        assert listed(root, filter={"run_id": "run-1"}) == ids[""][::-2]
        assert listed(root, filter={"run_id": "run-1", "step": 1}, limit=5) == ids[""][1:2]
        assert listed(root, filter={"nothing": None}) == []
        assert listed(every, filter={"step": 0}, limit=1) == ids["child"][:1]
        one = a_config("listed", ids[""][1])
        assert listed(one) == listed(one, before=root) == ids[""][1:2]
        assert listed(one, before=one) == listed(one, filter={"step": 3}) == []
        assert listed({"configurable": {"thread_id": "listed", "checkpoint_id": ids[""][1]}}) == [
            ids[""][1]
        ]
        parents = [each.parent_config for each in saver.list(root)]
        assert parents == [*(a_config("listed", each) for each in ids[""][2::-1]), None]

    def test_those_that_are_pruned_while_they_are_read_are_left_out(
        self, saver: FirestoreSaver
    ) -> None:
        course = Course(saver, "t")
        for number in range(4):
            course.step(listed=[number])
            saver.put_writes(course.config, [("a", "x" * MIB)], "task")
        listed = saver.list(a_config("t"))
        found = [next(listed)]
        saver.prune(["t"])
        found += listed
        assert [each.config for each in found] == [course.config]

    def test_more_than_a_page_is_listed_whole(self, saver: FirestoreSaver) -> None:
        course = Course(saver, "long")
        ids = [course.step(n=number) for number in range(65)]
        assert [each.checkpoint["id"] for each in saver.list(a_config("long"))] == ids[::-1]

        async def some() -> list[str]:
            found = saver.alist(a_config("long"), limit=31)
            return [each.checkpoint["id"] async for each in found]

        assert asyncio.run(some()) == ids[:-32:-1]


class TestWrites:
    def test_the_first_of_an_ordinary_channel_and_the_last_of_a_special_one_stand(
        self, saver: FirestoreSaver
    ) -> None:
        course = Course(saver, "t")
        course.step(n=1)
        for value in ("first", ["second"], "third" * 300_000):
            saver.put_writes(course.config, [("a", value), (ERROR, value)], "task")
            saver.put_writes(course.config, [(RESUME, value), (INTERRUPT, value)], "task")
        saver.put_writes(course.config, [("a", "later"), ("b", "new")], "task")
        found = saver.get_tuple(course.config)
        assert found is not None
        last = "third" * 300_000
        assert found.pending_writes == [
            ("task", RESUME, last),
            ("task", INTERRUPT, last),
            ("task", ERROR, last),
            ("task", "a", "first"),
            ("task", "b", "new"),
        ]

    def test_come_in_the_order_of_path_task_and_number(self, saver: FirestoreSaver) -> None:
        course = Course(saver, "t")
        course.step(n=1)
        for task, path in [("b", "2"), ("a", "2"), ("z", "10"), ("m", "")]:
            writes = [(f"{task}{number}", number) for number in range(11)]
            saver.put_writes(course.config, writes, task, path)
        found = saver.get_tuple(course.config)
        assert found is not None
        tasks = ("m", "z", "a", "b")
        assert found.pending_writes == [(t, f"{t}{n}", n) for t in tasks for n in range(11)]

    def test_the_same_ones_at_once_are_stored_once(self, saver: FirestoreSaver) -> None:
        course = Course(saver, "t")
        course.step(n=1)
        writes = [("a", [1]), ("b", [2])]
        at_once(6, lambda n: saver.put_writes(course.config, [*writes, (RESUME, n)], "task"))
        found = saver.get_tuple(course.config)
        assert found is not None
        assert found.pending_writes is not None
        assert found.pending_writes[1:] == [("task", "a", [1]), ("task", "b", [2])]


class TestConcurrency:
    def test_puts_and_writes_of_one_thread_do_not_wait_on_a_document(
        self, db: Client, workspace_id: str, saver: FirestoreSaver
    ) -> None:
        course = Course(saver, "busy")
        course.step(n=0)
        thread = store.thread_ref(db, workspace_id, "busy").path
        parent = course.config

        def work(number: int) -> None:
            branch = Course(saver, "busy")
            branch.config = parent
            branch.step(n=number, listed=[number])
            saver.put_writes(parent, [("a", number)], f"task-{number}")

        with killed_at(10_000) as commits:
            at_once(8, work)
        assert [paths for paths in commits if thread in paths] == []
        assert len(list(saver.list(a_config("busy")))) == 9
        found = saver.get_tuple(parent)
        assert found is not None
        assert {each[2] for each in found.pending_writes or ()} == set(range(8))

    def test_savers_that_open_a_new_thread_at_once_open_one(self, db: Client) -> None:
        workspace_id = new_id()

        def work(number: int) -> str:
            saver = FirestoreSaver.for_workspace(db, workspace_id)
            return Course(saver, "new").step(n=number)

        ids = at_once(5, work)
        listed = FirestoreSaver.for_workspace(db, workspace_id).list(None)
        assert {each.checkpoint["id"] for each in listed} == set(ids)


class TestDeaths:
    def test_wherever_a_put_dies_the_former_checkpoint_stands(self, saver: FirestoreSaver) -> None:
        course = Course(saver, "mortal")
        course.step(a=["a"], b=["b"], n=1)
        former = saver.get_tuple(a_config("mortal"))
        number = 0
        while True:
            again = Course(saver, "mortal")
            again.config, again.values = course.config, dict(course.values)
            again.versions = dict(course.versions)
            with killed_at(number):
                try:
                    again.step(a=["x" * 800_000] * 3, b=["x" * 800_000] * 3, n=2)
                    break
                except KilledError:
                    assert saver.get_tuple(a_config("mortal")) == former
                    number += 1
        assert number == 3  # two commits of blobs, and one of the checkpoint
        found = saver.get_tuple(a_config("mortal"))
        assert found is not None
        assert found.checkpoint["channel_values"] == again.values


class TestTypes:
    def test_of_a_graph_s_own_are_restored_only_if_they_are_allowed(self, db: Client) -> None:
        workspace_id = new_id()
        strict = FirestoreSaver.for_workspace(db, workspace_id)
        Course(strict, "t").step(plan=Plan("win"))
        found = strict.get_tuple(a_config("t"))
        assert found is not None
        assert not isinstance(found.checkpoint["channel_values"]["plan"], Plan)
        serde = JsonPlusSerializer(allowed_msgpack_modules=[(Plan.__module__, "Plan")])
        allowing = FirestoreSaver.for_workspace(db, workspace_id, serde=serde)
        found = allowing.get_tuple(a_config("t"))
        assert found is not None
        assert found.checkpoint["channel_values"]["plan"] == Plan("win")
        extended = strict.with_allowlist([(Plan.__module__, "Plan")])
        assert extended.get_tuple(a_config("t")) == found

    def test_of_two_branches_keep_apart_though_a_graph_seeds_chance(
        self, saver: FirestoreSaver
    ) -> None:
        course = Course(saver, "t")
        course.step(listed=[0])
        for value in (1, 2):
            random.seed(1)
            branch = Course(saver, "t")
            branch.config, branch.versions = course.config, dict(course.versions)
            branch.step(listed=[value])
            found = saver.get_tuple(branch.config)
            assert found is not None
            assert found.checkpoint["channel_values"] == {"listed": [value]}

    def test_a_value_without_a_version_is_kept_with_its_checkpoint(
        self, saver: FirestoreSaver
    ) -> None:
        for value in (["one"], ["two"]):
            checkpoint = {**empty_checkpoint(), "channel_values": {"loose": value}}
            saver.put(a_config("t"), checkpoint, {"source": "loop"}, {})  # type: ignore[arg-type]
        values = [each.checkpoint["channel_values"]["loose"] for each in saver.list(a_config("t"))]
        assert values == [["two"], ["one"]]
