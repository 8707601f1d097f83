"""Jobs whose event, task or worker was lost."""

import pytest
from google.cloud.firestore import Client

from emulator.suite import Suite
from experience import sweeps
from experience.transforms import commands, leases, store, worker
from experience.transforms.leases import LeaseLost, Work
from experience.transforms.models import (
    MAX_ATTEMPTS,
    CancelTransform,
    RetryTransform,
    TransformTask,
)
from experience.transforms.sweeping import sweep_jobs
from tests.builders.guests import a_guest
from tests.builders.jobs import a_job, internals_ref, job_ref, payload, stored_job, tasks_of
from tests.builders.sessions import stored_session
from tests.calling import at_once


def left(db: Client, task: TransformTask) -> TransformTask:
    """Let nobody have written the job for a long time."""
    job_ref(db, task.project_id, task.job_id).update({"updatedAt": 1})
    return task


def expired(db: Client, task: TransformTask) -> TransformTask:
    """Let the worker that holds the job be silent for a long time."""
    internals_ref(db, task.project_id, task.job_id).update({"lease.expiresAt": 1})
    return left(db, task)


def taken(task: TransformTask) -> Work:
    work = leases.take(task)
    assert isinstance(work, Work)
    return work


def enqueued(suite: Suite, task: TransformTask) -> list[int]:
    """The attempts at the job that were enqueued, in the order of their tasks."""
    return [payload(each)["attempt"] for each in tasks_of(suite, task.job_id)]


def run_enqueued(suite: Suite, task: TransformTask) -> None:
    """The suite's queue knows the tasks, but not this database: do its work here."""
    for each in tasks_of(suite, task.job_id):
        worker.run_transform(TransformTask.model_validate(payload(each)))


def status(db: Client, task: TransformTask) -> tuple[str, int, str | None]:
    """Of the job its status and attempts, and the session's word for it."""
    job = stored_job(db, task.project_id, task.job_id)
    session = stored_session(db, task.project_id, task.session_id)
    assert session["jobStatus"] == job["status"]
    return job["status"], job["attemptCount"], (session["jobError"] or {}).get("code")


class TestNothing:
    def test_an_empty_database_has_nothing_to_put_right(self, quiet_db: Client) -> None:
        assert sweep_jobs() == {"pending": 0, "running": 0, "sessions": 0}


class TestPending:
    def test_a_job_that_was_never_enqueued_is_and_runs(
        self, suite: Suite, quiet_db: Client
    ) -> None:
        task = left(quiet_db, a_job(quiet_db))
        assert sweep_jobs()["pending"] == 1
        assert enqueued(suite, task) == [1]
        run_enqueued(suite, task)
        assert status(quiet_db, task) == ("completed", 1, None)

    def test_a_job_whose_task_may_be_on_its_way_is_left_alone(
        self, suite: Suite, quiet_db: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        task = a_job(quiet_db)
        assert sweep_jobs()["pending"] == 0
        monkeypatch.setenv("SWEEP_GRACE_SECONDS", "0")
        assert sweep_jobs()["pending"] == 1
        assert enqueued(suite, task) == [1]

    def test_sweeping_again_at_once_enqueues_nothing(self, suite: Suite, quiet_db: Client) -> None:
        task = left(quiet_db, a_job(quiet_db))
        sweep_jobs()
        assert sweep_jobs()["pending"] == 0
        assert enqueued(suite, task) == [1]

    def test_a_task_that_was_lost_is_followed_by_one_of_another_name(
        self, suite: Suite, quiet_db: Client
    ) -> None:
        task = a_job(quiet_db)
        store.dispatch(task)
        for _ in range(2):
            left(quiet_db, task)
            sweep_jobs()
        assert enqueued(suite, task) == [1, 1, 1]
        run_enqueued(suite, task)
        assert status(quiet_db, task) == ("completed", 1, None)

    def test_a_retry_that_died_before_it_enqueued_is_made_good(
        self, suite: Suite, quiet_db: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        task = a_job(quiet_db)
        store.dispatch(task)
        session = stored_session(quiet_db, task.project_id, task.session_id)
        a_guest(quiet_db, task.project_id, session["createdBy"])
        ids = {"project_id": task.project_id, "session_id": task.session_id}
        commands.cancel(session["createdBy"], CancelTransform(**ids))
        with monkeypatch.context() as patch:
            patch.setattr(store, "dispatch", dies)
            with pytest.raises(ConnectionError):
                commands.retry(session["createdBy"], RetryTransform(**ids))
        assert enqueued(suite, task) == [1]
        left(quiet_db, task)
        assert sweep_jobs()["pending"] == 1
        assert enqueued(suite, task) == [1, 1]

    def test_a_sweep_that_died_before_it_enqueued_is_made_good_by_the_next(
        self, suite: Suite, quiet_db: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        task = left(quiet_db, a_job(quiet_db))
        with monkeypatch.context() as patch:
            patch.setattr(store, "dispatch", dies)
            assert sweep_jobs()["pending"] == 0
        left(quiet_db, task)
        assert sweep_jobs()["pending"] == 1
        assert enqueued(suite, task) == [1]

    def test_two_sweeps_at_once_enqueue_one_task(self, suite: Suite, quiet_db: Client) -> None:
        task = left(quiet_db, a_job(quiet_db))
        assert sum(done["pending"] for done in at_once(2, lambda _: sweep_jobs())) == 1
        assert enqueued(suite, task) == [1]

    @pytest.mark.parametrize("ended", ["completed", "failed", "cancelled"])
    def test_an_ended_job_is_left_alone(self, suite: Suite, quiet_db: Client, ended: str) -> None:
        task = left(quiet_db, a_job(quiet_db))
        job_ref(quiet_db, task.project_id, task.job_id).update({"status": ended})
        sweep_jobs()
        assert enqueued(suite, task) == []


class TestManyAndBroken:
    def test_more_than_one_page_and_jobs_that_cannot_be_read_stop_nothing(
        self, suite: Suite, quiet_db: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(sweeps, "AT_ONCE", 2)
        tasks = [left(quiet_db, a_job(quiet_db)) for _ in range(4)]
        for number in range(3):  # the oldest of all, a page and more of them
            broken = job_ref(quiet_db, "p", f"broken{number}")
            broken.set({"status": "pending", "updatedAt": 0})
        without = left(quiet_db, a_job(quiet_db))
        internals_ref(quiet_db, without.project_id, without.job_id).delete()
        assert sweep_jobs()["pending"] == 4
        assert [enqueued(suite, task) for task in tasks] == [[1]] * 4
        assert enqueued(suite, without) == []


class TestRunning:
    def test_a_worker_that_vanished_is_followed_by_another_that_finishes(
        self, suite: Suite, quiet_db: Client
    ) -> None:
        task = a_job(quiet_db)
        taken(task)
        expired(quiet_db, task)
        assert sweep_jobs()["running"] == 1
        assert enqueued(suite, task) == [2]
        run_enqueued(suite, task)
        assert status(quiet_db, task) == ("completed", 2, None)

    def test_a_job_under_lease_is_left_alone_however_long_nothing_was_told(
        self, suite: Suite, quiet_db: Client
    ) -> None:
        task = a_job(quiet_db)
        taken(task)
        left(quiet_db, task)
        assert sweep_jobs()["running"] == 0
        assert enqueued(suite, task) == []
        assert stored_job(quiet_db, task.project_id, task.job_id)["updatedAt"] == 1

    def test_after_the_last_attempt_the_job_has_timed_out(
        self, suite: Suite, quiet_db: Client
    ) -> None:
        task = a_job(quiet_db)
        for _ in range(MAX_ATTEMPTS):
            taken(task)
            expired(quiet_db, task)
        assert sweep_jobs()["running"] == 1
        run_enqueued(suite, task)
        assert status(quiet_db, task) == ("failed", MAX_ATTEMPTS, "TIMEOUT")
        assert sweep_jobs()["running"] == 0

    def test_a_worker_that_was_only_slow_goes_on_until_another_takes_over(
        self, suite: Suite, quiet_db: Client
    ) -> None:
        task = a_job(quiet_db)
        slow = taken(task)
        expired(quiet_db, task)
        sweep_jobs()
        slow.tell("stylise", 30)
        run_enqueued(suite, task)
        before = stored_job(quiet_db, task.project_id, task.job_id)
        with pytest.raises(LeaseLost):
            slow.tell("publish", 90)
        assert stored_job(quiet_db, task.project_id, task.job_id) == before
        assert status(quiet_db, task) == ("completed", 2, None)


def dies(task: TransformTask, number: int = 0) -> None:
    raise ConnectionError("the process ends here")
