"""A guest's whole visit, as a phone would do it: real callables, a real photo, a real picture."""

import argparse
import logging
import os
import time
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from emulator.cli.options import add_app_check, add_faults, project_id
from emulator.demo import campaign, chaos, seed
from emulator.demo.campaign import DemoCampaign
from emulator.demo.client import CallError
from emulator.demo.journey import DemoJourney
from emulator.demo.player import DemoPlayer
from emulator.demo.shown import PHOTO
from emulator.demo.visit import DemoVisit
from emulator.faults import settings
from emulator.paths import ROOT
from emulator.process import signals
from emulator.process.errors import SuiteError
from emulator.suite.suite import Suite

JPEG = b"\xff\xd8\xff"  # how every file of that type begins


def main(arguments: Sequence[str]) -> int:
    """Run the demo in a suite of its own, and save the pictures in `out/`."""
    options = _parse(arguments)
    photo = _read_photo(options.photo)
    try:
        options.out.mkdir(parents=True, exist_ok=True)
        (options.out / "functions.log").unlink(missing_ok=True)
        _log_to(options.out / "suite.log")
    except OSError as error:
        raise SuiteError(f"Nothing can be left in {options.out} (--out): {error}") from error
    signals.exit_on_signals()
    console = Console()
    began = time.monotonic()
    is_chaos = options.guests > 1 or options.faults is not None
    faults = chaos.FAULTS if options.faults is None else settings.parse(options.faults)
    if is_chaos:
        os.environ.update(chaos.environment())
    if options.campaign:
        os.environ["REVEAL_AFTER_SECONDS"] = str(campaign.REVEAL_AFTER_SECONDS)
    suite = Suite(
        options.project,
        free_ports=True,
        functions_log=options.out / "functions.log",
        app_check=options.app_check,
    )
    try:
        with console.status("Starting the suite: Firestore, functions, storage, task queues …"):
            suite.start()
            os.environ.update(suite.env)
            written = seed.seed(suite.project, suite.bucket)
        ready = time.monotonic() - began
        console.print(f"[green]✓[/] Suite ready and {written} documents seeded in {ready:.1f} s")
        if is_chaos:
            chaos.run(console, suite, options.guests, faults)
        else:
            _visit(options)(console, suite, options.style).run(photo, options.out)
            console.print("Fifty guests at once, with faults: make chaos")
        console.print(f"Done in {time.monotonic() - began:.1f} s.")
    except CallError as error:
        raise SuiteError(f"The visit came to an end at {error}") from error
    finally:
        signals.ignore_signals()
        suite.stop()
    return 0


def _visit(
    options: argparse.Namespace,
) -> type[DemoVisit | DemoJourney | DemoPlayer | DemoCampaign]:
    if options.campaign:
        return DemoCampaign
    if options.player:
        return DemoPlayer
    return DemoJourney if options.journey else DemoVisit


def _parse(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m emulator demo", description=__doc__)
    parser.add_argument("--photo", type=Path, default=PHOTO, help="a JPEG to use as the capture")
    parser.add_argument("--style", choices=("cartoon", "sketch"), default="cartoon")
    parser.add_argument("--out", type=Path, default=ROOT / "out", help="default: %(default)s")
    parser.add_argument(
        "--project", type=project_id, default="demo-guest", help="default: %(default)s"
    )
    parser.add_argument("--guests", type=_guests, default=1, help="how many visit at once")
    parser.add_argument("--journey", action="store_true", help="in an event instead of a project")
    parser.add_argument("--player", action="store_true", help="on a trail, among other players")
    parser.add_argument("--campaign", action="store_true", help="a campaign, played for prizes")
    add_faults(parser, default=None)
    add_app_check(parser)
    options = parser.parse_args(arguments)
    demos = [each for each in ("journey", "player", "campaign") if getattr(options, each)]
    for alone in demos:
        if options.guests > 1 or options.faults is not None:
            parser.error(f"--{alone} is for one guest, and without --faults")
    if len(demos) > 1:
        parser.error(f"{' and '.join(f'--{each}' for each in demos)} are two demos: choose one")
    return options


def _guests(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of guests: one is the least")
    return int(text)


def _read_photo(file: Path) -> bytes:
    if not file.is_file():
        raise SuiteError(f"There is no photo at {file}.")
    photo = file.read_bytes()
    if not photo.startswith(JPEG):
        raise SuiteError(f"{file} is not a JPEG. Take another photo, or convert this one.")
    return photo


def _log_to(file: Path) -> None:
    """Keep the suite's log off the screen, where the visit is shown."""
    line = "%(asctime)s %(levelname)s %(name)s: %(message)s"
    logging.basicConfig(filename=file, filemode="w", level=logging.INFO, format=line)
