"""The engine's decisions: whether a task may work on a step, and how a run ends. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from experience.workflows.definitions.models import Workflow
from experience.workflows.runs.models import (
    MAX_LOST_WORKERS,
    Run,
    RunError,
    RunStatus,
    RunStep,
    StepError,
    StepStatus,
    StepTask,
)

DEADLINE_EXCEEDED = "DEADLINE_EXCEEDED"
"""The code of a run that did not end by its deadline."""


@dataclass(frozen=True)
class Delivery:
    """The name of a delivered task in its queue, and how often it was delivered before."""

    task: str = ""
    retries: int = 0

    def follows(self, task: str | None, retries: int) -> bool:
        """Whether this is a later delivery of the same task. Then the earlier one is over."""
        return bool(task) and self.task == task and self.retries > retries


class Decision(StrEnum):
    """What a task does with the step that it names."""

    ACQUIRE = "acquire"
    """Acquire the lease: no worker has it, and the task names the next attempt."""
    LEASED = "leased"
    """Nothing: another worker has the lease. If it dies its task is delivered again, and the sweep
    finds the step too."""
    ENDED = "ended"
    """Nothing: the step has ended."""
    NOT_READY = "not_ready"
    """Nothing: not all dependencies of the step have ended."""
    STALE = "stale"
    """Nothing: the task names a past attempt. The next one has a task of its own."""
    FAIL = "fail"
    """Fail the step: it has lost too many workers."""
    CANCEL = "cancel"
    """Skip the step: its run was cancelled, and its worker is gone."""


def decide(  # noqa: PLR0911  (a table of answers)
    run: Run, step: RunStep, task: StepTask, delivery: Delivery, now: int
) -> Decision:
    """Whether a task may work on its step now."""
    if step.is_ended:
        return Decision.ENDED
    if task.run_attempt != step.run_attempt:
        return Decision.STALE
    if step.status is StepStatus.PENDING:
        if not run.is_active:
            return Decision.ENDED
        if step.remaining_dependencies > 0:
            return Decision.NOT_READY
        return Decision.ACQUIRE if task.attempt == step.attempt + 1 else Decision.STALE
    lease = step.lease
    is_resumed = step.parked and task.dispatch == step.dispatch
    is_lost = (
        lease is None or lease.expires_at <= now or delivery.follows(lease.task, lease.delivery)
    )
    if not (is_resumed or is_lost):
        return Decision.LEASED
    if not run.is_active or step.cancel_requested:
        return Decision.CANCEL
    if not step.parked and step.losses >= MAX_LOST_WORKERS:
        return Decision.FAIL
    return Decision.ACQUIRE


def all_ended(steps: Iterable[RunStep]) -> bool:
    """Whether every step has ended."""
    return all(step.is_ended for step in steps)


def with_deadline_exceeded(step: RunStep, now: int) -> RunStep:
    """The step of an overdue run: failed, whoever has its lease, unless it has ended."""
    if step.is_ended:
        return step
    error = StepError(
        code=DEADLINE_EXCEEDED,
        message="The run did not end by its deadline.",
        attempt=step.attempt,
        timestamp=now,
    )
    return step.model_copy(
        update={
            "status": StepStatus.FAILED,
            "error": error,
            "lease": None,
            "parked": False,
            "remaining_dependencies": 0,
            "ended_at": now,
            "duration_ms": now - step.started_at if step.started_at is not None else None,
            "updated_at": now,
        }
    )


def run_outcome(
    workflow: Workflow, steps: Sequence[RunStep], now: int
) -> tuple[RunStatus, RunError | None]:
    """The final status of a run whose steps have all ended: failed if a required step failed."""
    failed = [
        step
        for step in steps
        if step.status is StepStatus.FAILED and not workflow.by_id[step.id].optional
    ]
    if not failed:
        return RunStatus.COMPLETED, None
    first = min(failed, key=lambda step: step.ended_at or now)
    code, message = (first.error.code, first.error.message) if first.error else ("UNKNOWN", "")
    error = RunError(code=code, message=message, failed_step_id=first.id, timestamp=now)
    return RunStatus.FAILED, error


def run_context(steps: Sequence[RunStep]) -> dict[str, Any]:
    """The result of a run: the data and artifacts of each completed step."""
    return {
        step.id: {
            "artifacts": {slot: each.dump() for slot, each in step.artifacts.items()},
            **({"dataUri": step.output_uri} if step.output_uri else {"data": step.output}),
        }
        for step in steps
        if step.status is StepStatus.COMPLETED
    }
