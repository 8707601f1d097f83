"""Starts, restarts and watches the functions process, whose inside is server.py."""

import contextlib
import logging
import os
import socket
import sys
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests
import yaml

from emulator.faults.settings import Faults
from emulator.paths import ROOT
from emulator.process.connections import Connections
from emulator.process.errors import SuiteError
from emulator.process.file_watcher import FileWatcher
from emulator.process.fork_server import ForkServer
from emulator.process.ports import THIS_MACHINE, connect_address, free_port

log = logging.getLogger(__name__)

MAX_START_SECONDS = 180
POLL_SECONDS = 0.02
MAX_TRIES = 50


class FunctionsSupervisor:
    """Serves the functions of `source`, in a process that is replaced when it ends.

    Calls, tasks and schedules come at `url`, events at `events_url`, where a process beside it
    serves them. `manifest` is the SDK's functions.yaml, parsed. The process listens at `host`;
    `port=0` picks a free port.
    """

    def __init__(
        self,
        source: Path,
        project: str,
        region: str,
        env: Mapping[str, str],
        port: int,
        indexes: Path,
        log: Path | None = None,
        host: str = "127.0.0.1",
    ) -> None:
        self.source = source
        self.project = project
        self.region = region
        self.port = port or free_port()
        self.host = host
        self.events_port = next(port for port in iter(free_port, None) if port != self.port)
        self._reservations: list[socket.socket] = []
        self.url = f"http://{connect_address(host)}:{self.port}"
        self.events_url = f"http://{THIS_MACHINE}:{self.events_port}"
        self._connections: dict[str, Connections] = {}
        self.manifest: dict[str, Any] = {"endpoints": {}}
        self.faults = Faults()
        arguments = {
            "--source": source.resolve(),
            "--project": project,
            "--region": region,
            "--host": host,
            "--port": self.port,
            "--events-port": self.events_port,
            "--indexes": indexes.resolve(),
        }
        self._fork_server = ForkServer(
            # -P: the framework appends the source folder to the path; Python must not prepend it
            [sys.executable, "-P", "-m", "emulator.functions"]
            + [str(part) for pair in arguments.items() for part in pair],
            env=_environment(project, env),
            log=log,
            cwd=source,
        )
        self._starting = threading.Lock()
        self._ready = threading.Event()
        self._stopped = threading.Event()
        self._reloaded: Callable[[], None] = lambda: None
        self._watcher: FileWatcher | None = None

    def start(self) -> None:
        """Return once the functions respond. Raises SuiteError with the traceback of main.py."""
        self._reservations = [
            _reserve_port(self.host, self.port),
            _reserve_port(THIS_MACHINE, self.events_port),
        ]
        try:
            self.restart()
        except SuiteError:
            self.stop()
            raise
        threading.Thread(target=self._keep_alive, name="functions-keeper", daemon=True).start()

    def restart(self) -> None:
        """Load the code again. After a SuiteError the process stays and responds with the error."""
        with self._starting:
            if not self._stopped.is_set():
                self._load()

    def _load(self) -> None:
        self._ready.clear()
        self._fork_server.stop()
        try:
            self._fork_server.begin(self.faults.to_json())
            self.manifest = self._load_manifest()
        finally:
            self._ready.set()

    def set_faults(self, faults: Faults) -> None:
        """Inject these faults, also in later processes, and count commits anew."""
        with self._starting:
            self.faults = faults
        url, body = f"{self.url}/__/faults", faults.to_json().encode()
        for attempt in range(1, MAX_TRIES + 1):
            try:
                self.post(url, body, {}, MAX_START_SECONDS).raise_for_status()
            except requests.Timeout:
                raise
            except requests.RequestException:  # the previous faults have just killed one of two
                if attempt == MAX_TRIES or self._stopped.wait(POLL_SECONDS):
                    raise
            else:
                return

    def stop(self) -> None:
        self._stopped.set()
        if self._watcher:
            self._watcher.stop()
        with self._starting:
            self._fork_server.stop()
        for reservation in self._reservations:
            reservation.close()
        for connections in self._connections.values():
            connections.close()
        self._ready.set()

    def post(
        self, url: str, body: bytes, headers: Mapping[str, str], timeout: float
    ) -> requests.Response:
        """Deliver to a function once; wait first if the process is being replaced.

        Raises requests.RequestException if the process ends before it responds, or takes longer
        than `timeout` seconds.
        """
        server = urlsplit(url).netloc
        connections = self._connections.setdefault(server, Connections(server))
        for _ in range(int(MAX_START_SECONDS / POLL_SECONDS)):
            self._ready.wait(MAX_START_SECONDS)
            try:
                connection = connections.take(timeout)
            except OSError as error:
                if self._stopped.wait(POLL_SECONDS):
                    raise requests.ConnectionError(str(error)) from error
                continue
            return connections.post(connection, url, body, headers)
        raise requests.ConnectionError(f"no functions process at {self.url}")

    def function_url(self, name: str) -> str:
        return f"{self.url}/{self.project}/{self.region}/{name}"

    def endpoints(self, trigger: str) -> dict[str, dict[str, Any]]:
        """The functions with this trigger (`eventTrigger`, `taskQueueTrigger` …), by name."""
        return {
            name: endpoint[trigger]
            for name, endpoint in self.manifest["endpoints"].items()
            if trigger in endpoint
        }

    def watch(self, reloaded: Callable[[], None] = lambda: None) -> None:
        """Restart whenever a source file changes, and call `reloaded` after each success.

        A broken edit is logged, and every call gets its error, until an edit fixes it. Python
        writes no bytecode: after two edits within a second it could take the first for current.
        """
        self._fork_server.env = {**(self._fork_server.env or {}), "PYTHONDONTWRITEBYTECODE": "1"}
        self._reloaded = reloaded
        self._watcher = FileWatcher({self.source: self.reload})

    def reload(self) -> None:
        """Do what follows an edit of the source."""
        if not self._stopped.is_set():
            self.restart()
            log.info("functions reloaded")
            self._reloaded()

    def _keep_alive(self) -> None:
        """Replace a process that ends by itself, as the cloud replaces a crashed instance."""
        while not self._stopped.is_set():
            status = self._fork_server.wait()
            with self._starting:
                if self._stopped.is_set() or self._fork_server.alive:  # a restart is no crash
                    continue
                log.error("the functions process ended with status %s and is replaced", status)
                self.faults = self.faults.model_copy(update={"kill_at_commit": None})  # only once
                if self._fork_server.replace(self.faults.to_json()):
                    continue  # without waiting: the calls in its backlog may crash it at once
                try:
                    self._load()
                except SuiteError as error:
                    log.error("%s", error)  # noqa: TRY400
                    if not self._fork_server.alive:
                        return

    def _load_manifest(self) -> dict[str, Any]:
        for _ in range(int(MAX_START_SECONDS / POLL_SECONDS)):
            status = self._fork_server.wait(POLL_SECONDS)
            if status is not None:
                raise SuiteError(
                    f"the functions process ended with status {status} before it responded; "
                    "its log shows why"
                )
            with socket.socket() as attempt:  # cheaper than a request while the process starts
                if attempt.connect_ex((connect_address(self.host), self.port)):
                    continue
            try:
                response = _request("GET", f"{self.url}/__/functions.yaml", MAX_START_SECONDS)
            except requests.RequestException:
                continue
            if response.status_code != 200:
                message = f"{self.source / 'main.py'} could not be loaded:\n{response.text}"
                raise SuiteError(message)
            manifest: dict[str, Any] = yaml.safe_load(response.text)
            return manifest
        raise SuiteError(
            f"the functions did not respond at {self.url} within {MAX_START_SECONDS} seconds"
        )


def _reserve_port(host: str, port: int) -> socket.socket:
    """Keep the kernel from giving the port to others while no process listens at it.

    On Linux two sockets can be bound to one port as long as only one of them listens.
    """
    reservation = socket.socket()
    if sys.platform == "linux":
        reservation.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with contextlib.suppress(OSError):  # the port is taken, which the process will report
            reservation.bind((host, port))
    return reservation


def _environment(project: str, env: Mapping[str, str]) -> dict[str, str]:
    """The variables that are set in the cloud and under the Firebase CLI's emulator."""
    python_path = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    return {
        **os.environ,
        "GCLOUD_PROJECT": project,
        "GOOGLE_CLOUD_PROJECT": project,
        "FUNCTIONS_EMULATOR": "true",
        "TZ": "UTC",
        **env,
        "PYTHONPATH": os.pathsep.join(python_path),
        "PYTHONUNBUFFERED": "1",
    }


def _request(method: str, url: str, timeout: float, **options: Any) -> requests.Response:
    with requests.Session() as session:
        session.trust_env = False  # no proxy between processes of one machine
        return session.request(method, url, timeout=timeout, **options)
