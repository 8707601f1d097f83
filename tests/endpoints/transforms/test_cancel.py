"""Giving a transform up, also while a worker is in the middle of it."""

import pytest

from emulator.suite import Suite
from experience.errors import FailedPrecondition
from experience.transforms import leases, store
from experience.transforms.leases import LeaseLost
from experience.transforms.models import Claim, JobErrorCode, JobOutput
from experience.transforms.usecases import start_transform
from tests.calling import at_once
from tests.endpoints.transforms.conftest import Visits

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


class TestCancel:
    def test_a_waiting_job_ends_and_never_runs(
        self, suite: Suite, visit: Visits, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        guest = visit()
        with monkeypatch.context() as patch:
            patch.setattr(suite.broker, "deliver", lambda event: None)
            start_transform(guest.completed)
            suite.settle()
        answer = guest.call("cancelTransform")
        assert (answer["status"], answer["error"]["code"]) == ("cancelled", "CANCELLED")
        assert answer["completedAt"] is not None
        assert guest.told() == ("cancelled", "CANCELLED")
        store.dispatch(guest.task())  # its task comes all the same
        suite.settle()
        assert (guest.job()["status"], guest.job()["attemptCount"]) == ("cancelled", 0)

    def test_a_worker_in_the_middle_of_it_can_write_no_more(
        self, held: None, visit: Visits
    ) -> None:
        guest = visit()
        start_transform(guest.completed)
        work = guest.take()
        guest.cancel()
        after = (guest.job(), guest.session())
        with pytest.raises(LeaseLost):
            work.tell("stylise", 30)
        with pytest.raises(LeaseLost):
            work.fail(JobErrorCode.UNKNOWN, "m", "load", retryable=True)
        with pytest.raises(LeaseLost):
            work.finish(OUTPUT)
        assert (guest.job(), guest.session()) == after
        assert guest.told() == ("cancelled", "CANCELLED")

    def test_a_worker_from_before_cannot_write_into_the_next_round(
        self, held: None, visit: Visits
    ) -> None:
        guest = visit()
        start_transform(guest.completed)
        late = guest.take()
        guest.cancel()
        guest.retry()
        guest.take()
        before = (guest.job(), guest.session())
        with pytest.raises(LeaseLost):
            late.tell("publish", 90)
        with pytest.raises(LeaseLost):
            late.fail(JobErrorCode.UNKNOWN, "m", "load", retryable=False)
        assert (guest.job(), guest.session()) == before

    @pytest.mark.parametrize("attempt", range(4))
    def test_of_cancelling_and_finishing_at_once_one_wins_and_the_records_agree(
        self, held: None, visit: Visits, attempt: int
    ) -> None:
        guest = visit()
        start_transform(guest.completed)
        work = guest.take()

        def act(number: int) -> str:
            try:
                if number == attempt % 2:
                    return guest.cancel().status
                work.finish(OUTPUT)
            except LeaseLost:
                return "lost"
            except FailedPrecondition as refusal:
                return f"refused: {refusal.details['status']}"
            return "completed"

        answers = sorted(at_once(2, act))
        assert answers in (["cancelled", "lost"], ["completed", "refused: completed"])
        assert guest.job()["status"] == guest.told()[0] == answers[0]
        has_picture = guest.session()["resultMedia"] is not None
        assert has_picture == (guest.job()["output"] is not None) == (answers[0] == "completed")

    def test_a_worker_that_begins_at_that_moment_does_not_undo_it(
        self, held: None, visit: Visits
    ) -> None:
        guest = visit()
        start_transform(guest.completed)
        task = guest.task()
        at_once(2, lambda number: leases.take(task) if number else guest.cancel())
        assert guest.told() == ("cancelled", "CANCELLED")
        assert guest.job()["status"] == "cancelled"
        assert leases.take(task) is Claim.ENDED

    def test_twice_answers_the_same_and_writes_nothing(self, held: None, visit: Visits) -> None:
        guest = visit()
        start_transform(guest.completed)
        first = guest.call("cancelTransform")
        written = guest.job()
        assert guest.call("cancelTransform") == first
        assert guest.job() == written

    @pytest.mark.parametrize("status", ["completed", "failed"])
    def test_another_end_stands_and_is_told(self, visit: Visits, status: str) -> None:
        guest = visit()
        guest.failed()
        guest.end(status)
        before = (guest.job(), guest.session())
        error = guest.refused("cancelTransform")
        assert (error.status, error.reason) == ("FAILED_PRECONDITION", "job_not_cancellable")
        assert error.details["status"] == status
        assert (guest.job(), guest.session()) == before

    def test_after_second_thoughts_there_is_a_picture(self, suite: Suite, visit: Visits) -> None:
        guest = visit()
        start_transform(guest.completed)
        suite.settle()
        guest.end("pending", attemptCount=0)
        guest.call("cancelTransform")
        assert guest.call("startTransform")["status"] == "cancelled"
        guest.call("retryTransform")
        suite.settle()
        assert guest.told() == ("completed", None)
        assert guest.session()["resultMedia"] is not None
