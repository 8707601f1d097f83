"""Whoever creates a job hands its run on at once; the event of the job makes sure of it."""

from collections.abc import Callable
from typing import Any

import pytest
from firebase_admin.exceptions import UnavailableError

from experience import clients
from experience.transforms.models.requests import StartTransform
from experience.transforms.usecases import start
from experience.transforms.usecases.create import create_and_dispatch
from experience.workflows.usecases.sweep import sweep_runs
from tests.support.calling import at_once
from tests.support.job_bench import JobBench, NewJob, unrest

Begin = Callable[[JobBench], Any]

BEGIN: dict[str, Begin] = {
    "by the event": lambda one: create_and_dispatch(one.completed),
    "by hand": lambda one: start.start_transform(one.uid, StartTransform.model_validate(one.ids)),
}


@pytest.fixture(params=BEGIN)
def begin(request: pytest.FixtureRequest) -> Begin:
    return BEGIN[request.param]


class TestBeginning:
    def test_who_creates_the_job_enqueues_its_first_task(
        self, new_visit: NewJob, begin: Begin
    ) -> None:
        one = new_visit()
        begin(one)
        [(_, task, _)] = one.queue.waiting
        assert (task.run_id, task.step_id, task.attempt) == (one.run_id, "load", 1)
        one.drain()
        assert one.shown() == ("completed", 1, None)

    def test_the_event_of_the_job_and_repeats_add_no_task(
        self, new_visit: NewJob, begin: Begin
    ) -> None:
        one = new_visit()
        at_once(4, lambda _: begin(one))
        begin(one)
        one.enqueue()
        assert len(one.queue.waiting) == 1

    def test_a_day_that_is_full_has_nothing_to_hand_on(self, new_visit: NewJob) -> None:
        one = new_visit()
        project = one.client.document("projects", one.project)
        project.update({"publishedConfig.dailyTransformLimit": 0})
        assert create_and_dispatch(one.completed)
        assert one.shown() == ("failed", 0, "QUOTA_EXCEEDED")
        assert one.queue.waiting == []


class TestDownQueue:
    @pytest.fixture
    def left(
        self,
        new_visit: NewJob,
        begin: Begin,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> JobBench:
        """A job that was created while the queue was down."""
        one = new_visit()

        def down(*_arguments: Any, **_more: Any) -> None:
            raise UnavailableError("the queue is down")

        with monkeypatch.context() as patch:
            patch.setattr(clients, "enqueue", down)
            begin(one)
        assert one.shown() == ("pending", 0, None)
        assert one.queue.waiting == []
        logged = capsys.readouterr().out
        assert "task not enqueued" in logged
        assert "the queue is down" in logged
        return one

    def test_the_event_of_the_job_hands_it_on(self, left: JobBench) -> None:
        left.enqueue()
        left.drain()
        assert left.shown() == ("completed", 1, None)

    def test_the_sweep_finds_it_if_that_is_lost_too(self, left: JobBench) -> None:
        assert sweep_runs()["undispatched"] == 1
        left.drain()
        assert left.shown() == ("completed", 1, None)
        assert unrest(left.client) == []
