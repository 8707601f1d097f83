"""Guests whose session is completed, and what becomes of its transform."""

from collections.abc import Callable
from typing import Any

import pytest
from google.cloud.firestore import Client as Database

from emulator.client import CallError
from emulator.suite import Suite
from experience.clock import now_ms
from experience.sessions.models import Session
from experience.transforms import commands, leases, store
from experience.transforms.leases import Work
from experience.transforms.models import (
    CancelTransform,
    Job,
    RetryTransform,
    StartTransform,
    TransformTask,
    job_id_of,
)
from experience.transforms.usecases import start_transform
from tests.builders.guests import a_guest
from tests.builders.jobs import a_booth, a_completed_session, job_ref, stored_job
from tests.builders.places import Place
from tests.builders.sessions import session_ref, stored_session
from tests.calling import refused
from tests.endpoints.conftest import SignIn

PER_HOUR = 20  # the default of TRANSFORMS_PER_GUEST_AND_HOUR


class Visit:
    """A guest with a completed session, whose event never came; and what becomes of its job."""

    def __init__(
        self, suite: Suite, db: Database, sign_in: SignIn, place: Place, session: Session
    ) -> None:
        self.suite, self.db, self.place = suite, db, place
        self.uid = str(session.created_by)
        self.client = sign_in(self.uid)
        self.ids = {"projectId": place.project, "sessionId": session.id}
        self.completed = session
        self.job_id = job_id_of(place.project, session.id)

    def call(self, name: str) -> dict[str, Any]:
        answer: dict[str, Any] = self.client.call(name, **self.ids)
        return answer

    def refused(self, name: str) -> CallError:
        return refused(self.client, name, **self.ids)

    def start(self) -> Job:
        """As `startTransform` does, in this process; so the next two."""
        return commands.start(self.uid, StartTransform.model_validate(self.ids))

    def retry(self) -> Job:
        return commands.retry(self.uid, RetryTransform.model_validate(self.ids))

    def cancel(self) -> Job:
        return commands.cancel(self.uid, CancelTransform.model_validate(self.ids))

    def use_up(self, count: int) -> None:
        """Let the guest have started so many transforms by hand just now."""
        rate = {"since": now_ms(), "count": count}
        reference = self.db.document("projects", self.place.project, "guests", self.uid)
        reference.update({"rates.transforms": rate})

    def job(self) -> dict[str, Any]:
        return stored_job(self.db, self.place.project, self.job_id)

    def session(self) -> dict[str, Any]:
        return stored_session(self.db, self.place.project, self.completed.id)

    def told(self) -> tuple[str | None, str | None]:
        """The job's status and the code of its error, as the session has them."""
        session = self.session()
        return session["jobStatus"], (session["jobError"] or {}).get("code")

    def failed(self, attempts: int = 5) -> None:
        """Let the job have failed after so many attempts."""
        start_transform(self.completed)
        self.suite.settle()
        self.end("failed", attemptCount=attempts)

    def end(self, status: str, **fields: Any) -> None:
        error = {"code": "STORAGE_ERROR", "message": "m", "isRetryable": True, "timestamp": 1}
        failed = error if status == "failed" else None
        shown = {"code": "STORAGE_ERROR", "message": "m"} if failed else None
        changed = {"status": status, "error": failed, "output": None, "completedAt": 1, **fields}
        job_ref(self.db, self.place.project, self.job_id).update(changed)
        told = {"jobStatus": status, "jobError": shown, "resultMedia": None}
        session_ref(self.db, self.place.project, self.completed.id).update(told)

    def task(self) -> TransformTask:
        """The task for the next attempt."""
        return TransformTask.next_of(Job.load(self.job()))

    def take(self) -> Work:
        """A worker of the test's own takes the job, which no task shall do at that moment."""
        work = leases.take(self.task())
        assert isinstance(work, Work)
        return work


Visits = Callable[..., Visit]


@pytest.fixture
def visit(suite: Suite, db: Database, signed_in: SignIn) -> Visits:
    def make(place: Place | None = None, **fields: Any) -> Visit:
        place = place or a_booth(db)
        session = a_completed_session(db, place, **fields)
        a_guest(db, place.project, session.created_by)
        suite.settle()
        return Visit(suite, db, signed_in, place, session)

    return make


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch, suite: Suite) -> None:
    """No event comes and this process enqueues nothing: the test itself runs what is to run."""
    monkeypatch.setattr(suite.broker, "deliver", lambda event: None)
    monkeypatch.setattr(store, "dispatch", lambda *task, **options: None)
