"""The database that use cases write to when they run in the test's own process."""

from collections.abc import Iterator

import pytest
from google.cloud.firestore import Client

from emulator.suite.suite import Suite
from experience import clients, transactions
from experience.ids import new_id
from tests.usecases.transforms.bench import JobBench, NewJob, visits_in


@pytest.fixture(scope="session")
def db(suite: Suite) -> Client:
    return clients.firestore()


@pytest.fixture
def quiet_db(suite: Suite, monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    """The empty database of a Firebase project without triggers, in which only the test acts.

    The code under test uses it instead of the suite's own. Its tasks go into the suite's queues.
    When they are due they find no job, and do nothing.
    """
    client: Client = clients.Firestore(project=f"demo-quiet-{new_id().lower()}")
    monkeypatch.setattr(clients, "firestore", lambda: client)
    yield client
    client.close()


@pytest.fixture
def new_visit(quiet_db: Client, monkeypatch: pytest.MonkeyPatch) -> NewJob:
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
def one(new_job: NewJob) -> JobBench:
    """One such job."""
    return new_job()
