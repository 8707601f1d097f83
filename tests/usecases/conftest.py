"""The database that use cases write to when they run in the test's own process."""

from collections.abc import Iterator

import pytest
from google.cloud.firestore import Client

from emulator.suite import Suite
from experience import clients
from experience.ids import new_id


@pytest.fixture(scope="session")
def db(suite: Suite) -> Client:
    return clients.firestore()


@pytest.fixture
def quiet_db(suite: Suite, monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    """The empty database of a Firebase project without triggers, in which only the test acts.

    The code under test uses it instead of the suite's own. Its tasks go into the suite's queues.
    When they are due they find no job, and do nothing.
    """
    client = Client(project=f"demo-quiet-{new_id().lower()}")
    monkeypatch.setattr(clients, "firestore", lambda: client)
    yield client
    client.close()
