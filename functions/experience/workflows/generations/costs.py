"""What the generations of a run cost, as callables show it: in dollars."""

from collections.abc import Iterable, Mapping
from typing import Any

from experience.documents import Document
from experience.workflows.runs.models import RunSummary, StepSummary
from experience.workflows.runs.views import RunView, TimelineEntry

COST_FIELDS = ("runStepId", "costMicros", "begunAt")
"""What of a generation job is read for it."""


class CostedRun(RunSummary):
    """A run, and what its own generations cost together (US dollars).

    `costUsd` is null as long as one of them, asked of a provider, has not told what it costs.
    """

    cost_usd: float | None


class CostedStep(StepSummary):
    """A step, and what its generations in this run cost together (US dollars).

    `costUsd` is 0 without any, as for a result that was cached or taken from another run; null as
    long as one of them, asked of a provider, has not told what it costs.
    """

    cost_usd: float | None


class CostedRunView(Document):
    """A run with its steps in their order, what they cost, and what happened when."""

    run: CostedRun
    steps: list[CostedStep]
    timeline: list[TimelineEntry]


def with_costs(view: RunView, jobs: Iterable[Mapping[str, Any]]) -> CostedRunView:
    """A run's view with the costs of its generation jobs, of which `FIELDS` are given."""
    told: dict[str, list[int | None]] = {}
    for job in jobs:
        never_asked = job.get("begunAt") is None
        cost = job.get("costMicros")
        told.setdefault(str(job["runStepId"]), []).append(0 if never_asked and not cost else cost)
    every = [cost for costs in told.values() for cost in costs]
    run = CostedRun(**dict(view.run), cost_usd=_dollars(every))
    steps = [
        CostedStep(**dict(step), cost_usd=_dollars(told.get(step.id, []))) for step in view.steps
    ]
    return CostedRunView(run=run, steps=steps, timeline=view.timeline)


def _dollars(micros: Iterable[int | None]) -> float | None:
    """The sum in dollars, to the micro-dollar; None where a part of it is not known."""
    total = 0
    for each in micros:
        if each is None:
            return None
        total += each
    return round(total / 1_000_000, 6)
