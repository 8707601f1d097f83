"""Giving a transform up, also while a worker is in the middle of it."""

import pytest

from tests.experience.transforms.conftest import NewTransform
from tests.support.job_bench import meanwhile


class TestCancel:
    def test_a_waiting_job_ends_and_never_runs(self, held_visit: NewTransform) -> None:
        guest = held_visit()
        guest.begin()
        answer = guest.call("cancelTransform")
        assert (answer["status"], answer["error"]["code"]) == ("cancelled", "CANCELLED")
        assert answer["completedAt"] is not None
        assert answer == guest.job()
        guest.work()  # its task comes all the same
        assert guest.shown() == ("cancelled", 0, "CANCELLED")
        guest.agree()

    @pytest.mark.parametrize("step", ["load", "stylise", "publish"])
    def test_a_worker_in_the_middle_of_it_can_write_no_more(
        self, held_visit: NewTransform, monkeypatch: pytest.MonkeyPatch, step: str
    ) -> None:
        guest = held_visit()
        guest.begin()
        meanwhile(monkeypatch, step, lambda: guest.call("cancelTransform"))
        guest.work()
        assert guest.shown() == ("cancelled", 1, "CANCELLED")
        guest.agree()

    def test_twice_answers_the_same_and_writes_nothing(self, held_visit: NewTransform) -> None:
        guest = held_visit()
        guest.begin()
        first = guest.call("cancelTransform")
        written = guest.everything()
        assert guest.call("cancelTransform") == first
        assert guest.everything() == written

    @pytest.mark.parametrize("status", ["completed", "failed"])
    def test_another_end_stands_and_is_told(self, visit: NewTransform, status: str) -> None:
        guest = visit()
        guest.failed()
        if status == "completed":
            guest.call("retryTransform")
            guest.suite.settle()
        before = guest.everything()
        error = guest.refused("cancelTransform")
        assert (error.status, error.reason) == ("FAILED_PRECONDITION", "job_not_cancellable")
        assert error.details["status"] == status
        assert guest.everything() == before

    def test_after_second_thoughts_there_is_a_picture(self, held_visit: NewTransform) -> None:
        guest = held_visit()
        guest.begin()
        guest.call("cancelTransform")
        assert guest.call("startTransform")["status"] == "cancelled"
        guest.call("retryTransform")
        guest.suite.settle()
        assert guest.shown() == ("completed", 1, None)
        guest.agree()
