"""Our callables and those written by hand, each in a process as the cloud starts it, in turn.

A guest's client is one connection of `http.client`, kept open, with a signed ID token. Rounds of
both alternate, so that what else the machine does meets both.
"""

import http.client
import json
import os
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from google.cloud.firestore import Client as Database

from emulator.firestore.emulator import FirestoreEmulator
from emulator.paths import ROOT
from emulator.process.ports import free_port
from tests.support.builders.guests import a_guest
from tests.support.builders.sessions import a_session
from tests.support.builders.venues import a_venue
from tests.support.builders.workspaces import a_step
from tests.support.processes import descendants, is_gone
from tests.support.production.deployment import deployed
from tests.support.production.id_tokens import Google, SigningKey

FUNCTIONS = ("getSession", "updateSessionProgress")
CLIENTS = (1, 8, 16)
SOURCES = {
    "ours": ROOT / "functions" / "main.py",
    "by hand": Path(__file__).with_name("by_hand.py"),
}
PROJECT = "demo-production"
STEPS = ("name", "mood", "hat", "colour", "song", "wish")
WARM_UP_CALLS = 300
TICKS = os.sysconf("SC_CLK_TCK")
THREADS = "32"  # as functions/.env has it


@dataclass
class Side:
    """What one of the two did in its rounds, in seconds."""

    waits: list[float] = field(default_factory=list)
    took: float = 0
    worked: float = 0

    @property
    def wait(self) -> float:
        return statistics.median(self.waits)

    @property
    def a_second(self) -> float:
        return len(self.waits) / self.took

    @property
    def cpu(self) -> float:
        """Processor time of the function's process for each call."""
        return self.worked / len(self.waits)


@dataclass(frozen=True)
class Result:
    """A function called by so many clients at once."""

    function: str
    clients: int
    ours: Side
    by_hand: Side


@dataclass(frozen=True)
class Guest:
    """Who calls, and the session that they are in."""

    token: str
    ids: dict[str, str]

    def body(self, function: str, number: int) -> bytes:
        """The request of this number: an update gives an answer that was not there before."""
        inputs = {"inputs": {"name": f"Ada {number}"}} if function != "getSession" else {}
        return json.dumps({"data": {**self.ids, **inputs}}).encode()


class Process:
    """A deployed function, and the processor time that it has used."""

    def __init__(self, address: str, pids: set[int]) -> None:
        self.host = urlsplit(address).netloc
        self._pids = pids

    def worked(self) -> float:
        """Seconds of processor time, in all its processes."""
        stats = [Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2] for pid in self._pids]
        return sum(sum(map(int, each.split()[11:13])) for each in stats) / TICKS


def measure(rounds: int, seconds: float, clients: Sequence[int] = CLIENTS) -> list[Result]:
    """So many rounds of so many seconds of each, for each number of clients."""
    results = []
    with _backend(max(clients)) as (env, guests):
        for function in FUNCTIONS:
            with ExitStack() as stack:
                processes = {
                    name: stack.enter_context(_started(function, source, env))
                    for name, source in SOURCES.items()
                }
                for process in processes.values():
                    _warm_up(process, function, guests)
                for count in clients:
                    sides = {name: Side() for name in processes}
                    for number in range(rounds):
                        names = list(processes)
                        for name in names if number % 2 else reversed(names):
                            _round(processes[name], function, guests[:count], seconds, sides[name])
                    results.append(Result(function, count, sides["ours"], sides["by hand"]))
    return results


@contextmanager
def _backend(count: int) -> Iterator[tuple[dict[str, str], list[Guest]]]:
    """Firestore with guests in sessions, Google's certificates, and the environment for them."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        key = SigningKey()
        google = stack.enter_context(Google(folder, key))
        address = f"127.0.0.1:{free_port()}"
        firestore = FirestoreEmulator.start(address, "127.0.0.1:9", folder / "firestore.log")
        stack.callback(firestore.stop)
        firestore.wait_until_ready()
        project = {"GCLOUD_PROJECT": PROJECT, "GOOGLE_CLOUD_PROJECT": PROJECT}
        config = {"FIREBASE_CONFIG": json.dumps({"projectId": PROJECT})}
        emulator = {"FIRESTORE_EMULATOR_HOST": address}
        kept = {name: value for name, value in os.environ.items() if "EMULATOR" not in name}
        env = {**kept, **google.env, **project, **config, **emulator, "THREADS": THREADS}
        env["TMPDIR"] = str(folder)
        yield env, _guests(address, key, count)


def _guests(address: str, key: SigningKey, count: int) -> list[Guest]:
    """Guests of one project, each in a session of their own with an answer to each step."""
    kept = os.environ.get("FIRESTORE_EMULATOR_HOST")
    os.environ["FIRESTORE_EMULATOR_HOST"] = address
    db = Database(project=PROJECT)
    venue = a_venue(db, steps=[a_step(each) for each in STEPS])
    answers = [
        {"stepId": each, "stepType": "short_text", "value": "x" * 40, "answeredAt": 1}
        for each in STEPS
    ]
    guests = []
    for _ in range(count):
        uid = a_guest(db, venue.project)
        more: dict[str, Any] = {"workspaceId": venue.workspace, "answers": answers}
        session = a_session(db, venue.project, uid, venue.main, **more)
        ids = {"projectId": venue.project, "sessionId": session}
        guests.append(Guest(key.token(PROJECT, uid), ids))
    db.close()
    if kept is None:
        del os.environ["FIRESTORE_EMULATOR_HOST"]
    return guests


@contextmanager
def _started(function: str, source: Path, env: dict[str, str]) -> Iterator[Process]:
    before = descendants(os.getpid())
    log = Path(env["TMPDIR"]) / f"{source.stem}.log"
    with deployed(function, "http", log, env, source) as address:
        started = descendants(os.getpid()) - before
        yield Process(address, {pid for pid in started if not is_gone(pid)})


def _warm_up(process: Process, function: str, guests: Sequence[Guest]) -> None:
    calls = WARM_UP_CALLS // len(guests)
    with ThreadPoolExecutor(len(guests)) as pool:
        list(pool.map(lambda guest: _visit(process, function, guest, calls=calls), guests))


def _round(
    process: Process, function: str, guests: Sequence[Guest], seconds: float, side: Side
) -> None:
    barrier = threading.Barrier(len(guests))
    worked, began = process.worked(), time.perf_counter()
    with ThreadPoolExecutor(len(guests)) as pool:
        visits = pool.map(
            lambda guest: _visit(process, function, guest, seconds=seconds, barrier=barrier), guests
        )
        waits = [wait for visit in visits for wait in visit]
    side.took += time.perf_counter() - began
    side.worked += process.worked() - worked
    side.waits += waits


def _visit(
    process: Process,
    function: str,
    guest: Guest,
    *,
    calls: int = 0,
    seconds: float = 0,
    barrier: threading.Barrier | None = None,
) -> list[float]:
    """How long each call waited: so many calls, or as many as there are in so many seconds."""
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {guest.token}"}
    connection = http.client.HTTPConnection(process.host, timeout=60)
    connection.connect()
    if barrier:
        barrier.wait()
    waits: list[float] = []
    deadline = time.perf_counter() + seconds
    while len(waits) < calls or time.perf_counter() < deadline:
        body = guest.body(function, time.time_ns())
        began = time.perf_counter()
        connection.request("POST", "/", body, headers)
        response = connection.getresponse()
        answer = response.read()
        waits.append(time.perf_counter() - began)
        if response.status != 200:
            raise RuntimeError(answer.decode())
    connection.close()
    return waits
