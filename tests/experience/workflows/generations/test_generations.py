"""Generations from asking to the artifact, with real bytes, real documents and a test vendor."""

from collections.abc import Callable
from typing import Any

import pytest
import requests

from experience import storage
from experience.providers.local import Local
from experience.providers.models import Blob, Poll, State
from experience.workflows.artifacts import store as artifact_store
from experience.workflows.artifacts.provider_blobs import TenantBlobs
from experience.workflows.generations import completion
from experience.workflows.generations.models import MAX_SUBMITS, times_of
from experience.workflows.runs.models import RunStatus
from experience.workflows.skills import GenerationRequest
from experience.workflows.usecases import cancel
from tests.experience.workflows.generations.generation_bench import (
    GEMINI,
    REPLICATE,
    GenerationBench,
)
from tests.support.builders.images import ASTRONAUT, recipe
from tests.support.vendors.account import PICTURE
from tests.support.vendors.gemini import GENERATE, GeminiVendor
from tests.support.vendors.replicate import ReplicateVendor
from tests.support.vendors.server import Reply

UNAVAILABLE = Reply(503, {"detail": "Unavailable"})


def failed_code(bench: GenerationBench, run_id: str) -> str:
    run = bench.run(run_id)
    assert run.status is RunStatus.FAILED
    assert bench.held_permits() == []
    assert run.error
    return run.error.code


def cancelled_and_retried(bench: GenerationBench) -> str:
    """A run that was cancelled while the vendor was at it, and ready to go on."""
    run_id = bench.ask(REPLICATE)
    bench.work_until("pollGeneration")
    bench.cancel(run_id)
    bench.work()
    bench.retry(run_id)
    return run_id


class TestAProviderThatIsPolled:
    def test_makes_an_artifact_of_its_result(
        self, generations: GenerationBench, replicate: ReplicateVendor
    ) -> None:
        replicate.polls_needed = 3
        run_id = generations.ask(REPLICATE)
        generations.work()
        assert generations.run(run_id).status is RunStatus.COMPLETED
        job = generations.job(run_id)
        assert job.status == "completed"
        assert job.provider_job_id in replicate.predictions
        assert job.input_params == REPLICATE["params"]
        assert (job.attempts, job.submits, job.permit, job.due_at) == (2, 1, None, None)
        assert job.result_uri == f"{replicate.url}/files/{job.provider_job_id}.png"
        assert job.artifact
        assert job.artifact.metadata == {"width": 64, "height": 48}
        assert artifact_store.read(generations.tenant, job.artifact.uri) == PICTURE
        stored = generations.tenant.artifact_ref(str(job.artifact_id)).get()
        assert stored.get("contentHash") == job.artifact.content_hash
        assert generations.output(run_id, "made")["artifact"]["uri"] == job.artifact.uri
        assert replicate.paid == 1
        assert generations.held_permits() == []

    def test_polls_as_often_as_its_kind_of_medium_needs(
        self, generations: GenerationBench, replicate: ReplicateVendor
    ) -> None:
        replicate.polls_needed = 3
        began = generations.now
        generations.ask(REPLICATE)
        generations.work()
        assert 3 * 2_000 <= generations.now - began < 4 * 2_000

    @pytest.mark.parametrize(
        ("request_", "times"),
        [
            ({}, (2_000, 60_000)),
            ({"media_type": "video"}, (5_000, 300_000)),
            ({"media_type": "audio"}, (2_000, 30_000)),
            ({"media_type": "audio", "sound": "music"}, (5_000, 180_000)),
            ({"poll_interval_ms": 7, "timeout_ms": 70}, (7, 70)),
        ],
    )
    def test_has_its_times_from_its_medium(
        self, request_: dict[str, Any], times: tuple[int, int]
    ) -> None:
        assert times_of(GenerationRequest(**request_)) == times

    def test_recovers_from_polls_that_fail(
        self, generations: GenerationBench, replicate: ReplicateVendor
    ) -> None:
        replicate.next("get", *[UNAVAILABLE] * 10)
        run_id = generations.ask(REPLICATE)
        generations.work()
        assert generations.run(run_id).status is RunStatus.COMPLETED
        assert generations.job(run_id).attempts == 2
        assert replicate.paid == 1

    def test_that_asks_for_a_day_is_given_up_at_the_end_of_its_job(
        self, generations: GenerationBench, replicate: ReplicateVendor
    ) -> None:
        replicate.next("get", *[Reply(429, {}, headers={"Retry-After": "86400"})] * 9)
        run_id = generations.ask({**REPLICATE, "timeoutMs": 10_000})
        asked_at = generations.now
        assert generations.work_until_ended(run_id).status == "timed_out"
        assert generations.now < asked_at + 30_000

    def test_that_takes_too_long_is_told_and_its_job_timed_out(
        self, generations: GenerationBench, replicate: ReplicateVendor
    ) -> None:
        replicate.polls_needed = 10**6
        run_id = generations.ask({**REPLICATE, "timeoutMs": 10_000})
        job = generations.work_until_ended(run_id)
        assert (job.status, job.error_code, job.cancel_due) == ("timed_out", "TIMEOUT", True)
        generations.work()
        assert failed_code(generations, run_id) == "TIMEOUT"
        assert {each["status"] for each in replicate.predictions.values()} == {"canceled"}
        assert not any(each.cancel_due or each.due_at for each in generations.jobs())

    def test_that_refuses_for_safety_ends_the_step_at_once(
        self, generations: GenerationBench, replicate: ReplicateVendor
    ) -> None:
        replicate.outcome = {"status": "failed", "error": "NSFW content detected"}
        run_id = generations.ask(REPLICATE)
        generations.work()
        assert failed_code(generations, run_id) == "SAFETY_FILTERED"
        assert replicate.paid == 1

    def test_that_may_do_it_next_time_is_asked_by_the_step_s_next_attempt(
        self, generations: GenerationBench, replicate: ReplicateVendor
    ) -> None:
        replicate.outcome = {"status": "failed", "error": "Prediction interrupted; please retry"}
        run_id = generations.ask(REPLICATE)
        generations.work_until("pollGeneration")
        generations.step()
        replicate.outcome = {"status": "succeeded"}
        generations.work()
        assert generations.run(run_id).status is RunStatus.COMPLETED
        first, second = generations.jobs(run_id)
        assert (first.status, first.error_code) == ("failed", "PROVIDER_ERROR")
        assert second.status == "completed"
        assert replicate.paid == 2

    def test_whose_result_is_no_picture_has_no_effect(
        self, generations: GenerationBench, replicate: ReplicateVendor
    ) -> None:
        replicate.result = Reply(200, b"<html>", content_type="text/html")
        run_id = generations.ask({**REPLICATE, "timeoutMs": 5_000})
        generations.work()
        assert failed_code(generations, run_id) == "TIMEOUT"
        assert generations.jobs(run_id)[0].artifact is None


class TestAProviderThatAnswersAtOnce:
    def test_local_ends_in_the_step_s_own_task(self, generations: GenerationBench) -> None:
        from experience.imaging import stages

        normal = stages.normalise(ASTRONAUT, recipe("sketch", width=256))
        source = artifact_store.put(generations.tenant, normal, "image/png").uri
        request = {"params": {"style": "sketch"}, "sources": [source]}
        with generations.killed_at(10**6, "before") as commits:
            run_id = generations.ask(request)
            generations.work()
        assert generations.run(run_id).status is RunStatus.COMPLETED
        job = generations.job(run_id)
        assert (job.status, job.cost_micros, job.provider_id) == ("completed", 0, "local")
        assert job.artifact
        made = artifact_store.read(generations.tenant, job.artifact.uri)
        assert made == stages.stylise(normal, "sketch")
        # the run; its step taken; the job, twice; the end of the step and the run
        assert commits[0] == 5
        assert len(generations.timed.names) == 1

    def test_gemini_too_and_its_kept_result_goes_as_the_job_ends(
        self, generations: GenerationBench, gemini: GeminiVendor
    ) -> None:
        run_id = generations.ask(GEMINI)
        generations.work()
        job = generations.job(run_id)
        assert (job.status, job.cost_micros) == ("completed", 38_790)
        assert len(generations.timed.names) == 1
        assert TenantBlobs(generations.tenant).kept(job.id) is None
        assert gemini.paid == 1

    def test_a_refusal_is_final_and_its_cost_is_known(
        self, generations: GenerationBench, gemini: GeminiVendor
    ) -> None:
        gemini.feedback = {"blockReason": "SAFETY"}
        run_id = generations.ask(GEMINI)
        generations.work()
        assert failed_code(generations, run_id) == "SAFETY_FILTERED"
        assert generations.job(run_id).cost_micros == 9_390 + 29_400

    def test_an_answer_that_was_lost_fails_the_job_and_says_so(
        self, generations: GenerationBench, gemini: GeminiVendor
    ) -> None:
        gemini.drop(GENERATE, after=True)
        run_id = generations.ask(GEMINI)
        generations.work()
        assert failed_code(generations, run_id) == "PROVIDER_ERROR"
        assert "lost" in str(generations.job(run_id).error_message)
        assert gemini.paid == 1


class TestAProviderThatCannotBegin:
    def test_is_asked_again_by_the_same_job(
        self, generations: GenerationBench, replicate: ReplicateVendor, gemini: GeminiVendor
    ) -> None:
        replicate.next("create", *[UNAVAILABLE] * 4)
        gemini.next(GENERATE, *[UNAVAILABLE] * 4)
        runs = [generations.ask(REPLICATE), generations.ask(GEMINI)]
        generations.work()
        for run_id in runs:
            assert generations.run(run_id).status is RunStatus.COMPLETED
            assert generations.job(run_id).submits == 2
        assert (replicate.paid, gemini.paid) == (1, 1)

    def test_times_out_after_a_while(
        self, generations: GenerationBench, replicate: ReplicateVendor
    ) -> None:
        replicate.next("create", *[Reply(429, {"detail": "Throttled"})] * 1000)
        run_id = generations.ask(REPLICATE)
        began = generations.now
        job = generations.work_until_ended(run_id)
        assert (job.submits, job.error_code) == (MAX_SUBMITS, "PROVIDER_ERROR")
        assert generations.now - began >= 2_000 + 4_000 + 8_000 + 16_000
        assert replicate.paid == 0

    def test_that_has_no_key_fails_the_step_by_name(
        self, generations: GenerationBench, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delenv("REPLICATE_API_TOKEN")
        run_id = generations.ask(REPLICATE)
        generations.work()
        assert failed_code(generations, run_id) == "PROVIDER_NOT_CONFIGURED"
        assert generations.jobs() == []

    def test_nor_is_one_that_nobody_knows_or_a_source_of_others(
        self, generations: GenerationBench
    ) -> None:
        unknown = generations.ask({"providerId": "dall-e"})
        foreign = f"gs://bucket/tenants/other/sha256/{'0' * 64}"
        stolen = generations.ask({**REPLICATE, "sources": [foreign]})
        generations.work()
        assert failed_code(generations, unknown) == "UNKNOWN_PROVIDER"
        assert failed_code(generations, stolen) == "ARTIFACT_NOT_FOUND"


class TestAStepThatFailsAfterwards:
    def test_has_its_generation_already(
        self, generations: GenerationBench, replicate: ReplicateVendor
    ) -> None:
        run_id = generations.ask(REPLICATE, then="fail")
        generations.work()
        assert generations.run(run_id).status is RunStatus.COMPLETED
        assert generations.steps(run_id)["made"].attempt == 2
        assert replicate.paid == 1


class TestACancelledRun:
    def test_has_the_provider_told(
        self, generations: GenerationBench, replicate: ReplicateVendor
    ) -> None:
        replicate.polls_needed = 10**6
        run_id = generations.ask(REPLICATE)
        generations.work_until("pollGeneration")
        generations.cancel(run_id)
        generations.cancel(run_id)
        job = generations.job(run_id)
        assert (job.status, job.error_code) == ("failed", "CANCELLED")
        assert generations.held_permits() == []
        generations.work()
        assert [each["status"] for each in replicate.predictions.values()] == ["canceled"]
        assert not generations.job(run_id).cancel_due

    def test_also_when_a_cancel_fails_at_first(
        self, generations: GenerationBench, replicate: ReplicateVendor
    ) -> None:
        replicate.polls_needed = 10**6
        replicate.next("cancel", *[UNAVAILABLE] * 6)
        run_id = generations.ask(REPLICATE)
        generations.work_until("pollGeneration")
        generations.cancel(run_id)
        generations.work()
        assert [each["status"] for each in replicate.predictions.values()] == ["canceled"]

    def test_is_not_completed_by_a_worker_that_comes_late(
        self, generations: GenerationBench, replicate: ReplicateVendor
    ) -> None:
        run_id = generations.ask(REPLICATE)
        generations.work_until("pollGeneration")
        before = generations.job(run_id)
        generations.cancel(run_id)
        blobs = TenantBlobs(generations.tenant)
        poll = Poll(State.COMPLETED, result_uri=blobs.write(Blob(PICTURE, "image/png")))
        provider = Local(blobs)
        late = completion.complete_generation(generations.tenant, before, provider, blobs, poll)
        assert late.error_code == "CANCELLED"
        assert generations.job(run_id).artifact is None

    def test_whose_provider_began_meanwhile_has_it_told(
        self,
        generations: GenerationBench,
        replicate: ReplicateVendor,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        run_id = generations.ask(REPLICATE)
        create = replicate._create

        def cancelled_meanwhile(request: Any) -> Reply:
            generations.cancel(run_id)
            return create(request)

        monkeypatch.setattr(replicate, "_create", cancelled_meanwhile)
        generations.work()
        assert [each["status"] for each in replicate.predictions.values()] == ["canceled"]
        assert generations.job(run_id).error_code == "CANCELLED"

    def test_retried_it_asks_anew(
        self, generations: GenerationBench, replicate: ReplicateVendor
    ) -> None:
        run_id = cancelled_and_retried(generations)
        generations.work()
        assert generations.run(run_id).status is RunStatus.COMPLETED
        assert replicate.paid == 2

    def test_retried_it_is_not_harmed_by_a_cancel_that_is_slow(
        self, generations: GenerationBench, replicate: ReplicateVendor
    ) -> None:
        run_id = cancelled_and_retried(generations)
        generations.work_until("pollGeneration")
        cancel.stop_generations(generations.tenant, run_id)  # of the cancel, or of its repeat
        generations.work()
        assert generations.run(run_id).status is RunStatus.COMPLETED
        assert replicate.paid == 2


class TestOften:
    @pytest.mark.parametrize("request_", [REPLICATE, GEMINI])
    def test_every_task_twice_changes_nothing(
        self,
        generations: GenerationBench,
        replicate: ReplicateVendor,
        gemini: GeminiVendor,
        request_: dict[str, Any],
    ) -> None:
        replicate.polls_needed = 3
        run_id = generations.ask(request_)
        generations.work(twice=True)
        assert generations.run(run_id).status is RunStatus.COMPLETED
        assert len(generations.jobs(run_id)) == replicate.paid + gemini.paid == 1


class TestTheBytesOfAWorkspace:
    def test_are_what_its_operators_brought_and_nobody_elses(
        self, new_generations: Callable[[], GenerationBench]
    ) -> None:
        another, mine = new_generations(), new_generations()
        path = f"workspaces/{mine.workspace}/hat.png"
        storage.bucket().blob(path).upload_from_string(PICTURE)
        for name in (path, f"gs://{storage.bucket_name()}/{path}"):
            blobs = TenantBlobs(mine.same_tenant())
            assert blobs.read(name) == Blob(PICTURE, "image/png")
            assert requests.get(blobs.address(name), timeout=30).content == PICTURE
            others = TenantBlobs(another.same_tenant())
            for refused in (others.read, others.address):
                with pytest.raises(FileNotFoundError):
                    refused(name)
        with pytest.raises(FileNotFoundError):
            TenantBlobs(mine.same_tenant()).read(f"{path}.missing")

    def test_of_another_one_are_no_source_of_a_generation(
        self, new_generations: Callable[[], GenerationBench], gemini: GeminiVendor
    ) -> None:
        another, mine = new_generations(), new_generations()
        path = f"workspaces/{another.workspace}/hat.png"
        storage.bucket().blob(path).upload_from_string(PICTURE)
        run_id = mine.ask({**GEMINI, "sources": [path]})
        mine.work()
        assert failed_code(mine, run_id) == "ARTIFACT_NOT_FOUND"
        assert (mine.jobs(run_id), gemini.paid) == ([], 0)
