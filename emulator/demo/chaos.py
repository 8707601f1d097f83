"""A chaos run: fifty guests at once under every kind of fault, then a check of the data."""

import contextlib
import json
import os
import random
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import Any

import requests
from rich.console import Console, Group
from rich.live import Live
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from emulator.demo import seed
from emulator.demo.client import CallError, Client
from emulator.demo.guest_client import GuestClient, address_of
from emulator.faults.settings import Faults, parse
from emulator.paths import ROOT
from emulator.process.errors import SuiteError
from emulator.process.http import request
from emulator.suite.suite import Suite

FAULTS = parse(
    """{"seed": 7, "duplicate": 0.2, "drop": 0.1, "reorder": 0.2, "delayMs": [0, 200],
        "abort": 0.05, "storage": 0.05, "provider": 0.1, "killAtCommit": 60}"""
)
MAX_CONCURRENT_GUESTS = 12
MAX_TRIES = 30
MAX_SETTLE_SECONDS = 300
POLL_SECONDS = 0.5
# Labels of the injected faults, by the names of their settings.
FAULT_LABELS = {
    "drop": "lost",
    "duplicate": "doubled",
    "reorder": "overtaken",
    "delayMs": "late",
    "abort": "aborted",
    "storage": "failed by storage",
    "provider": "failed by the provider",
    "killAtCommit": "killed",
}
SWEEPS = ("sweepJobs", "sweepRuns", "sweepSessions")
# Errors after which a page retries by itself: the server was busy, was replaced, or was silent.
RETRYABLE = {"ABORTED", "UNAVAILABLE", "INTERNAL", "DEADLINE_EXCEEDED"}


def environment() -> dict[str, str]:
    """Settings of the functions with which sweeps need not wait for minutes."""
    return {"SWEEP_GRACE_SECONDS": "0", "STEP_PAUSE_LIMIT_SECONDS": "1"}


def run(console: Console, suite: Suite, guests: int, faults: Faults) -> None:
    """Play all visits, sweep, and check. Raises SuiteError if an invariant is broken."""
    chaos = ChaosRun(suite)
    set_faults(suite, faults)
    settings = faults.model_dump_json(by_alias=True, exclude_defaults=True)
    console.print(f"Faults: {settings}", highlight=False, soft_wrap=True)
    with ThreadPoolExecutor(MAX_CONCURRENT_GUESTS) as pool:
        _show(console, suite, [pool.submit(chaos.visit, number) for number in range(guests)])
    with console.status("Faults off; waiting for what is on its way, then sweeping …"):
        attempts = finish(suite)
    console.print(chaos.table())
    console.print(chaos.times())
    console.print(f"Jobs: {_listed(attempts)}", highlight=False)
    check(console, suite)


def set_faults(suite: Suite, faults: Faults) -> None:
    """Let these go wrong from now on."""
    _control(suite, "POST", "faults", json.loads(faults.to_json()))


def sweep(suite: Suite) -> None:
    """Run each sweep once, as its schedule does."""
    for schedule in SWEEPS:
        _control(suite, "POST", f"schedules/{schedule}:run")


def finish(suite: Suite) -> dict[str, int]:
    """End the faults, and sweep until all jobs have ended; how many ended in which state."""
    set_faults(suite, Faults())
    suite.settle(MAX_SETTLE_SECONDS)
    for schedule in SWEEPS:
        _control(suite, "POST", f"schedules/{schedule}:run")
        suite.settle(MAX_SETTLE_SECONDS)
    return _wait_for_jobs(suite)


def _show(console: Console, suite: Suite, visits: list[Future[None]]) -> None:
    """A bar for the guests, and below it what has gone wrong, until their transforms have begun.

    Raises what ended a visit.
    """
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    progress = Progress(*columns, TimeElapsedColumn(), console=console)
    bar = progress.add_task("Guests", total=len(visits))
    wrong = Text(style="dim")
    pending = set(visits)
    with Live(console=console) as live:
        while pending:
            done, pending = wait(pending, POLL_SECONDS, FIRST_COMPLETED)
            for visit in done:
                visit.result()
            progress.advance(bar, len(done))
            if not pending:
                suite.settle(MAX_SETTLE_SECONDS)  # most transforms begin after the visits
            with contextlib.suppress(SuiteError, OSError):  # a killed process cannot report
                wrong.plain = _wrong(suite)
            live.update(Group(progress, wrong))
    if not console.is_terminal:  # where the last line is not ended
        console.line()


def _wrong(suite: Suite) -> str:
    """What has gone wrong so far. It can only be nothing where no faults are set."""
    injected = suite.injected_faults()
    counts = _listed({what: injected[name] for name, what in FAULT_LABELS.items()})
    none = "nothing" if suite.faults.are_none else "none of the faults has struck yet"
    return f"Gone wrong: {counts or none}"


def _listed(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {what}" for what, count in counts.items() if count)


def _wait_for_jobs(suite: Suite) -> dict[str, int]:
    """Sweep until all jobs have ended; return how many ended in which state and attempt."""
    from google.cloud import firestore

    client = firestore.Client(project=suite.project)
    jobs = client.collection("projects", seed.PROJECT, "jobs")
    deadline = time.monotonic() + MAX_SETTLE_SECONDS
    try:
        while time.monotonic() < deadline:
            found = [(job.get("status"), job.get("attemptCount")) for job in jobs.stream()]
            if not {"pending", "running"} & {status for status, _ in found}:
                ends = Counter(sorted(found))
                return {f"{status} at attempt {n}": count for (status, n), count in ends.items()}
            for schedule in SWEEPS:
                _control(suite, "POST", f"schedules/{schedule}:run")
                suite.settle(MAX_SETTLE_SECONDS)
            time.sleep(1)
    finally:
        client.close()
    raise SuiteError(f"Jobs did not end: {Counter(found)}")


def check(console: Console, suite: Suite) -> None:
    """Check the invariants with the operators' command. Raises SuiteError if one is broken."""
    holds, output = check_invariants(suite)
    console.print(output, markup=False, highlight=False, soft_wrap=True)
    if not holds:
        raise SuiteError("The invariants do not hold: what breaks them is named above.")
    console.print("[green]✓[/] every invariant holds")


def check_invariants(suite: Suite) -> tuple[bool, str]:
    """Whether every invariant holds, by the operators' command, and what that printed."""
    command = [sys.executable, "-m", "operations", "check", "--project", suite.project]
    done = subprocess.run(
        [*command, "--bucket", suite.bucket],
        cwd=ROOT,
        env={**os.environ, **suite.env},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode == 0, (done.stdout + done.stderr).strip()


def _control(suite: Suite, method: str, path: str, body: Any = None) -> Any:
    host = suite.env["EMULATOR_SUITE_HOST"]
    status, response = request(method, f"http://{host}/{path}", body, timeout=MAX_SETTLE_SECONDS)
    if status >= 400:
        raise SuiteError(f"/{path} answered {status}: {response.decode()[:500]}")
    return json.loads(response or b"null")


class ChaosRun:
    """Guests who do what a good page does: retry with the same request."""

    def __init__(self, suite: Suite) -> None:
        self.suite = suite
        self.photo = (seed.PHOTOS / "astronaut_rotated_exif6.jpg").read_bytes()
        self.retried: Counter[str] = Counter()
        self.calls: Counter[str] = Counter()
        self.seconds: list[float] = []

    def visit(self, number: int) -> None:
        """Play one guest's whole visit; some guests tap twice."""
        guest = Client.of(self.suite.env, f"guest-{number:03}")
        began = time.monotonic()
        try:
            ChaosGuest(self, guest, number).visit()
        finally:
            guest.close()
        self.seconds.append(time.monotonic() - began)

    def times(self) -> str:
        """The durations of the visits, retries and pauses included."""
        median, slowest = statistics.median(self.seconds), max(self.seconds)
        return f"Visits: {median:.1f} s at the median, {slowest:.1f} s the slowest"

    def table(self) -> Table:
        """How often a page had to retry, by callable."""
        table = Table(title=f"{len(self.seconds)} guests", title_justify="left")
        table.add_column("callable")
        table.add_column("calls", justify="right")
        table.add_column("tried again", justify="right")
        for name, count in sorted(self.calls.items()):
            table.add_row(name, str(count), str(self.retried[name]))
        table.add_section()
        table.add_row("total", str(self.calls.total()), str(self.retried.total()))
        return table


class ChaosGuest(GuestClient):
    """One guest of a chaos run."""

    def __init__(self, run: ChaosRun, client: Client, number: int) -> None:
        super().__init__(client, seed.PROJECT, run.photo, address_of(str(client.uid)))
        self.run = run
        self.number = number
        self.random = random.Random(number)  # noqa: S311 - decides which guest taps twice

    def visit(self) -> None:
        """Go from the welcome to the share page."""
        self.play(self.random.choice((seed.CARTOON, seed.SKETCH)))

    def create_session(self, experience: str, **more: Any) -> Any:
        """Create a session; the request id makes a retry the same request."""
        more["requestId"] = f"{self.uid}-{experience}"
        if not self.number % 2:
            # Half of the pages do not name the pregate, which is linked anyway.
            more.pop("pregateSessionId", None)
        if self.random.random() < 0.3:  # tapped twice
            super().create_session(experience, **more)
        return super().create_session(experience, **more)

    def save_answers(
        self, session: dict[str, Any], answers: list[dict[str, Any]], index: int
    ) -> Any:
        """Save each answer as it is given."""
        for answer in answers[:-1]:
            super().save_answers(session, [answer], index)
        return super().save_answers(session, answers[-1:], index)

    def complete(self, session: dict[str, Any], **data: Any) -> Any:
        """Complete the session; some guests do it twice."""
        if self.random.random() < 0.3:
            super().complete(session, **data)
        return super().complete(session, **data)

    def upload_photo(self, session: dict[str, Any], step: str = "photo") -> str:
        """Upload the photo until it is stored."""
        ids = {"sessionId": session["id"], "stepId": step}
        size = {"contentType": "image/jpeg", "sizeBytes": len(self.photo)}
        for _ in range(MAX_TRIES):
            upload = self.call("createUpload", **ids, **size)
            try:
                sent = self.client.upload(upload, self.photo)
            except requests.ConnectionError:
                continue
            if sent.ok or sent.status_code == 412:  # 412: it was stored, only the response was lost
                return str(upload["assetId"])
        raise SuiteError(f"{self.uid} could not upload a photo.")

    def call(self, name: str, /, **data: Any) -> Any:
        """Call, and retry after transient errors as a page would."""
        self.run.calls[name] += 1
        for attempt in range(MAX_TRIES):
            if attempt:
                self.run.retried[name] += 1
                time.sleep(self.random.uniform(0, min(4, 0.25 * 2**attempt)))
            try:
                return super().call(name, **data)
            except CallError as refused:
                if refused.status not in RETRYABLE:
                    raise SuiteError(f"{self.uid}: {refused}") from refused
            except (requests.RequestException, ValueError):
                continue
        raise SuiteError(f"{self.uid}: {name} did not succeed in {MAX_TRIES} tries.")
