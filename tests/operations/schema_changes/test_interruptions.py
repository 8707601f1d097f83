"""A migration whose process dies, whose responses are lost, and beside which others write."""

import itertools
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
from google.api_core.exceptions import Aborted, FailedPrecondition, InvalidArgument
from google.cloud.firestore import Client

from experience import clock, transactions
from operations.schema_changes import runner, state
from operations.schema_changes.state import Direction, MigrationError, MigrationState, Status
from tests.operations.schema_changes.conftest import FIRST, KNOWN, things
from tests.operations.schema_changes.test_runner import after
from tests.support.workflows.commits import Send, intercepted, path_of
from tests.support.workflows.workflow_bench import Killed

pytestmark = pytest.mark.exhaustive

Stored = dict[str, dict[str, Any]]


@pytest.fixture(autouse=True)
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "PAGE_SIZE", 3)


def migrate(client: Client, direction: Direction = Direction.RUN) -> MigrationState:
    return runner.migrate(client, FIRST, direction, known=KNOWN)


def later(monkeypatch: pytest.MonkeyPatch) -> None:
    """The lease of whoever died has expired."""
    now = clock.now_ms() + state.LEASE_MS + 1
    monkeypatch.setattr(clock, "now_ms", lambda: now)


@contextmanager
def killed_at(number: int, *, before: bool) -> Iterator[list[int]]:
    """The process dies at a commit, and so sends none afterwards. Yields the numbers of all."""
    sent: list[int] = []

    def around(pbs: list[Any], send: Send) -> Any:
        sent.append(len(pbs))
        if len(sent) > number or (before and len(sent) == number):
            raise Killed
        response = send()
        if len(sent) == number:
            raise Killed
        return response

    with intercepted(around):
        yield sent


@pytest.mark.parametrize("before", [True, False], ids=["before", "after"])
def test_killed_at_every_commit_it_resumes_and_counts_each_document_once(
    quiet_db: Client, stored: Stored, monkeypatch: pytest.MonkeyPatch, before: bool
) -> None:
    for number in itertools.count(1):
        if number > 1:
            quiet_db.document(f"migrations/{FIRST.id}").delete()
            for path, fields in stored.items():
                quiet_db.document(path).set(fields)
        try:
            with killed_at(number, before=before) as sent:
                ended = migrate(quiet_db)
        except (Killed, ValueError):  # the client cannot roll the committed claim back
            has_ended = not before and number == 6
            if (number > 1 or not before) and not has_ended:
                with pytest.raises(MigrationError, match="somebody else runs 0001_first"):
                    migrate(quiet_db)
            later(monkeypatch)
            ended = migrate(quiet_db)
        else:
            assert len(sent) == number - 1 == 6, "a claim, four pages and the end"
            break
        assert ended.status is Status.DONE
        if not has_ended:  # else this is a repeat
            assert (ended.counts.read, ended.counts.changed) == (10, 8)
        assert things(quiet_db) == after(stored)


def test_a_lost_response_counts_no_document_twice(quiet_db: Client, stored: Stored) -> None:
    def around(pbs: list[Any], send: Send) -> Any:
        response = send()
        if any("/things/" in path_of(each) for each in pbs):
            # What the client's own repeat of a commit that was carried out gets.
            raise FailedPrecondition("the stored version does not match")
        return response

    with intercepted(around):
        ended = migrate(quiet_db)

    assert (ended.status, ended.counts.changed, ended.counts.conflicts) == (Status.DONE, 8, 0)
    assert things(quiet_db) == after(stored)


def test_a_document_that_changed_since_it_was_read_is_read_again(
    quiet_db: Client, stored: Stored
) -> None:
    changed: set[str] = set()

    def around(pbs: list[Any], send: Send) -> Any:
        for path in filter(lambda each: "/things/" in each, map(path_of, pbs)):
            if path not in changed:
                changed.add(path)
                if path == "workspaces/a/things/002":
                    quiet_db.document(path).delete()
                else:
                    quiet_db.document(path).set({"beside": "me"}, merge=True)
        return send()

    with intercepted(around):
        ended = migrate(quiet_db)

    assert ended.status is Status.DONE
    assert ended.counts.conflicts == len(changed) == 8
    expected = after(stored)
    del expected["workspaces/a/things/002"]
    for path in changed & expected.keys():
        expected[path]["beside"] = "me"
    assert things(quiet_db) == expected


def test_a_document_that_firestore_refuses_stops_no_other(quiet_db: Client, stored: Stored) -> None:
    refused = "workspaces/b/things/large"

    def around(pbs: list[Any], send: Send) -> Any:
        if refused in map(path_of, pbs):
            raise InvalidArgument("too many index entries")
        return send()

    failures: list[runner.Failure] = []
    with intercepted(around):
        ended = runner.migrate(
            quiet_db, FIRST, Direction.RUN, known=KNOWN, report_failure=failures.append
        )

    assert failures == [runner.Failure(refused, "InvalidArgument")]
    assert (ended.status, ended.counts.changed, ended.counts.failed) == (Status.FAILED, 7, 1)
    assert things(quiet_db) == after(stored) | {refused: stored[refused]}
    assert migrate(quiet_db).is_done


def test_nothing_is_written_after_the_lease_is_lost(
    quiet_db: Client, stored: Stored, monkeypatch: pytest.MonkeyPatch
) -> None:
    commits = 0

    def around(pbs: list[Any], send: Send) -> Any:
        nonlocal commits
        commits += 1
        if commits == 3:  # the second page of the first operator, who was away for a minute
            with monkeypatch.context() as patch:
                later(patch)
                assert migrate(quiet_db).is_done
        return send()

    with intercepted(around), pytest.raises(MigrationError, match="taken 0001_first over"):
        migrate(quiet_db)

    assert things(quiet_db) == after(stored)
    kept = MigrationState.load(state.state_ref(quiet_db, FIRST.id).get().to_dict() or {})
    assert (kept.is_done, kept.counts.read, kept.counts.changed) == (True, 10, 8)


def test_of_two_operators_at_once_one_migrates_and_each_update_beside_them_stays(
    quiet_db: Client, stored: Stored
) -> None:
    """Callables read both shapes and write the new one: none of their updates is lost."""
    hot = [f"workspaces/a/things/{number:03}" for number in range(4)]

    def count_up(path: str) -> None:
        reference = quiet_db.document(path)

        def body(transaction: Any) -> None:
            [found] = transactions.read(quiet_db, [reference], transaction)
            fields = found.to_dict() or {}
            value = fields["new"] if "new" in fields else fields["old"]
            transaction.update(reference, {"new": value + 1})

        transactions.run_optimistic(quiet_db, body)

    def operate() -> str:
        try:
            return migrate(quiet_db).status.value
        except (MigrationError, Aborted) as error:
            return str(error)

    with ThreadPoolExecutor(8) as pool:
        updates = [pool.submit(count_up, path) for path in hot * 5]
        operators = [pool.submit(operate) for _ in range(2)]
        for each in updates:
            each.result(timeout=120)
        results = [each.result(timeout=120) for each in operators]

    assert "done" in results
    assert all(each == "done" or "somebody else" in each for each in results)
    expected = after(stored)
    for path in hot:
        expected[path]["new"] += 5
    assert things(quiet_db) == expected
