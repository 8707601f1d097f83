"""What becomes of a run when steps fail, are skipped, take too long, or are called off."""

import threading
from typing import Any

import pytest

from experience.workflows.execution import skill_runtime
from experience.workflows.runs import leases
from experience.workflows.runs.dispatch import resume_step
from experience.workflows.runs.models import RunStatus
from experience.workflows.usecases import cancel, retry, sweep
from tests.support.workflows.sample import skills
from tests.support.workflows.workflow_bench import WorkflowBench, unfinished


def codes(bench: WorkflowBench, run_id: str) -> dict[str, str | None]:
    steps = bench.steps(run_id).values()
    return {step.id: step.error.code if step.error else None for step in steps}


class TestRetries:
    def test_a_failure_that_may_pass_is_tried_again_after_doubling_pauses(
        self, bench: WorkflowBench
    ) -> None:
        run_id = bench.start("test.tree", {"plan": {"root": {"failures": 2}}})
        pauses = []
        while bench.queue.waiting:
            bench.deliver()
            pauses.append(bench.queue.delays.get("root"))
        assert [each for each in dict.fromkeys(pauses) if each] == [0.1, 0.2]
        root = bench.steps(run_id)["root"]
        assert (root.attempt, root.failures) == (3, 2)
        assert [each.outcome for each in root.attempts] == ["failed", "failed", "completed"]
        assert bench.run(run_id).status is RunStatus.COMPLETED
        assert unfinished(bench, run_id) == []

    def test_when_the_attempts_are_used_up_it_has_failed(self, bench: WorkflowBench) -> None:
        run_id = bench.start("test.tree", {"plan": {"root": {"failures": 9}}})
        bench.drain()
        assert bench.executions(run_id).count("root") == 3
        assert bench.statuses(run_id)["root"] == "failed"

    def test_one_that_will_not_pass_is_not_tried_again(self, bench: WorkflowBench) -> None:
        plan = {"root": {"failures": 1, "retryable": False}}
        run_id = bench.start("test.tree", {"plan": plan})
        bench.drain()
        assert bench.executions(run_id).count("root") == 1
        error = bench.steps(run_id)["root"].error
        assert error
        assert (error.code, error.attempt) == ("NOT_YET", 1)

    def test_a_bug_fails_the_step_and_tells_nothing_of_itself(self, bench: WorkflowBench) -> None:
        run_id = bench.start("test.tree", {"plan": {"left": {"bug": True}}})
        bench.drain()
        error = bench.steps(run_id)["left"].error
        assert error
        assert (error.code, error.message) == ("INTERNAL", "Something went wrong on our side.")

    def test_what_no_document_holds_does_not_stand_in_the_way_of_the_end(
        self, bench: WorkflowBench
    ) -> None:
        details = {"rows": [[1], [2]], "long": "x" * 10}
        plan = {"solo": {"failures": 1, "retryable": False, "details": details}}
        run_id = bench.start("test.tree", {"plan": {**plan, "left": {"message": "x" * 9000}}})
        bench.drain()
        solo, left = (bench.steps(run_id)[name].error for name in ("solo", "left"))
        assert solo
        assert (solo.code, solo.details) == ("NOT_YET", {})
        assert left
        assert len(left.message) == 2000
        assert unfinished(bench, run_id) == []


class TestDependents:
    def test_those_that_need_a_failed_step_are_skipped_all_the_way_down(
        self, bench: WorkflowBench
    ) -> None:
        run_id = bench.start("test.tree", {"plan": {"root": {"failures": 9}}})
        bench.drain()
        skipped = dict.fromkeys(("left", "right", "leaf", "join"), "skipped")
        assert bench.statuses(run_id) == {"root": "failed", "solo": "completed", **skipped}
        assert bench.steps(run_id)["join"].blocked_by == ["left"]
        assert bench.executions(run_id).count("join") == 0
        assert unfinished(bench, run_id) == []

    def test_the_run_fails_with_the_step_named_and_keeps_what_succeeded(
        self, bench: WorkflowBench
    ) -> None:
        run_id = bench.start("test.tree", {"plan": {"left": {"failures": 9}}})
        bench.drain()
        run = bench.run(run_id)
        assert run.status is RunStatus.FAILED
        assert run.error
        assert (run.error.code, run.error.failed_step_id) == ("NOT_YET", "left")
        assert run.error.timestamp == run.completed_at
        assert sorted(run.context) == ["right", "root", "solo"]
        assert run.context["root"]["data"] == {"text": "root()"}

    def test_an_optional_step_that_fails_counts_as_done_without_output(
        self, bench: WorkflowBench
    ) -> None:
        run_id = bench.start("test.tree", {"plan": {"right": {"failures": 9}}})
        bench.drain()
        assert bench.statuses(run_id)["right"] == "failed"
        assert bench.output(run_id, "join") == {"text": "join(left(root()))"}
        assert bench.run(run_id).status is RunStatus.COMPLETED
        assert unfinished(bench, run_id) == []

    @pytest.mark.parametrize(
        ("payload", "expected"),
        [
            ({"extra": 1, "needed": True}, ["completed"] * 5),
            ({"needed": True}, ["skipped", "completed", "completed", "completed", "completed"]),
            ({"extra": 1}, ["completed", "skipped", "completed", "skipped", "skipped"]),
        ],
        ids=["both", "not the optional one", "not the needed one"],
    )
    def test_when_decides_and_skips_what_needs_it_unless_it_is_optional(
        self, bench: WorkflowBench, payload: dict[str, Any], expected: list[str]
    ) -> None:
        run_id = bench.start("test.maybe", payload)
        bench.drain()
        names = ["extra", "needed", "with_extra", "with_needed", "last"]
        assert [bench.statuses(run_id)[name] for name in names] == expected
        assert bench.run(run_id).status is RunStatus.COMPLETED
        assert unfinished(bench, run_id) == []

    def test_an_input_that_became_invalid_fails_the_step_by_its_name(
        self, bench: WorkflowBench
    ) -> None:
        run_id = bench.start("test.media", {"images": "dog", "sounds": "beep"})
        bench.tenant.run_ref(run_id).update({"triggerPayload.images": 7})
        bench.drain()
        error = bench.steps(run_id)["images"].error
        assert error
        assert error.code == "INVALID_INPUT"
        assert error.message.startswith("word: ")
        assert bench.executions(run_id).count("images") == 0


class TestTimeouts:
    def test_a_step_that_takes_too_long_is_stopped_and_tried_again(
        self, bench: WorkflowBench
    ) -> None:
        stuck = f"never-{bench.workspace}"
        run_id = bench.start("test.short", {"plan": {"quick": {"stuck": stuck}}})
        bench.drain()
        bench.make(stuck)  # lets go of the threads that were left behind
        quick = bench.steps(run_id)["quick"]
        assert quick.error
        assert (quick.status, quick.error.code, quick.attempt) == ("failed", "TIMEOUT", 2)
        assert bench.statuses(run_id)["after"] == "skipped"

    def test_what_it_gives_too_late_is_not_taken(
        self, bench: WorkflowBench, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        original = skill_runtime.run_skill

        def patient_the_second_time(*given: Any) -> Any:
            skill, inputs, work, run, seconds, generate = given
            patience = seconds if work.step.attempt == 1 else 60
            return original(skill, inputs, work, run, patience, generate)

        monkeypatch.setattr(skill_runtime, "run_skill", patient_the_second_time)
        stuck = f"late-{bench.workspace}"
        run_id = bench.start("test.short", {"plan": {"quick": {"stuck": stuck}}})
        bench.deliver()
        bench.make(stuck)
        bench.drain()
        quick = bench.steps(run_id)["quick"]
        assert [each.outcome for each in quick.attempts] == ["failed", "completed"]

    def test_noticing_that_it_is_over_is_too_late_as_well(
        self, bench: WorkflowBench, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        close = skill_runtime.SkillRuntime.close

        def close_and_let_it_notice(runtime: skill_runtime.SkillRuntime) -> None:
            close(runtime)
            for thread in threading.enumerate():
                if thread.name == "skill-test.act":
                    thread.join(skills.DEADLINE_SECONDS)

        monkeypatch.setattr(skill_runtime.SkillRuntime, "close", close_and_let_it_notice)
        never = f"never-{bench.workspace}"
        run_id = bench.start("test.short", {"plan": {"quick": {"hold": never}}})
        bench.drain()
        assert codes(bench, run_id)["quick"] == "TIMEOUT"
        assert bench.run(run_id).status is RunStatus.FAILED


class TestWaiting:
    """A step that waits for something outside is parked: no worker, and no task."""

    def test_it_goes_on_with_the_same_attempt_when_that_has_come(
        self, bench: WorkflowBench
    ) -> None:
        thing = f"thing-{bench.workspace}"
        run_id = bench.start("test.chain", {"plan": {"two": {"wait": thing}}})
        bench.drain()
        two = bench.steps(run_id)["two"]
        assert (two.status, two.parked, two.attempt) == ("running", True, 1)
        bench.make(thing)
        resume_step(bench.tenant, run_id, "two")
        bench.drain()
        two = bench.steps(run_id)["two"]
        assert (two.status, two.attempt, two.losses) == ("completed", 1, 0)
        assert [each.outcome for each in two.attempts] == ["waiting", "completed"]
        assert unfinished(bench, run_id) == []

    def test_what_comes_before_it_is_parked_is_not_missed(
        self, bench: WorkflowBench, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        thing = f"early-{bench.workspace}"
        run_id = bench.start("test.chain", {"plan": {"two": {"wait": thing}}})
        original = leases.park

        def come_meanwhile(work: Any, wait_ms: int) -> None:
            monkeypatch.setattr(leases, "park", original)
            bench.make(thing)
            resume_step(bench.tenant, run_id, "two")
            original(work, wait_ms)

        monkeypatch.setattr(leases, "park", come_meanwhile)
        bench.drain()
        assert bench.run(run_id).status is RunStatus.COMPLETED
        assert bench.executions(run_id) == ["one", "two", "two", "three"]
        assert unfinished(bench, run_id) == []

    def test_calling_twice_runs_it_once_more_only(self, bench: WorkflowBench) -> None:
        thing = f"twice-{bench.workspace}"
        run_id = bench.start("test.chain", {"plan": {"two": {"wait": thing}}})
        bench.drain()
        bench.make(thing)
        for _ in range(2):
            resume_step(bench.tenant, run_id, "two")
        bench.drain(twice=True)
        assert bench.executions(run_id) == ["one", "two", "two", "three"]
        resume_step(bench.tenant, run_id, "two")
        assert bench.queue.waiting == []


class TestCancel:
    def test_what_waits_is_skipped_and_what_runs_is_told(self, bench: WorkflowBench) -> None:
        never = f"never-{bench.workspace}"
        run_id = bench.start("test.tree", {"plan": {"root": {"hold": never}}})
        with bench.working():
            bench.wait_until(lambda: bench.executions(run_id) == ["root"])
            cancel.cancel_by_id(bench.tenant, run_id)
        assert bench.run(run_id).status is RunStatus.CANCELLED
        assert set(bench.statuses(run_id).values()) == {"skipped"}
        assert set(codes(bench, run_id).values()) == {"CANCELLED"}
        assert unfinished(bench, run_id) == []

    def test_a_result_that_is_there_all_the_same_is_kept(self, bench: WorkflowBench) -> None:
        go = f"go-{bench.workspace}"
        run_id = bench.start("test.chain", {"plan": {"one": {"stuck": go}}})
        with bench.working():
            bench.wait_until(lambda: bench.executions(run_id) == ["one"])
            cancel.cancel_by_id(bench.tenant, run_id)
            bench.make(go)
        assert bench.statuses(run_id) == {
            "one": "completed",
            "two": "skipped",
            "three": "skipped",
        }
        assert bench.executions(run_id) == ["one"]

    def test_one_that_is_parked_is_over_at_once(self, bench: WorkflowBench) -> None:
        run_id = bench.start("test.chain", {"plan": {"two": {"wait": "nothing"}}})
        bench.drain()
        cancel.cancel_by_id(bench.tenant, run_id)
        assert unfinished(bench, run_id) == []
        resume_step(bench.tenant, run_id, "two")
        bench.drain()
        assert bench.executions(run_id) == ["one", "two"]

    def test_a_step_whose_worker_died_is_ended_when_its_lease_runs_out(
        self, bench: WorkflowBench
    ) -> None:
        run_id = bench.start("test.chain")
        lease = {"holder": "gone", "expiresAt": 1, "acquiredAt": 1, "fence": 1}
        bench.tenant.step_ref(run_id, "one").update(
            {"status": "running", "attempt": 1, "lease": lease, "fence": 1}
        )
        cancel.cancel_by_id(bench.tenant, run_id)
        bench.drain()
        sweep.sweep_runs()
        bench.drain()
        assert bench.statuses(run_id)["one"] == "skipped"
        assert unfinished(bench, run_id) == []

    def test_cancelling_twice_or_too_late_changes_nothing(self, bench: WorkflowBench) -> None:
        run_id = bench.start("test.chain")
        first = cancel.cancel_by_id(bench.tenant, run_id)
        assert cancel.cancel_by_id(bench.tenant, run_id).run == first.run
        done = bench.start("test.chain")
        bench.drain()
        assert cancel.cancel_by_id(bench.tenant, done).run.status is RunStatus.COMPLETED


class TestRetry:
    def test_a_failed_run_goes_on_from_what_failed(self, bench: WorkflowBench) -> None:
        run_id = bench.start("test.tree", {"plan": {"left": {"failures": 1}}})
        bench.drain()
        assert bench.run(run_id).status is RunStatus.FAILED
        bench.tenant.run_ref(run_id).update({"triggerPayload": {"plan": {}}})
        answer = retry.retry_by_id(bench.tenant, run_id)
        assert answer.run.status is RunStatus.QUEUED
        assert answer.run.error is None
        bench.drain()
        assert bench.run(run_id).status is RunStatus.COMPLETED
        assert set(bench.statuses(run_id).values()) == {"completed"}
        executed = bench.executions(run_id)
        assert {name: executed.count(name) for name in set(executed)} == {
            **dict.fromkeys(("root", "right", "solo", "leaf", "join"), 1),
            "left": 2,
        }
        assert unfinished(bench, run_id) == []

    def test_an_optional_step_runs_again_only_if_nobody_went_on_without_it(
        self, bench: WorkflowBench
    ) -> None:
        plan = {"right": {"failures": 1}, "leaf": {"failures": 1}}
        run_id = bench.start("test.tree", {"plan": plan})
        bench.drain()
        bench.tenant.run_ref(run_id).update({"triggerPayload": {"plan": {}}})
        retry.retry_by_id(bench.tenant, run_id)
        bench.drain()
        assert bench.run(run_id).status is RunStatus.COMPLETED
        assert bench.statuses(run_id)["right"] == "failed"
        assert bench.executions(run_id).count("leaf") == 2

    def test_a_cancelled_run_goes_on_and_its_old_worker_is_refused(
        self, bench: WorkflowBench
    ) -> None:
        go = f"go-{bench.workspace}"
        run_id = bench.start("test.chain", {"plan": {"one": {"stuck": go}}})
        with bench.working():
            bench.wait_until(lambda: bench.executions(run_id) == ["one"])
            cancel.cancel_by_id(bench.tenant, run_id)
            retry.retry_by_id(bench.tenant, run_id)
            bench.make(go)
        bench.drain()
        assert bench.executions(run_id) == ["one", "one", "two", "three"]
        assert bench.run(run_id).status is RunStatus.COMPLETED
        assert unfinished(bench, run_id) == []

    def test_retrying_twice_or_what_succeeded_changes_nothing(self, bench: WorkflowBench) -> None:
        run_id = bench.start("test.tree", {"plan": {"left": {"failures": 1}}})
        bench.drain()
        first = retry.retry_by_id(bench.tenant, run_id)
        assert retry.retry_by_id(bench.tenant, run_id).run == first.run
        bench.drain()
        retry.retry_by_id(bench.tenant, run_id)
        done = bench.start("test.chain")
        bench.drain()
        assert retry.retry_by_id(bench.tenant, done).run.status is RunStatus.COMPLETED
        assert bench.queue.waiting == []
