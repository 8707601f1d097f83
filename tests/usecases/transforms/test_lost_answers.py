"""What a worker makes of answers that never reached it, and of writes by others."""

from collections.abc import Callable
from typing import Any

import pytest
from google.api_core.exceptions import Aborted
from google.cloud.firestore import Client, Transaction
from google.cloud.firestore_v1.batch import WriteBatch

from experience.calls import TryLater
from experience.transforms import leases, worker
from experience.transforms.leases import LeaseLost, Work
from tests.builders.jobs import a_job, internals_ref, job_ref, stored_job


class Lost(Aborted):
    """The commit was carried out, and its answer was lost on the way."""

    def __init__(self) -> None:
        super().__init__("the answer was lost")  # type: ignore[no-untyped-call]


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("experience.transactions.FIRST_PAUSE_SECONDS", 0)


def lose_one_answer(
    monkeypatch: pytest.MonkeyPatch, commit: type[Any], name: str
) -> Callable[[], int]:
    """Carry the next commit out and lose its answer; gives how many were sent since."""
    original, sent = getattr(commit, name), []

    def lossy(self: Any, *arguments: Any, **options: Any) -> Any:
        answer = original(self, *arguments, **options)
        sent.append(answer)
        if len(sent) == 1:
            raise Lost
        return answer

    monkeypatch.setattr(commit, name, lossy)
    return lambda: len(sent)


def taken(task: Any) -> Work:
    work = leases.take(task)
    assert isinstance(work, Work)
    return work


class TestLostAnswers:
    def test_a_worker_knows_a_lease_that_it_took_without_hearing_of_it(
        self, quiet_db: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        task = a_job(quiet_db)
        commits = lose_one_answer(monkeypatch, Transaction, "_commit")
        work = taken(task)
        assert commits() >= 1
        assert work.job.attempt_count == 1
        work.tell("stylise", 30)
        assert stored_job(quiet_db, task.project_id, task.job_id)["attemptCount"] == 1

    def test_a_worker_goes_on_after_progress_whose_answer_was_lost(
        self, quiet_db: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        work = taken(a_job(quiet_db))
        commits = lose_one_answer(monkeypatch, WriteBatch, "commit")
        work.tell("stylise", 30)
        assert commits() >= 2
        work.tell("publish", 90)
        stored = stored_job(quiet_db, work.job.project_id, work.job.id)
        assert stored["progress"]["percentage"] == 90

    def test_a_write_by_somebody_without_the_lease_does_not_stop_the_worker(
        self, quiet_db: Client
    ) -> None:
        work = taken(a_job(quiet_db))
        job_ref(quiet_db, work.job.project_id, work.job.id).update({"note": "looked at"})
        work.tell("stylise", 30)
        stored = stored_job(quiet_db, work.job.project_id, work.job.id)
        assert (stored["progress"]["percentage"], stored["note"]) == (30, "looked at")

    def test_a_worker_whose_lease_was_taken_over_stops(self, quiet_db: Client) -> None:
        task = a_job(quiet_db)
        work = taken(task)
        internals_ref(quiet_db, task.project_id, task.job_id).update({"lease.expiresAt": 1})
        taken(task)
        with pytest.raises(LeaseLost):
            work.tell("stylise", 30)

    def test_a_task_that_lost_its_lease_stays_in_the_queue(
        self, quiet_db: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        task = a_job(quiet_db)
        original = Work.tell

        def overtaken(work: Work, step: str, percentage: int) -> None:
            internals_ref(quiet_db, task.project_id, task.job_id).update({"lease.expiresAt": 1})
            taken(task)
            original(work, step, percentage)

        monkeypatch.setattr(Work, "tell", overtaken)
        with pytest.raises(TryLater):
            worker.run_transform(task)
        assert stored_job(quiet_db, task.project_id, task.job_id)["attemptCount"] == 2
