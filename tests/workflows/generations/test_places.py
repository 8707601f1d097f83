"""So many of a tenant's generations at once, the rest in their order."""

import random
from collections.abc import Callable
from typing import Any

import pytest

from experience.workflows import concluding, polling, sweeping
from experience.workflows.generations import AT_ONCE, LATE_MS
from experience.workflows.models import RunStatus
from tests.calling import at_once
from tests.vendors.replicate import ReplicateVendor
from tests.workflows.generations.bench import REPLICATE, GenerationBench

VIDEO: dict[str, Any] = {**REPLICATE, "mediaType": "video"}
Made = Callable[[], GenerationBench]


def all_completed(bench: GenerationBench) -> bool:
    return {job.status.value for job in bench.jobs()} == {"completed"} and bench.taken() == []


class TestPlaces:
    @pytest.mark.parametrize(("request_", "most"), [(REPLICATE, 5), (VIDEO, 2)])
    def test_no_more_than_its_number_are_under_way_and_all_get_through(
        self,
        generations: GenerationBench,
        replicate: ReplicateVendor,
        request_: dict[str, Any],
        most: int,
    ) -> None:
        replicate.polls_needed = 2
        for _ in range(most + 4):
            generations.ask(request_)
        while generations.timed.waiting:
            generations.step()
            assert len(generations.taken()) <= most
        assert all_completed(generations)
        assert replicate.most_at_once == most
        assert replicate.paid == most + 4

    def test_who_came_first_begins_first(
        self, generations: GenerationBench, replicate: ReplicateVendor
    ) -> None:
        for _ in range(AT_ONCE["image"] + 5):
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
        assert [film.waiting for film in films] == [None, None, "other"]
        assert picture.place

    def test_tenants_do_not_wait_for_each_other(
        self, new_generations: Made, replicate: ReplicateVendor
    ) -> None:
        replicate.polls_needed = 10**6
        for _ in range(2):
            bench = new_generations()
            for _ in range(AT_ONCE["image"]):
                bench.ask(REPLICATE)
            for _ in range(AT_ONCE["image"]):
                bench.step()
            assert len(bench.taken()) == AT_ONCE["image"]
        assert replicate.most_at_once == 2 * AT_ONCE["image"]

    def test_in_any_order_of_tasks(
        self, generations: GenerationBench, replicate: ReplicateVendor
    ) -> None:
        shuffled = random.Random(7)
        for _ in range(AT_ONCE["image"] + 6):
            generations.ask(REPLICATE)
        while generations.timed.waiting:
            for sent in generations.timed.waiting:
                sent.due_at = generations.now + shuffled.random() * 1000
            generations.step()
            assert len(generations.taken()) <= AT_ONCE["image"]
        assert all_completed(generations)
        assert replicate.paid == AT_ONCE["image"] + 6

    def test_workers_who_meet_take_no_place_twice(
        self, generations: GenerationBench, replicate: ReplicateVendor
    ) -> None:
        runs = [generations.ask(REPLICATE) for _ in range(AT_ONCE["image"] + 3)]
        at_once(len(runs), lambda _: generations.step())
        assert len(generations.taken()) == AT_ONCE["image"]
        assert replicate.most_at_once <= AT_ONCE["image"]
        generations.work()
        assert all_completed(generations)


class TestWhatASweepPutsRight:
    def test_a_look_that_was_lost(
        self, generations: GenerationBench, replicate: ReplicateVendor
    ) -> None:
        run_id = generations.ask(REPLICATE)
        with generations.lost_tasks():
            generations.step()
        assert generations.timed.waiting == []
        assert sweeping.sweep_runs()["generations"] == 0, "it is not late yet"
        generations.now += 2_000 + LATE_MS
        assert sweeping.sweep_runs()["generations"] == 1
        assert sweeping.sweep_runs()["generations"] == 0
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
        assert sweeping.sweep_runs()["generations"] == 1
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
        assert generations.taken() == []
        assert [each["status"] for each in replicate.predictions.values()] == ["canceled"]

    def test_one_that_waits_while_there_is_room(
        self, generations: GenerationBench, replicate: ReplicateVendor
    ) -> None:
        runs = [generations.ask(REPLICATE) for _ in range(AT_ONCE["image"] + 1)]
        for _ in runs:
            generations.step()
        waiting = generations.jobs()[-1]
        assert waiting.waiting
        generations.timed.waiting.clear()
        for job in generations.jobs()[:-1]:
            with generations.lost_tasks():
                concluding.fail(generations.tenant, job, polling.NOBODY)
        generations.now += 2 * LATE_MS
        for _ in range(3):
            sweeping.sweep_runs()
            generations.work()
            generations.now += 2 * LATE_MS
        assert generations.job(waiting.run_id).status == "completed"
        assert generations.taken() == []
