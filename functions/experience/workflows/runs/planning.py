"""Which steps a run executes: a new run, an update of another run, and a retry. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from experience.workflows.definitions import json_path
from experience.workflows.definitions.models import StepDefinition, Workflow
from experience.workflows.runs.models import Run, RunStep, StepStatus
from experience.workflows.runs.requests import Changes


def new_steps(
    workflow: Workflow,
    run: Run,
    now: int,
    base: Mapping[str, RunStep] | None = None,
    reasons: Mapping[str, str] | None = None,
) -> list[RunStep]:
    """The steps of a new run. In an update, steps without a reason are copied from the base run."""
    copied = set(workflow.by_id) - set(reasons or {}) if base is not None else set()
    steps = []
    for definition in workflow.steps:
        step_id = definition.step_id
        step = RunStep(
            id=step_id,
            run_id=run.id,
            tenant_id=run.tenant_id,
            step_id=step_id,
            skill_id=definition.skill_id,
            remaining_dependencies=len(set(definition.depends_on) - copied),
            reason=(reasons or {}).get(step_id),
            queue=run.queue,
            ready_at=now,
            due_at=now,
            created_at=now,
            updated_at=now,
        )
        steps.append(_from_base(step, base[step_id]) if base and step_id in copied else step)
    return steps


def _from_base(step: RunStep, base: RunStep) -> RunStep:
    """A step that has ended already, with its result from the base run or an earlier one."""
    return step.model_copy(
        update={
            "status": base.status,
            "input_hash": base.input_hash,
            "output": base.output,
            "output_uri": base.output_uri,
            "artifacts": base.artifacts,
            "output_artifact_ids": base.output_artifact_ids,
            "error": base.error,
            "taken_from": base.taken_from or base.run_id,
            "remaining_dependencies": 0,
            "ended_at": step.created_at,
        }
    )


def open_sinks(workflow: Workflow, steps: Iterable[RunStep]) -> int:
    """How many steps without dependents have not ended."""
    return sum(step.id in workflow.sinks and not step.is_ended for step in steps)


def affected_steps(
    workflow: Workflow,
    base: Workflow,
    base_steps: Mapping[str, RunStep],
    payloads: tuple[Any, Any],
    changes: Changes,
) -> dict[str, str]:
    """The steps that an update runs again, each with its reason. `payloads`: before and after.

    These are the steps that `changes` names, that read a changed input, that have no result in the
    base run or another definition there, and all that depend on one of these.
    """
    reasons: dict[str, str] = {}
    for step in workflow.steps:
        reason = _own_reason(step, base, base_steps.get(step.step_id), payloads, changes)
        if reason:
            reasons[step.step_id] = reason
    ahead = list(reasons)
    while ahead:
        each = ahead.pop(0)
        for dependent in workflow.dependents[each]:
            if dependent not in reasons:
                reasons[dependent] = f"DEPENDS_ON: {each} runs again"
                ahead.append(dependent)
    return reasons


def _own_reason(  # noqa: PLR0911  (a table of reasons)
    step: StepDefinition,
    base: Workflow,
    before: RunStep | None,
    payloads: tuple[Any, Any],
    changes: Changes,
) -> str | None:
    if step.step_id in changes.steps:
        return "STEP_NAMED: the change names it"
    if before is None or step.step_id not in base.by_id:
        return "NEW_STEP: the base run did not have it"
    if step != base.by_id[step.step_id]:
        return "DEFINITION_CHANGED: it is defined otherwise than in the base run"
    for _, selector in step.selectors():
        if selector.source != "trigger":
            continue
        name = selector.path or "the payload"
        if any(json_path.overlap(selector.path, each) for each in changes.inputs):
            return f"INPUT_NAMED: the change names {name}"
        if json_path.find(payloads[0], selector.path) != json_path.find(payloads[1], selector.path):
            return f"INPUT_CHANGED: {name} is another"
    is_skipped = (
        before.error is not None and before.error.code == "CONDITION_FALSE" and step.optional
    )
    if before.status is not StepStatus.COMPLETED and not is_skipped:
        return "NOT_COMPLETED: the base run has no result of it"
    return None


def steps_to_retry(
    workflow: Workflow, steps: Sequence[RunStep], run_attempt: int, now: int
) -> list[RunStep]:
    """The steps that a retry runs again, reset: all that did not complete.

    An optional step only if no dependent has already run without it.
    """
    by_id = {step.id: step for step in steps}
    again: set[str] = set()
    for step_id in _dependents_first(workflow):
        kept = [each for each in workflow.dependents[step_id] if each not in again]
        completed = by_id[step_id].status is StepStatus.COMPLETED
        if not completed and not (workflow.by_id[step_id].optional and kept):
            again.add(step_id)
    return [
        RunStep(
            id=step.id,
            run_id=step.run_id,
            tenant_id=step.tenant_id,
            step_id=step.id,
            skill_id=step.skill_id,
            remaining_dependencies=len(set(workflow.by_id[step.id].depends_on) & again),
            attempts=step.attempts,
            fence=step.fence,
            dispatch=step.dispatch,
            run_attempt=run_attempt,
            reason=step.reason,
            queue=step.queue,
            ready_at=now,
            due_at=now,
            created_at=step.created_at,
            updated_at=now,
        )
        for step in steps
        if step.id in again
    ]


def _dependents_first(workflow: Workflow) -> list[str]:
    """The step ids, each after its dependents."""
    left = {step_id: len(dependents) for step_id, dependents in workflow.dependents.items()}
    ahead = [step_id for step_id, count in left.items() if not count]
    for step_id in ahead:
        for needed in workflow.by_id[step_id].depends_on:
            left[needed] -= 1
            if not left[needed]:
                ahead.append(needed)
    return ahead
