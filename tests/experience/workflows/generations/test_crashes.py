"""A process that dies between any two writes: nothing is paid twice, and nothing is lost."""

from typing import Any

import pytest

from experience.workflows.artifacts import store as artifact_store
from experience.workflows.runs.models import RunStatus
from tests.experience.workflows.generations.generation_bench import (
    GEMINI,
    REPLICATE,
    GenerationBench,
)
from tests.support.builders.images import ASTRONAUT, recipe
from tests.support.vendors.gemini import GeminiVendor
from tests.support.vendors.replicate import ReplicateVendor
from tests.support.workflows.commits import ALONE, Mishaps, RecordedCommit
from tests.support.workflows.workflow_bench import Killed, unfinished


def through(bench: GenerationBench, request: dict[str, Any], request_id: str) -> str:
    """A run from its start to its end, by callers and queues that come again after a crash."""
    while True:
        try:
            run_id = bench.ask(request, request_id)
            break
        except Killed:
            continue
    while bench.timed.waiting:
        try:
            bench.step()
        except Killed:
            continue
    assert unfinished(bench, run_id) == []
    assert bench.held_permits() == []
    assert not any(job.due_at or job.cancel_due for job in bench.jobs())
    return run_id


def each_alone(when: str) -> Mishaps:
    """One in each run: who comes after a second one would heal what the first one left."""
    return Mishaps(Killed, when, stride=ALONE)


def creates(commit: RecordedCommit) -> bool:
    """Whether it creates the job, which says that the provider is asked now."""
    return any(each.document == "generationJobs" and each.kind == "set" for each in commit.writes)


@pytest.mark.exhaustive
@pytest.mark.parametrize("when", ["before", "after"])
class TestKilledAtEveryCommit:
    def test_replicate_makes_one_picture_and_it_is_not_lost(
        self, generations: GenerationBench, replicate: ReplicateVendor, when: str
    ) -> None:
        replicate.polls_needed = 2
        deaths = each_alone(when)
        with deaths.watching():
            through(generations, REPLICATE, "reference")
        assert len(deaths.reference) > 8
        for number in deaths.runs():
            began, paid = generations.now, replicate.paid
            with deaths.striking():
                run_id = through(generations, REPLICATE, f"killed-{number}")
                assert generations.run(run_id).status is RunStatus.COMPLETED
                assert generations.job(run_id).status == "completed"
                assert replicate.paid == paid + 1
                assert generations.now - began < 60_000, "who waits for a sweep waits too long"

    def test_gemini_is_asked_once_and_a_picture_that_is_lost_is_missed(
        self, generations: GenerationBench, gemini: GeminiVendor, when: str
    ) -> None:
        deaths = each_alone(when)
        with deaths.watching():
            through(generations, GEMINI, "reference")
        unlucky = []
        for number in deaths.runs():
            paid = gemini.paid
            with deaths.striking() as died:
                run_id = through(generations, GEMINI, f"killed-{number}")
                run = generations.run(run_id)
                # Only between "it begins" and the answer: after this commit nobody can tell.
                unlucky += [each for each in died if when == "after" and creates(each)]
                is_lost = any(each in unlucky for each in died)
                assert run.status is (RunStatus.FAILED if is_lost else RunStatus.COMPLETED)
                assert (run.error and run.error.code) == ("PROVIDER_ERROR" if is_lost else None)
                assert gemini.paid - paid == (not is_lost)
                assert len(generations.jobs(run_id)) == 1
        assert len(unlucky) == (when == "after")

    def test_local_makes_it_again(self, generations: GenerationBench, when: str) -> None:
        from experience.imaging import stages

        normal = stages.normalise(ASTRONAUT, recipe("sketch", width=256))
        source = artifact_store.put(generations.tenant, normal, "image/png").uri
        request = {"params": {"style": "sketch"}, "sources": [source]}
        deaths = each_alone(when)
        with deaths.watching():
            through(generations, request, "reference")
        for number in deaths.runs():
            with deaths.striking():
                run_id = through(generations, request, f"killed-{number}")
                assert generations.run(run_id).status is RunStatus.COMPLETED


class TestKilledWhileTheProviderIsCalled:
    """After the vendor has begun, and before it is written down: no commit is near."""

    @pytest.mark.parametrize("sources", [True, False])
    def test_replicate_s_prediction_is_found_again(
        self,
        generations: GenerationBench,
        replicate: ReplicateVendor,
        monkeypatch: pytest.MonkeyPatch,
        sources: bool,
    ) -> None:
        request = dict(REPLICATE)
        if sources:
            photo = artifact_store.put(generations.tenant, ASTRONAUT, "image/jpeg").uri
            request["sources"] = [photo]
        with monkeypatch.context() as patch:
            patch.setattr("experience.workflows.generations.submission._record_provider_job", _dies)
            run_id = generations.ask(request)
            with pytest.raises(Killed):
                generations.work()
        generations.work()
        assert generations.run(run_id).status is RunStatus.COMPLETED
        assert generations.job(run_id).submits == 2
        assert replicate.paid == 1
        assert len(replicate.asked("create")) == 1

    def test_gemini_s_picture_is_taken_if_it_was_kept(
        self,
        generations: GenerationBench,
        gemini: GeminiVendor,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        with monkeypatch.context() as patch:
            patch.setattr("experience.workflows.generations.completion.complete_generation", _dies)
            run_id = generations.ask(GEMINI)
            with pytest.raises(Killed):
                generations.work()
        generations.work()
        assert generations.run(run_id).status is RunStatus.COMPLETED
        assert generations.job(run_id).cost_micros == 38_790
        assert gemini.paid == 1

    def test_and_as_long_as_the_other_call_may_be_under_way_nobody_calls(
        self,
        generations: GenerationBench,
        replicate: ReplicateVendor,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        with monkeypatch.context() as patch:
            patch.setattr("experience.providers.replicate.Replicate.submit", _dies)
            run_id = generations.ask(REPLICATE)
            with pytest.raises(Killed):
                generations.work()
        began = generations.job(run_id).tried_at
        generations.work_until("pollGeneration")
        assert replicate.received == []
        generations.work()
        assert generations.run(run_id).status is RunStatus.COMPLETED
        began_again = generations.job(run_id).started_at
        assert began
        assert began_again
        assert began_again - began >= 20_000
        assert replicate.paid == 1


def _dies(*_: Any, **__: Any) -> Any:
    raise Killed
