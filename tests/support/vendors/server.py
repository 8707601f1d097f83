"""What both vendors' servers have in common: threads, a log, and answers that go wrong on order."""

import contextlib
import json
import threading
from collections import defaultdict, deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Reply:
    """An answer as it goes out; `declared` is the length that its header claims."""

    status: int = 200
    body: Any = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str = "application/json"
    declared: int | None = None

    @property
    def data(self) -> bytes:
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


@dataclass(frozen=True)
class Fault:
    """What happens instead of one answer, `after` the request had its effect or before it."""

    reply: Reply | None = None
    drips: bool = False
    """One byte now and then, and never the last one."""
    floods: tuple[bytes, bytes] | None = None
    """Raw bytes, and then others now and then without an end."""
    hangs: bool = False
    """It neither answers nor hangs up, until the client does."""
    after: bool = False


@dataclass(frozen=True)
class Received:
    """A request as it came in."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: Any


class Vendor:
    """A vendor's API on a free port of this machine, until `close`.

    `next` orders what happens to the next requests of an operation; what is not ordered goes well.
    """

    def __init__(self) -> None:
        self.received: list[Received] = []
        self.lock = threading.RLock()
        self._ordered: dict[str, deque[Fault]] = defaultdict(deque)
        self._closing = threading.Event()
        vendor = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                vendor._serve(self)

            do_POST = do_GET  # noqa: N815

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self._thread.start()

    def close(self) -> None:
        self._closing.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def next(self, operation: str, *troubles: Fault | Reply) -> None:
        """Let these happen to the next requests of this operation, one each."""
        with self.lock:
            self._ordered[operation] += [
                each if isinstance(each, Fault) else Fault(each) for each in troubles
            ]

    def drop(self, operation: str, *, after: bool) -> None:
        """Hang up on the next request of this operation, after or before it had its effect."""
        self.next(operation, Fault(after=after))

    def asked(self, operation: str) -> list[Received]:
        """The requests of one operation so far."""
        return [each for each in self.received if self.operation(each) == operation]

    def operation(self, request: Received) -> str:
        """What a request is about, as `next` calls it."""
        raise NotImplementedError

    def answer(self, request: Received) -> Reply:
        """A request has its effect, and this is its answer."""
        raise NotImplementedError

    def _serve(self, handler: BaseHTTPRequestHandler) -> None:
        length = int(handler.headers.get("content-length") or 0)
        raw = handler.rfile.read(length)
        headers = {name.lower(): value for name, value in handler.headers.items()}
        body = json.loads(raw) if raw else None
        request = Received(handler.command, handler.path, headers, body)
        with self.lock:
            self.received.append(request)
            ordered = self._ordered[self.operation(request)]
            fault = ordered.popleft() if ordered else None
        reply = self.answer(request) if fault is None or fault.after else None
        if fault and fault.hangs:
            self._closing.wait(60)
            return
        if fault and fault.floods:
            self._flood(handler, *fault.floods)
            return
        if fault and fault.drips:
            self._drip(handler)
            return
        if fault:
            reply = fault.reply
        if reply is None:
            handler.close_connection = True
            return
        data = reply.data
        handler.send_response(reply.status)
        handler.send_header("content-type", reply.content_type)
        declared = len(data) if reply.declared is None else reply.declared
        handler.send_header("content-length", str(declared))
        for name, value in reply.headers.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(data)
        handler.close_connection = True

    def _drip(self, handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("content-type", "application/json")
        handler.send_header("content-length", "1000000")
        handler.end_headers()
        self._flood(handler, b"", b" ")

    def _flood(self, handler: BaseHTTPRequestHandler, first: bytes, then: bytes) -> None:
        with contextlib.suppress(OSError):  # the client has hung up
            handler.wfile.write(first)
            while not self._closing.wait(0.02):
                handler.wfile.write(then)
        handler.close_connection = True
