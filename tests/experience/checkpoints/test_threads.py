"""A thread's life: claims, migrations, deletion, and what the sweep takes."""

from datetime import datetime

import pytest
from google.cloud.firestore import Client, DocumentReference

from experience import storage, transactions
from experience.checkpoints import FirestoreSaver, store, threads
from experience.checkpoints.models import (
    DAY_MS,
    HOUR_MS,
    NewerSchemaError,
    StaleClaimError,
    ThreadDeletedError,
    objects_prefix,
    thread_key,
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
from tests.support.calling import at_once

MIB = 1024 * 1024


class TestClaims:
    def test_a_stale_one_commits_nothing_but_blobs_that_nothing_refers_to(
        self, quiet: FirestoreSaver, quiet_db: Client, workspace_id: str, advance: Advance
    ) -> None:
        first = quiet.claim("t")
        course = Course(first, "t")
        course.step(n=0, state=["first"])
        course.step(n=1, state=["first"])
        first.put_writes(course.config, [("a", 1)], "task")
        second = quiet.claim("t")
        before, found = stored_below(quiet_db, workspace_id, "t"), newest(quiet, "t")
        with pytest.raises(StaleClaimError):
            course.step(n=2, state=["stale"])
        with pytest.raises(StaleClaimError):
            first.put_writes(course.config, [("b", "x" * MIB)], "task")
        for stop in (first.delete_thread, lambda each: first.prune([each])):
            with pytest.raises(StaleClaimError):
                stop("t")
        after = stored_below(quiet_db, workspace_id, "t")
        assert {name: after[name] - before[name] for name in ("lgCheckpoints", "lgWrites")} == {
            "lgCheckpoints": set(),
            "lgWrites": set(),
        }
        loose = after["lgBlobs"] - before["lgBlobs"]
        assert len(loose) == 3  # a state, and a write of two chunks
        assert newest(quiet, "t") == found
        advance(3 * DAY_MS)
        assert sweep_checkpoints() == 2
        assert stored_below(quiet_db, workspace_id, "t") == before
        assert newest(quiet, "t") == found

        branch = Course(second, "t")
        branch.config = course.config
        branch.step(n=3)
        assert newest(quiet, "t") != found

    def test_each_one_at_once_gets_an_epoch_of_its_own_and_only_the_last_one_writes(
        self, saver: FirestoreSaver, db: Client, workspace_id: str
    ) -> None:
        Course(saver, "t").step(n=0)
        claimed = at_once(4, lambda _: saver.claim("t"))

        def work(number: int) -> bool:
            try:
                Course(claimed[number], "t").step(n=number, listed=[number])
            except StaleClaimError:
                return False
            return True

        assert sum(at_once(4, work)) == 1
        thread = store.thread_ref(db, workspace_id, "t")
        assert thread.get().get("epoch") == 4
        last = saver.claim("t")
        parent = last.get_tuple(a_config("t"))
        assert parent is not None
        at_once(6, lambda n: last.put_writes(parent.config, [("a", n)], f"task-{n}"))
        found = newest(saver, "t")
        assert found is not None
        assert len(found.pending_writes or ()) == 6

    def test_one_of_a_thread_that_somebody_deletes_writes_no_more(
        self, saver: FirestoreSaver, db: Client, workspace_id: str
    ) -> None:
        claimed = saver.claim("t")
        course = Course(claimed, "t")
        course.step(n=1)
        saver.delete_thread("t")
        with pytest.raises(ThreadDeletedError):
            course.step(n=2)
        Course(saver, "t").step(n=3)  # begun anew
        again = saver.claim("t")
        assert again.get_tuple(a_config("t")) is not None
        with pytest.raises(StaleClaimError):
            course.step(n=2)


class TestMigrations:
    def test_run_in_order_whoever_comes_first_reads_or_writes(
        self, db: Client, workspace_id: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def saver() -> FirestoreSaver:
            return FirestoreSaver.for_workspace(db, workspace_id)

        ran: list[tuple[str, int]] = []

        def migration(number: int) -> threads.Migration:
            def migrate(_client: Client, thread: DocumentReference) -> None:
                ran.append((thread.id, number))

            return migrate

        names = ["read", "written", "listed", "dies"]
        for name in names:
            course = Course(saver(), name)
            course.step(n=1)
            course.step(n=2)
        found = {name: newest(saver(), name) for name in names}
        monkeypatch.setattr(threads, "MIGRATIONS", (migration(2), migration(3)))
        assert newest(saver(), "read") == found["read"]
        Course(saver(), "written").step(n=3)
        assert len(list(saver().list(a_config("listed")))) == 2
        for _ in range(4):  # of each version the checkpoints, then the thread's own
            with pytest.raises(KilledError), killed_at(0, after=True):
                newest(saver(), "dies")
        assert newest(saver(), "dies") == found["dies"]
        for name in names:
            mine = [number for thread, number in ran if thread == thread_key(name)]
            assert mine == sorted(mine)
            assert set(mine) == {2, 3}
            assert name == "dies" or len(mine) == 2
        count = len(ran)
        for name in names:
            newest(saver(), name)
        assert len(ran) == count
        monkeypatch.setattr(threads, "MIGRATIONS", ())
        with pytest.raises(NewerSchemaError):
            newest(saver(), "read")
        with pytest.raises(NewerSchemaError):
            Course(saver(), "read").step(n=3)


class TestDeletions:
    def test_an_expired_thread_goes_with_all_that_lies_below_it(
        self, quiet_db: Client, workspace_id: str, advance: Advance
    ) -> None:
        def short_saver() -> FirestoreSaver:
            return FirestoreSaver.for_workspace(quiet_db, workspace_id, ttl_days=2)

        short = short_saver()
        long = FirestoreSaver.for_workspace(quiet_db, new_id(), ttl_days=9)
        course = Course(short, "t")
        course.step(large="x" * 5 * MIB, chunked="y" * MIB, listed=[1])
        short.put_writes(course.config, [("a", "z" * MIB)], "task")
        Course(long, "t").step(listed=[1])
        prefix = objects_prefix(workspace_id, thread_key("t"))
        assert sweep_checkpoints() == 0
        advance(DAY_MS)
        Course(short_saver(), "t").step(n=1)
        advance(DAY_MS + HOUR_MS)
        assert sweep_checkpoints() == 0  # somebody wrote to it
        assert newest(short, "t") is not None
        advance(DAY_MS)
        assert len(list(storage.bucket().list_blobs(prefix=prefix))) == 1
        assert sweep_checkpoints() == 1
        assert list(storage.bucket().list_blobs(prefix=prefix)) == []
        assert not any(stored_below(quiet_db, workspace_id, "t").values())
        assert list(store.threads_ref(quiet_db, workspace_id).list_documents()) == []
        assert newest(long, "t") is not None

    def test_a_sweep_that_dies_anywhere_is_finished_by_the_next(
        self, quiet: FirestoreSaver, quiet_db: Client, workspace_id: str, advance: Advance
    ) -> None:
        course = Course(quiet, "t")
        course.step(listed=[1])
        quiet.put_writes(course.config, [("a", 1)], "task")
        advance(31 * DAY_MS)
        number = 0
        while True:
            with killed_at(number):
                try:
                    sweep_checkpoints()
                    break
                except KilledError:
                    number += 1
                    advance(4 * HOUR_MS)
        assert number >= 1
        assert list(store.threads_ref(quiet_db, workspace_id).list_documents()) == []

    def test_a_run_whose_thread_expired_cannot_continue_it_and_a_new_one_begins_anew(
        self,
        quiet: FirestoreSaver,
        quiet_db: Client,
        workspace_id: str,
        advance: Advance,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr(transactions, "FIRST_PAUSE_SECONDS", 0.01)
        course = Course(quiet, "t")
        course.step(listed=[1])
        quiet.put_writes(course.config, [("a", 1)], "task")
        advance(31 * DAY_MS)
        with pytest.raises(KilledError), killed_at(0, after=True):
            sweep_checkpoints()  # which has marked it
        later = FirestoreSaver.for_workspace(quiet_db, workspace_id)
        course.saver = later
        with pytest.raises(ThreadDeletedError):
            course.step(listed=[2])
        with pytest.raises(ThreadDeletedError):
            later.put_writes(course.config, [("b", 1)], "task")
        anew = Course(later, "t")
        anew.step(listed=[3])
        assert [len(ids) for ids in stored_below(quiet_db, workspace_id, "t").values()] == [1, 0, 1]
        advance(4 * HOUR_MS)
        assert sweep_checkpoints() == 0
        assert newest(later, "t") is not None

    def test_the_first_writes_of_a_thread_that_begins_anew_may_come_before_its_checkpoint(
        self, saver: FirestoreSaver
    ) -> None:
        Course(saver, "t").step(listed=[1])
        saver.delete_thread("t")
        first = a_config("t", "c1")

        def work(number: int) -> None:
            if number == 0:
                Course(saver, "t").step(id_="c1", listed=[2])
            else:
                saver.put_writes(first, [("a", number)], f"task-{number}")

        at_once(4, work)
        found = newest(saver, "t")
        assert found is not None
        assert found.checkpoint["channel_values"] == {"listed": [2]}
        assert {each[2] for each in found.pending_writes or ()} == {1, 2, 3}

    def test_what_a_run_wrote_after_the_deletion_goes_with_the_tombstone(
        self, quiet: FirestoreSaver, quiet_db: Client, workspace_id: str, advance: Advance
    ) -> None:
        running = FirestoreSaver.for_workspace(quiet_db, workspace_id)
        course = Course(running, "t")
        course.step(listed=[1])
        quiet.delete_thread("t")
        assert list(quiet.list(None)) == []
        tombstone = store.thread_ref(quiet_db, workspace_id, "t").get().to_dict()
        assert tombstone is not None
        assert tombstone["threadId"] is None
        assert isinstance(tombstone["expireAt"], datetime)
        course.step(listed=[2])  # it has opened the thread within the hour
        assert list(quiet.list(None)) == []
        assert sweep_checkpoints() == 0
        advance(4 * HOUR_MS)
        sweep_checkpoints()
        advance(4 * HOUR_MS)
        sweep_checkpoints()
        assert not any(stored_below(quiet_db, workspace_id, "t").values())
        assert list(store.threads_ref(quiet_db, workspace_id).list_documents()) == []
        quiet.delete_thread("t")
        quiet.delete_thread("never")
        assert list(store.threads_ref(quiet_db, workspace_id).list_documents()) == []
