"""The views of runs that callables return."""

from collections.abc import Iterable
from typing import Any

from experience.documents import Document
from experience.workflows.runs.models import Run, RunStep, RunSummary, StepSummary


class TimelineEntry(Document):
    """An event in the course of a run."""

    at: int
    event: str
    step_id: str | None = None
    attempt: int | None = None
    code: str | None = None
    duration_ms: int | None = None


class RunView(Document):
    """A run with its steps, in the order of the definition, and its timeline."""

    run: RunSummary
    steps: list[StepSummary]
    timeline: list[TimelineEntry]


def timeline(run: Run, steps: Iterable[RunStep]) -> list[TimelineEntry]:
    """The events of a run, in the order of time."""
    entries = [TimelineEntry(at=run.created_at, event="run_created")]
    if run.started_at is not None:
        entries.append(TimelineEntry(at=run.started_at, event="run_started"))
    for step in steps:
        for each in step.attempts:
            attempt: dict[str, Any] = {"step_id": step.id, "attempt": each.attempt}
            entries.append(TimelineEntry(at=each.started_at, event="attempt_started", **attempt))
            duration_ms = each.ended_at - each.started_at
            entries.append(
                TimelineEntry(
                    at=each.ended_at,
                    event=f"attempt_{each.outcome}",
                    code=each.code,
                    duration_ms=duration_ms,
                    **attempt,
                )
            )
        if step.ended_at is not None:
            event = "step_cache_hit" if step.cache_hit else f"step_{step.status}"
            event = "step_taken_from_base" if step.taken_from else event
            code = step.error.code if step.error else None
            entries.append(
                TimelineEntry(
                    at=step.ended_at,
                    event=event,
                    step_id=step.id,
                    code=code,
                    duration_ms=step.duration_ms,
                )
            )
    if run.completed_at is not None:
        code = run.error.code if run.error else None
        entries.append(
            TimelineEntry(
                at=run.completed_at,
                event=f"run_{run.status}",
                code=code,
                duration_ms=run.duration_ms,
            )
        )
    return sorted(entries, key=lambda entry: entry.at)


def view_of(run: Run, steps: list[RunStep]) -> RunView:
    """A run as callables return it."""
    return RunView(
        run=RunSummary.of(run),
        steps=[StepSummary.of(step) for step in steps],
        timeline=timeline(run, steps),
    )
