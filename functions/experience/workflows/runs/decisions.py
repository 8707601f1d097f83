"""The engine's decisions: who may work on a step when, and how a run ends. Pure."""

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
    StepStatus,
    StepTask,
)


@dataclass(frozen=True)
class Delivery:
    """Which delivery of which task this is: the queue's name for it, and how many there were."""

    task: str = ""
    retries: int = 0

    def follows(self, task: str | None, retries: int) -> bool:
        """Whether this is a later delivery of the same task: then the earlier one is over."""
        return bool(task) and self.task == task and self.retries > retries


class Turn(StrEnum):
    """What a task that wants to work on a step is told."""

    TAKE = "take"
    """Nobody works on it, and this is the attempt that is next: go ahead."""
    HELD = "held"
    """Somebody works on it. Their own task comes again if they die, and the sweep sees it too."""
    ENDED = "ended"
    """It has ended already."""
    NOT_YET = "not_yet"
    """Not all that it depends on has ended."""
    STALE = "stale"
    """This task's attempt is over, and the next one has a task of its own."""
    EXHAUSTED = "exhausted"
    """Too many workers vanished over it."""
    CANCELLED = "cancelled"
    """The run was cancelled, and whoever worked on this is gone."""


def turn(  # noqa: PLR0911  (a table of answers)
    run: Run, step: RunStep, task: StepTask, delivery: Delivery, now: int
) -> Turn:
    """Whether a task may work on the step now."""
    if step.is_ended:
        return Turn.ENDED
    if task.run_attempt != step.run_attempt:
        return Turn.STALE
    if step.status is StepStatus.PENDING:
        if not run.is_going:
            return Turn.ENDED
        if step.remaining_dependencies > 0:
            return Turn.NOT_YET
        return Turn.TAKE if task.attempt == step.attempt + 1 else Turn.STALE
    lease = step.lease
    called = step.parked and task.dispatch == step.dispatch
    over = lease is None or lease.expires_at <= now or delivery.follows(lease.task, lease.delivery)
    if not (called or over):
        return Turn.HELD
    if not run.is_going or step.cancel_requested:
        return Turn.CANCELLED
    if not step.parked and step.losses >= MAX_LOST_WORKERS:
        return Turn.EXHAUSTED
    return Turn.TAKE


def is_over(steps: Iterable[RunStep]) -> bool:
    """Whether every step has come to its end."""
    return all(step.is_ended for step in steps)


def outcome(
    workflow: Workflow, steps: Sequence[RunStep], now: int
) -> tuple[RunStatus, RunError | None]:
    """How a run ends whose steps have all ended: failed if one failed that was needed."""
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


def context(steps: Sequence[RunStep]) -> dict[str, Any]:
    """What a run has come to: for each step with an output its data and its artifacts."""
    return {
        step.id: {
            "artifacts": {slot: each.dump() for slot, each in step.artifacts.items()},
            **({"dataUri": step.output_uri} if step.output_uri else {"data": step.output}),
        }
        for step in steps
        if step.status is StepStatus.COMPLETED
    }
