"""Counts the documents, tasks and storage operations of each function, as the cloud bills them.

Runs in the functions process: as an interceptor on the channel of every Firestore client, and on
HTTP responses, in which the emulators for tasks and storage name the operation to be billed.
Source of the counting rules: https://firebase.google.com/docs/firestore/pricing
"""

import contextvars
import itertools
import math
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from functools import partial
from typing import Any, NoReturn

import grpc
import proto
import requests
from google.cloud.firestore_v1.services.firestore.transports.grpc import FirestoreGrpcTransport
from pydantic.alias_generators import to_camel

from emulator.billing import prices

OUTSIDE_FUNCTIONS = "outside any function"
NOT_METERED = [
    "web listeners",
    "listeners of functions (on_snapshot)",
    "calls of AsyncClient",
    "reads made by rules",
    "index entries",
    "storage requests of web clients",
]
INDEX_ENTRIES_PER_READ = 1000

# (method name, request): raises RefusedCallError, or returns what is to be done after the call
Check = Callable[[str, Any], Callable[[], None] | None]

# by the X-Emulator-Operation header of a response; deleting an object is free
OPERATIONS = {"task": "tasks", "classA": "storage_class_a", "classB": "storage_class_b"}

_invocation: contextvars.ContextVar[str] = contextvars.ContextVar(
    "invocation", default=OUTSIDE_FUNCTIONS
)


@dataclass
class Usage:
    invocations: int = 0
    reads: int = 0
    writes: int = 0
    deletes: int = 0
    rpcs: int = 0
    tasks: int = 0
    storage_class_a: int = 0
    storage_class_b: int = 0
    milliseconds: float = 0

    def report(self) -> dict[str, float]:
        """The amounts, and what they cost in dollars at the prices of prices.toml."""
        amounts = {to_camel(name): amount for name, amount in asdict(self).items()}
        return {**amounts, "dollars": prices.read().dollars(amounts)}


class RefusedCallError(grpc.RpcError):
    """The error that the client library sees when Firestore refuses a call."""

    def __init__(self, code: grpc.StatusCode, details: str) -> None:
        super().__init__(details)
        self._code = code
        self._details = details

    def code(self) -> grpc.StatusCode:
        return self._code

    def details(self) -> str:
        return self._details

    def trailing_metadata(self) -> tuple[()]:
        return ()

    def result(self, *_: Any) -> NoReturn:
        raise self  # outer interceptors take the error for the failed call


@dataclass
class Meter:
    """Counts per function; threads that an invocation starts count towards it."""

    _usage: dict[str, Usage] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def invocation(self, name: str) -> Iterator[None]:
        token = _invocation.set(name)
        started = time.perf_counter()
        try:
            yield
        finally:
            _invocation.reset(token)
            milliseconds = (time.perf_counter() - started) * 1000
            self.add(name, invocations=1, milliseconds=milliseconds)

    def add(self, name: str, **amounts: float) -> None:
        with self._lock:
            usage = self._usage.setdefault(name, Usage())
            for key, amount in amounts.items():
                setattr(usage, key, getattr(usage, key) + amount)

    def reset(self) -> None:
        with self._lock:
            self._usage.clear()

    def report(self, *others: Mapping[str, Any]) -> dict[str, Any]:
        """What was counted, here and in the reports of other processes."""
        with self._lock:
            counted = {name: usage.report() for name, usage in self._usage.items()}
        functions: dict[str, dict[str, float]] = {}
        for report in (counted, *(other["functions"] for other in others)):
            for name, usage in report.items():
                functions[name] = _sum([usage, *filter(None, [functions.get(name)])])
        return {
            "functions": dict(sorted(functions.items())),
            "total": _sum(functions.values()),
            "unseen": NOT_METERED,
        }


def _sum(reports: Iterable[Mapping[str, float]]) -> dict[str, float]:
    reports = list(reports)
    return {key: sum(each[key] for each in reports) for key in Usage().report()}


def current_function() -> str:
    """The function whose invocation runs in this context, or OUTSIDE_FUNCTIONS."""
    return _invocation.get()


def install(meter: Meter, *checks: Check) -> None:
    """Meter all calls to the cloud, and run `checks` before each call to Firestore."""
    intercept(meter, *checks)
    _count_responses(meter)
    _propagate_context()


def intercept(meter: Meter, *checks: Check) -> None:
    """Meter each Firestore client made from now on, and run `checks` before each of its calls."""
    watch = interceptor(meter, *checks)
    original = FirestoreGrpcTransport.__init__

    def metered(transport: FirestoreGrpcTransport, *, channel: Any = None, **more: Any) -> None:
        if isinstance(channel, grpc.Channel):  # every Firestore client passes one
            channel = grpc.intercept_channel(channel, watch)  # type: ignore[no-untyped-call]
        original(transport, channel=channel, **more)

    # the asynchronous client has another transport and goes unmetered
    FirestoreGrpcTransport.__init__ = metered  # type: ignore[method-assign,assignment]


def interceptor(meter: Meter, *checks: Check) -> "_Interceptor":
    """What `intercept` adds to a channel. It reads what passes, and never changes it."""
    return _Interceptor(meter, checks)


def _count_responses(meter: Meter) -> None:
    """Count the operation that a response of the emulators for tasks and storage names."""
    session_class: Any = requests.Session
    send = session_class.send

    def metered_send(session: requests.Session, *args: Any, **kwargs: Any) -> requests.Response:
        response: requests.Response = send(session, *args, **kwargs)
        named = response.headers.get("X-Emulator-Operation", "").split(",")  # of a batch, many
        if amounts := Counter(OPERATIONS[kind] for kind in named if kind in OPERATIONS):
            meter.add(current_function(), **amounts)
        return response

    session_class.send = metered_send


def _propagate_context() -> None:
    """Run new threads, and work submitted to executors, in the context of their starter."""
    start, submit = threading.Thread.start, ThreadPoolExecutor.submit

    def start_in_context(thread: threading.Thread) -> None:
        context, run = contextvars.copy_context(), thread.run
        thread.run = lambda: context.run(run)  # type: ignore[method-assign]
        start(thread)

    def submit_in_context(
        pool: ThreadPoolExecutor, work: Callable[..., Any], /, *args: Any, **kwargs: Any
    ) -> Any:
        return submit(pool, contextvars.copy_context().run, work, *args, **kwargs)

    threading.Thread.start = start_in_context  # type: ignore[method-assign, assignment]
    ThreadPoolExecutor.submit = submit_in_context  # type: ignore[method-assign, assignment]


class _Interceptor(grpc.UnaryUnaryClientInterceptor, grpc.UnaryStreamClientInterceptor):
    def __init__(self, meter: Meter, checks: tuple[Check, ...]) -> None:
        self._meter = meter
        self._checks = checks

    def intercept_unary_unary(self, proceed: Any, details: Any, request: Any) -> Any:
        method, name, after = self._begin(details, request)
        call = proceed(details, request)
        for do in after:
            call.add_done_callback(lambda _done, do=do: do())
        if method in ("Commit", "BatchWrite"):
            call.add_done_callback(lambda done: self._count_writes(name, request, done))
        elif method == "GetDocument":
            self._meter.add(name, reads=1)
        return call

    def intercept_unary_stream(self, proceed: Any, details: Any, request: Any) -> Any:
        method, name, _ = self._begin(details, request)
        responses = proceed(details, request)
        count = {
            "BatchGetDocuments": _documents_looked_up,
            "RunQuery": _documents_queried,
            "RunAggregationQuery": _documents_for_entries,
        }.get(method)
        if count is None:
            return responses
        return _MeteredStream(responses, partial(count, request), partial(self._read, name))

    def _read(self, name: str, documents: int) -> None:
        self._meter.add(name, reads=documents)

    def _begin(self, details: Any, request: Any) -> tuple[str, str, list[Callable[[], None]]]:
        method, name = details.method.rpartition("/")[2], current_function()
        self._meter.add(name, rpcs=1)
        after = [check(method, request) for check in self._checks]
        return method, name, [do for do in after if do]

    def _count_writes(self, name: str, request: Any, done: Any) -> None:
        if done.exception() is not None:
            return  # an aborted commit is not billed
        # BatchWrite has a status for each write, Commit is all or nothing
        statuses = getattr(done.result(), "status", None) or [None] * len(request.writes)
        for write, status in zip(request.writes, statuses, strict=True):
            if status is None or status.code == 0:
                self._meter.add(name, **{"deletes" if write.delete else "writes": 1})


class _MeteredStream:
    """Bills each response of a stream; if none was billed, its end bills `count(None)`."""

    def __init__(
        self, responses: Any, count: Callable[[Any], int], bill: Callable[[int], None]
    ) -> None:
        self._responses = responses
        self._count = count
        self._bill = bill
        self._billed = 0

    def __iter__(self) -> "_MeteredStream":
        return self

    def __next__(self) -> Any:
        try:
            response = next(self._responses)
        except StopIteration:
            if self._billed == 0:
                self._billed = self._count(None)
                self._bill(self._billed)
            raise
        # the library's own messages, or Protobuf's
        message = type(response).pb(response) if isinstance(response, proto.Message) else response
        documents = self._count(message)
        self._billed += documents
        self._bill(documents)
        return response

    def __getattr__(self, name: str) -> Any:
        return getattr(self._responses, name)


def _documents_looked_up(_request: Any, response: Any) -> int:
    return 0 if response is None else int(response.WhichOneof("result") is not None)


def _documents_queried(_request: Any, response: Any) -> int:
    if response is None:
        return 1  # a query without results
    return int(response.HasField("document")) + int(response.skipped_results)


def _documents_for_entries(request: Any, response: Any) -> int:
    """One read for each 1,000 index entries; only a count reveals how many there were."""
    if response is None or not response.HasField("result"):
        return 0
    fields = response.result.aggregate_fields
    counts = [
        fields[alias].integer_value  # looking up a missing key of a protobuf map inserts it
        for alias in _counts(request.structured_aggregation_query.aggregations)
        if alias in fields
    ]
    return max(1, math.ceil(max(counts, default=0) / INDEX_ENTRIES_PER_READ))


def _counts(aggregations: Any) -> Iterator[str]:
    """The names of the counts in the response; one without an alias is called `field_N`.

    Source: https://firebase.google.com/docs/firestore/reference/rpc/google.firestore.v1,
    StructuredAggregationQuery.Aggregation
    """
    unnamed = itertools.count(1)
    for aggregation in aggregations:
        alias = aggregation.alias or f"field_{next(unnamed)}"
        if "count" in aggregation:
            yield alias
