"""The commands of the local emulator suite."""

import argparse
import importlib
import logging
import os
import shlex
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from emulator import faults, lifetime
from emulator.firestore import Firestore
from emulator.processes import Foreground, SuiteError
from emulator.suite import ROOT, Suite

LOOK_SECONDS = 0.5
ROLES = {
    "functions": "callables and HTTP functions",
    "firestore": "documents, rules, listeners",
    "auth": "where the Auth emulator is looked for",
    "storage": "objects, signed and download-token URLs",
    "tasks": "task queues",
    "eventarc": "takes Firestore's events",
    "hub": "the suite's control: /status /meter /faults /settle /reset",
}


def main(arguments: Sequence[str] | None = None) -> int:
    parser = _parser()
    options, more = parser.parse_known_args(arguments)
    if more and options.run is not elsewhere:
        parser.error(f"unrecognized arguments: {' '.join(more)}")
    options.arguments = more
    try:
        status: int = options.run(options)
    except SuiteError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return status


def start(options: argparse.Namespace) -> int:
    """Run the suite until it is told to end."""
    lifetime.end_when_told(outlives_parent=lifetime.is_in_background())
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    suite = Suite(
        options.project,
        root=options.root,
        free_ports=options.free_ports,
        live=True,
        functions_log=options.log,
        data=options.import_data,
        faults=faults.parse(options.faults),
    )
    try:
        began = time.monotonic()
        suite.start()
        _show(suite, time.monotonic() - began)
        while True:
            time.sleep(LOOK_SECONDS)
            suite.check()
    except SystemExit:  # being told to end is how it ends well
        return 0
    finally:
        lifetime.finish_undisturbed()
        suite.stop()


def execute(options: argparse.Namespace) -> int:
    """Run a command in a suite of its own; its status is the answer, 128 + n for signal n."""
    command = options.command[1:] if options.command[:1] == ["--"] else options.command
    if not command:
        raise SuiteError("exec needs a command: python -m emulator exec -- CMD …")
    lifetime.end_when_told()
    log = options.log or Path(os.devnull)
    suite = Suite(
        options.project,
        root=options.root,
        free_ports=True,
        functions_log=log,
        faults=faults.parse(options.faults),
    )
    child = Foreground(command)
    try:
        suite.start()
        child.env = {**os.environ, **suite.env}
        child.start()
        status = child.wait() or 0
        return status if status >= 0 else 128 - status
    except SystemExit as told:
        child.interrupt(int(told.code or 0) - 128)
        raise
    finally:
        lifetime.finish_undisturbed()
        child.kill()
        suite.stop()


def export(options: argparse.Namespace) -> int:
    """Write the documents of a running suite into a folder."""
    address = os.environ.get("FIRESTORE_EMULATOR_HOST")
    if not address:
        raise SuiteError("Set FIRESTORE_EMULATOR_HOST, as `python -m emulator start` printed it.")
    try:
        Firestore(address).export(options.project, options.folder)
    except OSError as error:
        raise SuiteError(f"No Firestore emulator answers at {address}: {error}") from error
    print(f"Exported to {options.folder}. Once imported it shows in every project id.")
    return 0


def elsewhere(options: argparse.Namespace) -> int:
    """Run a command that is a module of its own, loaded only then."""
    status: int = importlib.import_module(f"emulator.{options.module}").main(options.arguments)
    return status


def _show(suite: Suite, seconds: float) -> None:
    console = Console()
    table = Table(
        title=f"Project {suite.project}, ready after {seconds:.1f} s", title_justify="left"
    )
    for heading in ("", "address", "for"):
        table.add_column(heading)
    for name, role in ROLES.items():
        table.add_row(name, suite.addresses[name], role)
    console.print(table)
    for name, value in suite.env.items():
        print(f"export {name}={shlex.quote(value)}")
    print("Ctrl-C ends it.", flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m emulator", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument("--project", default="demo-guest", help="default: %(default)s")
    shared.add_argument("--root", type=Path, default=ROOT, help="the folder of firebase.json")
    shared.add_argument("--log", type=Path, metavar="FILE", help="where the functions' output goes")
    faults.add_option(shared)

    command = commands.add_parser(
        "start", parents=[shared], help="run the suite on the ports of firebase.json"
    )
    command.add_argument("--free-ports", action="store_true", help="on any free ports instead")
    command.add_argument(
        "--import",
        dest="import_data",
        type=Path,
        metavar="DIR",
        help="begin with an export; its data shows in every project id",
    )
    command.set_defaults(run=start)

    command = commands.add_parser(
        "exec", parents=[shared], help="run a command in a suite of its own, on free ports"
    )
    command.add_argument("command", nargs=argparse.REMAINDER, metavar="-- CMD …")
    command.set_defaults(run=execute)

    command = commands.add_parser("export", help="write a running suite's documents to a folder")
    command.add_argument("folder", type=Path, metavar="DIR")
    command.add_argument("--project", default=os.environ.get("GCLOUD_PROJECT", "demo-guest"))
    command.set_defaults(run=export)

    for module, purpose in (("seed", "write the demo data"), ("demo", "show a guest's visit")):
        command = commands.add_parser(module, help=purpose, add_help=False)
        command.set_defaults(run=elsewhere, module=module)
    return parser


if __name__ == "__main__":
    sys.exit(main())
