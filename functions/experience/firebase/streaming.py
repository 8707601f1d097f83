"""Streaming callables: parts of an answer, sent as they are made, and then the answer.

Protocol: server-sent events, as Firebase's SDK for Node.js writes and its web SDK reads them
(https://github.com/firebase/firebase-functions/blob/master/src/common/providers/https.ts):

    data: {"message": …}    one chunk
    data: {"result": …}     the answer, which ends the stream; or data: {"error": …}
    : ping                  a comment, while nothing else is sent
"""

import contextvars
import json
import threading
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import flask
from firebase_functions import https_fn

from experience.documents import Document

D = TypeVar("D", bound=Document)

Emit = Callable[[D], None]
"""Sends one chunk to the client. It never raises and never blocks: for a plain call, and once the
client is gone or too far behind, it drops the chunk."""

EVENT_STREAM = "text/event-stream"
HEARTBEAT = b": ping\n\n"
HEARTBEAT_SECONDS = 30  # as in Firebase's SDK for Node.js
MAX_WAITING_BYTES = 1024 * 1024
"""What the slowest of clients keeps in memory, plus the answer."""


def drop(_chunk: Document) -> None:
    """The Emit of a plain call."""


def accepts_stream(request: flask.Request) -> bool:
    """Whether the client would rather have events than JSON, as `httpsCallable(…).stream()`."""
    kinds = ["application/json", EVENT_STREAM]
    return request.accept_mimetypes.best_match(kinds) == EVENT_STREAM


def event(**data: Any) -> bytes:
    """One event. Its JSON is ASCII: the web SDK finds none in a line with U+2028 in it."""
    return b"data: %s\n\n" % json.dumps(data, separators=(",", ":")).encode()


def error_of(refused: https_fn.HttpsError) -> dict[str, Any]:
    """What a client gets of an error, by the callable protocol."""
    status = refused.code.value.replace("-", "_").upper()
    return {"status": status, "message": refused.message, "details": refused.details}


class Stream:
    """One call in a thread of its own, and what the response to it has yet to send.

    Iterated by the server, which closes it at the end or when the client is gone. That waits for
    the call to end: Cloud Run gives an instance no CPU once it has no request left.
    """

    def __init__(self, respond: Callable[[Emit[Any]], Any]) -> None:
        self._respond = respond
        self._changed = threading.Condition()
        self._waiting: deque[bytes] = deque()
        self._waiting_bytes = 0
        self._takes_chunks = True
        self._result: Any = None
        self._error: https_fn.HttpsError | None = _no_answer()
        self._has_ended = False
        # logs find the request in its context
        context = contextvars.copy_context()
        self._thread = threading.Thread(target=context.run, args=(self._run,), daemon=True)
        self._thread.start()

    def emit(self, chunk: Document) -> None:
        """The call's Emit."""
        self._send(event(message=chunk.shown()))

    def begins(self) -> bool:
        """Wait for what comes first; whether it is a chunk, or nothing for a while, and no end."""
        with self._changed:
            if not self._changed.wait_for(lambda: self._waiting, HEARTBEAT_SECONDS):
                self._waiting.append(HEARTBEAT)
            return not (self._has_ended and len(self._waiting) == 1)

    def answer(self) -> Any:
        """What the call returned. Raises HttpsError as it did."""
        self._thread.join()
        if self._error:
            raise self._error
        return self._result

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        with self._changed:
            while not self._waiting:
                if self._has_ended:
                    raise StopIteration
                if not self._changed.wait(HEARTBEAT_SECONDS):
                    return HEARTBEAT
            sent = b"".join(self._waiting)
            self._waiting.clear()
            self._waiting_bytes = 0
            return sent

    def close(self) -> None:
        """Send nothing more, and wait for the call to end."""
        with self._changed:
            self._takes_chunks = False
            self._waiting.clear()
        self._thread.join()

    def _send(self, chunk: bytes) -> None:
        with self._changed:
            # after a gap, what follows makes no sense any more; the answer does
            self._takes_chunks &= self._waiting_bytes + len(chunk) <= MAX_WAITING_BYTES
            if self._takes_chunks:
                self._waiting.append(chunk)
                self._waiting_bytes += len(chunk)
                self._changed.notify_all()

    def _run(self) -> None:
        ended = event(error=error_of(_no_answer()))
        try:
            self._result, self._error = self._respond(self.emit), None
            ended = event(result=self._result)
        except https_fn.HttpsError as refused:
            self._error = refused
            ended = event(error=error_of(refused))
        finally:
            with self._changed:
                self._has_ended = True
                self._waiting.append(ended)
                self._changed.notify_all()


def _no_answer() -> https_fn.HttpsError:
    """How a call ends whose thread ended before it returned or raised."""
    details = {"reason": "internal"}
    return https_fn.HttpsError(https_fn.FunctionsErrorCode.INTERNAL, "No answer.", details)
