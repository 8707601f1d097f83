"""`python -m operations migrate`: what is printed of the migrations, and for people."""

import argparse
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from google.cloud.firestore import DELETE_FIELD, Client

from emulator.billing import prices
from experience import clock
from operations.schema_changes import catalog, runner, state
from operations.schema_changes.declaration import Difference, Migration
from operations.schema_changes.runner import Failure, Rehearsal
from operations.schema_changes.state import Direction, MigrationError, MigrationState, Status

MAX_EXAMPLES = 3

Where = Callable[[Client], str]
Verb = Callable[[Client, argparse.Namespace], int]


def add_parser(commands: Any, shared: argparse.ArgumentParser, where: Where) -> None:
    """The command and its three verbs; `where` names the database."""
    command = commands.add_parser(
        "migrate", help="bring stored documents into this version's shape"
    )
    verbs = command.add_subparsers(required=True, metavar="show|run|revert")
    show = verbs.add_parser("show", parents=[shared], help="how far each migration has come")
    show.set_defaults(run=_refusing(lambda client, _: _show(client, where)))
    for direction, text in (
        (Direction.RUN, "run one migration, or all that are not done"),
        (Direction.REVERT, "revert the migration that ran last"),
    ):
        verb = verbs.add_parser(direction.value, parents=[shared], help=text)
        verb.add_argument("id", nargs="?", metavar="ID")
        verb.add_argument("--dry-run", action="store_true", help="count, and write nothing")
        if direction is Direction.RUN:
            verb.add_argument("--again", action="store_true", help="also if it is done")
        verb.set_defaults(run=_refusing(_migrate_in(direction, where)))


def _migrate_in(direction: Direction, where: Where) -> Verb:
    return lambda client, options: _migrate(client, options, direction, where(client))


def _refusing(verb: Verb) -> Verb:
    def run(client: Client, options: argparse.Namespace) -> int:
        try:
            return verb(client, options)
        except MigrationError as error:
            print(f"error: {error}", file=sys.stderr)
            return 1

    return run


def _show(client: Client, where: Where) -> int:
    known = catalog.read()
    states = _states(client, known)
    heads = ("migration", "state", "read", "changed", "failed", "left")
    rows = [heads, *(_row(client, each, states.get(each.id)) for each in known)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(heads))]
    for row in rows:
        texts = zip(row, widths, strict=True)
        print("  ".join(text.ljust(width) for text, width in texts).rstrip())
    print(f"{len(known)} migrations of {where(client)}")
    return 0


def _row(client: Client, migration: Migration, stored: MigrationState | None) -> tuple[str, ...]:
    if stored is None:
        return migration.id, "pending", "0", "0", "0", str(runner.count(client, migration))
    counts = stored.counts
    left = 0 if stored.finished_at else max(0, stored.total - counts.read)
    figures = (counts.read, counts.changed, counts.failed, left + counts.failed)
    return (migration.id, _state(migration, stored), *map(str, figures))


def _state(migration: Migration, stored: MigrationState) -> str:
    word = stored.status.value
    if stored.status is Status.RUNNING and not stored.has_operator(clock.now_ms()):
        word = "stopped"
    elif stored.direction is Direction.REVERT:
        word = {"running": "reverting", "failed": "revert failed", "done": "reverted"}[word]
    return word if stored.code == migration.code else f"{word} by other code"


def _migrate(client: Client, options: argparse.Namespace, direction: Direction, where: str) -> int:
    known = catalog.read()
    states = _states(client, known)
    again = direction is Direction.RUN and options.again
    chosen = _chosen(known, states, options.id, direction, again=again)
    if not chosen:
        print(f"There is nothing to {direction} in {where}.")
    for migration in chosen:
        runner.change_of(migration, direction)
        if not options.dry_run:
            state.require_order(known, states, migration, direction)
        total = runner.count(client, migration)
        print(f"{migration.id}: {migration.title}")
        print(f"{total} documents in {where}; {_costs(total)}")
        if options.dry_run:
            _print_rehearsal(runner.rehearse(client, migration, direction, MAX_EXAMPLES))
            continue
        ended = runner.migrate(
            client,
            migration,
            direction,
            report=_print_progress,
            report_failure=_print_failure,
            known=known,
        )
        print(f"{migration.id} is {_state(migration, ended)}: {_counted(ended.counts.dump())}")
        if ended.counts.failed:
            print("error: not all documents could be changed; run this again", file=sys.stderr)
            return 1
        states[migration.id] = ended
    return 0


def _chosen(
    known: Sequence[Migration],
    states: Mapping[str, MigrationState],
    wanted: str | None,
    direction: Direction,
    *,
    again: bool,
) -> list[Migration]:
    """The migrations to go through. Raises MigrationError for an unknown id."""
    ids = [each.id for each in known]
    if wanted is not None and wanted not in ids:
        raise MigrationError(f"there is no migration {wanted}")
    if direction is Direction.REVERT:
        begun = [each for each in known if each.id in states and not states[each.id].is_reverted]
        return [each for each in known if each.id == wanted] if wanted else begun[-1:]
    done = {each for each in ids if each in states and states[each].is_done and not again}
    return [each for each in known if wanted in (None, each.id) and each.id not in done]


def _states(client: Client, known: Sequence[Migration]) -> dict[str, MigrationState]:
    return {each: found.value for each, found in state.find_states(client, known).items()}


def _costs(total: int) -> str:
    """What a run costs at most, by the list prices."""
    reads, writes = total, total + -(-total // runner.PAGE_SIZE) + 2
    dollars = prices.read().dollars({"reads": reads, "writes": writes})
    return f"at most {reads} reads and {writes} writes, ${dollars:.2f}"


def _counted(counts: Mapping[str, Any]) -> str:
    return ", ".join(f"{count} {name}" for name, count in counts.items())


def _print_progress(stored: MigrationState) -> None:
    print(f"{stored.counts.read} of {stored.total}: {_counted(stored.counts.dump())}", flush=True)


def _print_failure(failure: Failure) -> None:
    print(f"{failure.path}: {failure.error}", file=sys.stderr)


def _print_rehearsal(rehearsal: Rehearsal) -> None:
    for each in rehearsal.examples:
        print(f"example: {'; '.join(_fields_of(each))}")
    for failure in rehearsal.failures:
        _print_failure(failure)
    print(f"Nothing was written; {_counted(rehearsal.counts.dump())}")


def _fields_of(difference: Difference) -> Iterator[str]:
    """The names of fields, and no values: those may be a person's."""
    for verb, is_deleted in (("set", False), ("delete", True)):
        names = [
            name for name, value in difference.items() if (value is DELETE_FIELD) is is_deleted
        ]
        if names:
            yield f"{verb} {', '.join(sorted(names))}"
