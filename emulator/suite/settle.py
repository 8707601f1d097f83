"""Waits until everything that Firestore's events have started is done."""

import threading
import time
import uuid
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from emulator.firestore.emulator import FirestoreEmulator

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

BARRIER_TRIGGER = {
    "id": "barrier",
    "eventType": "google.cloud.firestore.document.v1.written",
    "document": "barriers/{barrier}",
}
POLL_SECONDS = 0.005


class EventGate:
    """Passes Firestore's events on to `app` and counts them, except for the gate's own.

    The emulator delivers the events of all projects in the order of their commits, one at a time.
    So when the event of a document written now arrives, all earlier events have arrived.
    """

    def __init__(self) -> None:
        # unique, because suites can share an emulator
        self.barrier_project = f"suite-barrier-{uuid.uuid4().hex}"
        self.app: WSGIApplication | None = None
        self.count = 0
        self._barriers: dict[str, threading.Event] = {}

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        if environ["PATH_INFO"].startswith(f"/functions/projects/{self.barrier_project}/"):
            name = environ.get("HTTP_CE_DOCUMENT", "").rpartition("/")[2]
            if barrier := self._barriers.get(name):
                barrier.set()
        elif self.app:
            self.count += 1
            return self.app(environ, start_response)
        start_response("200 OK", [])
        return []

    def wait_for_all(self, firestore: FirestoreEmulator, deadline: float) -> None:
        """Return once the events of all earlier writes have arrived; else raise TimeoutError."""
        name = uuid.uuid4().hex
        arrived = self._barriers[name] = threading.Event()
        firestore.write(self.barrier_project, f"barriers/{name}")
        try:
            if not arrived.wait(max(0, deadline - time.monotonic())):
                raise TimeoutError(
                    f"events still wait in the Firestore emulator at {firestore.address},"
                    " or it was not started to deliver them to this suite"
                )
        finally:
            del self._barriers[name]


def settle(
    firestore: FirestoreEmulator,
    gate: EventGate,
    pending: Callable[[], dict[str, int]],
    timeout_seconds: float,
) -> None:
    """Return once the events of all earlier writes are delivered and handled.

    If an event arrives during a pass, the pass starts over: its handler may have written again.
    Raises TimeoutError with what is pending.
    """
    deadline = time.monotonic() + timeout_seconds
    while True:
        seen = gate.count
        while any(pending().values()):
            if time.monotonic() > deadline:
                raise TimeoutError(", ".join(f"{n} {what}" for what, n in pending().items()))
            time.sleep(POLL_SECONDS)
        gate.wait_for_all(firestore, deadline)
        if gate.count == seen and not any(pending().values()):
            return
