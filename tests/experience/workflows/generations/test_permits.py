"""So many of a tenant's generations at once, the rest in their order."""

import random
from collections.abc import Callable
from typing import Any

import pytest

from experience.workflows.artifacts import store as artifact_store
from experience.workflows.generations import cancellation, completion, permits
from experience.workflows.generations.models import LATE_MS, MAX_PERMITS, GenerationJob
from experience.workflows.runs.models import RunStatus
from experience.workflows.usecases import sweep
from tests.experience.workflows.generations.generation_bench import REPLICATE, GenerationBench
from tests.support.calling import at_once
from tests.support.vendors.account import PICTURE
from tests.support.vendors.replicate import ReplicateVendor
from tests.support.workflows.workflow_bench import firestore_reads

VIDEO: dict[str, Any] = {**REPLICATE, "mediaType": "video"}
Made = Callable[[], GenerationBench]


@pytest.fixture
def fifty(generations: GenerationBench) -> list[GenerationJob]:
    """Jobs of steps that nobody knows, all stored as waiting, and the first five begun."""
    asked = [
        GenerationJob(
            id=f"job-{number:02}",
            tenant_id=generations.workspace,
            run_id="run",
            run_step_id="step",
            slot="result",
            provider_id="replicate",
            media_type="image",
            poll_interval_ms=2_000,
            timeout_ms=60_000,
            waiting_for="image",
            created_at=number,
            updated_at=number,
        )
        for number in range(50)
    ]
    batch = generations.client.batch()
    for job in asked:
        batch.create(generations.tenant.generation_ref(job.id), job.dump())
    batch.commit()
    for _ in range(MAX_PERMITS["image"]):
        assert permits.admit_next(generations.tenant, "image")
    assert permits.admit_next(generations.tenant, "image") is None
    return asked


def all_completed(bench: GenerationBench) -> bool:
    return {job.status.value for job in bench.jobs()} == {
        "completed"
    } and bench.held_permits() == []


class TestPlaces:
    @pytest.mark.exhaustive
    def test_fifty_that_wait_get_through_by_fives_in_their_order(
        self, generations: GenerationBench, fifty: list[GenerationJob]
    ) -> None:
        order = []
        while under_way := [job for job in generations.jobs() if job.permit]:
            assert len(under_way) == len(generations.held_permits()) <= MAX_PERMITS["image"]
            order += [job.id for job in under_way if job.id not in order]
            completion.fail_generation(generations.tenant, under_way[-1], cancellation.UNWANTED)
        assert order == [job.id for job in fifty]

    def test_no_more_than_five_pictures_are_under_way_and_all_get_through(
        self, generations: GenerationBench, replicate: ReplicateVendor
    ) -> None:
        replicate.polls_needed = 2
        for _ in range(MAX_PERMITS["image"] + 3):
            generations.ask(REPLICATE)
        while generations.timed.waiting:
            generations.step()
            assert len(generations.held_permits()) <= MAX_PERMITS["image"]
        assert all_completed(generations)
        assert replicate.most_at_once == MAX_PERMITS["image"]
        assert replicate.paid == MAX_PERMITS["image"] + 3

    def test_of_films_two_are_under_way(
        self, generations: GenerationBench, replicate: ReplicateVendor
    ) -> None:
        replicate.polls_needed = 2
        for _ in range(4):
            generations.ask(VIDEO)
        while generations.timed.waiting:
            generations.step()
            assert len(generations.held_permits()) <= MAX_PERMITS["other"]
        assert all_completed(generations)
        assert replicate.most_at_once == MAX_PERMITS["other"]
        assert replicate.paid == 4

    @pytest.mark.exhaustive
    def test_who_came_first_begins_first(
        self, generations: GenerationBench, replicate: ReplicateVendor
    ) -> None:
        for _ in range(MAX_PERMITS["image"] + 5):
            generations.ask(REPLICATE)
        generations.work()
        jobs = generations.jobs()
        begun = sorted(jobs, key=lambda job: (job.begun_at or 0, job.created_at))
        assert [job.id for job in begun] == [job.id for job in jobs]

    def test_a_picture_does_not_wait_for_films(
        self, generations: GenerationBench, replicate: ReplicateVendor
    ) -> None:
        replicate.polls_needed = 10**6
        for request in (VIDEO, VIDEO, VIDEO, REPLICATE):
            generations.ask(request)
        for _ in range(4):
            generations.step()
        *films, picture = generations.jobs()
        assert [film.waiting_for for film in films] == [None, None, "other"]
        assert picture.permit

    def test_tenants_do_not_wait_for_each_other(
        self, new_generations: Made, replicate: ReplicateVendor
    ) -> None:
        replicate.polls_needed = 10**6
        for _ in range(2):
            bench = new_generations()
            for _ in range(MAX_PERMITS["image"]):
                bench.ask(REPLICATE)
            for _ in range(MAX_PERMITS["image"]):
                bench.step()
            assert len(bench.held_permits()) == MAX_PERMITS["image"]
        assert replicate.most_at_once == 2 * MAX_PERMITS["image"]

    @pytest.mark.exhaustive
    def test_in_any_order_of_tasks(
        self, generations: GenerationBench, replicate: ReplicateVendor
    ) -> None:
        shuffled = random.Random(7)
        for _ in range(MAX_PERMITS["image"] + 6):
            generations.ask(REPLICATE)
        while generations.timed.waiting:
            for sent in generations.timed.waiting:
                sent.due_at = generations.now + shuffled.random() * 1000
            generations.step()
            assert len(generations.held_permits()) <= MAX_PERMITS["image"]
        assert all_completed(generations)
        assert replicate.paid == MAX_PERMITS["image"] + 6

    def test_workers_who_meet_take_no_place_twice(
        self, generations: GenerationBench, replicate: ReplicateVendor
    ) -> None:
        runs = [generations.ask(REPLICATE) for _ in range(MAX_PERMITS["image"] + 3)]
        at_once(len(runs), lambda _: generations.step())
        assert len(generations.held_permits()) == MAX_PERMITS["image"]
        assert replicate.most_at_once <= MAX_PERMITS["image"]
        generations.work()
        assert all_completed(generations)


class TestWhatIsMadeHere:
    def test_needs_no_place_while_all_are_taken(
        self, generations: GenerationBench, replicate: ReplicateVendor
    ) -> None:
        replicate.polls_needed = 10**6
        for _ in range(MAX_PERMITS["image"]):
            generations.ask(REPLICATE)
            generations.step()
        source = artifact_store.put(generations.tenant, PICTURE, "image/png").uri
        local = {"params": {"style": "sketch"}, "sources": [source]}
        runs = [generations.ask(local) for _ in range(MAX_PERMITS["image"] + 1)]
        for _ in runs:
            generations.timed.waiting.sort(key=lambda sent: sent.function != "runStep")
            generations.step()
        assert {generations.job(run_id).status for run_id in runs} == {"completed"}
        assert len(generations.held_permits()) == MAX_PERMITS["image"]

    def test_leaves_no_places_and_reads_nothing(self, generations: GenerationBench) -> None:
        source = artifact_store.put(generations.tenant, PICTURE, "image/png").uri
        run_id = generations.ask({"params": {"style": "sketch"}, "sources": [source]})
        with firestore_reads() as of_generations:
            generations.work()
        assert generations.run(run_id).status is RunStatus.COMPLETED
        assert [each for each in of_generations if "generation" in each] == []
        assert list(generations.tenant.collection("generationPermits").stream()) == []


class TestWhatASweepPutsRight:
    def test_a_look_that_was_lost(
        self, generations: GenerationBench, replicate: ReplicateVendor
    ) -> None:
        run_id = generations.ask(REPLICATE)
        with generations.lost_tasks():
            generations.step()
        assert generations.timed.waiting == []
        assert sweep.sweep_runs()["generations"] == 0, "it is not late yet"
        generations.now += 2_000 + LATE_MS
        assert sweep.sweep_runs()["generations"] == 1
        assert sweep.sweep_runs()["generations"] == 0
        generations.work()
        assert generations.run(run_id).status is RunStatus.COMPLETED
        assert replicate.paid == 1

    def test_a_cancel_that_was_lost(
        self, generations: GenerationBench, replicate: ReplicateVendor
    ) -> None:
        replicate.polls_needed = 10**6
        run_id = generations.ask(REPLICATE)
        generations.step()
        generations.timed.waiting.clear()
        with generations.lost_tasks():
            generations.cancel(run_id)
        generations.now += 1
        assert sweep.sweep_runs()["generations"] == 1
        generations.work()
        assert [each["status"] for each in replicate.predictions.values()] == ["canceled"]

    def test_the_place_of_one_whose_step_is_over(
        self, generations: GenerationBench, replicate: ReplicateVendor
    ) -> None:
        replicate.polls_needed = 10**6
        run_id = generations.ask(REPLICATE)
        generations.work_until("pollGeneration")
        generations.tenant.step_ref(run_id, "made").update({"status": "failed", "lease": None})
        generations.work()
        assert generations.job(run_id).error_code == "CANCELLED"
        assert generations.held_permits() == []
        assert [each["status"] for each in replicate.predictions.values()] == ["canceled"]

    def test_one_that_waits_while_there_is_room(
        self, generations: GenerationBench, replicate: ReplicateVendor
    ) -> None:
        runs = [generations.ask(REPLICATE) for _ in range(MAX_PERMITS["image"] + 1)]
        for _ in runs:
            generations.step()
        waiting = generations.jobs()[-1]
        assert waiting.waiting_for
        generations.timed.waiting.clear()
        for job in generations.jobs()[:-1]:
            with generations.lost_tasks():
                completion.fail_generation(generations.tenant, job, cancellation.UNWANTED)
        generations.now += 2 * LATE_MS
        for _ in range(3):
            sweep.sweep_runs()
            generations.work()
            generations.now += 2 * LATE_MS
        assert generations.job(waiting.run_id).status == "completed"
        assert generations.held_permits() == []
