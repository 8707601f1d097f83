"""Pruning and copying threads: what stays whole, and what goes."""

from collections.abc import Callable

import pytest
from google.cloud.firestore import Client, CollectionReference, DocumentReference

from experience.checkpoints import FirestoreSaver, store
from experience.checkpoints.models import (
    DAY_MS,
    HOUR_MS,
)
from experience.checkpoints.usecases.sweep import sweep_checkpoints
from experience.ids import new_id
from tests.experience.checkpoints.conftest import Advance
from tests.support.builders.checkpoints import (
    Course,
    KilledError,
    a_config,
    killed_at,
    newest,
    stored_below,
)

MIB = 1024 * 1024


class TestPruning:
    def test_keeps_the_newest_of_each_namespace_whole_and_no_blob_of_others(
        self, saver: FirestoreSaver, db: Client, workspace_id: str
    ) -> None:
        for namespace in ("", "child"):
            course = Course(saver, "t", namespace)
            course.step(kept=["k"], changed=["1"])
            saver.put_writes(course.config, [("a", "x" * MIB)], "task")
            course.step(changed=["2"])
            course.step(changed=["3"])
            saver.put_writes(course.config, [("a", "y" * MIB)], "task")
        kept = list(saver.list(a_config("t"), limit=1))
        child = saver.get_tuple(a_config("t", namespace="child"))
        for _ in range(2):
            saver.prune(["t", "nobody's"])
            assert list(saver.list(a_config("t"))) == kept
            assert saver.get_tuple(a_config("t", namespace="child")) == child
            assert {
                name: len(ids) for name, ids in stored_below(db, workspace_id, "t").items()
            } == {
                "lgCheckpoints": 2,
                "lgWrites": 2,
                "lgBlobs": 2 * 4,  # two channels, and a write of two chunks
            }
        with pytest.raises(ValueError, match="no strategy"):
            saver.prune(["t"], strategy="keep_last")

    def test_of_runs_takes_their_checkpoints_and_nothing_that_others_need(
        self, saver: FirestoreSaver, db: Client, workspace_id: str
    ) -> None:
        course = Course(saver, "t")
        course.step(run_id="r1", kept=["k"], changed=["1"])
        course.step(run_id="r2", changed=["2"])
        course.step(run_id="r1", changed=["3"])
        other = Course(saver, "other")
        other.step(run_id="r3", n=1)
        saver.delete_for_runs(["r1", "none", *(f"r{n}" for n in range(10, 50))])
        [left] = saver.list(a_config("t"))
        assert left.metadata["run_id"] == "r2"
        assert left.checkpoint["channel_values"] == {"kept": ["k"], "changed": ["2"]}
        assert len(stored_below(db, workspace_id, "t")["lgBlobs"]) == 2
        assert newest(saver, "other") is not None

    def test_what_broke_off_is_finished_by_the_sweep(
        self, quiet: FirestoreSaver, quiet_db: Client, workspace_id: str, advance: Advance
    ) -> None:
        course = Course(quiet, "t")
        for number in range(3):
            course.step(changed=[number])
        found = newest(quiet, "t")
        with pytest.raises(KilledError), killed_at(2, after=True):
            quiet.prune(["t"])
        assert newest(quiet, "t") == found
        assert len(stored_below(quiet_db, workspace_id, "t")["lgBlobs"]) == 3
        advance(DAY_MS + HOUR_MS)
        assert sweep_checkpoints() == 2
        assert len(stored_below(quiet_db, workspace_id, "t")["lgBlobs"]) == 1
        assert sweep_checkpoints() == 0
        assert newest(quiet, "t") == found


class TestCopies:
    @pytest.mark.parametrize("steps", [3, pytest.param(25, marks=pytest.mark.exhaustive)])
    def test_have_all_of_a_thread_and_are_safe_to_repeat(
        self, saver: FirestoreSaver, db: Client, workspace_id: str, steps: int
    ) -> None:
        course = Course(saver, "t")
        for number in range(steps):
            course.step(listed=[number], kept=["k"] if number == 0 else course.values["kept"])
        saver.put_writes(course.config, [("a", "x" * MIB), ("b", 1)], "task")

        def contents(thread_id: str) -> list[object]:
            return [each[1:3] + each[4:] for each in saver.list(a_config(thread_id))]

        for _ in range(2):
            saver.copy_thread("t", "copy")
            assert contents("copy") == contents("t")
            below = [stored_below(db, workspace_id, each) for each in ("t", "copy")]
            assert below[0] == below[1]
        saver.copy_thread("t", "t")
        saver.delete_thread("t")
        assert len(contents("copy")) == steps

    def test_of_a_thread_in_use_are_whole_and_have_what_was_there_at_first(
        self, saver: FirestoreSaver, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        course = Course(saver, "t")
        course.step(listed=[1])
        copied, at_first = store.writes_ref, newest(saver, "t")

        def written_meanwhile(thread: DocumentReference) -> CollectionReference:
            monkeypatch.undo()
            course.step(listed=[2])
            saver.put_writes(course.config, [("a", "x" * MIB)], "task")
            return copied(thread)

        monkeypatch.setattr(store, "writes_ref", written_meanwhile)
        saver.copy_thread("t", "copy")
        found = newest(saver, "copy")
        assert at_first is not None
        assert found is not None
        assert found.checkpoint == at_first.checkpoint
        assert found.pending_writes == []


OPERATIONS: dict[str, Callable[[FirestoreSaver], None]] = {
    "prune": lambda saver: saver.prune(["t"]),
    "delete_for_runs": lambda saver: saver.delete_for_runs(["r0", "r1"]),
    "copy": lambda saver: saver.copy_thread("t", "copy"),
    "delete": lambda saver: saver.delete_thread("t"),
}


class TestDeaths:
    @pytest.mark.exhaustive
    @pytest.mark.parametrize("name", OPERATIONS)
    @pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
    def test_wherever_an_operation_dies_all_is_whole_and_a_repetition_completes_it(
        self, db: Client, name: str, after: bool
    ) -> None:
        operate, number, died = OPERATIONS[name], 0, 0

        def contents(saver: FirestoreSaver) -> list[object]:
            return [each.checkpoint["channel_values"] for each in saver.list(None)]

        expected: list[object] | None = None
        while number == died:
            workspace_id = new_id()
            saver = FirestoreSaver.for_workspace(db, workspace_id)
            for namespace in ("", "child"):
                course = Course(saver, "t", namespace)
                for step in range(3):
                    course.step(run_id=f"r{step}", kept=["k"], changed=["x" * MIB, step])
                    saver.put_writes(course.config, [("a", step)], "task")
            whole = newest(saver, "t")
            with killed_at(number, after=after):
                try:
                    operate(saver)
                except KilledError:
                    died += 1
            for found in saver.list(None):  # each one is whole
                assert saver.get_tuple(found.config) == found
            assert name == "delete" or newest(saver, "t") == whole
            operate(FirestoreSaver.for_workspace(db, workspace_id))
            expected = contents(saver) if expected is None else expected
            assert contents(saver) == expected
            number += 1
        assert died > 2
        assert (
            len(expected or ()) == {"prune": 2, "delete_for_runs": 2, "copy": 12, "delete": 0}[name]
        )
