"""One Firestore emulator for the suites of all test processes.

A start costs two seconds of processor time, and Java has compiled the hot code only after some
thousand calls. The emulator keeps projects apart, and posts the events of all projects to one
address, from which they are routed to the suites.

The process that runs the tests, or starts those that do, serves:

    POST   /emulator          start the emulator if it does not run; returns its address
    PUT    /suites/{project}  route the project's events to the address in the body (JSON)
    DELETE /suites/{project}  drop the project's events from now on
    POST   /functions/projects/{project}/…    an event
"""

import http.client
import json
import os
import tempfile
import threading
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from emulator.firestore.emulator import FirestoreEmulator
from emulator.process.errors import PortTakenError, SuiteError
from emulator.process.http import request
from emulator.process.ports import free_port
from emulator.suite.suite import MAX_STARTS, Suite

SERVER_URL = "TESTS_SHARED_EMULATOR"  # a variable that test processes inherit
MAX_REQUEST_SECONDS = 200
MAX_DELIVERY_SECONDS = 15  # the emulator gives up after twenty


class _SuiteConnection:
    """The connection to the suite of a project, which stays open between events."""

    def __init__(self, address: str) -> None:
        self.address = address
        self._connection = http.client.HTTPConnection(address, timeout=MAX_DELIVERY_SECONDS)
        self._one_at_a_time = threading.Lock()
        self._is_closed = False

    def deliver(self, path: str, body: bytes, headers: dict[str, str]) -> None:
        """Deliver an event, or drop it if the suite is gone: a test process may be killed."""
        with self._one_at_a_time:
            for _ in "first try", "retry if the connection was closed meanwhile":
                if self._is_closed:
                    return
                try:
                    self._connection.request("POST", path, body, headers)
                    self._connection.getresponse().read()
                except TimeoutError:  # the event may have arrived
                    self._connection.close()
                    return
                except (OSError, http.client.HTTPException):
                    self._connection.close()
                else:
                    return

    def close(self) -> None:
        with self._one_at_a_time:
            self._is_closed = True
            self._connection.close()


class SharedEmulator(ThreadingHTTPServer):
    """Starts the emulator and routes its events to the suites."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _RequestHandler)
        self.address = f"127.0.0.1:{self.server_address[1]}"
        self.suites: dict[str, _SuiteConnection] = {}
        self._firestore: FirestoreEmulator | None = None
        self._starting = threading.Lock()
        self._is_closed = False
        # named like a suite's folder, so that it is removed even if this process is killed
        self._folder = tempfile.TemporaryDirectory(prefix=f"emulator-{os.getpid()}-")
        self._thread = threading.Thread(
            target=self.serve_forever, name="shared-emulator", daemon=True
        )
        self._thread.start()
        self.url = f"http://{self.address}"

    def emulator(self) -> str:
        """The address of the emulator. Raises SuiteError if it does not start."""
        with self._starting:
            if self._is_closed:
                raise SuiteError("the test run is over")
            if self._firestore is None:
                self._firestore = self._start()
            return self._firestore.address

    def close(self) -> None:
        """Stop the emulator and all connections, after the suites."""
        self.shutdown()
        self._thread.join()
        with self._starting:
            self._is_closed = True
            if self._firestore:
                self._firestore.stop()
        for suite in list(self.suites.values()):
            suite.close()
        self.server_close()
        self._folder.cleanup()

    def _start(self) -> FirestoreEmulator:
        for start in range(1, MAX_STARTS + 1):
            log = Path(self._folder.name, f"firestore-{start}.log")
            address = f"127.0.0.1:{free_port()}"
            firestore = FirestoreEmulator.start(address, self.address, log)
            try:
                firestore.wait_until_ready()
            except BaseException as error:
                firestore.stop()
                if start == MAX_STARTS or not isinstance(error, PortTakenError):
                    raise
            else:
                break
        return firestore


class _RequestHandler(BaseHTTPRequestHandler):
    """Serves the paths that the docstring of this module lists."""

    server: SharedEmulator
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        if self.path == "/emulator":
            try:
                self._respond(200, self.server.emulator())
            except Exception as error:  # noqa: BLE001 - reported to the client
                self._respond(500, f"{type(error).__name__}: {error}")
            return
        project = self.path.split("/")[3]  # /functions/projects/PROJECT/…
        event = self._body()
        if suite := self.server.suites.get(project):
            suite.deliver(self.path, event, dict(self.headers.items()))
        self._respond(200)

    def do_PUT(self) -> None:
        address = json.loads(self._body())
        suite = self.server.suites.setdefault(self._project, _SuiteConnection(address))
        if suite.address == address:
            self._respond(200)
        else:
            self._respond(409, f"{self._project}'s events go to {suite.address}")

    def do_DELETE(self) -> None:
        if suite := self.server.suites.pop(self._project, None):
            suite.close()
        self._respond(200)

    @property
    def _project(self) -> str:
        return self.path.removeprefix("/suites/")

    def _body(self) -> bytes:
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def _respond(self, status: int, text: str = "") -> None:
        self.send_response_only(status)
        self.send_header("Content-Length", str(len(text.encode())))
        self.end_headers()
        self.wfile.write(text.encode())


class SharingSuite(Suite):
    """A suite on the shared emulator; its project id is unique among the test processes."""

    def __init__(self, name: str = "demo-guest", **options: Any) -> None:
        super().__init__(f"{name}-{os.environ.get('PYTEST_XDIST_WORKER', 'main')}", **options)

    def _start_firestore(self, events: str) -> FirestoreEmulator:
        self._events = events
        self._projects: set[str] = set()
        self._cleanup.callback(self._leave)
        self.addresses["firestore"] = self._ask("POST", "/emulator")
        return FirestoreEmulator(self.addresses["firestore"])

    def _register(self, project: str, trigger: Mapping[str, Any]) -> None:
        if project not in self._projects:
            self._ask("PUT", f"/suites/{project}", self._events)
            self._projects.add(project)
        super()._register(project, trigger)

    def _leave(self) -> None:
        for project in self._projects:
            self._ask("DELETE", f"/suites/{project}")
        for project in self._projects:
            FirestoreEmulator(self.addresses["firestore"]).clear(project)

    def _ask(self, method: str, path: str, body: str | None = None) -> str:
        url = os.environ[SERVER_URL] + path
        status, response = request(method, url, body, timeout=MAX_REQUEST_SECONDS)
        if status != 200:
            raise SuiteError(response.decode())
        return response.decode()
