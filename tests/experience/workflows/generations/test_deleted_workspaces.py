"""A deleted workspace pays for no generation, whatever was under way."""

from collections.abc import Callable
from typing import Any

import pytest

from experience.workflows.execution import worker
from experience.workflows.runs.models import RunStatus
from tests.experience.workflows.generations.generation_bench import REPLICATE, GenerationBench
from tests.support.vendors.replicate import ReplicateVendor


class TestADeletedWorkspace:
    @pytest.fixture
    def deleted(
        self, generations: GenerationBench, monkeypatch: pytest.MonkeyPatch
    ) -> Callable[[], Any]:
        monkeypatch.setenv("STATUS_SECONDS", "0")
        workspace = generations.client.document("workspaces", generations.workspace)
        return lambda: workspace.set({"status": "deleted"})

    def test_pays_for_nothing_that_waits(
        self,
        generations: GenerationBench,
        replicate: ReplicateVendor,
        deleted: Callable[[], Any],
    ) -> None:
        run_id = generations.ask(REPLICATE)
        deleted()
        generations.work()
        assert replicate.paid == 0
        assert generations.run(run_id).status is RunStatus.CANCELLED

    def test_has_the_provider_told_of_what_it_is_at(
        self,
        generations: GenerationBench,
        replicate: ReplicateVendor,
        deleted: Callable[[], Any],
    ) -> None:
        replicate.polls_needed = 10**6
        run_id = generations.ask(REPLICATE)
        generations.work_until("pollGeneration")
        deleted()
        generations.work()
        assert [each["status"] for each in replicate.predictions.values()] == ["canceled"]
        assert generations.run(run_id).status is RunStatus.CANCELLED
        assert generations.held_permits() == []

    def test_deleted_within_a_step_asks_no_provider(
        self,
        generations: GenerationBench,
        replicate: ReplicateVendor,
        deleted: Callable[[], Any],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        run_id = generations.ask(REPLICATE)
        run_step = worker.run_step

        def deleted_meanwhile(task: Any, delivery: Any) -> None:
            deleted()
            run_step(task, delivery)

        monkeypatch.setattr(worker, "run_step", deleted_meanwhile)
        generations.work()
        assert replicate.paid == 0
        run = generations.run(run_id)
        assert (run.status, run.error and run.error.code) == ("failed", "CANCELLED")
