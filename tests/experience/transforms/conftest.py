"""Guests whose session is completed, and what becomes of its transform."""

import gc
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from google.cloud.firestore import Client as Database

from emulator.demo.client import CallError
from emulator.suite.suite import Suite
from experience import clients
from experience.clock import now_ms
from experience.sessions.models.session import Session
from experience.transforms.models.job import Job
from experience.transforms.models.requests import StartTransform
from experience.transforms.usecases import start
from experience.workflows.execution import skill_runtime
from tests.experience.conftest import SignIn
from tests.support.builders.jobs import (
    a_booth,
    a_completed_session,
    a_photo,
    replace_photo,
    tasks_of,
)
from tests.support.builders.venues import Venue
from tests.support.calling import refused
from tests.support.job_bench import JobBench
from tests.support.workflows.workflow_bench import Queue, run_here

PER_HOUR = 20  # the default of TRANSFORMS_PER_GUEST_AND_HOUR


class TransformBench(JobBench):
    """A guest with a completed session, whose event never came; and what becomes of its job."""

    def __init__(
        self, suite: Suite, db: Database, sign_in: SignIn, queue: Queue, session: Session
    ) -> None:
        super().__init__(db, queue, session)
        self.suite = suite
        self.page = sign_in(self.uid)
        self.sent = {"projectId": self.project, "sessionId": session.id}

    def call(self, name: str) -> dict[str, Any]:
        """What a callable answers to the guest."""
        answer: dict[str, Any] = self.page.call(name, **self.sent)
        return answer

    def refused(self, name: str) -> CallError:
        return refused(self.page, name, **self.sent)

    def start_by_hand(self) -> Job:
        """As `startTransform` does, in this process."""
        return start.start_transform(self.uid, StartTransform.model_validate(self.sent))

    def use_up(self, count: int) -> None:
        """Let the guest have started so many transforms by hand just now."""
        rate = {"since": now_ms(), "count": count}
        reference = self.client.document("projects", self.project, "guests", self.uid)
        reference.update({"rates.transforms": rate})

    def documents(self) -> tuple[Any, Any]:
        """What the guest may see."""
        return self.job(), self.session()

    def failed(self) -> None:
        """Let the job have failed at a photo, which can be read from now on."""
        replace_photo(self.completed, b"no photo")
        self.begin()
        self.suite.settle()
        assert self.shown() == ("failed", 1, "INVALID_INPUT")
        replace_photo(self.completed, a_photo())

    def tasks(self) -> list[int]:
        """How often each of the tasks of its run was delivered by the suite's queue."""
        return [task.attempts for task in tasks_of(self.suite, self.project, self.job_id)]


NewTransform = Callable[..., TransformBench]


@pytest.fixture
def visit(suite: Suite, db: Database, signed_in: SignIn) -> NewTransform:
    queue = Queue()

    def make(
        venue: Venue | None = None, photo: bytes | None = None, **fields: Any
    ) -> TransformBench:
        session = a_completed_session(db, venue or a_booth(db), photo, **fields)
        suite.settle()
        return TransformBench(suite, db, signed_in, queue, session)

    return make


@pytest.fixture
def held_visit(visit: NewTransform, suite: Suite, monkeypatch: pytest.MonkeyPatch) -> NewTransform:
    """Visits of which no event comes, and whose tasks the test itself delivers."""

    def make(*venue: Venue, **fields: Any) -> TransformBench:
        made = visit(*venue, **fields)
        monkeypatch.setattr(suite.event_router, "deliver", lambda event: None)
        monkeypatch.setattr(clients, "enqueue", made.queue.enqueue)
        monkeypatch.setattr(skill_runtime, "run_skill", run_here)
        return made

    return make


@pytest.fixture
def refused_downloads() -> Iterator[None]:
    """The storage's client leaves a refused download's connection to the garbage collector."""
    yield
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()
