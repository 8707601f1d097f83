"""`make bench`: measure everything in one run, and write it to docs/performance.md."""

import os
import tempfile
import time
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.markdown import Markdown

from tools.benchmarks import (
    bench,
    calls,
    cold_start,
    journeys,
    large_project,
    load,
    pictures,
    players,
    runs,
    triggers,
    visits,
)
from tools.benchmarks.bench import Bench
from tools.benchmarks.production import comparison
from tools.benchmarks.report.page import PAGE, PICTURE, ROOT, Half, Report, machine

COLD_STARTS = 15
ROUNDS = 20
ROUNDS_WITH_MANY = 10
LOAD_SECONDS = 2.0
RUN_SECONDS = 3.0
PICTURES = 5
VISITS = 3
SESSIONS = 10_000
PRODUCTION_ROUNDS, PRODUCTION_SECONDS = 6, 1.0


def main() -> None:
    """A few minutes of measuring, and the page."""
    console = Console()
    began = time.monotonic()
    facts = machine(os.getloadavg()[0])
    compared = comparison.measure(PRODUCTION_ROUNDS, PRODUCTION_SECONDS)
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "functions.log"
        with bench.started(log) as empty:
            cold = cold_start.measure(empty, COLD_STARTS)
            few = _half(empty, ROUNDS)
            loaded = load.measure(empty, LOAD_SECONDS)
            ran = runs.measure(empty, ROUNDS, RUN_SECONDS)
            picture = pictures.measure(empty, PICTURES)
            event_picture = journeys.measure(empty, PICTURES)
            played = players.measure(empty, ROUNDS)
            unmeasured = calls.unmeasured(empty)
        with bench.started(log, partial(large_project.fill, count=SESSIONS)) as full:
            large = _half(full, ROUNDS_WITH_MANY)
    pair = (event_picture, played, players.measure_near())
    measured = (compared, cold, loaded, ran, picture, *pair, few, large, unmeasured)
    report = Report(facts, ROUNDS, SESSIONS, *measured)
    report.write()
    for table in report.blocks().values():
        console.print(Markdown(table))
    written = f"Wrote {PAGE.relative_to(ROOT)} and {PICTURE.relative_to(ROOT)}"
    console.print(f"{written} after {time.monotonic() - began:.0f} s.")


def _half(bench: Bench, rounds: int) -> Half:
    results = calls.measure(bench, rounds)
    event, handled = triggers.measure(bench, rounds)
    visit, picture = visits.measure(bench, VISITS)
    return Half(results, event, handled, visit, picture)


if __name__ == "__main__":
    main()
