"""How many documents a second a sweep gets done: `python -m tools.benchmarks.sweeps`.

Each sweep runs in this process on a database of its own, with one worker and with all of them. The
emulator's own work is in the time; what an instance computes for a document is its processor time.
"""

import itertools
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

from google.cloud.firestore import Client

from experience import clients, sweeps
from experience.clock import now_ms
from experience.ids import new_id
from experience.media.store import objects
from experience.retention.usecases import sweep as retention
from experience.sessions.usecases.sweep import sweep_sessions
from experience.transforms.usecases.sweep import sweep_jobs
from tests.support.builders.guests import a_guest
from tests.support.builders.sessions import a_session
from tests.support.builders.venues import Venue, a_venue
from tools.benchmarks import bench

DAY_MS = 24 * 3_600_000
COUNT = 80
COUNT_ALONE = 40
"""How many one worker gets, which takes longer."""
SESSIONS_OF_A_GUEST = 3


@dataclass(frozen=True)
class Case:
    """What a sweep is to do, and how it does it; `run` returns how many too many it has done."""

    name: str
    prepare: Callable[[Client, Venue, int], None]
    run: Callable[[int], int]


def _old_guests(db: Client, venue: Venue, count: int) -> None:
    """Guests whose time is over, each with three sessions and a photo in one of them."""
    old = now_ms() - 31 * DAY_MS
    for _ in range(count):
        uid = a_guest(db, venue.project)
        db.document("projects", venue.project, "guests", uid).update({"createdAt": old})
        ended = {"status": "completed", "createdAt": old, "updatedAt": old, "completedAt": old}
        made = [
            a_session(db, venue.project, uid, venue.main, **ended)
            for _ in range(SESSIONS_OF_A_GUEST)
        ]
        path = objects.input_path(venue.project, made[0], "photo", "a")
        objects.write_once(path, b"x", "image/jpeg")


def _idle(db: Client, venue: Venue, count: int) -> None:
    for _ in range(count):
        uid = a_guest(db, venue.project)
        a_session(db, venue.project, uid, venue.main, updatedAt=now_ms() - 2 * DAY_MS)


def _completed(db: Client, venue: Venue, count: int) -> None:
    """Sessions with all that they need: the sweep only looks at them."""
    then = now_ms() - 600_000
    done = {"status": "completed", "completedAt": then, "jobId": "j", "jobStatus": "completed"}
    for _ in range(count):
        a_session(db, venue.project, f"g-{new_id()}", venue.main, **done)


CASES = (
    Case(
        "guests of `sweepRetention`, three sessions and a photo each",
        _old_guests,
        lambda count: retention.sweep_retention()["guests"] - count,
    ),
    Case(
        "idle sessions of `sweepSessions`",
        _idle,
        lambda count: sweep_sessions()["abandoned"] - count,
    ),
    Case("completed sessions of `sweepJobs`", _completed, lambda _: sweep_jobs()),
)


def measure() -> Iterator[tuple[str, int, int, float, float]]:
    """For each sweep and number of workers: how many documents, seconds, and processor seconds."""
    for case, workers in itertools.product(CASES, (1, sweeps.MAX_WORKERS)):
        count = COUNT_ALONE if workers == 1 else COUNT
        db: Any = clients.Firestore(project=f"demo-sweeps-{new_id().lower()}")
        case.prepare(db, a_venue(db, retentionDays=30), count)
        with (
            Path(os.devnull).open("w") as nowhere,
            redirect_stdout(nowhere),
            mock.patch.object(clients, "firestore", return_value=db),
            mock.patch.object(sweeps, "MAX_WORKERS", workers),
            mock.patch.object(retention, "SLICE_MS", sweeps.LONG_RUN_MS),
        ):
            began, computed = time.perf_counter(), time.process_time()
            wrong = case.run(count)
            seconds, computing = time.perf_counter() - began, time.process_time() - computed
        if wrong:
            raise RuntimeError(f"{case.name}: {count + wrong} of {count}")
        db.close()
        yield case.name, workers, count, seconds, computing


def main() -> None:
    """Print a table."""
    with tempfile.TemporaryDirectory() as folder, bench.started(Path(folder) / "log"):
        print("| what | workers | a second | processor ms for each |\n|---|---|---|---|")
        for name, workers, count, seconds, computing in measure():
            each = computing / count * 1000
            print(f"| {name} | {workers} | {count / seconds:.1f} | {each:.1f} |", flush=True)


if __name__ == "__main__":
    main()
