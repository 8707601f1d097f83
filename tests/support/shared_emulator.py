"""One Firestore emulator for the suites of all test processes.

To start one takes two seconds of the processor's time, and it needs some thousand calls until Java
has compiled what they take. The emulator keeps the projects apart, and posts the events of all of
them to one address, from where they are passed on to the suites.

The process that runs the tests, or has others run them, opens a server:

    POST   /emulator          has the emulator started, if it is not, and answers with its address
    PUT    /suites/{project}  the body, in JSON, is the address that gets the project's events
    DELETE /suites/{project}  nobody gets them any more
    POST   /functions/projects/{project}/…    is an event
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

SERVER_URL = "TESTS_SHARED_EMULATOR"  # its url, in the environment that test processes inherit
MAX_REQUEST_SECONDS = 200
MAX_DELIVERY_SECONDS = 15  # the emulator waits for twenty


class _SuiteConnection:
    """Where a project's events are put, over a connection that stays open."""

    def __init__(self, address: str) -> None:
        self.address = address
        self._connection = http.client.HTTPConnection(address, timeout=MAX_DELIVERY_SECONDS)
        self._one_at_a_time = threading.Lock()
        self._is_closed = False

    def put(self, path: str, body: bytes, headers: dict[str, str]) -> None:
        """Deliver an event, unless nobody is there: a test process can be killed."""
        with self._one_at_a_time:
            for _ in "once", "and again, if the connection was closed meanwhile":
                if self._is_closed:
                    return
                try:
                    self._connection.request("POST", path, body, headers)
                    self._connection.getresponse().read()
                except TimeoutError:  # it may have arrived
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
    """Keeps the emulator and the connections of the suites."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _RequestHandler)
        self.address = f"127.0.0.1:{self.server_address[1]}"
        self.connections: dict[str, _SuiteConnection] = {}
        self._firestore: FirestoreEmulator | None = None
        self._starting = threading.Lock()
        self._is_closed = False
        # named like a suite's own, which is removed should this process be killed
        self._folder = tempfile.TemporaryDirectory(prefix=f"emulator-{os.getpid()}-")
        self._thread = threading.Thread(target=self.serve_forever, name="post", daemon=True)
        self._thread.start()
        self.url = f"http://{self.address}"

    def emulator(self) -> str:
        """Its address; raises SuiteError when it does not start."""
        with self._starting:
            if self._is_closed:
                raise SuiteError("the test run is over")
            if self._firestore is None:
                self._firestore = self._start()
            return self._firestore.address

    def close(self) -> None:
        """End all that was started; after the suites."""
        self.shutdown()
        self._thread.join()
        with self._starting:
            self._is_closed = True
            if self._firestore:
                self._firestore.stop()
        for connection in list(self.connections.values()):
            connection.close()
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
    """Serves the emulator and the suites."""

    server: SharedEmulator
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        if self.path == "/emulator":
            try:
                self._answer(200, self.server.emulator())
            except Exception as error:  # noqa: BLE001 - who asked is told
                self._answer(500, f"{type(error).__name__}: {error}")
            return
        project = self.path.split("/")[3]  # /functions/projects/PROJECT/…
        event = self._body()
        if connection := self.server.connections.get(project):
            connection.put(self.path, event, dict(self.headers.items()))
        self._answer(200)

    def do_PUT(self) -> None:
        address = json.loads(self._body())
        connection = self.server.connections.setdefault(self._project, _SuiteConnection(address))
        if connection.address == address:
            self._answer(200)
        else:
            self._answer(409, f"{self._project}'s events go to {connection.address}")

    def do_DELETE(self) -> None:
        if connection := self.server.connections.pop(self._project, None):
            connection.close()
        self._answer(200)

    @property
    def _project(self) -> str:
        return self.path.removeprefix("/suites/")

    def _body(self) -> bytes:
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def _answer(self, status: int, text: str = "") -> None:
        self.send_response_only(status)
        self.send_header("Content-Length", str(len(text.encode())))
        self.end_headers()
        self.wfile.write(text.encode())


class SharingSuite(Suite):
    """A suite beside others, of this process and of others; its project id is its own."""

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
        status, answer = request(method, url, body, timeout=MAX_REQUEST_SECONDS)
        if status != 200:
            raise SuiteError(answer.decode())
        return answer.decode()
