"""Reads of documents by their references, with a third of the library's work.

The library makes a Python object of each value of a response before it decodes it, and a copy of
what it decoded. Here Protobuf's own messages are decoded. They go through the client's channel.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import grpc
from google.api_core import exceptions
from google.api_core.datetime_helpers import DatetimeWithNanoseconds as ValueTime
from google.api_core.gapic_v1 import routing_header
from google.api_core.retry import Retry, if_exception_type
from google.cloud.firestore import Client, DocumentReference, DocumentSnapshot, GeoPoint
from google.cloud.firestore_v1.types import BatchGetDocumentsRequest, BatchGetDocumentsResponse
from google.cloud.firestore_v1.vector import Vector
from proto.datetime_helpers import DatetimeWithNanoseconds as SnapshotTime

METHOD = "/google.firestore.v1.Firestore/BatchGetDocuments"
_Request, _Response = BatchGetDocumentsRequest.pb(), BatchGetDocumentsResponse.pb()

# As the library waits and tries again.
TIMEOUT_SECONDS = 300.0
RETRY = Retry(
    initial=0.1,
    maximum=60.0,
    multiplier=1.3,
    timeout=TIMEOUT_SECONDS,
    predicate=if_exception_type(
        exceptions.DeadlineExceeded,
        exceptions.InternalServerError,
        exceptions.ServiceUnavailable,
    ),
)


class Snapshot(DocumentSnapshot[DocumentReference]):
    """A document as it was read. Its fields are not to be changed: the library would copy them."""

    def __init__(self, reference: DocumentReference, fields: dict[str, Any], *times: Any) -> None:
        super().__init__(reference, None, True, *times)
        self._data = fields


class BatchGet:
    """Reads documents of one database in one request, through this channel."""

    def __init__(self, client: Client, channel: grpc.Channel, *, is_emulator: bool) -> None:
        self._client = client
        self._database = f"projects/{client.project}/databases/(default)"
        self._metadata = (
            ("google-cloud-resource-prefix", self._database),
            routing_header.to_grpc_metadata((("database", self._database),)),
            *([("authorization", "Bearer owner")] if is_emulator else []),
        )
        self._ask = channel.unary_stream(  # type: ignore[no-untyped-call]
            METHOD,
            request_serializer=_Request.SerializeToString,
            response_deserializer=_Response.FromString,
        )
        self._responses = RETRY(self._responses_once)

    def __call__(
        self, references: Iterable[DocumentReference]
    ) -> list[DocumentSnapshot[DocumentReference]]:
        """What was found, and what is missing, in any order and each of them once."""
        prefix = f"{self._database}/documents/"
        wanted = {f"{prefix}{each.path}": each for each in references}
        responses = self._responses(list(wanted))
        # one of nothing but a time is no document's
        return [self._snapshot(each, wanted) for each in responses if each.WhichOneof("result")]

    def _responses_once(self, names: Sequence[str]) -> list[Any]:
        request = _Request(database=self._database, documents=names)
        try:
            return list(self._ask(request, timeout=TIMEOUT_SECONDS, metadata=self._metadata))
        except grpc.RpcError as error:
            raise exceptions.from_grpc_error(error) from error

    def _snapshot(
        self, response: Any, wanted: Mapping[str, DocumentReference]
    ) -> DocumentSnapshot[DocumentReference]:
        read_at = _time(response.read_time)
        if not response.HasField("found"):
            reference = wanted[response.missing]
            return DocumentSnapshot(reference, None, False, read_at, None, None)
        found = response.found
        times = (read_at, _time(found.create_time), _time(found.update_time))
        return Snapshot(wanted[found.name], decoded(found.fields, self._client), *times)


def decoded(fields: Mapping[str, Any], client: Client) -> Any:
    """The fields of a document, or of a map in it. A map may be a vector."""
    values = {name: _decoded(value, client) for name, value in fields.items()}
    return Vector(values["value"]) if values.get("__type__") == "__vector__" else values


def _decoded(value: Any, client: Client) -> Any:
    kind = value.WhichOneof("value_type")
    plain = getattr(value, kind)
    match kind:
        case "null_value":
            plain = None
        case "map_value":
            plain = decoded(plain.fields, client)
        case "array_value":
            plain = [_decoded(each, client) for each in plain.values]
        case "timestamp_value":
            plain = ValueTime.from_timestamp_pb(plain)
        case "reference_value":
            plain = client.document(plain.partition("/documents/")[2])
        case "geo_point_value":
            plain = GeoPoint(plain.latitude, plain.longitude)
    return plain


def _time(timestamp: Any) -> Any:
    return SnapshotTime.from_timestamp_pb(timestamp)
