"""Giving a transform up, also while a worker is in the middle of it."""

import pytest
from google.cloud.firestore import Client as Database

from experience.errors import NotFound, PermissionDenied, Refusal
from experience.transforms.models.requests import CancelTransform, RetryTransform
from experience.transforms.usecases.cancel import cancel_transform
from experience.transforms.usecases.retry import retry_transform
from tests.experience.transforms.conftest import NewTransform
from tests.support.builders.guests import stored_guest
from tests.support.builders.workspaces import a_member, a_workspace
from tests.support.job_bench import JobBench, meanwhile


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


class TestAttendants:
    def test_they_cancel_and_retry_and_the_guest_is_not_counted(
        self, quiet_db: Database, one: JobBench
    ) -> None:
        attendant = a_member(quiet_db, one.workspace, "attendant")

        cancelled = cancel_transform(attendant, CancelTransform(**one.ids))
        assert cancelled.status == one.job()["status"] == "cancelled"
        retried = retry_transform(attendant, RetryTransform(**one.ids))
        assert retried.status == "pending"
        one.drain()

        assert one.job()["status"] == "completed"
        assert not stored_guest(quiet_db, one.project, one.uid).get("rates")

    def test_those_below_and_others_do_not(self, quiet_db: Database, one: JobBench) -> None:
        before = one.everything()
        refusals: dict[str, type[Refusal]] = {
            a_member(quiet_db, one.workspace, "viewer"): PermissionDenied,
            a_member(quiet_db, a_workspace(quiet_db), "owner"): NotFound,
            "another guest": NotFound,
        }
        for uid, refusal in refusals.items():
            with pytest.raises(refusal):
                cancel_transform(uid, CancelTransform(**one.ids))
            with pytest.raises(refusal):
                retry_transform(uid, RetryTransform(**one.ids))
        assert one.everything() == before
