"""Jobs in the test's own process: their runs, their guests, and a queue that is a list."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from google.cloud.firestore import Client

from experience import clients
from experience.firebase.tasks import TryLater
from experience.imaging import processes
from experience.sessions.models.session import Session
from experience.transforms.models.job import Job, job_id_of, run_id_of
from experience.transforms.models.requests import CancelTransform, RetryTransform
from experience.transforms.usecases import cancel, retry, runs
from experience.transforms.usecases.create import create_job
from experience.workflows.execution import skill_runtime
from experience.workflows.runs.decisions import Delivery
from experience.workflows.runs.models import Run, RunStatus, StepTask
from experience.workflows.usecases import execute
from operations.checks.data import read
from operations.checks.invariants import (
    every_generation_has_ended,
    no_job_is_active,
    session_and_job_agree,
)
from operations.checks.run_invariants import a_job_is_its_run, every_run_has_ended
from tests.support.builders.guests import a_guest
from tests.support.builders.jobs import a_booth, a_completed_session, job_ref, stored_job
from tests.support.builders.sessions import session_ref, stored_session
from tests.support.builders.venues import Venue
from tests.support.workflows.workflow_bench import Queue, WorkflowBench, run_here

INVARIANTS = (
    a_job_is_its_run,
    every_generation_has_ended,
    no_job_is_active,
    every_run_has_ended,
    session_and_job_agree,
)
GOING = {RunStatus.QUEUED: {"pending"}, RunStatus.RUNNING: {"running", "pending"}}


class JobBench(WorkflowBench):
    """One completed session, its job and the job's run."""

    def __init__(self, client: Client, queue: Queue, session: Session) -> None:
        super().__init__(client, queue, str(session.workspace_id))
        self.completed = session
        self.project = session.project_id
        self.uid = str(session.created_by)
        a_guest(client, self.project, self.uid)
        self.job_id = job_id_of(self.project, session.id)
        self.run_id = run_id_of(self.project, self.job_id)
        self.ids = {"project_id": self.project, "session_id": session.id}
        self.job_ref = job_ref(client, self.project, self.job_id)
        self.session_ref = session_ref(client, self.project, session.id)

    def begin(self) -> "JobBench":
        """Create the job, as who completes a session does, and die before its run is handed on."""
        create_job(self.completed)
        return self

    def enqueue(self) -> None:
        """What the event of the new job does."""
        runs.dispatch(self.client, Job.load(self.job()))

    def again(self, retries: int = 0) -> None:
        """Deliver the job's first task, for the first time or once more."""
        task = StepTask(workspace_id=self.workspace, run_id=self.run_id, step_id="load", attempt=1)
        with suppress(TryLater):
            execute.run_step(task, Delivery("first", retries))

    def work(self) -> dict[str, Any]:
        """Do all that there is to do of a new job; the job after it."""
        self.enqueue()
        self.drain()
        return self.job()

    def job(self) -> dict[str, Any]:
        return stored_job(self.client, self.project, self.job_id)

    def session(self) -> dict[str, Any]:
        return stored_session(self.client, self.project, self.completed.id)

    def completed_now(self) -> Session:
        """The session as it is now, or as it was completed."""
        found = self.session_ref.get()
        return Session.load(found.to_dict()) if found.exists else self.completed

    def whole_run(self) -> Run:
        return self.run(self.run_id)

    def cancel(self) -> Job:
        return cancel.cancel_transform(self.uid, CancelTransform(**self.ids))

    def retry(self) -> Job:
        return retry.retry_transform(self.uid, RetryTransform(**self.ids))

    def shown(self) -> tuple[str, int, str | None]:
        """The job's status, how often a worker began, and the session's error code."""
        job, session = self.job(), self.session()
        assert session["jobStatus"] == job["status"]
        return job["status"], job["attemptCount"], (session["jobError"] or {}).get("code")

    def everything(self) -> tuple[Any, ...]:
        """All that is stored of the job."""
        return self.job(), self.session(), self.whole_run(), self.steps(self.run_id)

    def agree(self) -> None:
        """Job, session and run tell the same story."""
        job, session, run = self.job(), self.session(), self.whole_run()
        assert session["jobStatus"] == job["status"]
        assert job["status"] in GOING.get(run.status, {run.status.value})
        assert (session["resultMedia"] is None) == (job["output"] is None)
        assert (job["output"] is not None) == (job["status"] == "completed")
        if not run.is_active:
            shown, error = session["jobError"], job["error"]
            assert (shown and shown["code"]) == (error and error["code"])

    def lose_lease(self) -> None:
        """Let the worker that holds a step have been silent for too long."""
        for step in self.steps(self.run_id).values():
            if step.lease:
                self.expire(self.run_id, step.id)


NewJob = Callable[..., JobBench]
"""`(photo?, venue=?, **transform)`"""


def unrest(client: Client) -> list[str]:
    """What of the stored data is not as it must be once nothing is on its way."""
    data = read(client, None, None)
    return [f"{path}: {message}" for each in INVARIANTS for path, message in each(data)]


def visits_in(client: Client, patch: pytest.MonkeyPatch) -> NewJob:
    """Makes completed sessions in a database, as a rule at venues of their own; one queue."""
    queue = Queue()
    patch.setattr(clients, "enqueue", queue.enqueue)
    patch.setattr(skill_runtime, "run_skill", run_here)

    def make(photo: bytes | None = None, *, venue: Venue | None = None, **transform: Any) -> Any:
        session = a_completed_session(client, venue or a_booth(client, **transform), photo)
        return JobBench(client, queue, session)

    return make


def meanwhile(patch: pytest.MonkeyPatch, step: str, do: Callable[[], Any]) -> None:
    """Let something happen once, while a worker is in the middle of this step."""
    name = {"load": "normalise", "stylise": "stylise", "publish": "finish"}[step]
    original = getattr(processes, name)

    def interrupted(*arguments: Any) -> Any:
        patch.setattr(processes, name, original)
        do()
        return original(*arguments)

    patch.setattr(processes, name, interrupted)
