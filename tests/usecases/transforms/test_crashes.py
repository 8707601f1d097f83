"""A process that dies, or whose answer is lost, at any commit of a job: it ends the same."""

from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from typing import Any

import pytest

from experience.media import store as media
from experience.transforms.sweeping import sweep_jobs
from experience.workflows.sweeping import sweep_runs
from tests.builders.jobs import a_booth
from tests.usecases.transforms.bench import JobBench, NewJob, meanwhile, unrest
from tests.workflows.bench import Killed, at_rest
from tests.workflows.test_lost_answers import lost_answer

Scene = Callable[[JobBench, pytest.MonkeyPatch], None]
Wrong = Callable[[JobBench, int], AbstractContextManager[list[int]]]

MOST_COMMITS = 40
TIMES = ("createdAt", "updatedAt", "startedAt", "completedAt", "timestamp", "processingTimeMs")
NAMES = (
    "id",
    "projectId",
    "sessionId",
    "runId",
    "createdBy",
    "assetId",
    "path",
    "jobId",
    "experienceId",
    "workspaceId",
)


def insistently(act: Callable[[], Any]) -> None:
    """What queues, schedules and impatient guests do: they come again after a crash."""
    while True:
        with suppress(Killed):
            act()
            return


def sweep_insistently() -> bool:
    found: list[dict[str, int]] = []
    insistently(lambda: found.append(sweep_runs()))
    return any(found[-1].values())


def settle(one: JobBench) -> None:
    while one.queue.waiting or sweep_insistently():
        while one.queue.waiting:
            with suppress(Killed):
                one.deliver()


def begun(one: JobBench) -> None:
    insistently(one.begin)
    insistently(one.enqueue)
    settle(one)


def a_second_attempt(one: JobBench, patch: pytest.MonkeyPatch) -> None:
    def bug() -> None:
        raise ZeroDivisionError("it passes")

    meanwhile(patch, "publish", bug)
    begun(one)


def given_up_and_taken_up(one: JobBench, patch: pytest.MonkeyPatch) -> None:
    meanwhile(patch, "stylise", lambda: insistently(one.cancel))
    begun(one)
    insistently(one.retry)
    settle(one)


def given_up_too_late(one: JobBench, patch: pytest.MonkeyPatch) -> None:
    meanwhile(patch, "publish", lambda: insistently(one.cancel))
    begun(one)
    insistently(one.retry)
    settle(one)


def told(document: dict[str, Any]) -> dict[str, Any]:
    """A document as its guest sees it, without names, times and addresses."""
    plain = {}
    for name, value in document.items():
        if name in (*TIMES, *NAMES) or name.lower().endswith("url") or name == "attemptCount":
            continue
        plain[name] = told(value) if isinstance(value, dict) else value
    return plain


def came_to(one: JobBench) -> Any:
    """How all of it ended, and the picture."""
    one.agree()
    assert at_rest(one, one.run_id) == []
    job = one.job()
    picture = media.read(job["output"]["path"])
    session = {**one.session(), "capturedMedia": None}
    steps = {each.id: each.status for each in one.steps(one.run_id).values()}
    return told(job), told(session), one.whole_run().status, steps, picture


def at_every_commit(
    new_visit: NewJob, patch: pytest.MonkeyPatch, scene: Scene, wrong: Wrong
) -> list[int]:
    """Play a scene once for each of its commits, at which something goes wrong.

    Each time it must end as it does when nothing goes wrong. How many attempts more each took.
    """
    calm = new_visit()
    scene(calm, patch)
    expected, attempts = came_to(calm), calm.job()["attemptCount"]
    place, more = a_booth(calm.client), []
    for number in range(1, MOST_COMMITS):
        one = new_visit(place=place)
        with wrong(one, number) as sent:
            scene(one, patch)
        assert came_to(one) == expected, f"something went wrong at commit {number}"
        more.append(one.job()["attemptCount"] - attempts)
        if sent[0] < number:
            assert unrest(calm.client) == []
            return more
    pytest.fail("there are more commits than expected")


class TestEveryCommit:
    @pytest.mark.parametrize("when", ["before", "after"])
    @pytest.mark.parametrize("scene", [a_second_attempt, given_up_and_taken_up, given_up_too_late])
    def test_killed_there_job_session_and_run_end_the_same(
        self, new_visit: NewJob, monkeypatch: pytest.MonkeyPatch, scene: Scene, when: str
    ) -> None:
        more = at_every_commit(
            new_visit, monkeypatch, scene, lambda one, number: one.killed_at(number, when)
        )
        assert len(more) > 7
        assert set(more) <= {0, 1}
        assert not any(sweep_jobs().values())

    @pytest.mark.parametrize("scene", [a_second_attempt, given_up_and_taken_up])
    def test_its_answer_lost_it_ends_the_same_without_another_attempt(
        self, new_visit: NewJob, monkeypatch: pytest.MonkeyPatch, scene: Scene
    ) -> None:
        more = at_every_commit(new_visit, monkeypatch, scene, lambda _, number: lost_answer(number))
        assert set(more) == {0}
