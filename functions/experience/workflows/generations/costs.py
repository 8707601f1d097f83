"""The costs of a run's generations in dollars, as callables return them."""

from collections.abc import Iterable, Mapping
from typing import Any

from experience.documents import Document
from experience.workflows.runs.models import RunSummary, StepSummary
from experience.workflows.runs.views import RunView, TimelineEntry

COST_FIELDS = ("runStepId", "costMicros", "begunAt")
"""The fields of a generation job that are read for its cost."""


class CostedRun(RunSummary):
    """A run, and the total cost of its own generations (US dollars).

    `costUsd` is null while a generation that was submitted to a provider has no known cost.
    """

    cost_usd: float | None


class CostedStep(StepSummary):
    """A step, and the total cost of its generations in this run (US dollars).

    `costUsd` is 0 without any, as for a result that was cached or comes from another run. It is
    null while a generation that was submitted to a provider has no known cost.
    """

    cost_usd: float | None


class CostedRunView(Document):
    """A run with its steps, in the order of the definition, their costs, and its timeline."""

    run: CostedRun
    steps: list[CostedStep]
    timeline: list[TimelineEntry]


def with_costs(view: RunView, jobs: Iterable[Mapping[str, Any]]) -> CostedRunView:
    """A run's view with the costs of its generation jobs, given by their `COST_FIELDS`."""
    costs_of: dict[str, list[int | None]] = {}
    for job in jobs:
        cost = job.get("costMicros")
        if not cost and job.get("begunAt") is None:
            cost = 0  # never submitted
        costs_of.setdefault(str(job["runStepId"]), []).append(cost)
    every = [cost for costs in costs_of.values() for cost in costs]
    run = CostedRun(**dict(view.run), cost_usd=_dollars(every))
    steps = [
        CostedStep(**dict(step), cost_usd=_dollars(costs_of.get(step.id, [])))
        for step in view.steps
    ]
    return CostedRunView(run=run, steps=steps, timeline=view.timeline)


def _dollars(micros: Iterable[int | None]) -> float | None:
    """The sum in dollars, exact to the micro-dollar; None if a part of it is not known."""
    total = 0
    for each in micros:
        if each is None:
            return None
        total += each
    return round(total / 1_000_000, 6)
