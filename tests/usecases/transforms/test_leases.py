"""Two workers, slow ones and dead ones: who may write what to a job, against a real database."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from google.cloud.firestore import Client

from experience.calls import TryLater
from experience.transforms import leases, worker
from experience.transforms.leases import LeaseLost, Work
from experience.transforms.models import (
    MAX_ATTEMPTS,
    Claim,
    JobErrorCode,
    JobOutput,
    TransformTask,
)
from tests.builders.jobs import a_job, internals_ref, job_ref, stored_job
from tests.builders.sessions import session_ref, stored_session

OUTPUT = JobOutput(
    asset_id="result",
    url="http://127.0.0.1/result",
    path="projects/p/result.png",
    format="png",
    width=256,
    height=256,
    size_bytes=1000,
    processing_time_ms=5,
)


def taken(task: TransformTask) -> Work:
    work = leases.take(task)
    assert isinstance(work, Work)
    return work


def lease_of(db: Client, task: TransformTask) -> Any:
    return internals_ref(db, task.project_id, task.job_id).get().to_dict()["lease"]


def expire(db: Client, task: TransformTask) -> None:
    """Let the holder of the lease have been silent for too long."""
    internals_ref(db, task.project_id, task.job_id).update({"lease.expiresAt": 1})


def everything(db: Client, task: TransformTask) -> tuple[Any, Any, Any]:
    return (
        stored_job(db, task.project_id, task.job_id),
        internals_ref(db, task.project_id, task.job_id).get().to_dict(),
        stored_session(db, task.project_id, task.session_id),
    )


class TestTaking:
    def test_the_first_worker_takes_the_job_and_the_session_tells_it(
        self, quiet_db: Client
    ) -> None:
        task = a_job(quiet_db)
        work = taken(task)
        job, internals, session = everything(quiet_db, task)
        assert (job["status"], job["attemptCount"]) == ("running", 1)
        assert job["progress"] == {"currentStep": "load", "percentage": 0, "message": None}
        assert job["startedAt"] == work.job.started_at
        assert internals["fence"] == internals["lease"]["fence"] == 1
        assert session["jobStatus"] == "running"

    def test_of_two_workers_on_one_attempt_the_second_is_told_to_come_again(
        self, quiet_db: Client
    ) -> None:
        task = a_job(quiet_db)
        taken(task)
        before = everything(quiet_db, task)
        with pytest.raises(TryLater):
            worker.run_transform(task)
        assert everything(quiet_db, task) == before

    def test_of_many_workers_at_once_one_takes_the_job(self, quiet_db: Client) -> None:
        task = a_job(quiet_db)
        with ThreadPoolExecutor(4) as pool:
            answers = list(pool.map(leases.take, [task] * 4))
        assert sum(isinstance(answer, Work) for answer in answers) == 1
        assert answers.count(Claim.WAIT) == 3
        assert stored_job(quiet_db, task.project_id, task.job_id)["attemptCount"] == 1

    def test_an_expired_lease_is_taken_over_with_a_new_attempt_and_fence(
        self, quiet_db: Client
    ) -> None:
        task = a_job(quiet_db)
        first = taken(task)
        expire(quiet_db, task)
        second = taken(task)
        assert (second.job.attempt_count, second.job.started_at) == (2, first.job.started_at)
        lease = lease_of(quiet_db, task)
        assert lease["fence"] == 2
        assert lease["expiresAt"] > second.job.updated_at

    def test_a_lease_lasts_as_long_as_the_deployment_says(
        self, quiet_db: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("TRANSFORM_LEASE_SECONDS", "7")
        task = a_job(quiet_db)
        work = taken(task)
        assert lease_of(quiet_db, task)["expiresAt"] == work.job.updated_at + 7000

    def test_a_worker_that_vanished_at_the_last_attempt_has_timed_out(
        self, quiet_db: Client
    ) -> None:
        task = a_job(quiet_db)
        for _ in range(MAX_ATTEMPTS):
            taken(task)
            expire(quiet_db, task)
        worker.run_transform(task)
        job, internals, session = everything(quiet_db, task)
        assert (job["status"], job["attemptCount"]) == ("failed", MAX_ATTEMPTS)
        assert job["error"]["code"] == "TIMEOUT"
        assert job["completedAt"] is not None
        assert internals["lease"] is None
        assert session["jobStatus"] == "failed"
        assert session["jobError"] == {
            "code": "TIMEOUT",
            "message": "The transform did not finish in time.",
        }

    @pytest.mark.parametrize("status", ["completed", "failed", "cancelled"])
    def test_a_task_for_an_ended_job_does_nothing(self, quiet_db: Client, status: str) -> None:
        task = a_job(quiet_db)
        job_ref(quiet_db, task.project_id, task.job_id).update({"status": status})
        before = everything(quiet_db, task)
        worker.run_transform(task)
        assert everything(quiet_db, task) == before

    def test_a_task_for_a_job_that_is_gone_does_nothing(self, quiet_db: Client) -> None:
        task = a_job(quiet_db)
        gone = task.model_copy(update={"job_id": "gone"})
        worker.run_transform(gone)
        assert not job_ref(quiet_db, task.project_id, "gone").get().exists

    def test_a_job_whose_session_is_gone_can_end(self, quiet_db: Client) -> None:
        task = a_job(quiet_db)
        session_ref(quiet_db, task.project_id, task.session_id).delete()
        taken(task).finish(OUTPUT)
        assert stored_job(quiet_db, task.project_id, task.job_id)["status"] == "completed"
        assert not session_ref(quiet_db, task.project_id, task.session_id).get().exists


class TestTelling:
    def test_progress_is_shown_in_the_job(self, quiet_db: Client) -> None:
        task = a_job(quiet_db)
        work = taken(task)
        work.tell("stylise", 30)
        work.tell("publish", 90)
        job = stored_job(quiet_db, task.project_id, task.job_id)
        assert job["progress"] == {"currentStep": "publish", "percentage": 90, "message": None}

    def test_a_lease_past_its_middle_is_made_longer(
        self, quiet_db: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        task = a_job(quiet_db)
        work = taken(task)
        before = lease_of(quiet_db, task)["expiresAt"]
        work.tell("stylise", 30)
        assert lease_of(quiet_db, task)["expiresAt"] == before
        monkeypatch.setenv("TRANSFORM_LEASE_SECONDS", "600")  # so that 60 s are the end of it
        work.tell("publish", 90)
        job = stored_job(quiet_db, task.project_id, task.job_id)
        assert lease_of(quiet_db, task)["expiresAt"] == job["updatedAt"] + 600_000

    def test_progress_ends_with_a_cancellation(self, quiet_db: Client) -> None:
        task = a_job(quiet_db)
        work = taken(task)
        job_ref(quiet_db, task.project_id, task.job_id).update({"status": "cancelled"})
        before = everything(quiet_db, task)
        with pytest.raises(LeaseLost):
            work.tell("stylise", 30)
        assert everything(quiet_db, task) == before

    def test_progress_of_a_job_that_is_gone_creates_none(self, quiet_db: Client) -> None:
        task = a_job(quiet_db)
        work = taken(task)
        job_ref(quiet_db, task.project_id, task.job_id).delete()
        with pytest.raises(LeaseLost):
            work.tell("stylise", 30)
        assert not job_ref(quiet_db, task.project_id, task.job_id).get().exists


class TestZombies:
    """A worker that wakes up after another one took its job over."""

    @pytest.fixture
    def task(self, quiet_db: Client) -> TransformTask:
        return a_job(quiet_db)

    @pytest.fixture
    def zombie(self, quiet_db: Client, task: TransformTask) -> Work:
        work = taken(task)
        expire(quiet_db, task)
        return work

    def refused(self, quiet_db: Client, zombie: Work, task: TransformTask) -> None:
        before = everything(quiet_db, task)
        with pytest.raises(LeaseLost):
            zombie.tell("publish", 90)
        with pytest.raises(LeaseLost):
            zombie.finish(OUTPUT)
        with pytest.raises(LeaseLost):
            zombie.fail(JobErrorCode.UNKNOWN, "late", "publish", retryable=True)
        assert everything(quiet_db, task) == before

    def test_it_changes_nothing_while_the_other_one_works(
        self, quiet_db: Client, zombie: Work, task: TransformTask
    ) -> None:
        taken(task)
        self.refused(quiet_db, zombie, task)

    def test_it_changes_nothing_after_the_other_one_finished(
        self, quiet_db: Client, zombie: Work, task: TransformTask
    ) -> None:
        taken(task).finish(OUTPUT)
        self.refused(quiet_db, zombie, task)

    def test_it_changes_nothing_after_the_other_one_failed(
        self, quiet_db: Client, zombie: Work, task: TransformTask
    ) -> None:
        taken(task).fail(JobErrorCode.STORAGE_ERROR, "no", "load", retryable=True)
        self.refused(quiet_db, zombie, task)

    def test_while_nobody_took_over_it_may_go_on(
        self, quiet_db: Client, zombie: Work, task: TransformTask
    ) -> None:
        zombie.tell("publish", 90)
        zombie.finish(OUTPUT)
        assert stored_job(quiet_db, task.project_id, task.job_id)["status"] == "completed"


class TestEnding:
    def test_finishing_writes_the_result_into_job_and_session(self, quiet_db: Client) -> None:
        task = a_job(quiet_db)
        taken(task).finish(OUTPUT)
        job, internals, session = everything(quiet_db, task)
        assert (job["status"], job["error"]) == ("completed", None)
        assert job["output"] == OUTPUT.dump()
        assert job["progress"]["percentage"] == 100
        assert (internals["lease"], internals["fence"]) == (None, 1)
        assert (session["jobStatus"], session["jobError"]) == ("completed", None)
        assert session["resultMedia"] == {
            "stepId": "photo",
            "assetId": "result",
            "url": OUTPUT.url,
            "createdAt": job["completedAt"],
            "contentType": "image/png",
        }

    def test_finishing_twice_changes_nothing(self, quiet_db: Client) -> None:
        task = a_job(quiet_db)
        work = taken(task)
        work.finish(OUTPUT)
        before = everything(quiet_db, task)
        with pytest.raises(LeaseLost):
            work.finish(OUTPUT.model_copy(update={"asset_id": "other"}))
        assert everything(quiet_db, task) == before

    def test_a_result_goes_into_no_session_of_another_job(self, quiet_db: Client) -> None:
        task = a_job(quiet_db)
        work = taken(task)
        session_ref(quiet_db, task.project_id, task.session_id).update({"jobId": "newer"})
        work.finish(OUTPUT)
        session = stored_session(quiet_db, task.project_id, task.session_id)
        assert (session["jobStatus"], session["resultMedia"]) == ("running", None)

    def test_a_retryable_failure_shows_in_the_job_and_not_to_the_guest(
        self, quiet_db: Client
    ) -> None:
        task = a_job(quiet_db)
        assert taken(task).fail(JobErrorCode.STORAGE_ERROR, "no", "load", retryable=True)
        job, internals, session = everything(quiet_db, task)
        assert (job["status"], job["completedAt"]) == ("pending", None)
        assert job["error"] == {
            "code": "STORAGE_ERROR",
            "message": "no",
            "step": "load",
            "isRetryable": True,
            "timestamp": job["updatedAt"],
        }
        assert internals["lease"] is None
        assert (session["jobStatus"], session["jobError"]) == ("pending", None)

    def test_success_takes_the_error_of_the_attempt_before_away(self, quiet_db: Client) -> None:
        task = a_job(quiet_db)
        taken(task).fail(JobErrorCode.STORAGE_ERROR, "no", "load", retryable=True)
        taken(task.model_copy(update={"attempt": 2})).finish(OUTPUT)
        job = stored_job(quiet_db, task.project_id, task.job_id)
        assert (job["status"], job["attemptCount"], job["error"]) == ("completed", 2, None)
