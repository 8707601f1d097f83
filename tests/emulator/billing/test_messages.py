"""The meter reads the messages that pass through it, and never changes one."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
from google.cloud.firestore_v1 import types

from emulator.billing.meter import Meter, interceptor
from emulator.functions.index_check import IndexCheck
from emulator.paths import ROOT

DATABASE = "projects/demo-messages/databases/(default)"
DOCUMENTS = f"{DATABASE}/documents"
QUERY = {"from_": [{"collection_id": "things"}]}
COUNT: dict[str, Any] = {"count": {}}
SUM: dict[str, Any] = {"sum": {"field": {"field_path": "n"}}}
AVERAGE: dict[str, Any] = {"avg": {"field": {"field_path": "n"}}}
DOCUMENT = {"name": f"{DOCUMENTS}/things/a", "fields": {"n": {"integer_value": 1}}}


class Details(NamedTuple):
    method: str


def _aggregation(*aggregations: dict[str, Any], **more: Any) -> types.RunAggregationQueryRequest:
    query = {"structured_query": QUERY, "aggregations": list(aggregations)}
    return types.RunAggregationQueryRequest(
        {"parent": DOCUMENTS, "structured_aggregation_query": query, **more}
    )


def _aggregates(**values: dict[str, Any]) -> types.RunAggregationQueryResponse:
    return types.RunAggregationQueryResponse({"result": {"aggregate_fields": values}})


def _integer(value: int) -> dict[str, int]:
    return {"integer_value": value}


STREAMS: dict[str, tuple[str, Any, list[Any], int]] = {
    "count": ("RunAggregationQuery", _aggregation(COUNT), [_aggregates(field_1=_integer(3))], 1),
    "count of 1,001 documents": (
        "RunAggregationQuery",
        _aggregation(COUNT),
        [_aggregates(field_1=_integer(1001))],
        2,
    ),
    "count with alias": (
        "RunAggregationQuery",
        _aggregation({**COUNT, "alias": "all"}),
        [_aggregates(all=_integer(1001))],
        2,
    ),
    "count under another name": (
        "RunAggregationQuery",
        _aggregation(COUNT),
        [_aggregates(something=_integer(3))],
        1,
    ),
    "sum": ("RunAggregationQuery", _aggregation(SUM), [_aggregates(field_1=_integer(5000))], 1),
    "sum with alias": (
        "RunAggregationQuery",
        _aggregation({**SUM, "alias": "s"}),
        [_aggregates(s=_integer(5000))],
        1,
    ),
    "average": (
        "RunAggregationQuery",
        _aggregation(AVERAGE),
        [_aggregates(field_1={"double_value": 2.5})],
        1,
    ),
    "average of nothing": (
        "RunAggregationQuery",
        _aggregation({**AVERAGE, "alias": "a"}),
        [_aggregates(a={"null_value": 0})],
        1,
    ),
    "several": (
        "RunAggregationQuery",
        _aggregation(SUM, {**COUNT, "alias": "all"}, COUNT, AVERAGE),
        [
            _aggregates(
                field_1=_integer(9000),
                all=_integer(3),
                field_2=_integer(2001),
                field_3={"double_value": 2.5},
            )
        ],
        3,
    ),
    "aggregation in a new transaction": (
        "RunAggregationQuery",
        _aggregation(COUNT, new_transaction={"read_only": {}}),
        [
            types.RunAggregationQueryResponse({"transaction": b"t"}),
            _aggregates(field_1=_integer(3)),
        ],
        1,
    ),
    "query": (
        "RunQuery",
        types.RunQueryRequest({"parent": DOCUMENTS, "structured_query": QUERY}),
        [
            types.RunQueryResponse({"document": DOCUMENT}),
            types.RunQueryResponse({"skipped_results": 2}),
            types.RunQueryResponse({"document": DOCUMENT, "done": True}),
        ],
        4,
    ),
    "query in a transaction without results": (
        "RunQuery",
        types.RunQueryRequest(
            {"parent": DOCUMENTS, "structured_query": QUERY, "transaction": b"t"}
        ),
        [types.RunQueryResponse({"transaction": b"t"})],
        1,
    ),
    "documents": (
        "BatchGetDocuments",
        types.BatchGetDocumentsRequest({"database": DATABASE, "documents": [DOCUMENT["name"]]}),
        [
            types.BatchGetDocumentsResponse({"transaction": b"t"}),
            types.BatchGetDocumentsResponse({"found": DOCUMENT}),
            types.BatchGetDocumentsResponse({"missing": f"{DOCUMENTS}/things/z"}),
        ],
        2,
    ),
}

WRITES = [{"update": DOCUMENT}, {"delete": DOCUMENT["name"]}]
CALLS: dict[str, tuple[str, Any, Any, dict[str, int]]] = {
    "document": (
        "GetDocument",
        types.GetDocumentRequest({"name": DOCUMENT["name"]}),
        types.Document(DOCUMENT),
        {"reads": 1},
    ),
    "commit": (
        "Commit",
        types.CommitRequest({"database": DATABASE, "writes": WRITES, "transaction": b"t"}),
        types.CommitResponse({"write_results": [{}, {}]}),
        {"writes": 1, "deletes": 1},
    ),
    "batch of writes": (
        "BatchWrite",
        types.BatchWriteRequest({"database": DATABASE, "writes": WRITES}),
        types.BatchWriteResponse({"write_results": [{}, {}], "status": [{}, {"code": 6}]}),
        {"writes": 1},
    ),
    "begin": (
        "BeginTransaction",
        types.BeginTransactionRequest({"database": DATABASE}),
        types.BeginTransactionResponse({"transaction": b"t"}),
        {},
    ),
}


class Done:
    """A call that has ended with this response."""

    def __init__(self, response: Any) -> None:
        self._response = response

    def result(self) -> Any:
        return self._response

    def exception(self) -> None:
        return None

    def add_done_callback(self, callback: Any) -> None:
        callback(self)


def _bytes(message: Any) -> bytes:
    serialized: bytes = type(message).pb(message).SerializeToString(deterministic=True)
    return serialized


def _usage(meter: Meter) -> dict[str, int]:
    total = meter.report()["total"]
    return {kind: total[kind] for kind in ("reads", "writes", "deletes") if total[kind]}


class TestMessages:
    @pytest.mark.parametrize("case", STREAMS.values(), ids=STREAMS.keys())
    def test_of_a_stream_pass_unchanged(self, case: tuple[str, Any, list[Any], int]) -> None:
        method, request, responses, reads = case
        before = [_bytes(request), *map(_bytes, responses)]
        sent: list[bytes] = []

        def proceed(_details: Details, passed: Any) -> Iterator[Any]:
            sent.append(_bytes(passed))
            return iter(responses)

        meter = Meter()
        watch = interceptor(meter, IndexCheck(ROOT / "firestore.indexes.json"))
        received = list(watch.intercept_unary_stream(proceed, Details(f"/F/{method}"), request))
        assert [*sent, *map(_bytes, received)] == before
        assert _usage(meter) == {"reads": reads}

    @pytest.mark.parametrize("case", CALLS.values(), ids=CALLS.keys())
    def test_of_a_call_pass_unchanged(self, case: tuple[str, Any, Any, dict[str, int]]) -> None:
        method, request, response, usage = case
        before = [_bytes(request), _bytes(response)]
        sent: list[bytes] = []

        def proceed(_details: Details, passed: Any) -> Done:
            sent.append(_bytes(passed))
            return Done(response)

        meter = Meter()
        watch = interceptor(meter, IndexCheck(ROOT / "firestore.indexes.json"))
        call = watch.intercept_unary_unary(proceed, Details(f"/F/{method}"), request)
        assert [*sent, _bytes(call.result())] == before
        assert _usage(meter) == usage
