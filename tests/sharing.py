"""Suites of one test process that share a Firestore emulator.

To start one and to warm it up takes three seconds of the processor's time. The emulator keeps the
projects apart, and posts the events of all of them to one address, from where they are passed on.
"""

import contextlib
import os
import tempfile
import threading
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from emulator.config import free_port
from emulator.firestore import Firestore
from emulator.http import serve
from emulator.processes import PortTakenError
from emulator.settle import EventGate
from emulator.suite import STARTS, Suite

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment


class _Emulator:
    """A Firestore emulator, and who gets the events of which project."""

    def __init__(self) -> None:
        self.gates: dict[str, EventGate] = {}
        with contextlib.ExitStack() as begun:
            # named like a suite's own, which is removed should this process be killed
            folder = begun.enter_context(
                tempfile.TemporaryDirectory(prefix=f"emulator-{os.getpid()}-")
            )
            self._folder = Path(folder)
            self._events = serve(self._pass_on)
            begun.callback(self._events.close)
            self.firestore = self._start()
            begun.callback(self.firestore.stop)
            self._begun = begun.pop_all()

    def close(self) -> None:
        self._begun.close()

    def _start(self) -> Firestore:
        events = f"{self._events.host}:{self._events.port}"
        for start in range(1, STARTS + 1):
            log = self._folder / f"firestore-{start}.log"
            firestore = Firestore.start(f"127.0.0.1:{free_port()}", events, log)
            try:
                firestore.wait_until_ready()
            except BaseException as error:
                firestore.stop()
                if start == STARTS or not isinstance(error, PortTakenError):
                    raise
            else:
                break
        return firestore

    def _pass_on(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        project = environ["PATH_INFO"].split("/")[3]  # /functions/projects/PROJECT/…
        if gate := self.gates.get(project):
            return gate(environ, start_response)
        start_response("200 OK", [])  # of a suite that has ended
        return []


_emulator: _Emulator | None = None
_starting = threading.Lock()


def _running() -> _Emulator:
    global _emulator  # noqa: PLW0603
    with _starting:
        if _emulator is None:
            _emulator = _Emulator()
        return _emulator


def close() -> None:
    """End the emulator, if one was started, after all its suites."""
    if _emulator:
        _emulator.close()


class SharingSuite(Suite):
    """A suite beside others of its process, each with a project id of its own."""

    def _start_firestore(self, events: str) -> Firestore:
        self._shared = _running()
        self._projects: set[str] = set()
        self._cleanup.callback(self._leave)
        self.addresses["firestore"] = self._shared.firestore.address
        return Firestore(self._shared.firestore.address)

    def _register(self, project: str, trigger: Mapping[str, Any]) -> None:
        assert self._shared.gates.get(project, self.gate) is self.gate, f"{project} is another's"
        self._projects.add(project)
        self._shared.gates[project] = self.gate
        super()._register(project, trigger)

    def _leave(self) -> None:
        for project in self._projects:
            del self._shared.gates[project]
        for project in self._projects:
            self._shared.firestore.clear(project)
