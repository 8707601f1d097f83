"""Reads that decode Protobuf's messages: the same as the library's, sooner."""

import itertools
from datetime import UTC, datetime
from typing import Any

import grpc
import pytest
from google.api_core.exceptions import PermissionDenied
from google.auth.credentials import AnonymousCredentials
from google.cloud.firestore import Client, DocumentReference, DocumentSnapshot, GeoPoint
from google.cloud.firestore_v1 import _helpers
from google.cloud.firestore_v1.types import BatchGetDocumentsResponse, Document
from google.cloud.firestore_v1.vector import Vector
from hypothesis import given, settings
from hypothesis import strategies as st

from emulator.billing.meter import RefusedCallError
from emulator.suite.suite import Suite
from experience import clients
from experience.firebase.batch_get import BatchGet, decoded
from experience.ids import new_id

NOWHERE = Client("demo-quiet", AnonymousCredentials())
EVERYTHING: dict[str, Any] = {
    "nothing": None,
    "truth": True,
    "whole": 2**62,
    "float": 1.5,
    "text": "Ädä\n",
    "bytes": b"\x00\xff",
    "time": datetime(2026, 7, 1, 12, 0, 0, 123456, UTC),
    "list": [1, "two", {"three": [None]}],
    "map": {"a": {}, "b": []},
    "place": GeoPoint(52.5, 13.4),
    "vector": Vector([1.0, 2.0]),
}
PLAIN = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False)
    | st.text()
    | st.binary()
    | st.datetimes(datetime(1, 1, 2), datetime(9999, 1, 1), timezones=st.just(UTC))
    | st.builds(GeoPoint, st.floats(-90, 90), st.floats(-180, 180))
    | st.just(NOWHERE.document("things/one/parts/two"))
)
NAMES = st.text(min_size=1).filter(lambda name: not name.startswith("__"))
FIELDS = st.dictionaries(
    NAMES,
    st.recursive(
        PLAIN,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=4),
        max_leaves=8,
    ),
    max_size=6,
)


class FailsOnce(grpc.UnaryStreamClientInterceptor):
    """The first call gets this instead of its responses."""

    def __init__(self, error: grpc.RpcError) -> None:
        self.error = error
        self.calls = 0

    def intercept_unary_stream(self, proceed: Any, details: Any, request: Any) -> Any:
        self.calls += 1
        if self.calls == 1:
            raise self.error
        return proceed(details, request)


class TimeFirst(grpc.UnaryStreamClientInterceptor):
    """Begins with a response that has neither a document nor the name of one."""

    def intercept_unary_stream(self, proceed: Any, details: Any, request: Any) -> Any:
        return itertools.chain([BatchGetDocumentsResponse.pb()()], proceed(details, request))


def kinds(value: Any) -> Any:
    """The value with the type of each part of it: 1 is not True, nor 1.0."""
    match value:
        case dict():
            return {name: kinds(each) for name, each in value.items()}
        case list():
            return [kinds(each) for each in value]
        case DocumentReference():
            return value.path
        case GeoPoint() | Vector():
            return type(value), value.__dict__ if isinstance(value, GeoPoint) else list(value)
    return type(value), value


class TestDecoded:
    @settings(max_examples=40)
    @given(FIELDS)
    def test_it_decodes_as_the_library_does(self, fields: dict[str, Any]) -> None:
        message = Document.pb(Document(fields=_helpers.encode_dict(fields)))
        ours = decoded(message.fields, NOWHERE)
        assert ours == _helpers.decode_dict(message.fields, NOWHERE) == fields
        assert kinds(ours) == kinds(_helpers.decode_dict(message.fields, NOWHERE))


class TestGetAll:
    def test_it_reads_what_the_library_reads(self, suite: Suite) -> None:
        project = f"demo-quiet-{new_id().lower()}"
        ours, theirs = clients.Firestore(project), Client(project)
        theirs.document("things/all").set(EVERYTHING | {"self": theirs.document("things/all")})
        theirs.document("things/empty").set({})
        paths = ["things/all", "things/missing", "things/empty", "things/all"]

        def read(client: Client, **options: Any) -> dict[str, DocumentSnapshot[Any]]:
            found = list(client.get_all([client.document(each) for each in paths], **options))
            assert len(found) == 3
            return {each.reference.path: each for each in found}

        mine, its = read(ours), read(theirs)
        assert mine.keys() == its.keys()
        for path, snapshot in its.items():
            same = mine[path]
            assert kinds(same.to_dict()) == kinds(snapshot.to_dict())
            times = [(each.exists, each.create_time, each.update_time) for each in (same, snapshot)]
            assert times[0] == times[1]
            assert abs((same.read_time - snapshot.read_time).total_seconds()) < 60
            assert type(same.read_time) is type(snapshot.read_time)
        masked = read(ours, field_paths=["truth"])
        assert masked["things/all"].to_dict() == {"truth": True}
        ours.close()  # type: ignore[no-untyped-call]
        theirs.close()

    @pytest.mark.parametrize("code", [grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.INTERNAL])
    def test_it_asks_again_when_firestore_stumbles(
        self, suite: Suite, code: grpc.StatusCode
    ) -> None:
        fails = FailsOnce(RefusedCallError(code, "as the test wants it"))
        [found] = read_through(fails, suite)
        assert (found.exists, fails.calls) == (False, 2)

    def test_a_refusal_is_the_librarys_error(self, suite: Suite) -> None:
        fails = FailsOnce(RefusedCallError(grpc.StatusCode.PERMISSION_DENIED, "no"))
        with pytest.raises(PermissionDenied):
            read_through(fails, suite)
        assert fails.calls == 1

    def test_a_response_of_no_document_is_passed_over(self, suite: Suite) -> None:
        [found] = read_through(TimeFirst(), suite)
        assert not found.exists


def read_through(
    interceptor: grpc.UnaryStreamClientInterceptor, suite: Suite
) -> list[DocumentSnapshot[Any]]:
    """What is read of a document that is not there, through an interceptor."""
    client = clients.Firestore("demo-quiet")
    plain: Any = grpc.insecure_channel(suite.addresses["firestore"])  # type: ignore[no-untyped-call]
    with plain:
        channel = grpc.intercept_channel(plain, interceptor)  # type: ignore[no-untyped-call]
        return BatchGet(client, channel, is_emulator=True)([client.document("things/none")])
