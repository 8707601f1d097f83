"""A process that dies, or whose answer is lost, at any commit of a job: it ends the same."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import pytest

from experience.media.store import objects
from experience.transforms.usecases.sweep import sweep_jobs
from experience.workflows.usecases.sweep import sweep_runs
from tests.support.builders.jobs import a_booth
from tests.support.job_bench import JobBench, NewJob, meanwhile, unrest
from tests.support.workflows.commits import ALONE, Mishaps, RecordedCommit, ResponseLost
from tests.support.workflows.workflow_bench import Killed, unfinished

TIMES = (
    "createdAt",
    "updatedAt",
    "queuedAt",
    "startedAt",
    "completedAt",
    "mailDueAt",
    "timestamp",
)
NAMES = (
    "shard",
    "processingTimeMs",
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


@dataclass(frozen=True)
class Scene:
    """What happens once in the middle of a step, and what the guest does after all jobs."""

    step: str
    act: Callable[[JobBench], Any]
    after: Callable[[JobBench], Any] | None = None

    def play(self, one: JobBench, patch: pytest.MonkeyPatch, sent: list[RecordedCommit]) -> int:
        """All of it; how many commits were `sent` when it happened."""
        before: list[int] = []

        def happen() -> None:
            before.append(len(sent))
            self.act(one)

        meanwhile(patch, self.step, happen)
        insistently(one.begin)
        insistently(one.enqueue)
        settle(one)
        if self.after:
            self.after(one)
            settle(one)
        return before[0]


def a_bug(_: JobBench) -> None:
    raise ZeroDivisionError("it passes")


def cancel_job(one: JobBench) -> None:
    insistently(one.cancel)


def retry_job(one: JobBench) -> None:
    insistently(one.retry)


A_SECOND_ATTEMPT = Scene("publish", a_bug)
CANCELLED_AND_RETRIED = Scene("stylise", cancel_job, retry_job)
CANCELLED_TOO_LATE = Scene("publish", cancel_job, retry_job)


def plain_fields(document: dict[str, Any]) -> dict[str, Any]:
    """A document as its guest sees it, without names, times and addresses."""
    plain = {}
    for name, value in document.items():
        if name in (*TIMES, *NAMES) or name.lower().endswith("url") or name == "attemptCount":
            continue
        plain[name] = plain_fields(value) if isinstance(value, dict) else value
    return plain


def came_to(one: JobBench) -> Any:
    """How all of it ended, and the picture."""
    one.agree()
    assert unfinished(one, one.run_id) == []
    job = one.job()
    picture = objects.read(job["output"]["path"])
    session = {**one.session(), "capturedMedia": None}
    steps = {each.id: each.status for each in one.steps(one.run_id).values()}
    return plain_fields(job), plain_fields(session), one.whole_run().status, steps, picture


def at_every_commit(
    new_visit: NewJob, patch: pytest.MonkeyPatch, scene: Scene, wrong: Mishaps
) -> list[int]:
    """Play a scene until something went wrong at each of its commits, at several in each visit.

    Each time it must end as it does when nothing goes wrong. What lies before the scene is the
    same in all of them, and part of A_SECOND_ATTEMPT. How many attempts more each took.
    """
    reference = new_visit()
    with wrong.watching() as sent:
        happened = scene.play(reference, patch, sent)
    if scene is not A_SECOND_ATTEMPT:
        wrong.skip_first(happened - 1)
    expected, attempts = came_to(reference), reference.job()["attemptCount"]
    venue, more = a_booth(reference.client), []
    for _ in wrong.runs():
        one = new_visit(venue=venue)
        with wrong.striking() as struck:
            scene.play(one, patch, sent)
            assert came_to(one) == expected
            more.append(one.job()["attemptCount"] - attempts)
            assert more[-1] in range(len(struck) + 1)
    assert unrest(reference.client) == []
    return more


SCENES = pytest.mark.parametrize(
    "scene",
    [
        pytest.param(A_SECOND_ATTEMPT, id="a second attempt"),
        pytest.param(CANCELLED_AND_RETRIED, id="cancelled and retried"),
        pytest.param(CANCELLED_TOO_LATE, id="cancelled too late"),
    ],
)


@pytest.mark.exhaustive
class TestEveryCommit:
    @pytest.mark.parametrize("when", ["before", "after"])
    @SCENES
    def test_killed_there_job_session_and_run_end_the_same(
        self, new_visit: NewJob, monkeypatch: pytest.MonkeyPatch, scene: Scene, when: str
    ) -> None:
        deaths = Mishaps(Killed, when, stride=ALONE)  # who comes after a second one heals the first
        at_every_commit(new_visit, monkeypatch, scene, deaths)
        assert len(deaths.struck) > 3
        assert sweep_jobs() == 0

    @SCENES
    def test_its_answer_lost_it_ends_the_same_without_another_attempt(
        self, new_visit: NewJob, monkeypatch: pytest.MonkeyPatch, scene: Scene
    ) -> None:
        monkeypatch.setattr("experience.transactions.FIRST_PAUSE_SECONDS", 0)
        more = at_every_commit(
            new_visit, monkeypatch, scene, Mishaps(ResponseLost, "after", stride=1)
        )
        assert set(more) == {0}
