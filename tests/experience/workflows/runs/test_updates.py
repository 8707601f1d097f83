"""An update runs again what its change concerns, takes the rest, and says why for each step."""

from typing import Any

import pytest

from experience.errors import FailedPrecondition, InvalidArgument, NotFound, Refusal
from experience.workflows.runs.models import RunStatus
from tests.support.workflows.workflow_bench import WorkflowBench, unfinished

MEDIA = {"images": "dog", "sounds": "beep"}


def media(bench: WorkflowBench, payload: dict[str, Any] | None = None, **more: Any) -> str:
    run_id = bench.start("test.media", MEDIA if payload is None else payload, **more)
    bench.drain()
    assert unfinished(bench, run_id) == []
    return run_id


def refusal(bench: WorkflowBench, **more: Any) -> Refusal:
    with pytest.raises(Refusal) as caught:
        bench.start("test.media", {}, **more)
    return caught.value


class TestUpdates:
    def test_other_sounds_run_three_of_four_steps_again_and_say_why(
        self, bench: WorkflowBench
    ) -> None:
        base = media(bench)
        run_id = media(bench, {"sounds": "boom"}, baseRunId=base)
        steps = bench.steps(run_id)
        assert {name: step.reason for name, step in steps.items()} == {
            "images": None,
            "sounds": "INPUT_CHANGED: sounds is another",
            "mix": "DEPENDS_ON: sounds runs again",
            "bundle": "DEPENDS_ON: mix runs again",
        }
        assert bench.executions(run_id) == ["sounds", "mix", "bundle"]
        assert steps["images"].taken_from == base
        assert bench.output(run_id, "bundle") == {"text": "boom+mixed+dog"}
        run = bench.run(run_id)
        assert (run.status, run.trigger_type, run.base_run_id) == (
            RunStatus.COMPLETED,
            "update",
            base,
        )
        assert run.trigger_payload == {"images": "dog", "sounds": "boom"}

    def test_a_named_step_runs_again_with_all_that_depends_on_it(
        self, bench: WorkflowBench
    ) -> None:
        base = media(bench)
        run_id = media(bench, {}, baseRunId=base, changes={"steps": ["mix"]})
        assert bench.executions(run_id) == ["mix", "bundle"]
        reason = bench.steps(run_id)["mix"].reason
        assert reason == "STEP_NAMED: the change names it"

    def test_a_named_input_runs_all_that_read_it(self, bench: WorkflowBench) -> None:
        base = media(bench)
        run_id = media(bench, {}, baseRunId=base, changes={"inputs": ["images"]})
        assert bench.executions(run_id) == ["images", "bundle"]
        assert bench.steps(run_id)["images"].reason == "INPUT_NAMED: the change names images"

    def test_without_a_change_nothing_runs_and_the_run_is_complete(
        self, bench: WorkflowBench
    ) -> None:
        base = media(bench)
        run_id = media(bench, {}, baseRunId=base)
        assert bench.executions(run_id) == []
        assert bench.run(run_id).status is RunStatus.COMPLETED
        assert bench.run(run_id).context == bench.run(base).context

    def test_an_update_of_an_update_knows_where_each_result_is_from(
        self, bench: WorkflowBench
    ) -> None:
        base = media(bench)
        second = media(bench, {"sounds": "boom"}, baseRunId=base)
        third = media(bench, {"images": "cat"}, baseRunId=second)
        steps = bench.steps(third)
        assert bench.executions(third) == ["images", "bundle"]
        assert steps["sounds"].taken_from == second
        assert bench.output(third, "bundle") == {"text": "boom+mixed+cat"}

    def test_what_failed_in_the_base_run_runs_again(self, bench: WorkflowBench) -> None:
        base = media(bench, {"images": "impossible", "sounds": "beep"})
        assert bench.run(base).status is RunStatus.FAILED
        run_id = media(bench, {"images": "dog"}, baseRunId=base)
        assert bench.executions(run_id) == ["images", "bundle"]
        assert bench.run(run_id).status is RunStatus.COMPLETED

    def test_large_results_of_the_base_fit_into_one_commit(
        self, bench: WorkflowBench, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("experience.workflows.runs.creation.MAX_COMMIT_BYTES", 3000)
        base = media(bench)
        run_id = media(bench, {}, baseRunId=base, changes={"steps": ["bundle"]})
        assert bench.steps(run_id)["mix"].output_uri
        assert bench.executions(run_id) == ["bundle"]
        assert bench.output(run_id, "bundle") == bench.output(base, "bundle")


class TestRefusals:
    def test_changes_that_no_step_knows(self, bench: WorkflowBench) -> None:
        base = media(bench)
        changes = {"steps": ["mix", "video"], "inputs": ["colors", "so unds"]}
        refused = refusal(bench, baseRunId=base, changes=changes)
        assert isinstance(refused, InvalidArgument)
        paths = [issue["path"] for issue in refused.details["issues"]]
        assert paths == ["changes.steps[1]", "changes.inputs[0]", "changes.inputs[1]"]

    def test_changes_without_a_base(self, bench: WorkflowBench) -> None:
        assert isinstance(refusal(bench, changes={"steps": ["mix"]}), InvalidArgument)

    def test_a_base_that_is_not_there_not_over_or_of_another_workflow(
        self, bench: WorkflowBench
    ) -> None:
        assert isinstance(refusal(bench, baseRunId="nowhere"), NotFound)
        going = bench.start("test.media", MEDIA)
        refused = refusal(bench, baseRunId=going)
        assert isinstance(refused, FailedPrecondition)
        assert refused.details == {"reason": "run_not_ended", "status": "queued"}
        other = bench.start("test.chain")
        bench.drain()
        assert refusal(bench, baseRunId=other).reason == "other_workflow"
