"""A run and those it is done for: removed by hand, cancelled by operators, and what it may read."""

from collections.abc import Callable
from typing import Any

import pytest

from experience.errors import NotFound
from experience.imaging import processes
from experience.workflows.runs.models import RunStatus
from experience.workflows.runs.requests import CancelRun, RetryRun
from experience.workflows.usecases import cancel, retry
from experience.workflows.usecases.sweep import sweep_runs
from tests.support.builders.jobs import a_booth
from tests.support.builders.venues import Venue
from tests.support.job_bench import JobBench, NewJob, meanwhile, unrest
from tests.support.workflows.workflow_bench import EDITOR, unfinished

OWNED = ("job", "session")


def removed(one: JobBench, what: str) -> Callable[[], Any]:
    """Somebody deletes a document by hand."""
    remove: Callable[[], Any] = {"job": one.job_ref, "session": one.session_ref}[what].delete
    return remove


def status_left(one: JobBench, gone: str) -> str:
    """What is told by the one that was not removed; the other one did not come again."""
    references = {"job": one.job_ref, "session": one.session_ref}
    assert not references.pop(gone).get().exists
    [left] = references.values()
    return str(left.get().get("status" if gone == "session" else "jobStatus"))


@pytest.mark.parametrize("what", OWNED)
class TestRemovedByHand:
    @pytest.mark.parametrize("step", ["load", "stylise", "publish"])
    def test_the_run_ends_all_the_same_and_tells_who_is_left(
        self, one: JobBench, monkeypatch: pytest.MonkeyPatch, what: str, step: str
    ) -> None:
        meanwhile(monkeypatch, step, removed(one, what))
        one.enqueue()
        one.drain()
        assert one.whole_run().status is RunStatus.COMPLETED
        assert unfinished(one, one.run_id) == []
        assert status_left(one, what) == "completed"

    def test_so_does_one_that_waits_and_fails(
        self, one: JobBench, monkeypatch: pytest.MonkeyPatch, what: str
    ) -> None:
        monkeypatch.setattr(processes, "normalise", lambda *_arguments: None)
        one.enqueue()
        removed(one, what)()
        one.drain()
        assert one.whole_run().status is RunStatus.FAILED
        assert unfinished(one, one.run_id) == []
        assert status_left(one, what) == "failed"

    def test_operators_can_give_it_up_and_take_it_up(self, one: JobBench, what: str) -> None:
        one.enqueue()
        removed(one, what)()
        cancel.cancel_by_id(one.tenant, one.run_id)
        assert one.whole_run().status is RunStatus.CANCELLED
        assert status_left(one, what) == "cancelled"
        retry.retry_by_id(one.tenant, one.run_id)
        assert status_left(one, what) == "pending"
        one.drain()
        assert one.whole_run().status is RunStatus.COMPLETED


def test_a_run_whose_owners_are_all_gone_ends(
    one: JobBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def remove_both() -> None:
        for what in OWNED:
            removed(one, what)()

    meanwhile(monkeypatch, "load", remove_both)
    one.enqueue()
    one.drain()
    assert one.whole_run().status is RunStatus.COMPLETED
    assert not one.job_ref.get().exists
    assert not one.session_ref.get().exists


class TestARunThatIsGone:
    """Somebody removed the run by hand, and its guest still waits for the picture."""

    def test_the_job_can_be_cancelled_and_gets_another_run(self, one: JobBench) -> None:
        one.client.recursive_delete(one.tenant.run_ref(one.run_id))
        one.enqueue()
        one.drain()
        assert one.shown() == ("pending", 0, None)
        one.cancel()
        assert one.shown() == ("cancelled", 0, "CANCELLED")
        one.retry()
        sweep_runs()  # its first task had the name of one that was used
        one.drain()
        assert one.shown() == ("completed", 1, None)
        assert unrest(one.client) == []


class TestOperators:
    """Editors of the workspace see a job's run among all others."""

    def cancel_run(self, one: JobBench) -> None:
        ids = {"workspace_id": one.workspace, "run_id": one.run_id}
        cancel.cancel_run(EDITOR, CancelRun(**ids))

    def retry_run(self, one: JobBench) -> None:
        ids = {"workspace_id": one.workspace, "run_id": one.run_id}
        retry.retry_run(EDITOR, RetryRun(**ids))

    def test_who_cancels_the_run_cancels_the_job(self, one: JobBench) -> None:
        one.enqueue()
        self.cancel_run(one)
        assert one.shown() == ("cancelled", 0, "CANCELLED")
        before = one.everything()
        self.cancel_run(one)
        one.drain()
        assert one.everything() == before
        assert unrest(one.client) == []

    def test_also_while_somebody_works_on_it(
        self, one: JobBench, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        meanwhile(monkeypatch, "publish", lambda: self.cancel_run(one))
        one.work()
        assert one.shown() == ("cancelled", 1, "CANCELLED")
        assert unrest(one.client) == []

    def test_who_takes_the_run_up_takes_the_job_up(self, new_job: NewJob) -> None:
        one = new_job(b"no photo")
        one.work()
        assert one.shown() == ("failed", 1, "INVALID_INPUT")
        self.retry_run(one)
        assert one.shown() == ("pending", 1, None)
        assert (one.job()["error"], one.job()["completedAt"]) == (None, None)
        self.retry_run(one)
        assert len(one.queue.waiting) == 1
        one.drain()
        assert one.shown() == ("failed", 2, "INVALID_INPUT")

    def test_a_guest_and_an_operator_can_take_turns(self, one: JobBench) -> None:
        one.enqueue()
        one.cancel()
        self.retry_run(one)
        one.agree()
        self.cancel_run(one)
        one.retry()
        one.drain()
        assert one.shown() == ("completed", 1, None)
        before = one.everything()
        self.cancel_run(one)
        self.retry_run(one)
        assert one.everything() == before


class TestReading:
    """A run of a job may read its own capture beside what is its workspace's, and nothing else."""

    def test_a_run_that_an_editor_starts_may_not_read_a_capture(self, one: JobBench) -> None:
        payload = one.whole_run().trigger_payload
        run_id = one.start("photo.transform", payload)
        one.drain()
        error = one.run(run_id).error
        assert error is not None
        assert (error.failed_step_id, error.code) == ("load", "ARTIFACT_NOT_FOUND")
        assert one.work()["status"] == "completed"  # which the job's own run may

    @pytest.mark.parametrize("same_venue", [True, False], ids=["its project's", "another's"])
    def test_a_run_of_a_job_may_not_read_another_capture(
        self, new_job: NewJob, *, same_venue: bool
    ) -> None:
        other = new_job()
        one = new_job(venue=a_booth(other.client) if not same_venue else venue_of(other))
        source = other.whole_run().trigger_payload["sourceUri"]
        one.tenant.run_ref(one.run_id).update({"triggerPayload.sourceUri": source})
        one.work()
        assert one.shown() == ("failed", 1, "INVALID_INPUT")
        assert other.work()["status"] == "completed"

    def test_a_guest_s_run_is_nobody_s_base(self, one: JobBench) -> None:
        one.work()
        with pytest.raises(NotFound) as refused:
            one.start("photo.transform", {}, baseRunId=one.run_id)
        assert refused.value.reason == "run_not_found"


def venue_of(one: JobBench) -> Venue:
    """Where a job's session was completed."""
    return Venue(one.workspace, one.project, one.completed.experience_id)
