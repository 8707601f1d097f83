"""A run does each step once, and comes to the same however its tasks are delivered."""

import json
import random
from collections.abc import Callable
from typing import Any

import pytest
from google.cloud.firestore_v1.batch import WriteBatch

from experience.workflows.artifacts.payloads import Packed
from experience.workflows.runs import leases, step_completion, store
from experience.workflows.runs.decisions import Delivery
from experience.workflows.runs.models import MAX_LOST_WORKERS, RunStatus, StepStatus
from experience.workflows.runs.step_completion import Completion, StepOutcome
from tests.support.calling import at_once
from tests.support.workflows.workflow_bench import WorkflowBench, firestore_reads, unfinished

WHOLE = 18
LAST = "bundle"


def finished(bench: WorkflowBench, run_id: str) -> Any:
    """What the build came to, when nothing is left undone."""
    assert unfinished(bench, run_id) == []
    assert bench.run(run_id).status is RunStatus.COMPLETED
    return bench.output(run_id, LAST)


def finished_chain(bench: WorkflowBench, run_id: str) -> list[str]:
    """What was run of a chain, when nothing is left undone."""
    assert unfinished(bench, run_id) == []
    assert bench.run(run_id).status is RunStatus.COMPLETED
    assert {step.attempt for step in bench.steps(run_id).values()} == {1}
    return bench.executions(run_id)


class TestLogs:
    def test_each_line_of_a_step_says_of_which_run_step_and_attempt(
        self, bench: WorkflowBench, capfd: pytest.CaptureFixture[str]
    ) -> None:
        run_id = bench.start("test.tree", {"plan": {"root": {"failures": 1}}})
        bench.drain()
        said = "".join(capfd.readouterr())
        lines = [json.loads(line) for line in said.splitlines() if '"message": "step ' in line]
        assert {each["run"] for each in lines} == {run_id}
        logged = [(each["step"], each["attempt"]) for each in lines]
        done = [(step.id, step.attempt) for step in bench.steps(run_id).values()]
        assert sorted(logged) == sorted([*done, ("root", 1)])


class TestTheBuild:
    def test_eighteen_steps_run_once_each(self, bench: WorkflowBench) -> None:
        run_id = bench.start("test.build", {"word": "hi"})
        bench.drain()
        text = finished(bench, run_id)["text"]
        assert text.startswith("bundle(game(images(intro_image(theme(moods(brief(hi)))),wheel")
        assert sorted(bench.executions(run_id)) == sorted(bench.steps(run_id))
        assert len(bench.executions(run_id)) == WHOLE
        assert {step.attempt for step in bench.steps(run_id).values()} == {1}

    def test_no_step_begins_before_all_that_it_depends_on_has_ended(
        self, bench: WorkflowBench
    ) -> None:
        run_id = bench.start("test.build", {"word": "hi"})
        bench.drain()
        order = bench.executions(run_id)
        for step in bench.run(run_id).workflow().steps:
            before = order[: order.index(step.step_id)]
            assert set(step.depends_on) <= set(before)

    def test_a_step_after_a_single_one_is_worked_on_in_the_same_task(
        self, bench: WorkflowBench
    ) -> None:
        run_id = bench.start("test.chain")
        bench.deliver()
        assert bench.queue.waiting == []
        assert bench.run(run_id).status is RunStatus.COMPLETED

    def test_a_step_that_waited_since_the_run_was_created_is_not_read(
        self, bench: WorkflowBench
    ) -> None:
        run_id = bench.start("test.chain")
        with firestore_reads() as of:
            bench.deliver()
        assert sorted(of) == ["runSteps", "runs"]
        assert finished_chain(bench, run_id) == ["one", "two", "three"]

    @pytest.mark.parametrize("step", ["two", "three"])
    def test_one_that_somebody_has_written_to_is(self, bench: WorkflowBench, step: str) -> None:
        run_id = bench.start("test.chain")
        bench.tenant.step_ref(run_id, step).update({"losses": 3})
        with firestore_reads() as of:
            bench.deliver()
        assert of.count("runSteps") > 1
        assert finished_chain(bench, run_id) == ["one", "two", "three"]
        assert bench.steps(run_id)[step].losses == 3

    def test_a_worker_without_time_left_hands_on(
        self, bench: WorkflowBench, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("experience.workflows.execution.worker.TASK_SECONDS", 0)
        run_id = bench.start("test.chain")
        bench.deliver()
        assert bench.statuses(run_id) == {
            "one": "completed",
            "two": "pending",
            "three": "pending",
        }
        bench.drain()
        assert bench.run(run_id).status is RunStatus.COMPLETED


def last(count: int) -> int:
    return count - 1


def by_chance(count: int) -> int:
    return random.Random(count).randrange(count)


class TestDeliveries:
    @pytest.mark.parametrize("pick", [lambda count: 0, last, by_chance], ids=["in", "out", "mixed"])
    def test_tasks_that_come_twice_and_in_any_order_do_it_once(
        self, bench: WorkflowBench, pick: Callable[[int], int]
    ) -> None:
        run_id = bench.start("test.build", {"word": "hi"})
        bench.drain(pick, twice=True)
        finished(bench, run_id)
        assert len(bench.executions(run_id)) == WHOLE

    def test_a_task_that_comes_after_the_end_changes_nothing(self, bench: WorkflowBench) -> None:
        run_id = bench.start("test.build", {"word": "hi"})
        late = list(bench.queue.waiting)
        bench.drain()
        before = bench.steps(run_id), bench.run(run_id)
        for retries in range(2):
            bench.queue.waiting = [(name, task, retries) for name, task, _ in late]
            bench.drain()
        assert (bench.steps(run_id), bench.run(run_id)) == before

    def test_starting_twice_with_one_request_id_is_one_run(self, bench: WorkflowBench) -> None:
        runs = at_once(
            4, lambda _: bench.start("test.build", {"word": "hi"}, requestId="the-build")
        )
        assert len(set(runs)) == 1
        bench.drain()
        finished(bench, runs[0])
        assert len(bench.executions(runs[0])) == WHOLE


class TestMeeting:
    """The steps of `images` all end at the same moment."""

    def test_parallel_finishers_do_not_wait_on_each_other(
        self, bench: WorkflowBench, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        run_id = bench.start("test.build", {"word": "hi"})
        started = bench.run(run_id)
        names = started.workflow().by_id["images"].depends_on
        held = []
        for name in names:
            run, step = store.get_step_with_run(bench.tenant, run_id, name)
            acquisition = leases.new_acquisition(step, Delivery(), 60, "hash", 1)
            held.append(leases.acquire(bench.tenant, run, acquisition))
        commits = []
        original = WriteBatch.commit

        def counted(self: WriteBatch) -> Any:
            commits.append(self)
            return original(self)

        monkeypatch.setattr(WriteBatch, "commit", counted)

        def end(number: int) -> Completion:
            work = held[number]
            done = StepOutcome(StepStatus.COMPLETED, output=Packed({"text": names[number]}))
            return step_completion.complete_step(bench.tenant, started, work, done, {})

        answers = at_once(len(names), end)
        assert len(commits) == len(names), "one of them had to try again"
        assert [each.ready for each in answers if each.ready] == [["images"]]
        assert bench.steps(run_id)["images"].remaining_dependencies == 0


class TestLeases:
    def test_a_second_worker_is_sent_away_while_the_first_works(self, bench: WorkflowBench) -> None:
        run_id = bench.start("test.chain", {"plan": {"one": {"hold": f"go-{bench.workspace}"}}})
        again = bench.queue.waiting[0]
        with bench.working():
            bench.wait_until(lambda: bench.executions(run_id) == ["one"])
            bench.queue.waiting.append(again)
            bench.drain()
            assert bench.executions(run_id) == ["one"]
            bench.make(f"go-{bench.workspace}")
        assert bench.run(run_id).status is RunStatus.COMPLETED
        assert bench.executions(run_id) == ["one", "two", "three"]

    def test_the_slower_of_two_workers_on_a_step_is_refused_by_its_fence(
        self, bench: WorkflowBench
    ) -> None:
        plan = {"one": {"hold": f"go-{bench.workspace}"}}
        run_id = bench.start("test.chain", {"plan": plan})
        name, task, _ = bench.queue.waiting[0]
        with bench.working():
            bench.wait_until(lambda: bench.executions(run_id) == ["one"])
            # The queue believes that the first one is dead, and delivers again.
            bench.queue.waiting.append((name, task, 1))
            with bench.working():
                bench.wait_until(lambda: bench.executions(run_id) == ["one", "one"])
                bench.make(f"go-{bench.workspace}")
        step = bench.steps(run_id)["one"]
        assert (step.attempt, step.fence, step.losses) == (2, 2, 1)
        assert [each.outcome for each in step.attempts] == ["lost", "completed"]
        assert bench.run(run_id).status is RunStatus.COMPLETED
        assert bench.executions(run_id) == ["one", "one", "two", "three"]
        assert unfinished(bench, run_id) == []

    def test_a_step_over_which_all_workers_vanish_fails_in_the_end(
        self, bench: WorkflowBench
    ) -> None:
        run_id = bench.start("test.chain")
        step = bench.steps(run_id)["one"]
        losses = MAX_LOST_WORKERS
        lease = {"holder": "gone", "expiresAt": 1, "acquiredAt": 1, "fence": 9}
        bench.tenant.step_ref(run_id, step.id).update(
            {"status": "running", "losses": losses, "attempt": 0, "lease": lease, "fence": 9}
        )
        bench.drain()
        assert bench.run(run_id).status is RunStatus.FAILED
        assert bench.steps(run_id)["one"].error.code == "WORKER_LOST"  # type: ignore[union-attr]
