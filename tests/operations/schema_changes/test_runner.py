"""Documents are migrated in pages, whatever happens meanwhile."""

from typing import Any

import pytest
from google.cloud.firestore import Client

from operations.schema_changes import runner, state
from operations.schema_changes.runner import Failure
from operations.schema_changes.state import Direction, MigrationError, MigrationState, Status
from tests.operations.schema_changes.conftest import FIRST, KNOWN, SECOND, things

RUN, REVERT = Direction.RUN, Direction.REVERT


def migrate(client: Client, direction: Direction = RUN, **options: Any) -> MigrationState:
    return runner.migrate(client, FIRST, direction, known=KNOWN, **options)


def after(stored: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """The documents with their new names; the namesake stays."""
    changed = {path: dict(fields) for path, fields in stored.items()}
    for path, fields in changed.items():
        if path.startswith("workspaces/"):
            if "old" in fields:
                fields["new"] = fields.pop("old")
            if fields.get("part"):
                fields["part"] = {"new": fields["part"]["old"], "kept": fields["part"]["kept"]}
    return changed


def times(client: Client) -> dict[str, Any]:
    """When each document was last written, the states of migrations among them."""
    return {
        each.reference.path: each.update_time
        for name in ("things", "others", "migrations")
        for each in client.collection_group(name).stream()
    }


def test_documents_are_migrated_repeated_and_reverted(
    quiet_db: Client, stored: dict[str, dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "PAGE_SIZE", 4)
    written = times(quiet_db)

    dry = runner.rehearse(quiet_db, FIRST, RUN, 3)

    assert times(quiet_db) == written
    assert [set(each) for each in dry.examples] == [
        {"old", "new"},
        {"old", "new", "part.old", "part.new"},
    ]

    progress: list[int] = []
    ended = migrate(quiet_db, report=lambda each: progress.append(each.counts.read))

    assert things(quiet_db) == after(stored)
    assert (ended.status, ended.counts, ended.total) == (Status.DONE, dry.counts, 11)
    assert (ended.counts.read, ended.counts.changed, ended.counts.unchanged) == (10, 8, 2)
    assert progress == [3, 7, 10]  # the namesake was on the first page
    assert (ended.cursor, ended.lease) == (None, None)
    found = state.state_ref(quiet_db, FIRST.id).get().to_dict()
    assert MigrationState.load(found or {}) == ended

    written = times(quiet_db)
    repeated = migrate(quiet_db)
    assert (repeated.counts.changed, repeated.counts.unchanged) == (0, 10)
    now = times(quiet_db)
    assert {path for path in now if now[path] != written[path]} == {"migrations/0001_first"}

    reverted = migrate(quiet_db, REVERT)
    assert reverted.is_reverted
    restored = stored | {"workspaces/b/things/new": {"old": 1}}
    assert things(quiet_db) == restored


def test_a_document_that_cannot_be_changed_is_reported_and_stops_no_other(
    quiet_db: Client, stored: dict[str, dict[str, Any]]
) -> None:
    path = "workspaces/a/things/001"
    quiet_db.document(path).update({"poison": "Anna"})
    failures: list[Failure] = []

    ended = migrate(quiet_db, report_failure=failures.append)

    assert failures == [Failure(path, "LookupError")]
    assert (ended.status, ended.counts.failed, ended.counts.changed) == (Status.FAILED, 1, 7)
    expected = after(stored)
    expected[path] = {**stored[path], "poison": "Anna"}
    assert things(quiet_db) == expected
    with pytest.raises(MigrationError, match="runs after 0001_first, which is not done"):
        runner.migrate(quiet_db, SECOND, RUN, known=KNOWN)

    quiet_db.document(path).update({"poison": None})
    assert migrate(quiet_db).is_done


def test_migrations_run_in_order_and_are_reverted_backwards(quiet_db: Client) -> None:
    with pytest.raises(MigrationError, match="0001_first has not run"):
        migrate(quiet_db, REVERT)
    assert migrate(quiet_db).is_done
    assert runner.migrate(quiet_db, SECOND, RUN, known=KNOWN).is_done

    with pytest.raises(MigrationError, match="revert 0002_second first"):
        migrate(quiet_db, REVERT)
    with pytest.raises(MigrationError, match="0002_second is irreversible"):
        runner.migrate(quiet_db, SECOND, REVERT, known=KNOWN)
