"""What generations cost: requests to the storage, and dollars."""

from experience import storage
from experience.workflows.artifacts import store as artifact_store
from experience.workflows.runs.models import RunStatus
from experience.workflows.runs.requests import GetRun
from experience.workflows.usecases import read
from tests.experience.workflows.generations.generation_bench import (
    GEMINI,
    REPLICATE,
    GenerationBench,
)
from tests.support.builders.images import ASTRONAUT
from tests.support.vendors.account import PICTURE
from tests.support.vendors.gemini import GeminiVendor
from tests.support.vendors.replicate import ReplicateVendor
from tests.support.workflows.workflow_bench import EDITOR, storage_requests


class TestTheBytesOfATask:
    def test_are_stored_and_not_fetched_again(self, generations: GenerationBench) -> None:
        path = f"workspaces/{generations.workspace}/photo.jpg"
        storage.bucket().blob(path).upload_from_string(ASTRONAUT)
        transform = {"model": "local", "style": "sketch", "output": {"width": 256}}
        with storage_requests() as asked:
            run_id = generations.start(
                "photo.transform", {"sourceUri": path, "transform": transform}
            )
            generations.work()
        assert generations.run(run_id).status is RunStatus.COMPLETED
        # The photo is no artifact: it is read. Two stages are stored, the picture, its thumbnail.
        assert asked == {"GET": 1, "POST": 4}

    def test_are_asked_for_anew_by_the_next_task(self, generations: GenerationBench) -> None:
        stored = artifact_store.put(generations.tenant, PICTURE, "image/png")
        with storage_requests() as asked:
            assert artifact_store.read(generations.tenant, stored.uri) == PICTURE
            assert asked == {}
            assert artifact_store.read(generations.same_tenant(), stored.uri) == PICTURE
            assert asked == {"GET": 1}

    def test_say_nothing_of_what_is_stored(self, generations: GenerationBench) -> None:
        tenant = generations.tenant
        stored = artifact_store.put(tenant, PICTURE, "image/png")
        storage.bucket().blob(tenant.path_of(stored.content_hash)).delete()
        assert not artifact_store.exists(tenant, stored.uri)
        artifact_store.put(tenant, PICTURE, "image/png")
        assert artifact_store.exists(tenant, stored.uri)


class TestCosts:
    def costs(self, bench: GenerationBench, run_id: str) -> tuple[float | None, ...]:
        asked = GetRun(workspace_id=bench.workspace, run_id=run_id)
        found = read.get_run(EDITOR, asked)
        return (found.run.cost_usd, *(step.cost_usd for step in found.steps))

    def test_are_told_in_dollars_by_step_and_together(
        self, generations: GenerationBench, gemini: GeminiVendor
    ) -> None:
        run_id = generations.ask(GEMINI, then="fail")
        assert self.costs(generations, run_id) == (0, 0)
        generations.work()
        assert self.costs(generations, run_id) == (0.03879, 0.03879)

    def test_of_each_attempt_count(
        self, generations: GenerationBench, gemini: GeminiVendor
    ) -> None:
        gemini.feedback = {"blockReason": "SAFETY"}
        run_id = generations.ask(GEMINI)
        generations.work()
        gemini.feedback = None
        generations.retry(run_id)
        generations.work()
        assert len(generations.jobs(run_id)) == gemini.paid == 2
        assert self.costs(generations, run_id)[0] == 0.07758

    def test_that_nobody_tells_are_not_known(
        self, generations: GenerationBench, replicate: ReplicateVendor
    ) -> None:
        run_id = generations.ask(REPLICATE)
        assert self.costs(generations, run_id) == (0, 0)
        generations.work()
        assert self.costs(generations, run_id) == (None, None)

    def test_of_what_is_made_here_are_nothing(self, generations: GenerationBench) -> None:
        run_id = generations.ask({"params": {"style": "van gogh"}, "sources": ["none"]})
        source = artifact_store.put(generations.tenant, PICTURE, "image/png").uri
        wrong = generations.ask({"params": {"style": "van gogh"}, "sources": [source]})
        generations.work()
        assert generations.job(wrong).status == "failed"
        assert self.costs(generations, run_id) == self.costs(generations, wrong) == (0, 0)
