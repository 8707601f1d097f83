"""What the suite watches passes through unchanged, in both directions, byte for byte."""

from collections.abc import Callable, Iterator
from typing import Any

import grpc
import pytest
from google.auth.credentials import AnonymousCredentials
from google.cloud.firestore import Client, Increment, Transaction, transactional
from google.cloud.firestore_v1.base_query import FieldFilter
from google.cloud.firestore_v1.services.firestore import FirestoreClient
from google.cloud.firestore_v1.services.firestore.transports.grpc import FirestoreGrpcTransport

from emulator.billing.meter import Meter, interceptor
from emulator.functions.firestore_faults import FirestoreFaults
from emulator.functions.index_check import IndexCheck
from emulator.paths import ROOT
from emulator.suite.suite import Suite

pytestmark = pytest.mark.exhaustive


class Observer(grpc.UnaryUnaryClientInterceptor, grpc.UnaryStreamClientInterceptor):
    """Records the bytes of each request and response at its place in the channel."""

    def __init__(self) -> None:
        self.requests: list[bytes] = []
        self.responses: list[bytes] = []

    def intercept_unary_unary(self, proceed: Any, details: Any, request: Any) -> Any:
        self.requests.append(_bytes(request))
        call = proceed(details, request)
        if call.exception() is None:
            self.responses.append(_bytes(call.result()))
        return call

    def intercept_unary_stream(self, proceed: Any, details: Any, request: Any) -> Any:
        self.requests.append(_bytes(request))
        return ObservedStream(proceed(details, request), self.responses)


class ObservedStream:
    def __init__(self, responses: Any, observed: list[bytes]) -> None:
        self._responses = responses
        self._observed = observed

    def __iter__(self) -> "ObservedStream":
        return self

    def __next__(self) -> Any:
        response = next(self._responses)
        self._observed.append(_bytes(response))
        return response

    def __getattr__(self, name: str) -> Any:
        return getattr(self._responses, name)


def _bytes(message: Any) -> bytes:
    pb = type(message).pb(message) if hasattr(type(message), "pb") else message
    serialized: bytes = pb.SerializeToString(deterministic=True)
    return serialized


class Watched:
    """A client whose calls are watched as in the functions process, observed on both sides."""

    def __init__(self, address: str, project: str) -> None:
        self.meter = Meter()
        self.outside, self.wire = Observer(), Observer()
        checks = (IndexCheck(ROOT / "firestore.indexes.json"), FirestoreFaults(address))
        watch = interceptor(self.meter, *checks)
        plain: Any = grpc.insecure_channel(address)  # type: ignore[no-untyped-call]
        channel = grpc.intercept_channel(plain, self.outside, watch, self.wire)  # type: ignore[no-untyped-call]
        self.client = Client(project, AnonymousCredentials())
        transport = FirestoreGrpcTransport(host=address, channel=channel)
        self.client._firestore_api_internal = FirestoreClient(transport=transport)


@pytest.fixture
def watched(sample_suite: Suite, monkeypatch: pytest.MonkeyPatch) -> Iterator[Watched]:
    address = sample_suite.addresses["firestore"]
    monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", address)
    watched = Watched(address, "demo-transparency")
    batch = watched.client.batch()
    for n, name in enumerate("abc", 1):
        batch.set(watched.client.document(f"things/{name}"), {"n": n})
    batch.commit()
    yield watched
    watched.client.close()


def _aggregates(query: Any, transaction: Any = None) -> list[tuple[str, float]]:
    return sorted(
        (each.alias, each.value) for row in query.get(transaction=transaction) for each in row
    )


def _in_transaction(client: Client) -> list[Any]:
    @transactional
    def change(transaction: Transaction) -> list[Any]:
        things = client.collection("things")
        read = things.document("a").get(transaction=transaction)
        found = [each.id for each in things.order_by("n").stream(transaction=transaction)]
        counted = _aggregates(things.count(), transaction)
        transaction.update(read.reference, {"seen": Increment(1)})
        return [read.get("n"), found, counted]

    seen: list[Any] = change(client.transaction())
    return seen


def _read_only(client: Client) -> list[Any]:
    @transactional
    def read(transaction: Transaction) -> list[Any]:
        return _aggregates(client.collection("things").sum("n"), transaction)

    seen: list[Any] = read(client.transaction(read_only=True))
    return seen


def _refused(client: Client) -> str:
    try:
        client.document("things/a").create({})
    except Exception as error:  # noqa: BLE001 - its kind is what is compared
        return type(error).__name__
    return "created"


class TestWhatPassesTheMeter:
    @pytest.mark.parametrize(
        ("act", "expected"),
        [
            (lambda c: _aggregates(c.collection("things").count()), [("field_1", 3)]),
            (lambda c: _aggregates(c.collection("things").count("all")), [("all", 3)]),
            (lambda c: _aggregates(c.collection("things").sum("n")), [("field_1", 6)]),
            (lambda c: _aggregates(c.collection("things").sum("n", "s")), [("s", 6)]),
            (lambda c: _aggregates(c.collection("things").avg("n")), [("field_1", 2.0)]),
            (lambda c: _aggregates(c.collection("things").avg("n", "a")), [("a", 2.0)]),
            (
                lambda c: _aggregates(
                    c.collection("things").count().sum("n", "s").count("all").avg("n")
                ),
                [("all", 3), ("field_1", 3), ("field_2", 2.0), ("s", 6)],
            ),
            (lambda c: _aggregates(c.collection("nothing").count()), [("field_1", 0)]),
            (
                lambda c: _aggregates(
                    c.collection("things").where(filter=FieldFilter("n", ">", 1)).count()
                ),
                [("field_1", 2)],
            ),
            (_in_transaction, [1, ["a", "b", "c"], [("field_1", 3)]]),
            (_read_only, [("field_1", 6)]),
            (lambda c: [each.id for each in c.collection("things").stream()], ["a", "b", "c"]),
            (lambda c: [each.id for each in c.collection("things").offset(1).stream()], ["b", "c"]),
            (lambda c: list(c.collection("nothing").stream()), []),
            (
                lambda c: sorted(
                    each.exists
                    for each in c.get_all([c.document("things/a"), c.document("things/z")])
                ),
                [False, True],
            ),
            (lambda c: c.document("things/a").get().get("n"), 1),
            (lambda c: len(list(c.collection("things").list_documents())), 3),
            (lambda c: [each.id for each in c.collections()], ["things"]),
            (lambda c: bool(c.document("things/a").update({"seen": 1}).update_time), True),
            (lambda c: bool(c.document("others/x").delete()), True),
            (_refused, "AlreadyExists"),
        ],
        ids=[
            "count",
            "count with alias",
            "sum",
            "sum with alias",
            "average",
            "average with alias",
            "several",
            "count of nothing",
            "count of a query",
            "transaction",
            "read-only transaction",
            "stream",
            "stream with offset",
            "empty stream",
            "batch of documents",
            "document",
            "list of documents",
            "list of collections",
            "update",
            "delete",
            "refusal",
        ],
    )
    def test_is_what_it_was(
        self, watched: Watched, act: Callable[[Client], Any], expected: Any
    ) -> None:
        assert act(watched.client) == expected
        assert watched.outside.requests == watched.wire.requests
        assert watched.outside.responses == watched.wire.responses
        assert watched.meter.report()["total"]["rpcs"] == len(watched.wire.requests)

    def test_a_count_without_alias_bills_its_index_entries(self, watched: Watched) -> None:
        collection = watched.client.collection("many")
        for start in range(0, 1001, 500):
            batch = watched.client.batch()
            for n in range(start, min(start + 500, 1001)):
                batch.set(collection.document(str(n)), {})
            batch.commit()
        watched.meter.reset()
        aggregation = collection.count("first")
        assert _aggregates(aggregation.count()) == [("field_1", 1001), ("first", 1001)]
        assert watched.meter.report()["total"]["reads"] == 2
