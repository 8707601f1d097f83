"""Plays the evening: guests arrive, faults strike, and what happens is recorded."""

import os
import platform
import threading
import time
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from rich.console import Console, Group
from rich.live import Live
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.text import Text

from emulator.demo import chaos
from emulator.demo.shown import PHOTO
from emulator.faults.settings import Faults
from emulator.process.errors import SuiteError
from emulator.rehearsal import guests
from emulator.rehearsal.evening import Plan
from emulator.rehearsal.record import Depth, Log, Record
from emulator.suite.suite import Suite

SAMPLE_SECONDS = 0.5
SWEEP_SECONDS = 20  # in the cloud it is minutes, and an evening hours


@dataclass(frozen=True)
class Outcome:
    """All that the report shows."""

    plans: Sequence[Plan]
    seconds: float
    """How long guests arrived."""
    faults: Faults
    seed: int
    record: Record
    log: Log
    meter: dict[str, Any]
    injected: dict[str, int]
    jobs: dict[str, int]
    holds: bool
    check: str
    """What the check of the invariants printed."""
    duration: float
    """Seconds until the last picture was made."""
    machine: str = field(
        default_factory=lambda: (
            f"{os.cpu_count()} processors, {platform.system()}, Python {platform.python_version()}"
        )
    )

    @property
    def bugs(self) -> int:
        """How often `internal` was answered."""
        return self.record.reasons()["internal"]

    @property
    def succeeded(self) -> bool:
        """Whether every invariant holds, and no `internal` was answered."""
        return self.holds and not self.bugs


def rehearse(
    console: Console, suite: Suite, plans: Sequence[Plan], seconds: float, faults: Faults, seed: int
) -> Outcome:
    """Play all visits, then end the faults, sweep and check."""
    assert suite.functions_log is not None
    guests.open_trail(suite.env)
    suite.settle()
    suite.ask_functions("POST", "meter:reset")
    chaos.set_faults(suite, faults)
    record, photo = Record(), PHOTO.read_bytes()
    over = threading.Event()
    with ThreadPoolExecutor(len(plans)) as visitors, ThreadPoolExecutor(1) as sweeper:
        sweeps = sweeper.submit(_sweep_until, over, suite)
        try:
            visits = _play(console, suite, plans, record, visitors, photo)
            for visit in visits:
                visit.result()
        except BaseException:  # such as Ctrl-C: the pool waits for all who are there
            record.broken_off.set()
            raise
        finally:
            over.set()
        sweeps.result()
        injected = _injected(suite)
        with console.status("Faults off; waiting for what is on its way, then sweeping …"):
            finished = sweeper.submit(chaos.finish, suite)
            _sample_until(finished.done, suite, record)
            jobs = finished.result()
    duration = record.now
    meter = suite.ask_functions("GET", "meter")
    holds, output = chaos.check_invariants(suite)
    return Outcome(
        plans=plans,
        seconds=seconds,
        faults=faults,
        seed=seed,
        record=record,
        log=Log.read(suite.functions_log),
        meter=meter,
        injected=injected,
        jobs=jobs,
        holds=holds,
        check=output,
        duration=duration,
    )


def _play(
    console: Console,
    suite: Suite,
    plans: Sequence[Plan],
    record: Record,
    visitors: ThreadPoolExecutor,
    photo: bytes,
) -> list[Future[None]]:
    """Let each guest in at their time, and show how it goes until the last one has left."""
    progress = Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    )
    come = progress.add_task("Came", total=len(plans))
    gone = progress.add_task("Went", total=len(plans))
    now = Text(style="dim")
    visits: list[Future[None]] = []
    with Live(Group(progress, now), console=console, refresh_per_second=4):
        while len(visits) < len(plans) or not all(visit.done() for visit in visits):
            while len(visits) < len(plans) and plans[len(visits)].arrives <= record.now:
                plan = plans[len(visits)]
                record.arrivals.append(record.now)
                visits.append(visitors.submit(guests.play, suite.env, plan, photo, record))
            done = sum(visit.done() for visit in visits)
            depth = _sample(suite, record, len(visits) - done)
            progress.update(come, completed=len(visits))
            progress.update(gone, completed=done)
            now.plain = _said(record, depth)
            time.sleep(SAMPLE_SECONDS)
        progress.update(gone, completed=len(plans))
        now.plain = _said(record, record.depths[-1])
    if not console.is_terminal:  # where the last line is not ended
        console.line()
    return visits


def _said(record: Record, depth: Depth) -> str:
    failed = sum(record.reasons().values())
    return (
        f"{depth.guests} guests, {len(record.requests)} requests, {failed} refused or failed;"
        f" under way: {depth.events} events, {depth.tasks} tasks"
    )


def _sweep_until(over: threading.Event, suite: Suite) -> None:
    """Find what was lost, as the schedules do, so that no guest waits in vain."""
    while not over.wait(SWEEP_SECONDS):
        chaos.sweep(suite)


def _sample_until(is_done: Any, suite: Suite, record: Record) -> None:
    while not is_done():
        _sample(suite, record, 0)
        time.sleep(SAMPLE_SECONDS)


def _sample(suite: Suite, record: Record, present: int) -> Depth:
    pending = suite.pending()
    depth = Depth(record.now, pending["events"], pending["tasks"], suite.scheduled(), present)
    record.depths.append(depth)
    return depth


def _injected(suite: Suite) -> dict[str, int]:
    with suppress(SuiteError, OSError):  # a killed process cannot report
        return dict(suite.injected_faults())
    return {}
