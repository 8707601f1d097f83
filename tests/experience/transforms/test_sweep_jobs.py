"""Jobs whose event, task or worker was lost, and those of a time when jobs had no runs."""

from typing import Any

import pytest
from google.cloud.firestore import Client

from experience import clients, sweeps
from experience.transforms.usecases.sweep import sweep_jobs
from experience.workflows.runs.models import RunStatus
from experience.workflows.usecases.sweep import sweep_runs
from tests.support.builders.jobs import internals_ref, job_ref
from tests.support.calling import at_once
from tests.support.job_bench import JobBench, NewJob, meanwhile, unrest
from tests.support.workflows.workflow_bench import Killed

NOTHING = {"pending": 0, "running": 0, "sessions": 0}


def dies(*_arguments: Any, **_options: Any) -> None:
    raise ConnectionError("the process ends here")


def earlier(one: JobBench, status: str = "pending", **fields: Any) -> JobBench:
    """Let the job be of a time when jobs had no runs, and nobody have written it for long."""
    run = one.tenant.run_ref(one.run_id)
    for step in run.collection("runSteps").list_documents():
        step.delete()
    run.delete()
    one.job_ref.update({"runId": None, "status": status, "updatedAt": 1, **fields})
    one.session_ref.update({"jobStatus": status})
    return one


class TestNothing:
    def test_an_empty_database_has_nothing_to_put_right(self, quiet_db: Client) -> None:
        assert sweep_jobs() == NOTHING

    @pytest.mark.parametrize("ended", ["completed", "failed", "cancelled"])
    def test_an_ended_job_is_left_alone(self, one: JobBench, ended: str) -> None:
        earlier(one, ended)
        assert sweep_jobs() == NOTHING
        assert one.job()["runId"] is None

    def test_nor_is_one_whose_run_goes_on_touched_here(self, one: JobBench) -> None:
        one.job_ref.update({"updatedAt": 1})
        before = one.everything()
        assert sweep_jobs() == NOTHING
        assert one.everything() == before


class TestLost:
    """`sweepRuns` sees to the runs of jobs as to all others."""

    def test_a_job_that_was_never_enqueued_is_and_runs(self, one: JobBench) -> None:
        assert sweep_runs()["undispatched"] == 1
        one.drain()
        assert one.shown() == ("completed", 1, None)

    def test_a_job_whose_task_may_be_on_its_way_is_left_alone(
        self, one: JobBench, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("SWEEP_GRACE_SECONDS", "60")
        assert not any(sweep_runs().values())
        assert one.queue.waiting == []

    def test_a_task_that_was_lost_is_followed_by_one_of_another_name(self, one: JobBench) -> None:
        one.enqueue()
        one.queue.waiting.clear()
        one.enqueue()  # its name is used up for hours
        assert one.queue.waiting == []
        sweep_runs()
        one.drain()
        assert one.shown() == ("completed", 1, None)
        assert unrest(one.client) == []

    def test_a_retry_that_died_before_it_enqueued_is_made_good(
        self, one: JobBench, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        one.enqueue()
        one.cancel()
        one.drain()
        with monkeypatch.context() as patch:
            patch.setattr(clients, "enqueue", dies)
            with pytest.raises(ConnectionError):
                one.retry()
        assert one.shown() == ("pending", 0, None)
        assert sweep_runs()["undispatched"] == 1
        one.drain()
        assert one.shown() == ("completed", 1, None)

    @pytest.mark.parametrize("step", ["load", "stylise", "publish"])
    def test_a_worker_that_vanished_is_followed_by_another_that_finishes(
        self, one: JobBench, monkeypatch: pytest.MonkeyPatch, step: str
    ) -> None:
        def vanish() -> None:
            raise Killed

        meanwhile(monkeypatch, step, vanish)
        one.enqueue()
        with pytest.raises(Killed):
            one.deliver()
        one.queue.waiting.clear()  # even the queue has forgotten it
        assert sweep_runs()["lost"] == 0
        one.agree()
        one.lose_lease()
        assert sweep_runs()["lost"] == 1
        one.drain()
        assert one.shown() == ("completed", 2, None)
        assert unrest(one.client) == []

    def test_two_sweeps_at_once_start_one_worker(self, one: JobBench) -> None:
        assert sum(done["undispatched"] for done in at_once(2, lambda _: sweep_runs())) == 1
        assert len(one.queue.waiting) == 1


class TestOfFormerTimes:
    """Jobs that were under way when the first runs were deployed."""

    @pytest.mark.parametrize("status", ["pending", "running"])
    def test_such_a_job_gets_its_run_and_its_picture(self, one: JobBench, status: str) -> None:
        earlier(one, status, attemptCount=2)
        lease = {"holder": "a worker of then", "expiresAt": 1, "fence": 2}
        internals_ref(one.client, one.project, one.job_id).update({"lease": lease, "fence": 2})
        assert sweep_jobs()[status] == 1
        assert one.shown() == ("pending", 2, None)
        assert one.job()["runId"] == one.run_id
        one.agree()
        one.drain()
        assert one.shown() == ("completed", 3, None)
        assert unrest(one.client) == []

    def test_sweeping_again_at_once_starts_nothing(self, one: JobBench) -> None:
        earlier(one)
        sweep_jobs()
        before = one.everything()
        assert sweep_jobs() == NOTHING
        assert one.everything() == before
        assert len(one.queue.waiting) == 1

    def test_two_sweeps_at_once_order_one_run(self, one: JobBench) -> None:
        earlier(one)
        assert sum(done["pending"] for done in at_once(2, lambda _: sweep_jobs())) == 1
        assert len(one.queue.waiting) == 1

    def test_a_sweep_that_died_before_it_enqueued_is_made_good(
        self, one: JobBench, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        earlier(one)
        with monkeypatch.context() as patch:
            patch.setattr(clients, "enqueue", dies)
            assert sweep_jobs() == NOTHING  # it could not be mended, and is logged
        assert one.whole_run().status is RunStatus.QUEUED
        assert sweep_runs()["undispatched"] == 1
        one.drain()
        assert one.shown() == ("completed", 1, None)

    @pytest.mark.parametrize("status", ["failed", "cancelled"])
    def test_one_that_ended_without_a_picture_can_be_tried_again(
        self, one: JobBench, status: str
    ) -> None:
        error = {"code": "STORAGE_ERROR", "message": "m", "isRetryable": True, "timestamp": 1}
        earlier(one, status, error=error, attemptCount=5)
        one.retry()
        one.agree()
        one.drain()
        assert one.shown() == ("completed", 6, None)

    def test_one_that_waits_can_be_given_up(self, one: JobBench) -> None:
        earlier(one, "running")
        one.cancel()
        assert one.shown() == ("cancelled", 0, "CANCELLED")
        assert sweep_jobs() == NOTHING

    def test_one_whose_session_is_gone_is_left_alone(self, one: JobBench) -> None:
        earlier(one)
        one.session_ref.delete()
        assert sweep_jobs() == NOTHING
        assert one.job()["runId"] is None


class TestManyAndBroken:
    def test_more_than_one_page_and_jobs_that_cannot_be_read_stop_nothing(
        self, new_job: NewJob, quiet_db: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(sweeps, "PAGE_SIZE", 2)
        found = [earlier(new_job()) for _ in range(4)]
        for number in range(3):  # the oldest of all, a page and more of them
            broken = job_ref(quiet_db, "p", f"broken{number}")
            broken.set({"status": "pending", "updatedAt": 0})
        without = earlier(new_job())
        internals_ref(quiet_db, without.project, without.job_id).delete()
        assert sweep_jobs()["pending"] == 4
        assert [one.job()["runId"] for one in found] == [one.run_id for one in found]
        assert without.job()["runId"] is None
