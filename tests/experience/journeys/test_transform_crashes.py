"""A process that dies, or whose answer is lost, at any commit of a journey's transform."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest

from experience.imaging import processes
from experience.journeys.usecases.sweep import sweep_journeys
from experience.workflows.usecases.sweep import sweep_runs
from operations.checks.data import read
from operations.checks.run_invariants import an_event_session_is_its_run
from tests.experience.journeys.seed_session import problems
from tests.support.job_bench import meanwhile
from tests.support.journeys.journey_bench import JourneyBench, NewJourney
from tests.support.workflows.commits import ALONE, Mishaps, ResponseLost
from tests.support.workflows.workflow_bench import Killed, unfinished

Scene = Callable[[JourneyBench, pytest.MonkeyPatch], None]


def insistently(act: Callable[[], Any]) -> Any:
    """What guests, queues and schedules do: they come again after a crash."""
    while True:
        with suppress(Killed):
            return act()


def settle(one: JourneyBench) -> None:
    """Deliver all tasks, again after a crash, and sweep until there is nothing left to do."""
    while one.queue.waiting or any(insistently(sweep_runs).values()):
        while one.queue.waiting:
            with suppress(Killed):
                one.deliver()
    insistently(sweep_journeys)


def a_second_attempt(one: JourneyBench, patch: pytest.MonkeyPatch) -> None:
    """A transform one of whose steps fails once."""

    def fail() -> None:
        raise ZeroDivisionError("it passes")

    meanwhile(patch, "publish", fail)
    insistently(one.trigger)
    settle(one)


def no_time_left(one: JourneyBench, patch: pytest.MonkeyPatch) -> None:
    """A transform whose time is over while a worker has it, and another one from `error`."""
    meanwhile(patch, "publish", lambda: insistently(one.deadline))
    insistently(one.trigger)
    settle(one)
    assert one.shown()[0] == "error"
    insistently(one.trigger)
    settle(one)


def retried(one: JourneyBench, patch: pytest.MonkeyPatch) -> None:
    """A transform that fails for good, and a guest who goes on."""
    patch.setattr(processes, "normalise", lambda *_: None)
    insistently(one.trigger)
    settle(one)
    patch.undo()
    insistently(one.retry)
    insistently(one.trigger)
    settle(one)


def came_to(one: JourneyBench) -> Any:
    """How all of it ended, without ids and times, and the picture."""
    session = one.session()
    assert one.shown() == ("ready", None)
    assert list(problems(session)) == []
    runs = sorted(one.runs(), key=lambda run: run.created_at)
    assert all(unfinished(one, run.id) == [] for run in runs)
    assert session["runId"] == runs[-1].id
    assert list(an_event_session_is_its_run(read(one.client))) == []
    return [run.status for run in runs], session["transformAttempt"], one.picture()


def at_every_commit(
    new_journey: NewJourney, patch: pytest.MonkeyPatch, scene: Scene, wrong: Mishaps
) -> None:
    """Play a scene until something went wrong at each of its commits; it always ends the same."""
    reference = new_journey()
    with wrong.watching(), patch.context() as local:
        scene(reference, local)
    expected = came_to(reference)
    for _ in wrong.runs():
        one = new_journey()
        with wrong.striking(), patch.context() as local:
            scene(one, local)
            assert came_to(one) == expected


@pytest.mark.exhaustive
@pytest.mark.parametrize("scene", [a_second_attempt, no_time_left, retried])
class TestEveryCommit:
    @pytest.mark.parametrize("when", ["before", "after"])
    def test_killed_there_it_ends_the_same(
        self, new_journey: NewJourney, monkeypatch: pytest.MonkeyPatch, scene: Scene, when: str
    ) -> None:
        deaths = Mishaps(Killed, when, stride=ALONE)
        at_every_commit(new_journey, monkeypatch, scene, deaths)
        assert len(deaths.struck) > 3

    def test_its_answer_lost_it_ends_the_same(
        self, new_journey: NewJourney, monkeypatch: pytest.MonkeyPatch, scene: Scene
    ) -> None:
        monkeypatch.setattr("experience.transactions.FIRST_PAUSE_SECONDS", 0)
        at_every_commit(new_journey, monkeypatch, scene, Mishaps(ResponseLost, "after", stride=1))


@pytest.mark.parametrize("number", [1, 3])
def test_killed_at_one_commit_it_ends_the_same(new_journey: NewJourney, number: int) -> None:
    one = new_journey()
    with one.killed_at(number, "after"):
        insistently(one.trigger)
        settle(one)
    assert came_to(one)[:2] == (["completed"], 1)
