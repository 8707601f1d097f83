"""Callers of the running functions, and the database that use cases write to in this process."""

from collections.abc import Callable, Iterator

import pytest
from google.cloud import firestore

from emulator.demo.client import Client
from emulator.suite.suite import Suite
from experience import clients, transactions
from experience.ids import new_id
from experience.imaging import processes
from tests.experience.rests import Rests
from tests.support.builders.workspaces import a_member, a_workspace, an_experience
from tests.support.job_bench import JobBench, NewJob, visits_in
from tests.support.journeys.journey_bench import NewJourney, journeys_in

SignIn = Callable[[str | None], Client]


@pytest.fixture(scope="session")
def db(suite: Suite) -> firestore.Client:
    return clients.firestore()


@pytest.fixture(scope="session")
def signed_in(suite: Suite) -> Iterator[SignIn]:
    """Who calls as this uid; None calls without an identity."""
    made: dict[str | None, Client] = {}

    def sign_in(uid: str | None) -> Client:
        if uid not in made:
            made[uid] = Client(suite.env["FUNCTIONS_EMULATOR_HOST"], suite.project, uid)
        return made[uid]

    yield sign_in
    for client in made.values():
        client.close()


@pytest.fixture
def visitor(signed_in: SignIn) -> Client:
    return signed_in("visitor")


@pytest.fixture(scope="module")
def workspace(db: firestore.Client) -> str:
    return a_workspace(db)


@pytest.fixture(scope="module")
def editor(db: firestore.Client, signed_in: SignIn, workspace: str) -> Client:
    return signed_in(a_member(db, workspace, "editor"))


@pytest.fixture
def endless_imaging(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have every photo take longer than its process may."""
    pool = processes._Pool()
    monkeypatch.setattr(processes, "_pool", lambda: pool)
    monkeypatch.setattr(processes, "PROGRAM", ("-c", "import sys; sys.stdin.read()"))
    monkeypatch.setattr(processes, "MAX_SECONDS", 0.01)


@pytest.fixture
def experience(db: firestore.Client, workspace: str) -> str:
    """One with a draft of version 1, never published."""
    return an_experience(db, workspace, published=False)


@pytest.fixture
def quiet_db(suite: Suite, monkeypatch: pytest.MonkeyPatch) -> Iterator[firestore.Client]:
    """The empty database of a Firebase project without triggers, in which only the test acts.

    The code under test uses it instead of the suite's own. Its tasks go into the suite's queues.
    When they are due they find no job, and do nothing.
    """
    client: firestore.Client = clients.Firestore(project=f"demo-quiet-{new_id().lower()}")
    monkeypatch.setattr(clients, "firestore", lambda: client)
    yield client
    client.close()


@pytest.fixture
def rests(monkeypatch: pytest.MonkeyPatch) -> Rests:
    """What sweeps hand on to tasks, until the test works it off."""
    return Rests(monkeypatch)


@pytest.fixture
def new_visit(quiet_db: firestore.Client, monkeypatch: pytest.MonkeyPatch) -> NewJob:
    """Makes completed sessions with small photos, of which no job has been made yet."""
    monkeypatch.setenv("SWEEP_GRACE_SECONDS", "0")
    monkeypatch.setenv("STEP_PAUSE_LIMIT_SECONDS", "0")
    monkeypatch.setattr(transactions, "FIRST_PAUSE_SECONDS", 0.01)  # whom it meets is itself
    return visits_in(quiet_db, monkeypatch)


@pytest.fixture
def new_job(new_visit: NewJob) -> NewJob:
    """Makes jobs of such sessions, which nobody has enqueued yet."""
    return lambda *photo, **more: new_visit(*photo, **more).begin()


@pytest.fixture
def new_journey(quiet_db: firestore.Client, monkeypatch: pytest.MonkeyPatch) -> NewJourney:
    """Makes event sessions with a photo, whose transform nobody has triggered yet."""
    monkeypatch.setenv("SWEEP_GRACE_SECONDS", "0")
    monkeypatch.setenv("STEP_PAUSE_LIMIT_SECONDS", "0")
    monkeypatch.setattr(transactions, "FIRST_PAUSE_SECONDS", 0.01)
    return journeys_in(quiet_db, monkeypatch)


@pytest.fixture
def one(new_job: NewJob) -> JobBench:
    """One such job."""
    return new_job()
