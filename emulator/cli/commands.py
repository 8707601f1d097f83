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

from emulator.cli.options import add_app_check, add_faults, project_id
from emulator.demo import seed
from emulator.faults.settings import parse
from emulator.firestore.emulator import FirestoreEmulator
from emulator.paths import ROOT
from emulator.process import signals
from emulator.process.child import ForegroundChild
from emulator.process.errors import SuiteError
from emulator.storage.exports import export_objects
from emulator.suite import discovery
from emulator.suite.suite import Suite
from emulator.web import lan_address, node, terminal_qr
from emulator.web.auth import export_accounts
from emulator.web.lan_proxy import LanProxy

POLL_SECONDS = 0.5
ROLES = {
    "functions": "callables and HTTP functions",
    "firestore": "documents, rules, listeners",
    "auth": "sign-in",
    "storage": "objects, signed and download-token URLs",
    "tasks": "task queues",
    "eventarc": "receives Firestore's events",
    "appcheck": "App Check, which the functions enforce",
    "hub": "the suite's control: /status /meter /faults /settle /reset",
    "hosting": "the pages",
}
ABSENT = "nobody: unsigned tokens are accepted"


def main(arguments: Sequence[str] | None = None) -> int:
    parser = _parser()
    options, unknown = parser.parse_known_args(arguments)
    if unknown and options.run is not run_module:
        parser.error(f"unrecognized arguments: {' '.join(unknown)}")
    options.arguments = unknown
    try:
        status: int = options.run(options)
    except SuiteError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return status


def start(options: argparse.Namespace) -> int:
    """Run the suite until a signal ends it."""
    signals.exit_on_signals(outlives_parent=signals.is_in_background())
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    with_web = options.auth and _has_web(options.page)
    for_phones = options.page and options.https is not None
    suite = Suite(
        options.project,
        root=options.root,
        free_ports=options.free_ports,
        live=True,
        functions_log=options.log,
        data=options.import_data,
        faults=parse(options.faults),
        auth=with_web,
        page=with_web and options.page,
        app_check=options.app_check,
        lan=lan_address.find(node.find(), options.https) if with_web and for_phones else None,
    )
    try:
        began = time.monotonic()
        suite.start()
        if options.page and not options.import_data:
            os.environ.update(suite.env)
            seed.seed(suite.project, suite.bucket)
            if suite.auth:
                seed.seed_operator(suite.auth.address, suite.project)
        _show(suite, time.monotonic() - began)
        while True:
            time.sleep(POLL_SECONDS)
            suite.check()
    except SystemExit:  # a signal is the regular end
        return 0
    finally:
        signals.ignore_signals()
        suite.stop()


def execute(options: argparse.Namespace) -> int:
    """Run a command in a suite of its own, and return its status: 128 + n for signal n."""
    command = options.command[1:] if options.command[:1] == ["--"] else options.command
    if not command:
        raise SuiteError("exec needs a command: python -m emulator exec -- CMD …")
    signals.exit_on_signals()
    log = options.log or Path(os.devnull)
    suite = Suite(
        options.project,
        root=options.root,
        free_ports=True,
        functions_log=log,
        faults=parse(options.faults),
        auth=options.auth,
        app_check=options.app_check,
    )
    child = ForegroundChild(command)
    try:
        suite.start()
        child.env = {**os.environ, **suite.env}
        child.start()
        status = child.wait() or 0
        return status if status >= 0 else 128 - status
    except SystemExit as end:
        child.interrupt(int(end.code or 0) - 128)
        raise
    finally:
        signals.ignore_signals()
        child.kill()
        suite.stop()


def export(options: argparse.Namespace) -> int:
    """Write the documents, objects and accounts of a running suite to a folder."""
    suite = discovery.find("FIRESTORE_EMULATOR_HOST", "STORAGE_EMULATOR_HOST", root=options.root)
    of_suite = suite.get("GCLOUD_PROJECT", "demo-guest")
    project = options.project or of_suite
    bucket = f"{of_suite}.appspot.com"  # a suite has one, whichever project the documents are in
    firestore, storage = suite["FIRESTORE_EMULATOR_HOST"], suite["STORAGE_EMULATOR_HOST"]
    auth = suite.get("FIREBASE_AUTH_EMULATOR_HOST")
    try:
        FirestoreEmulator(firestore).export(project, options.folder)
    except OSError as error:
        raise SuiteError(f"No Firestore emulator answers at {firestore}: {error}") from error
    objects = export_objects(storage, bucket, options.folder)
    accounts = export_accounts(auth, project, options.folder) if auth else None
    found = "no accounts: there is no Auth emulator" if accounts is None else f"{accounts} accounts"
    print(
        f"Exported to {options.folder}: the documents, {objects} objects, {found}."
        " Once imported, a document shows in every project id."
    )
    return 0


def run_module(options: argparse.Namespace) -> int:
    """Run a command from a module of its own, which is loaded only now."""
    status: int = importlib.import_module(f"emulator.cli.{options.module}").main(options.arguments)
    return status


def _has_web(page: bool) -> bool:
    """Whether Auth and the page can run. For the page, install their packages first."""
    console = Console(stderr=True, highlight=False)
    try:
        if page:
            node.install(console)
        elif not node.is_installed():
            node.find()
            raise node.NodeMissingError("`make up` installs it, and the guest page")
    except node.NodeMissingError as missing:
        if page:
            console.print(f"NO GUEST PAGE AND NO AUTH EMULATOR: {missing}.", style="bold red")
        else:
            console.print(f"No Auth emulator: {missing}.", style="yellow")
        return False
    return True


def _show(suite: Suite, seconds: float) -> None:
    console = Console()
    table = Table(
        title=f"Project {suite.project}, ready after {seconds:.1f} s", title_justify="left"
    )
    for heading in ("", "address", "for"):
        table.add_column(heading)
    for name, role in ROLES.items():
        if name in suite.addresses:
            absent = name == "auth" and suite.auth is None
            table.add_row(name, suite.addresses[name], ABSENT if absent else role)
    console.print(table)
    for name, value in suite.env.items():
        print(f"export {name}={shlex.quote(value)}")
    if suite.page:
        origin = suite.lan.origin if suite.lan else f"http://{suite.page.address}"
        console.print(f"Guest page: [bold]{origin}/{seed.PROJECT}[/]")
        console.print(f"Every step type: {origin}/{seed.TOUR}")
        console.print(f"An event's journey: {origin}/e/{seed.EVENT}")
        console.print(
            f"Assistant: {origin}/assistant/?workspace={seed.WORKSPACE}"
            f" ({seed.OPERATOR_EMAIL}, password {seed.OPERATOR_PASSWORD})",
            soft_wrap=True,
        )
    console.print(f"Mails: http://{suite.addresses['hub']}/mail")
    if suite.lan:
        _show_to_phones(console, suite.lan)
    print("Ctrl-C ends it.", flush=True)


def _show_to_phones(console: Console, lan: LanProxy) -> None:
    """The code that leads a phone to the page, and what to know before it is scanned."""
    address = f"{lan.origin}/{seed.PROJECT}"
    if console.is_terminal:
        print(terminal_qr.draw(address))
    console.print(f"On a phone: [bold]{address}[/]", soft_wrap=True)
    if not lan.is_reachable:
        console.print(
            "No phone gets here, only this machine's own browsers: it is in no private network.",
            style="bold yellow",
            soft_wrap=True,
        )
        return
    console.print(
        "WARNING: whoever is in this network can reach the demo, and be any guest or its operator."
        " Use it in a network that you trust, with demo data only. The certificate is self-signed,"
        " so each browser asks once. It shows this fingerprint (SHA-256):",
        style="bold yellow",
        soft_wrap=True,
    )
    print(lan.fingerprint)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m emulator", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    with_root = argparse.ArgumentParser(add_help=False)
    with_root.add_argument("--root", type=Path, default=ROOT, help="the folder of firebase.json")
    shared = argparse.ArgumentParser(add_help=False, parents=[with_root])
    shared.add_argument(
        "--project", type=project_id, default="demo-guest", help="default: %(default)s"
    )
    shared.add_argument("--log", type=Path, metavar="FILE", help="where the functions' output goes")
    add_faults(shared)
    add_app_check(shared)

    for name, purpose in (
        ("start", "run the suite on the ports of firebase.json"),
        ("up", "start, with the guest page and the demo data"),
    ):
        command = commands.add_parser(name, parents=[shared], help=purpose)
        command.add_argument("--free-ports", action="store_true", help="on any free ports instead")
        command.add_argument(
            "--import",
            dest="import_data",
            type=Path,
            metavar="DIR",
            help="begin with an export; its data shows in every project id",
        )
        command.add_argument(
            "--no-auth",
            dest="auth",
            action="store_false",
            help="without Auth" + (", and so without the page" if name == "up" else ""),
        )
        if name == "up":
            command.add_argument(
                "--https",
                nargs="?",
                const="",
                metavar="ADDRESS",
                help="also serve all of it at one HTTPS origin, for phones of this network",
            )
        command.set_defaults(run=start, page=name == "up")

    command = commands.add_parser(
        "exec", parents=[shared], help="run a command in a suite of its own, on free ports"
    )
    command.add_argument("--auth", action="store_true", help="with the Auth emulator")
    command.add_argument("command", nargs=argparse.REMAINDER, metavar="-- CMD …")
    command.set_defaults(run=execute)

    command = commands.add_parser(
        "export", parents=[with_root], help="write a running suite's data to a folder"
    )
    command.add_argument("folder", type=Path, metavar="DIR")
    command.add_argument("--project", type=project_id, help="default: the suite's own")
    command.set_defaults(run=export)

    for module, purpose in (
        ("seed", "write the demo data"),
        ("demo", "show a guest's visit"),
        ("rehearse", "play an evening with many guests, and leave a report"),
    ):
        command = commands.add_parser(module, help=purpose, add_help=False)
        command.set_defaults(run=run_module, module=module)
    return parser
