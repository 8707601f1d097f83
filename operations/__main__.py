"""The commands for a deployed project, or for a local one."""

import argparse
import json
import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path

import requests
from google.api_core.exceptions import GoogleAPICallError, RetryError
from google.auth.exceptions import GoogleAuthError
from google.cloud import firestore

from experience.ids import is_document_id, is_uid
from operations import gantt
from operations.bootstrap import BootstrapError, bootstrap
from operations.checks.check import check
from operations.draws import UnverifiableError, verify_draw
from operations.erasure import Contention, Visited, WrongBucketError, erase_guest
from operations.event_migration import MigrationError, migrate_event
from operations.monitoring.install import MonitoringError, install, session
from operations.player_erasure import reapply_erasures
from operations.preflight import command as preflight
from operations.schema_changes import command as migrate_command

INTERRUPTED = 130  # as a shell has it
MAX_PROBE_SECONDS = 10
"""For the first request: a database that does not respond is reported instead of waited for."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return the process's exit status: 2 where nothing could be done at all.

    1 is a command's own no: a workspace of somebody else, data that breaks an invariant.
    """
    options = _parser().parse_args(arguments)
    try:
        return _run(options)
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return INTERRUPTED


def _run(options: argparse.Namespace) -> int:
    if not options.uses_database:
        return int(options.run(options))
    try:
        client = firestore.Client(project=options.project)
        try:
            _probe(client)
            status: int = options.run(client, options)
        finally:
            client.close()
    except (GoogleAuthError, GoogleAPICallError, RetryError) as error:
        print(f"error: project {options.project} cannot be used: {error}", file=sys.stderr)
        return 2
    return status


def _probe(client: firestore.Client) -> None:
    """Raise GoogleAPICallError unless the database responds. One read."""
    client.document("workspaces", "none").get(retry=None, timeout=MAX_PROBE_SECONDS)


def _database(client: firestore.Client) -> str:
    """Which database a command works on, for people who may have meant another."""
    emulator = os.environ.get("FIRESTORE_EMULATOR_HOST")
    where = f"the emulator at {emulator}" if emulator else "Google's Firestore"
    return f"project {client.project} on {where}"


def _monitoring(options: argparse.Namespace) -> int:
    channels = tuple(options.notify)
    try:
        changes = install(session(), options.project, channels=channels, is_dry=options.dry_run)
    except (GoogleAuthError, MonitoringError, requests.RequestException) as error:
        print(f"error: project {options.project} cannot be monitored: {error}", file=sys.stderr)
        return 2
    for change in changes:
        print(f"would {change}" if options.dry_run else f"{change}: done")
    print(f"{len(changes)} changes in project {options.project}.")
    return 0


def _bootstrap(client: firestore.Client, options: argparse.Namespace) -> int:
    try:
        made = bootstrap(client, options.workspace, options.name, options.owner)
    except BootstrapError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    what = "is ready" if made else "was ready before"
    print(
        f"Workspace {options.workspace} {what} in {_database(client)}; "
        f"its owner is {options.owner}."
    )
    return 0


def _check(client: firestore.Client, options: argparse.Namespace) -> int:
    report = check(client, bucket=options.bucket)
    if report.is_empty:
        print(f"error: there is nothing to check in {_database(client)}", file=sys.stderr)
        return 2
    for violation in report.violations:
        print(f"{violation.invariant}: {violation.path}: {violation.message}")
    counts = ", ".join(f"{count} {name}" for name, count in report.counts.items())
    print(f"{len(report.violations)} violations in {counts}")
    return 1 if report.violations else 0


def _gantt(client: firestore.Client, options: argparse.Namespace) -> int:
    found = gantt.load(client, options.workspace, options.run_id)
    if found is None:
        print(f"error: workspace {options.workspace} has no run {options.run_id}", file=sys.stderr)
        return 1
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(gantt.draw(*found), encoding="utf-8")
    print(f"{options.out} shows run {options.run_id}.")
    return 0


def _erase_guest(client: firestore.Client, options: argparse.Namespace) -> int:
    visited = Visited(options.event or options.visited, is_event=options.event is not None)
    if not (is_document_id(visited.id) and is_uid(options.guest)):
        named = "--event" if visited.is_event else "--visited"
        print(f"error: {named} or --guest is no id that a document can have", file=sys.stderr)
        return 2
    try:
        receipt = erase_guest(client, options.bucket, visited, options.guest)
    except Contention:
        print("error: something is left: the guest goes on; run this again", file=sys.stderr)
        return 1
    except WrongBucketError as error:
        print(f"error: the guest's photos are in the bucket {error}", file=sys.stderr)
        return 2
    print(json.dumps(receipt.shown(), indent=2))
    if not (receipt.guests or receipt.sessions or receipt.jobs):
        kind = "event" if visited.is_event else "project"
        where = f"{kind} {visited.id} of {_database(client)}"
        print(f"error: there was nothing of guest {options.guest} in {where}", file=sys.stderr)
        return 1
    return 0


def _reapply_erasures(client: firestore.Client, options: argparse.Namespace) -> int:
    try:
        remembered, erased = reapply_erasures(client, options.bucket)
    except Contention:
        print("error: something is left; run this again", file=sys.stderr)
        return 1
    print(
        f"{erased} players were erased again in {_database(client)}; "
        f"{options.bucket} remembers {remembered} erasures."
    )
    return 0


def _verify_draw(client: firestore.Client, options: argparse.Namespace) -> int:
    if not (is_document_id(options.workspace) and is_document_id(options.campaign)):
        print("error: --workspace or --campaign is no id of a document", file=sys.stderr)
        return 2
    try:
        verification = verify_draw(client, options.workspace, options.campaign)
    except UnverifiableError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    for difference in verification.differences:
        print(difference)
    for prize_id, count in verification.prizes.items():
        limit = "without a limit" if count.offered is None else f"{count.offered} offered"
        rest = "" if count.left is None else f", {count.left} left"
        print(f"prize {prize_id}: {limit}, {count.awarded} awarded{rest}")
    print(
        f"{len(verification.differences)} differences in {verification.plays} plays"
        f" of campaign {options.campaign}"
    )
    return 1 if verification.differences else 0


def _migrate_event(client: firestore.Client, options: argparse.Namespace) -> int:
    if not (is_document_id(options.event) and is_document_id(options.into)):
        print("error: --event or --into is no id that a document can have", file=sys.stderr)
        return 2
    os.environ["FIREBASE_CONFIG"] = json.dumps({"storageBucket": options.bucket})
    try:
        found = migrate_event(client, options.event, options.into, dry_run=options.dry_run)
    except MigrationError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    for change in found.changes:
        print(f"{change.action} {change.path}")
        if options.dry_run:
            print(json.dumps(change.fields, indent=2, ensure_ascii=False))
    for note in found.notes:
        print(f"note: {note}")
    written = sum(change.action != "keep" for change in found.changes)
    if options.dry_run:
        print(f"Nothing was written in {_database(client)}; {written} documents would be.")
    else:
        print(f"{written} documents were written in {_database(client)}; publish them next.")
    return 0


def _project(text: str) -> str:
    """A project's id. An empty one, of a shell's unset variable, would name no project at all."""
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9.:-]*", text):
        raise argparse.ArgumentTypeError(f"{text!r} is no id of a project")
    return text


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m operations", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument("--project", required=True, type=_project, help="the Firebase project's id")
    shared.set_defaults(uses_database=True)

    command = commands.add_parser(
        "bootstrap", parents=[shared], help="make the first workspace and its owner"
    )
    command.add_argument("--workspace", required=True, metavar="ID")
    command.add_argument("--name", required=True, help="what people call the workspace")
    command.add_argument("--owner", required=True, metavar="UID", help="of Firebase Authentication")
    command.set_defaults(run=_bootstrap)

    command = commands.add_parser(
        "check", parents=[shared], help="hold the stored data against the invariants"
    )
    objects = command.add_mutually_exclusive_group(required=True)
    objects.add_argument(
        "--bucket", metavar="NAME", help="check the objects in this bucket as well"
    )
    objects.add_argument("--no-bucket", action="store_true", help="check the documents alone")
    command.set_defaults(run=_check)

    command = commands.add_parser(
        "preflight", parents=[shared], help="what the project lacks, and how to fix it"
    )
    preflight.add_arguments(command)
    command.set_defaults(run=preflight.run, uses_database=False)

    command = commands.add_parser(
        "erase-guest", parents=[shared], help="erase a guest with everything of theirs"
    )
    visited = command.add_mutually_exclusive_group(required=True)
    visited.add_argument("--visited", metavar="ID", help="the project that they visited")
    visited.add_argument("--event", metavar="ID", help="or the event")
    command.add_argument("--guest", required=True, metavar="UID")
    command.add_argument("--bucket", required=True, metavar="NAME", help="where their photos are")
    command.set_defaults(run=_erase_guest)

    command = commands.add_parser(
        "reapply-erasures",
        parents=[shared],
        help="erase players again whom a restored backup brought back",
    )
    command.add_argument("--bucket", required=True, metavar="NAME", help="what remembers erasures")
    command.set_defaults(run=_reapply_erasures)

    command = commands.add_parser(
        "migrate-event", parents=[shared], help="make a project of an event's active journey"
    )
    command.add_argument("--event", required=True, metavar="ID")
    command.add_argument(
        "--into", required=True, metavar="ID", help="the project to make or add to"
    )
    command.add_argument("--bucket", required=True, metavar="NAME", help="where pictures are")
    command.add_argument("--dry-run", action="store_true", help="show each document, write none")
    command.set_defaults(run=_migrate_event)

    migrate_command.add_parser(commands, shared, _database)

    command = commands.add_parser(
        "verify-draw",
        parents=[shared],
        help="recompute every play of a closed campaign; 1 where anything differs",
    )
    command.add_argument("--workspace", required=True, metavar="ID")
    command.add_argument("--campaign", required=True, metavar="ID")
    command.set_defaults(run=_verify_draw)

    command = commands.add_parser(
        "gantt", parents=[shared], help="draw a run: its steps, their attempts and waits"
    )
    command.add_argument("--workspace", required=True, metavar="ID")
    command.add_argument("--run", required=True, metavar="ID", dest="run_id")
    command.add_argument("--out", type=Path, default=Path("out/run.svg"), metavar="FILE")
    command.set_defaults(run=_gantt)

    command = commands.add_parser(
        "monitoring", parents=[shared], help="create or update metrics, alerts and the dashboard"
    )
    command.add_argument("--dry-run", action="store_true", help="only say what would change")
    command.add_argument(
        "--notify",
        action="append",
        default=[],
        metavar="CHANNEL",
        help="whom alerts notify: projects/P/notificationChannels/ID; may be repeated",
    )
    command.set_defaults(run=_monitoring, uses_database=False)
    return parser


if __name__ == "__main__":
    sys.exit(main())
