"""An evening, rehearsed: guests come and go, faults strike, and one page shows how it went."""

import argparse
import logging
import os
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from emulator.cli.options import add_faults, project_id
from emulator.demo import chaos, seed
from emulator.faults import settings
from emulator.paths import ROOT
from emulator.process import signals
from emulator.process.errors import SuiteError
from emulator.rehearsal import evening, rehearsal
from emulator.rehearsal.report import page
from emulator.suite.suite import Suite

FAULTS = """{"seed": 7, "duplicate": 0.1, "drop": 0.02, "reorder": 0.1, "delayMs": [0, 200],
    "abort": 0.02, "storage": 0.02, "provider": 0.05}"""
MAX_GUESTS, MAX_MINUTES = 2000, 240.0


def main(arguments: Sequence[str]) -> int:
    """Rehearse in a suite of its own. 1 if an invariant is broken, or `internal` was answered."""
    options = _parse(arguments)
    faults = settings.parse(options.faults)
    seconds = options.minutes * 60
    plans = evening.plan(options.guests, seconds, options.seed)
    log = options.out / "functions.log"
    try:
        options.out.mkdir(parents=True, exist_ok=True)
        log.unlink(missing_ok=True)
        line = "%(asctime)s %(levelname)s %(name)s: %(message)s"
        file = options.out / "suite.log"
        logging.basicConfig(filename=file, filemode="w", level=logging.INFO, format=line)
    except OSError as error:
        raise SuiteError(f"Nothing can be left in {options.out} (--out): {error}") from error
    signals.exit_on_signals()
    os.environ.update(chaos.environment())
    console = Console()
    suite = Suite(options.project, free_ports=True, functions_log=log)
    try:
        with console.status("Starting the suite …"):
            suite.start()
            os.environ.update(suite.env)
            seed.seed(suite.project, suite.bucket)
        said = f"{options.guests} guests within {options.minutes:g} minutes, seed {options.seed}"
        console.print(f"[green]✓[/] Suite ready. {said}")
        outcome = rehearsal.rehearse(console, suite, plans, seconds, faults, options.seed)
    finally:
        signals.ignore_signals()
        suite.stop()
    report = options.out / "rehearsal.html"
    report.write_text(page(outcome), encoding="utf-8", errors="backslashreplace")
    console.print(outcome.check, markup=False, highlight=False, soft_wrap=True)
    console.print(f"{'[green]✓' if outcome.holds else '[red]✗'}[/] invariants")
    console.print(f"{'[red]✗' if outcome.bugs else '[green]✓'}[/] {outcome.bugs} times internal")
    console.print(f"Report: {report}", soft_wrap=True)
    return 0 if outcome.succeeded else 1


def _parse(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m emulator rehearse", description=__doc__)
    parser.add_argument("--guests", type=_guests, default=200, help="default: %(default)s")
    parser.add_argument(
        "--minutes", type=_minutes, default=2.0, help="how long they arrive; default: %(default)g"
    )
    parser.add_argument("--seed", type=int, default=1, help="of who comes when, and does what")
    parser.add_argument("--out", type=Path, default=ROOT / "out", help="default: %(default)s")
    parser.add_argument(
        "--project", type=project_id, default="demo-guest", help="default: %(default)s"
    )
    add_faults(parser, default=FAULTS)
    return parser.parse_args(arguments)


def _guests(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= MAX_GUESTS:
        raise argparse.ArgumentTypeError(f"{text!r} is no number from 1 to {MAX_GUESTS}")
    return int(text)


def _minutes(text: str) -> float:
    try:
        minutes = float(text)
    except ValueError:
        minutes = 0.0
    if not 0 < minutes <= MAX_MINUTES:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of minutes up to {MAX_MINUTES:g}")
    return minutes
