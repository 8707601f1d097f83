"""Jobs whose event, task or worker was lost."""

from typing import Any

import pytest
from google.cloud.firestore import Client

from experience import clients
from experience.transforms.usecases.sweep import sweep_jobs
from experience.workflows.usecases.sweep import sweep_runs
from tests.support.calling import at_once
from tests.support.job_bench import JobBench, meanwhile, unrest
from tests.support.workflows.workflow_bench import Killed


def dies(*_arguments: Any, **_options: Any) -> None:
    raise ConnectionError("the process ends here")


class TestNothing:
    def test_an_empty_database_has_nothing_to_repair(self, quiet_db: Client) -> None:
        assert sweep_jobs() == 0

    @pytest.mark.parametrize("ended", ["completed", "failed", "cancelled"])
    def test_an_ended_job_is_left_alone(self, one: JobBench, ended: str) -> None:
        one.job_ref.update({"status": ended, "updatedAt": 1})
        one.session_ref.update({"jobStatus": ended})
        before = one.everything()
        assert sweep_jobs() == 0
        assert one.everything() == before

    def test_nor_is_one_whose_run_goes_on_touched_here(self, one: JobBench) -> None:
        one.job_ref.update({"updatedAt": 1})
        before = one.everything()
        assert sweep_jobs() == 0
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
