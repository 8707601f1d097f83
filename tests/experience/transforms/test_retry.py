"""Trying a transform again that failed or was cancelled."""

from typing import Any

import pytest
from google.cloud.firestore import Client as Database

from emulator.suite.suite import Suite
from tests.experience.transforms.conftest import PER_HOUR, NewTransform
from tests.support.builders.guests import stored_guest
from tests.support.calling import at_once
from tests.support.job_bench import meanwhile


class TestRetry:
    def test_a_failed_job_runs_again_with_its_attempts_going_on(
        self, suite: Suite, visit: NewTransform
    ) -> None:
        guest = visit()
        guest.failed()
        answer = guest.call("retryTransform")
        assert (answer["status"], answer["attemptCount"]) == ("pending", 1)
        assert (answer["error"], answer["progress"], answer["completedAt"]) == (None, None, None)
        suite.settle()
        job = guest.job()
        assert (guest.shown(), job["error"]) == (("completed", 2, None), None)
        assert "/2/result" in job["output"]["path"]
        assert guest.session()["resultMedia"]["url"] == job["output"]["url"]
        guest.agree()

    def test_the_session_tells_that_it_waits_again(self, held_visit: NewTransform) -> None:
        guest = held_visit(photo=b"no photo")
        guest.begin().work()
        assert guest.shown() == ("failed", 1, "INVALID_INPUT")
        answer = guest.retry()
        assert guest.shown() == ("pending", 1, None)
        assert guest.job() == answer.dump()

    def test_a_double_tap_starts_one_run(self, suite: Suite, visit: NewTransform) -> None:
        guest = visit()
        guest.failed()
        before = guest.tasks()
        answers = at_once(6, lambda _: guest.retry())
        suite.settle()
        assert {answer.id for answer in answers} == {guest.job_id}
        assert guest.shown() == ("completed", 2, None)
        assert guest.tasks() == [*before, 1]

    def test_after_it_ended_well_a_late_tap_answers_it_and_starts_nothing(
        self, suite: Suite, visit: NewTransform
    ) -> None:
        guest = visit()
        guest.failed()
        guest.call("retryTransform")
        suite.settle()
        before = (guest.everything(), guest.tasks())
        assert guest.call("retryTransform")["status"] == "completed"
        suite.settle()
        assert (guest.everything(), guest.tasks()) == before

    def test_a_job_that_never_failed_is_not_retried(
        self, held_visit: NewTransform, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        guest = held_visit()
        refused_at: list[Any] = []

        def refusal() -> None:
            error = guest.refused("retryTransform")
            assert (error.status, error.reason) == ("FAILED_PRECONDITION", "job_not_retryable")
            refused_at.append(error.details["status"])

        guest.begin()
        refusal()
        meanwhile(monkeypatch, "stylise", refusal)
        guest.work()
        refusal()
        assert refused_at == ["pending", "running", "completed"]
        assert guest.shown() == ("completed", 1, None)

    def test_a_cancelled_job_whose_first_task_was_used_up_runs_all_the_same(
        self, suite: Suite, held_visit: NewTransform, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The task came, found the job cancelled, and its name is blocked for hours."""
        guest = held_visit()
        guest.begin()
        guest.call("cancelTransform")
        monkeypatch.undo()
        guest.enqueue()
        suite.settle()
        assert (guest.shown(), guest.tasks()) == (("cancelled", 0, "CANCELLED"), [1])
        guest.call("retryTransform")
        suite.settle()
        assert (guest.shown(), guest.tasks()) == (("completed", 1, None), [1, 1])

    def test_the_hours_worth_used_up_is_told_and_changes_nothing(
        self, db: Database, visit: NewTransform
    ) -> None:
        guest = visit()
        guest.failed()
        guest.use_up(PER_HOUR)
        before = (guest.everything(), stored_guest(db, guest.project, guest.uid))
        error = guest.refused("retryTransform")
        assert (error.status, error.reason) == ("RESOURCE_EXHAUSTED", "rate_limited")
        assert 3590 < error.details["retryAfterSeconds"] <= 3600
        assert (guest.everything(), stored_guest(db, guest.project, guest.uid)) == before
