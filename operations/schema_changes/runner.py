"""The way through the documents of a migration, in pages.

A commit writes the differences of some documents and the state of the migration, so that cursor
and counts are those of the documents, wherever a process dies. Each document is written on the
condition that it has not changed since it was read. If one has, the commit is tried again in
halves, and a document alone is read again. The state has the same condition: after the lease was
lost, nothing is written any more.
"""

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from google.api_core.exceptions import (
    Aborted,
    FailedPrecondition,
    GoogleAPICallError,
    InvalidArgument,
    NotFound,
)
from google.cloud.firestore import Client, DocumentReference, DocumentSnapshot

from experience import clock, transactions
from experience.documents import Versioned
from experience.errors import Contention
from experience.store import parse_versioned
from operations.schema_changes import catalog, state
from operations.schema_changes.declaration import Change, Difference, Migration, applied
from operations.schema_changes.state import (
    Counts,
    Direction,
    MigrationError,
    MigrationLease,
    MigrationState,
    Status,
)

PAGE_SIZE = 100
MAX_COMMIT_BYTES = 1 << 20
"""Of the differences in one commit, as Python writes them. One document alone may have more."""

CONFLICTS = (Aborted, FailedPrecondition, NotFound)
IDEMPOTENCE = "the change of a changed document is not empty"


@dataclass(frozen=True)
class Failure:
    """A document that could not be changed, and the type of the error: its text may quote data."""

    path: str
    error: str


@dataclass(frozen=True)
class Planned:
    """A document as it was read, and what is to be written of it. `error`: why nothing is."""

    reference: DocumentReference
    update_time: Any
    difference: Difference = field(default_factory=dict)
    error: str | None = None


@dataclass
class Rehearsal:
    """What a run would do. `examples`: the differences of some documents."""

    counts: Counts
    examples: list[Difference]
    failures: list[Failure]


Report = Callable[[MigrationState], None]


def count(client: Client, migration: Migration) -> int:
    """How many documents the query has, with those of other collections. 1 read for each 1000."""
    [[found]] = migration.query.of(client).count().get()
    return int(found.value)


def rehearse(
    client: Client, migration: Migration, direction: Direction, max_examples: int
) -> Rehearsal:
    """What a run from the beginning would do. One read for each document. Writes nothing."""
    counts, examples, failures = Counts(), list[Difference](), list[Failure]()
    change = change_of(migration, direction)
    for page in _pages(client, migration, None):
        planned = [_plan(each, change) for each in page]
        counts = _with(counts, planned)
        failures += [Failure(each.reference.path, each.error) for each in planned if each.error]
        for each in planned:
            if each.difference and len(examples) < max_examples:
                known = [example.keys() for example in examples]
                if each.difference.keys() not in known:
                    examples.append(each.difference)
    return Rehearsal(counts, examples, failures)


def change_of(migration: Migration, direction: Direction) -> Change:
    """The function that makes the difference. Raises MigrationError where there is no way back."""
    if direction is Direction.RUN:
        return migration.change
    if migration.inverse is None:
        raise MigrationError(f"{migration.id} is irreversible: nothing tells what was there before")
    return migration.inverse


def migrate(
    client: Client,
    migration: Migration,
    direction: Direction,
    *,
    report: Report = lambda _: None,
    report_failure: Callable[[Failure], None] = lambda _: None,
    known: tuple[Migration, ...] | None = None,
) -> MigrationState:
    """Run or revert a migration, from where it stopped, and return its state at the end.

    One read for each document, one write for each that changes, one for each page, and two.
    Raises MigrationError, also when somebody else took the lease over.
    """
    run = _Run(client, migration, direction, report, report_failure)
    run.begin(known or catalog.read())
    try:
        for page in _pages(client, migration, run.state.cursor):
            for some in _bounded([_plan(each, run.change) for each in page]):
                run.commit(some)
        run.finish()
    finally:
        run.release()
    return run.state


class _Run:
    """One operator's work on a migration, under a lease."""

    def __init__(
        self,
        client: Client,
        migration: Migration,
        direction: Direction,
        report: Report,
        report_failure: Callable[[Failure], None],
    ) -> None:
        self.client = client
        self.migration = migration
        self.direction = direction
        self.report = report
        self.report_failure = report_failure
        self.change = change_of(migration, direction)
        self.reference = state.state_ref(client, migration.id)
        self.holder = uuid.uuid4().hex
        self.stored: Versioned[MigrationState]

    @property
    def state(self) -> MigrationState:
        return self.stored.value

    def begin(self, known: tuple[Migration, ...]) -> None:
        """Acquire the lease. Raises MigrationError."""
        total = count(self.client, self.migration)
        state.claim(self.client, known, self.migration, self.direction, self.holder, total)
        self.stored = self._require_own(self._find())

    def commit(self, planned: list[Planned]) -> None:
        """Write some documents, in halves where one of them cannot be written."""
        try:
            self._send(planned)
        except (*CONFLICTS, InvalidArgument):
            if len(planned) == 1:
                self._commit_alone(planned[0])
                return
            middle = len(planned) // 2
            self.commit(planned[:middle])
            self.commit(planned[middle:])
        else:
            self.report(self.state)

    def finish(self) -> None:
        """Record the end. One write."""
        now = clock.now_ms()
        status = Status.FAILED if self.state.counts.failed else Status.DONE
        ended = {"status": status, "cursor": None, "lease": None, "finished_at": now}
        self._write(self.client.batch(), self.state.model_copy(update=ended | {"updated_at": now}))

    def release(self) -> None:
        """Let somebody else resume at once, unless it has ended, or the lease is another's."""
        if self.state.lease is None:
            return
        released = self.state.model_copy(update={"lease": None})
        try:
            self._write(self.client.batch(), released)
        except (GoogleAPICallError, MigrationError):
            return  # the lease expires

    def _commit_alone(self, planned: Planned) -> None:
        """A document that somebody else writes as well, or that Firestore refuses."""
        path = planned.reference.path
        conflicts = 0

        def once() -> None:
            nonlocal conflicts
            conflicts += 1
            snapshot = planned.reference.get()
            again = replace(planned, difference={}, error=None)
            try:
                self._send([_plan(snapshot, self.change) if snapshot.exists else again], conflicts)
            except CONFLICTS as error:
                raise Aborted("Somebody else wrote first.") from error

        try:
            transactions.retry(once)
        except (Contention, InvalidArgument) as error:
            self._send([replace(planned, difference={}, error=type(error).__name__)], conflicts)
        assert self.state.cursor == path
        self.report(self.state)

    def _send(self, planned: list[Planned], conflicts: int = 0) -> None:
        """One commit: the documents, and the state after them."""
        batch = self.client.batch()
        for each in planned:
            if each.difference:
                condition = self.client.write_option(last_update_time=each.update_time)
                batch.update(each.reference, each.difference, condition)
        now = clock.now_ms()
        counts = _with(self.state.counts, planned)
        counts = counts.model_copy(update={"conflicts": counts.conflicts + conflicts})
        lease = MigrationLease(holder=self.holder, expires_at=now + state.LEASE_MS)
        after = self.state.model_copy(
            update={
                "counts": counts,
                "cursor": planned[-1].reference.path,
                "lease": lease,
                "updated_at": now,
            }
        )
        self._write(batch, after)
        for each in planned:
            if each.error:
                self.report_failure(Failure(each.reference.path, each.error))

    def _write(self, batch: Any, after: MigrationState) -> None:
        """Commit a batch together with the state.

        Raises MigrationError if the lease was lost. The other errors mean that nothing was written.
        """
        condition = self.client.write_option(last_update_time=self.stored.update_time)
        batch.update(self.reference, self.state.difference(after), condition)
        try:
            *_, written = batch.commit()
        except (*CONFLICTS, InvalidArgument):
            found = self._find()
            if found is None or found.value != after:
                self.stored = self._require_own(found)
                raise
            self.stored = found  # the response was lost
        else:
            self.stored = Versioned(after, written.update_time)

    def _find(self) -> Versioned[MigrationState] | None:
        return parse_versioned(self.reference.get(), MigrationState)

    def _require_own(self, found: Versioned[MigrationState] | None) -> Versioned[MigrationState]:
        lease = found.value.lease if found else None
        if found is None or lease is None or lease.holder != self.holder:
            raise MigrationError(f"somebody else has taken {self.migration.id} over")
        return found


def _pages(
    client: Client, migration: Migration, cursor: str | None
) -> Iterator[list[DocumentSnapshot[Any]]]:
    """The documents of the collection after the cursor, by their paths."""
    query = migration.query.of(client).order_by("__name__")
    after: Any = client.document(cursor) if cursor else None
    while True:
        rest = query.start_after({"__name__": after}) if after is not None else query
        page = list(rest.limit(PAGE_SIZE).stream())
        if not page:
            return
        after = page[-1].reference
        if held := [each for each in page if migration.query.holds(each.reference.path)]:
            yield held


def _plan(snapshot: DocumentSnapshot[Any], change: Change) -> Planned:
    """What is to be written of a document. A change that fails stops no other document."""
    read = Planned(snapshot.reference, snapshot.update_time)
    try:
        fields = snapshot.to_dict() or {}
        difference = change(fields)
        if difference and change(applied(snapshot.to_dict() or {}, difference)):
            return replace(read, error=IDEMPOTENCE)
    except Exception as error:  # noqa: BLE001
        return replace(read, error=type(error).__name__)
    return replace(read, difference=difference)


def _bounded(planned: list[Planned]) -> Iterator[list[Planned]]:
    """The documents of a page in commits of a bounded size."""
    some: list[Planned] = []
    size = 0
    for each in planned:
        own = len(repr(each.difference))
        if some and size + own > MAX_COMMIT_BYTES:
            yield some
            some, size = [], 0
        some.append(each)
        size += own
    if some:
        yield some


def _with(counts: Counts, planned: list[Planned]) -> Counts:
    failed = sum(each.error is not None for each in planned)
    changed = sum(bool(each.difference) for each in planned)
    return counts.model_copy(
        update={
            "read": counts.read + len(planned),
            "changed": counts.changed + changed,
            "unchanged": counts.unchanged + len(planned) - changed - failed,
            "failed": counts.failed + failed,
        }
    )
