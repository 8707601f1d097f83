"""One graph on both savers: what each stores for a step, and reads to resume."""

import operator
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Annotated, Any, TypedDict

from google.api_core.exceptions import GoogleAPICallError
from google.cloud.firestore_v1.services.firestore.transports.grpc import FirestoreGrpcTransport
from langgraph.channels.delta import DeltaChannel
from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.graph import START, StateGraph
from langgraph_checkpoint_firestore import (  # type: ignore[import-untyped]
    FirestoreSaver as PublicSaver,
)

from emulator.billing.meter import Meter, intercept
from experience import clients
from experience.checkpoints import FirestoreSaver
from experience.ids import new_id
from tools import markdown
from tools.markdown import fill

OURS, PUBLIC = "this saver", "langgraph-checkpoint-firestore 0.4.0"
BRIEF_BYTES = 100_000
MESSAGE_BYTES = 400
LARGE_BYTES = 2_000_000
THREAD: Any = {"configurable": {"thread_id": "bench"}}


def extend(state: list[str], writes: Sequence[list[str]]) -> list[str]:
    """Add what was written to a list."""
    return [*state, *(item for each in writes for item in each)]


class Talk(TypedDict):
    """A brief that stays, and messages that are kept whole in each version of their channel."""

    brief: str
    messages: Annotated[list[str], operator.add]


class DeltaTalk(TypedDict):
    """The same, with a delta channel."""

    brief: str
    messages: Annotated[list[str], DeltaChannel(extend, snapshot_frequency=50)]


STATES: dict[str, type] = {
    "a list that grows": Talk,
    "the same as a delta channel": DeltaTalk,
}


@dataclass(frozen=True)
class Result:
    """What one saver stored and read; None where it could not."""

    state: str
    saver: str
    steps: int
    stored_bytes: int | None
    written: int | None
    read: int | None


class Counter:
    """Counts what the clients that are made meanwhile read and write, and the bytes of commits."""

    def __init__(self) -> None:
        self.meter = Meter()
        self.stored_bytes = 0

    def check(self, method: str, request: Any) -> Callable[[], None] | None:
        """Called by the meter before each call."""
        if method == "Commit":
            message = type(request).pb(request) if hasattr(type(request), "pb") else request
            self.stored_bytes += message.ByteSize()
        return None

    def total(self, kind: str) -> int:
        """So many reads or writes."""
        return int(self.meter.report()["total"][kind])


@contextmanager
def counted() -> Iterator[Counter]:
    """Meanwhile new clients are counted."""
    original = FirestoreGrpcTransport.__init__
    counter = Counter()
    intercept(counter.meter, counter.check)
    try:
        yield counter
    finally:
        FirestoreGrpcTransport.__init__ = original  # type: ignore[method-assign]


@contextmanager
def savers(project: str) -> Iterator[dict[str, BaseCheckpointSaver[Any]]]:
    """Both, each in a place of its own."""
    client = clients.Firestore(project)
    public = PublicSaver(project, f"checkpoints-{new_id()}")
    yield {OURS: FirestoreSaver.for_workspace(client, new_id()), PUBLIC: public}
    client.close()  # type: ignore[no-untyped-call]
    public.client.close()


def measure(project: str, steps: int) -> list[Result]:
    """Both savers with each state, one message in each step, and once with a large state."""
    results = []
    for name, state in STATES.items():
        results += [_measure(project, name, state, which, steps) for which in (OURS, PUBLIC)]
    large = f"a value of {LARGE_BYTES // 1_000_000} MB"
    return results + [
        _measure(project, large, Talk, which, 1, LARGE_BYTES) for which in (OURS, PUBLIC)
    ]


def _measure(
    project: str, name: str, state: type, which: str, steps: int, brief_bytes: int = BRIEF_BYTES
) -> Result:
    with counted() as counter, savers(project) as made:
        saver = made[which]
        try:
            stored_bytes, written = _run(saver, state, steps, brief_bytes, counter)
        except GoogleAPICallError:
            return Result(name, which, steps, None, None, None)
        counter.meter.reset()
        values = _graph(saver, state).get_state(THREAD).values
        assert len(values["messages"]) == steps + 1
        assert len(values["brief"]) == brief_bytes
        return Result(name, which, steps, stored_bytes, written, counter.total("reads"))


def _run(
    saver: BaseCheckpointSaver[Any], state: type, steps: int, brief_bytes: int, counter: Counter
) -> tuple[int, int]:
    """What the steps after the first one store, in bytes and documents; all of it for one."""
    counter.meter.reset()
    graph = _graph(saver, state)
    for number in range(steps):
        brief = {"brief": "b" * brief_bytes} if number == 0 else {}
        if number == 1:
            counter.meter.reset()
            counter.stored_bytes = 0
        asked = {"messages": ["m" * MESSAGE_BYTES]} if number == 0 else {"messages": []}
        graph.invoke({**brief, **asked}, THREAD)
    return counter.stored_bytes, counter.total("writes")


def _graph(saver: BaseCheckpointSaver[Any], state: type) -> Any:
    graph: Any = StateGraph(state)
    graph.add_node("agent", lambda _: {"messages": ["m" * MESSAGE_BYTES]})
    graph.add_edge(START, "agent")
    return graph.compile(checkpointer=saver)


def table(results: Sequence[Result]) -> str:
    """What both stored and read, as it stands in docs/checkpoints.md."""
    rows = [
        (
            each.state,
            each.saver,
            each.steps,
            "refused" if each.stored_bytes is None else f"{each.stored_bytes:,}",
            "" if each.written is None else f"{each.written:,}",
            "" if each.read is None else each.read,
        )
        for each in results
    ]
    numbers = (" turns", " bytes committed", " documents written", " reads to resume")
    return markdown.table(["state", "saver", *numbers], rows)


def write(project: str, steps: int, page: Any) -> str:
    """Measure, and put the table into the page."""
    measured = table(measure(project, steps))
    fill(page, {"checkpoints": measured})
    return measured
