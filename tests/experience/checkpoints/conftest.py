"""Savers of fresh workspaces."""

from collections.abc import Callable, Iterator

import grpc
import pytest
from google.cloud.firestore import Client
from google.cloud.firestore_v1.services.firestore import FirestoreClient
from google.cloud.firestore_v1.services.firestore.transports import FirestoreGrpcTransport

from emulator.billing.meter import Meter, interceptor
from emulator.functions.index_check import IndexCheck
from emulator.suite.suite import Suite
from experience import clients, clock
from experience.checkpoints import FirestoreSaver
from experience.firebase.batch_get import BatchGet
from experience.ids import new_id

Reads = Callable[[Callable[[], object]], int]
Advance = Callable[[int], None]


@pytest.fixture
def workspace_id() -> str:
    return new_id()


@pytest.fixture
def saver(db: Client, workspace_id: str) -> FirestoreSaver:
    return FirestoreSaver.for_workspace(db, workspace_id)


@pytest.fixture(scope="module")
def metered(suite: Suite, index_check: IndexCheck) -> Iterator[tuple[Client, Meter]]:
    """A client of the suite's database whose reads and writes are counted."""
    meter, address = Meter(), suite.addresses["firestore"]
    client = clients.Firestore(suite.project)
    plain: grpc.Channel = grpc.insecure_channel(address)  # type: ignore[no-untyped-call]
    channel = grpc.intercept_channel(plain, interceptor(meter, index_check))  # type: ignore[no-untyped-call]
    transport = FirestoreGrpcTransport(host=address, channel=channel)
    client._api = FirestoreClient(transport=transport)
    client._batch_get = BatchGet(client, channel, is_emulator=True)
    yield client, meter
    client.close()  # type: ignore[no-untyped-call]


@pytest.fixture
def reads(metered: tuple[Client, Meter]) -> Reads:
    """How many documents are read meanwhile."""
    meter = metered[1]

    def count(work: Callable[[], object]) -> int:
        meter.reset()
        work()
        return int(meter.report()["total"]["reads"])

    return count


@pytest.fixture
def advance(monkeypatch: pytest.MonkeyPatch) -> Advance:
    """Lets so many milliseconds pass on the server's clock."""
    real, passed = clock.now_ms, [0]
    monkeypatch.setattr(clock, "now_ms", lambda: real() + passed[0])

    def more(milliseconds: int) -> None:
        passed[0] += milliseconds

    return more


@pytest.fixture
def quiet(quiet_db: Client, workspace_id: str) -> FirestoreSaver:
    """A saver in a database of its own, whose sweep finds nothing of other tests."""
    return FirestoreSaver.for_workspace(quiet_db, workspace_id)
