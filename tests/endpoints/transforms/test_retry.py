"""Trying a transform again that failed or was given up."""

import pytest
from google.cloud.firestore import Client as Database

from emulator.suite import Suite
from experience.transforms import store
from experience.transforms.models import JobErrorCode
from experience.transforms.usecases import start_transform
from tests.builders.guests import stored_guest
from tests.builders.jobs import tasks_of
from tests.calling import at_once
from tests.endpoints.transforms.conftest import PER_HOUR, Visits


class TestRetry:
    def test_a_failed_job_runs_again_with_its_attempts_going_on(
        self, suite: Suite, visit: Visits
    ) -> None:
        guest = visit()
        guest.failed(attempts=5)
        answer = guest.call("retryTransform")
        assert (answer["status"], answer["attemptCount"]) == ("pending", 5)
        assert (answer["error"], answer["completedAt"]) == (None, None)
        suite.settle()
        job = guest.job()
        assert (job["status"], job["attemptCount"], job["error"]) == ("completed", 6, None)
        assert "/6/result" in job["output"]["path"]
        assert guest.told() == ("completed", None)
        assert guest.session()["resultMedia"]["url"] == job["output"]["url"]

    def test_the_session_tells_that_it_waits_again(self, held: None, visit: Visits) -> None:
        guest = visit()
        start_transform(guest.completed)
        guest.end("failed")
        assert guest.told() == ("failed", "STORAGE_ERROR")
        guest.retry()
        assert guest.told() == ("pending", None)

    def test_it_has_as_many_attempts_again(self, held: None, visit: Visits) -> None:
        guest = visit()
        start_transform(guest.completed)
        guest.end("failed", attemptCount=5)
        guest.retry()
        code = JobErrorCode.STORAGE_ERROR
        for _ in range(4):
            assert guest.take().fail(code, "m", "load", retryable=True)
        assert not guest.take().fail(code, "m", "load", retryable=True)
        assert (guest.job()["status"], guest.job()["attemptCount"]) == ("failed", 10)

    def test_a_double_tap_starts_one_run(self, suite: Suite, visit: Visits) -> None:
        guest = visit()
        guest.failed()
        answers = at_once(6, lambda _: guest.retry())
        suite.settle()
        assert {answer.id for answer in answers} == {guest.job_id}
        assert (guest.job()["status"], guest.job()["attemptCount"]) == ("completed", 6)
        again = [task for task in tasks_of(suite, guest.job_id) if b'"attempt": 6' in task.body]
        assert [task.attempts for task in again] == [1]

    def test_after_it_ended_well_a_late_tap_answers_it_and_starts_nothing(
        self, suite: Suite, visit: Visits
    ) -> None:
        guest = visit()
        guest.failed()
        guest.call("retryTransform")
        suite.settle()
        before = (guest.job(), guest.session(), len(tasks_of(suite, guest.job_id)))
        assert guest.call("retryTransform")["status"] == "completed"
        suite.settle()
        assert (guest.job(), guest.session(), len(tasks_of(suite, guest.job_id))) == before

    @pytest.mark.parametrize("status", ["pending", "running", "completed"])
    def test_a_job_that_never_failed_is_not_retried(self, visit: Visits, status: str) -> None:
        guest = visit()
        guest.failed()
        guest.end(status)
        error = guest.refused("retryTransform")
        assert (error.status, error.reason) == ("FAILED_PRECONDITION", "job_not_retryable")
        assert error.details["status"] == status

    def test_a_cancelled_job_whose_first_task_was_used_up_runs_all_the_same(
        self, suite: Suite, db: Database, visit: Visits, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The task came, found the job cancelled, and its name is blocked for hours."""
        guest = visit()
        with monkeypatch.context() as patch:
            patch.setattr(suite.broker, "deliver", lambda event: None)
            start_transform(guest.completed)
            guest.call("cancelTransform")
            suite.settle()
        store.dispatch(guest.task())
        suite.settle()
        assert (guest.job()["status"], guest.job()["attemptCount"]) == ("cancelled", 0)
        guest.call("retryTransform")
        suite.settle()
        assert (guest.job()["status"], guest.job()["attemptCount"]) == ("completed", 1)

    def test_cancelled_and_retried_again_and_again_it_still_runs(
        self, suite: Suite, visit: Visits
    ) -> None:
        guest = visit()
        guest.failed()
        for _ in range(3):
            guest.call("retryTransform")
            suite.settle()
            guest.end("cancelled")
        guest.call("retryTransform")
        suite.settle()
        assert (guest.job()["status"], guest.job()["attemptCount"]) == ("completed", 9)

    def test_the_hours_worth_used_up_is_told_and_changes_nothing(
        self, db: Database, visit: Visits
    ) -> None:
        guest = visit()
        guest.failed()
        guest.use_up(PER_HOUR)
        before = (guest.job(), guest.session(), stored_guest(db, guest.place.project, guest.uid))
        error = guest.refused("retryTransform")
        assert (error.status, error.reason) == ("RESOURCE_EXHAUSTED", "rate_limited")
        assert 3590 < error.details["retryAfterSeconds"] <= 3600
        after = (guest.job(), guest.session(), stored_guest(db, guest.place.project, guest.uid))
        assert after == before
