"""What the servers of both vendors' language models have in common: what a model says, in order."""

import abc
import json
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.support.vendors.server import Fault, Received, Reply, Vendor

COMPLETE, STREAM = "complete", "stream"

STREAM_HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n"

INPUT_TOKENS, OUTPUT_TOKENS = 120, 30

UNASKED = Received("POST", "", {}, {})


@dataclass(frozen=True)
class Called:
    """A tool that the model calls; `arguments` may be a text that is no JSON."""

    name: str
    arguments: dict[str, Any] | str = field(default_factory=dict)


@dataclass(frozen=True)
class Said:
    """What a model says: a text in pieces, the tools that it calls, and why it stops.

    `ending` is `stop`, `length`, `safety` or `other`, or a word of the vendor's own.
    """

    pieces: tuple[str, ...] = ()
    calls: tuple[Called, ...] = ()
    ending: str | None = "stop"
    is_counted: bool = True

    @property
    def text(self) -> str:
        return "".join(self.pieces)


def said(*pieces: str, ending: str | None = "stop") -> Said:
    """A text in these pieces."""
    return Said(pieces, ending=ending)


class ModelVendor(Vendor):
    """Responds with what `script` holds, one for each request, and `Hello.` once it is empty."""

    key = ""
    endings: dict[str, str]
    """The vendor's words for the endings."""

    def __init__(self) -> None:
        self.script: deque[Said] = deque()
        super().__init__()

    @property
    def address(self) -> str:
        """What the parameter of its address holds."""
        return self.url

    def answer(self, request: Received) -> Reply:
        if refused := self.refusal(request):
            return refused
        with self.lock:
            next_said = self.script.popleft() if self.script else said("Hello", ".")
        if self.operation(request) == STREAM:
            return stream_of(self.chunks(next_said, request))
        return Reply(200, self.message(next_said))

    def ending_of(self, each: Said) -> str | None:
        return self.endings.get(each.ending or "", each.ending)

    @abc.abstractmethod
    def refusal(self, request: Received) -> Reply | None:
        """What is wrong with a request, as the vendor says it."""

    @abc.abstractmethod
    def throttled(self, retry_after: str) -> Reply:
        """The response of a vendor that is asked too often."""

    @abc.abstractmethod
    def message(self, each: Said) -> dict[str, Any]:
        """The response as a whole."""

    @abc.abstractmethod
    def chunks(self, each: Said, request: Received) -> Iterator[Any]:
        """The events of the response as a stream."""


def stream_of(events: Iterator[Any], missing: int = 0) -> Reply:
    """Server-sent events; the connection closes so many bytes before their end."""
    lines = [f"data: {each if isinstance(each, str) else json.dumps(each)}\n\n" for each in events]
    data = "".join(lines).encode()
    sent = data[: len(data) - missing] if missing else data
    return Reply(200, sent, content_type="text/event-stream", declared=len(data))


def begin(vendor: ModelVendor, each: Said) -> bytes:
    """The raw beginning of a stream, of two events."""
    events = vendor.chunks(each, UNASKED)
    return STREAM_HEAD + stream_of(iter([next(events), next(events)])).data


def cut(vendor: ModelVendor, each: Said, after: int) -> Fault:
    """A stream whose connection breaks within the event after so many."""
    events = list(vendor.chunks(each, UNASKED))
    missing = sum(len(json.dumps(event)) + 8 for event in events[after:]) - 5
    return Fault(stream_of(iter(events), missing))
