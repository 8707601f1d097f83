"""Two workers, slow ones and dead ones: only one of them may write to job and session."""

from collections.abc import Callable
from contextlib import suppress
from threading import Barrier
from typing import Any

import pytest
from google.cloud.firestore import Client

from experience.errors import FailedPrecondition
from experience.imaging import processes
from experience.workflows.runs.models import MAX_LOST_WORKERS, RunStatus
from experience.workflows.usecases.sweep import sweep_runs
from tests.support.builders.jobs import replace_photo
from tests.support.calling import at_once
from tests.support.job_bench import JobBench, meanwhile, unrest
from tests.support.workflows.workflow_bench import Killed

STEPS = ("load", "stylise", "publish")


def taken_over(one: JobBench) -> None:
    """Somebody else finds the step's lease run out, and does all the work."""
    one.lose_lease()
    assert sweep_runs()["lost"] == 1
    one.drain()


def unchanged(one: JobBench, act: Callable[[], Any]) -> None:
    before = one.everything()
    act()
    assert one.everything() == before


class TestTwoDeliveries:
    @pytest.mark.parametrize("step", STEPS)
    def test_while_somebody_works_another_delivery_changes_nothing(
        self, one: JobBench, monkeypatch: pytest.MonkeyPatch, step: str
    ) -> None:
        one.enqueue()
        meanwhile(monkeypatch, step, lambda: unchanged(one, one.again))
        one.drain()
        assert one.shown() == ("completed", 1, None)

    def test_of_many_at_once_one_takes_the_job(self, one: JobBench) -> None:
        at_once(4, lambda _: one.again())
        assert one.shown() == ("completed", 1, None)
        assert unrest(one.client) == []

    @pytest.mark.parametrize("step", STEPS)
    def test_a_later_delivery_of_the_task_takes_over_what_the_earlier_one_held(
        self, one: JobBench, monkeypatch: pytest.MonkeyPatch, step: str
    ) -> None:
        """A queue brings a task again when it has given the worker up."""
        meanwhile(monkeypatch, step, lambda: one.again(retries=1))
        one.again()
        assert one.shown() == ("completed", 2, None)
        assert unrest(one.client) == []

    def test_a_task_for_a_job_that_was_erased_does_nothing(self, one: JobBench) -> None:
        one.enqueue()
        for reference in (one.job_ref, one.session_ref, one.tenant.run_ref(one.run_id)):
            reference.delete()
        one.drain()
        assert not one.job_ref.get().exists
        assert not one.session_ref.get().exists


class TestZombies:
    """A worker that wakes up after another one took its step over."""

    @pytest.mark.parametrize("step", STEPS)
    def test_it_changes_nothing_after_the_other_one_finished(
        self, one: JobBench, monkeypatch: pytest.MonkeyPatch, step: str
    ) -> None:
        after: list[Any] = []

        def overtake() -> None:
            taken_over(one)
            after.append(one.everything())

        meanwhile(monkeypatch, step, overtake)
        one.work()
        assert one.shown() == ("completed", 2, None)
        assert [one.everything()] == after
        assert unrest(one.client) == []

    def test_it_changes_nothing_after_the_other_one_failed(
        self, one: JobBench, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        after: list[Any] = []

        def overtake() -> None:
            replace_photo(one.completed, b"no photo any more")
            taken_over(one)
            after.append(one.everything())

        meanwhile(monkeypatch, "load", overtake)
        one.work()
        assert one.shown() == ("failed", 2, "INVALID_INPUT")
        assert [one.everything()] == after

    def test_its_failure_does_not_count_against_the_other_ones_picture(
        self, one: JobBench, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def overtake() -> None:
            taken_over(one)
            raise ZeroDivisionError("too late")

        meanwhile(monkeypatch, "publish", overtake)
        one.work()
        assert one.shown() == ("completed", 2, None)
        assert one.job()["error"] is None

    def test_it_changes_nothing_while_the_other_one_works(
        self, one: JobBench, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The other worker is in the middle of the same step when this one ends."""
        zombies: list[Any] = []

        def overtake() -> None:
            meanwhile(monkeypatch, "load", lambda: zombies.append(one.everything()))
            taken_over(one)

        meanwhile(monkeypatch, "load", overtake)
        one.work()
        [working] = zombies
        assert working[0]["status"] == "running"
        assert one.shown() == ("completed", 2, None)

    @pytest.mark.parametrize("step", STEPS)
    def test_while_nobody_took_over_it_may_go_on(
        self, one: JobBench, monkeypatch: pytest.MonkeyPatch, step: str
    ) -> None:
        meanwhile(monkeypatch, step, one.lose_lease)
        one.work()
        assert one.shown() == ("completed", 1, None)
        assert unrest(one.client) == []


class TestVanishing:
    def test_a_job_whose_workers_vanish_again_and_again_fails(
        self, one: JobBench, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def vanish(*_arguments: Any) -> None:
            raise Killed

        monkeypatch.setattr(processes, "normalise", vanish)
        one.enqueue()
        for number in range(1, MAX_LOST_WORKERS + 2):
            with pytest.raises(Killed):
                one.deliver()
            assert one.shown() == ("running", number, None)
            one.agree()
        one.drain()
        assert one.shown() == ("failed", MAX_LOST_WORKERS + 1, "TIMEOUT")
        assert one.session()["jobError"]["message"] == "The transform did not finish in time."
        assert one.job()["error"]["isRetryable"]
        assert unrest(one.client) == []

    def test_a_write_by_somebody_else_to_the_job_does_not_stop_the_worker(
        self, one: JobBench, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        meanwhile(monkeypatch, "load", lambda: one.job_ref.update({"note": "looked at"}))
        assert (one.work()["status"], one.job()["note"]) == ("completed", "looked at")


class TestCancelled:
    """The guest gives the transform up while a worker is in the middle of it."""

    @pytest.mark.parametrize("step", STEPS)
    def test_the_worker_can_write_no_more(
        self, one: JobBench, monkeypatch: pytest.MonkeyPatch, step: str
    ) -> None:
        after: list[Any] = []

        def cancel_job() -> None:
            one.cancel()
            after.append((one.job(), one.session()))

        meanwhile(monkeypatch, step, cancel_job)
        one.work()
        assert [(one.job(), one.session())] == after
        assert one.shown() == ("cancelled", 1, "CANCELLED")
        assert one.job()["output"] is None
        assert unrest(one.client) == []

    @pytest.mark.parametrize("step", STEPS)
    def test_nor_can_one_that_fails(
        self, one: JobBench, monkeypatch: pytest.MonkeyPatch, step: str
    ) -> None:
        def cancel_job() -> None:
            one.cancel()
            raise ZeroDivisionError("too late")

        meanwhile(monkeypatch, step, cancel_job)
        one.work()
        assert one.shown() == ("cancelled", 1, "CANCELLED")
        assert unrest(one.client) == []

    @pytest.mark.parametrize("step", STEPS)
    def test_a_worker_from_before_cannot_write_into_the_next_round(
        self, one: JobBench, monkeypatch: pytest.MonkeyPatch, step: str
    ) -> None:
        after: list[Any] = []

        def change_ones_mind() -> None:
            one.cancel()
            one.retry()
            one.drain()
            after.append(one.everything())

        meanwhile(monkeypatch, step, change_ones_mind)
        one.work()
        assert one.shown() == ("completed", 2, None)
        assert [one.everything()] == after
        assert "/2/result" in one.job()["output"]["path"]
        assert unrest(one.client) == []

    @pytest.mark.parametrize("step", STEPS)
    def test_of_cancelling_and_finishing_at_once_one_wins_and_all_agree(
        self, one: JobBench, monkeypatch: pytest.MonkeyPatch, step: str
    ) -> None:
        barrier = Barrier(2)
        meanwhile(monkeypatch, step, lambda: barrier.wait(timeout=60))
        one.enqueue()

        def act(number: int) -> str:
            if number == 0:
                one.drain()
                return "worked"
            barrier.wait(timeout=60)
            try:
                return one.cancel().status
            except FailedPrecondition as refusal:
                return f"refused: {refusal.details['status']}"

        _, answer = at_once(2, act)
        status = one.shown()[0]
        assert (status, answer) in (
            ("cancelled", "cancelled"),
            ("completed", "refused: completed"),
        )
        one.agree()
        assert unrest(one.client) == []

    def test_a_worker_that_begins_at_that_moment_does_not_undo_it(self, one: JobBench) -> None:
        one.enqueue()
        at_once(2, lambda number: one.drain() if number else suppressed(one.cancel))
        one.agree()
        assert one.shown()[0] in ("cancelled", "completed")
        assert unrest(one.client) == []

    def test_the_tasks_that_are_left_do_nothing(self, one: JobBench) -> None:
        one.enqueue()
        one.cancel()
        before = one.everything()
        one.drain(twice=True)
        assert one.everything() == before
        assert one.shown() == ("cancelled", 0, "CANCELLED")

    def test_twice_answers_the_same_and_writes_nothing(self, one: JobBench) -> None:
        first = one.cancel()
        before = one.everything()
        assert one.cancel() == first
        assert one.everything() == before
        assert one.whole_run().status is RunStatus.CANCELLED

    def test_six_who_ask_at_once_are_told_the_same(self, one: JobBench) -> None:
        assert {answer.status for answer in at_once(6, lambda _: one.cancel())} == {"cancelled"}
        one.agree()


class TestRetried:
    def test_it_goes_on_from_the_step_that_did_not_succeed(
        self, one: JobBench, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        meanwhile(monkeypatch, "stylise", one.cancel)
        one.work()
        one.retry()
        assert one.shown() == ("pending", 1, None)
        assert one.statuses(one.run_id) == {
            "load": "completed",
            "stylise": "pending",
            "publish": "pending",
        }
        one.agree()
        one.drain()
        assert one.shown() == ("completed", 2, None)

    def test_a_picture_that_came_all_the_same_is_there_at_once(
        self, one: JobBench, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        meanwhile(monkeypatch, "publish", one.cancel)
        one.work()
        assert one.shown() == ("cancelled", 1, "CANCELLED")
        one.retry()
        assert one.queue.waiting == []
        assert one.shown() == ("completed", 1, None)
        output = one.job()["output"]
        assert output["assetId"] == one.session()["resultMedia"]["assetId"]
        assert output["assetId"] == f"{one.job_id}-1"
        assert "/1/result" in output["path"]
        assert unrest(one.client) == []

    def test_it_has_as_many_attempts_again(
        self, one: JobBench, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(processes, "normalise", lambda *_arguments: None)
        one.work()
        assert one.shown() == ("failed", 5, "UNKNOWN")
        one.retry()
        assert one.shown() == ("pending", 5, None)
        one.drain()
        assert one.shown() == ("failed", 10, "UNKNOWN")
        assert unrest(one.client) == []

    def test_six_who_ask_at_once_start_it_once(self, one: JobBench) -> None:
        one.enqueue()
        one.cancel()
        one.drain()
        assert {answer.id for answer in at_once(6, lambda _: one.retry())} == {one.job_id}
        assert len(one.queue.waiting) == 1
        one.drain()
        assert one.shown() == ("completed", 1, None)
        assert one.whole_run().run_attempt == 1

    def test_again_and_again_it_still_runs(self, one: JobBench, quiet_db: Client) -> None:
        one.enqueue()
        for _ in range(3):
            one.cancel()
            one.retry()
        one.drain()
        assert one.shown() == ("completed", 1, None)
        assert "/4/result" in one.job()["output"]["path"]
        assert unrest(quiet_db) == []


def suppressed(act: Callable[[], Any]) -> None:
    """It came too late, or it did not."""
    with suppress(FailedPrecondition):
        act()
