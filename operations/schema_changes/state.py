"""What is remembered of a migration, `/migrations/{id}`, and the lease of whoever runs it."""

from collections.abc import Sequence
from enum import StrEnum

from google.cloud.firestore import Client, DocumentReference, Transaction

from experience import clock, transactions
from experience.documents import Document, Versioned
from experience.store import parse_versioned
from operations.schema_changes.declaration import Migration

LEASE_MS = 60_000
"""How long a migration is nobody else's after its operator's last commit."""


class MigrationError(Exception):
    """Why a migration does not run, for the person at the terminal."""


class Direction(StrEnum):
    """Whether the documents get their new shape, or the old one again."""

    RUN = "run"
    REVERT = "revert"


class Status(StrEnum):
    """How far a migration has come. Failed: some documents could not be changed."""

    RUNNING = "running"
    FAILED = "failed"
    DONE = "done"


class Counts(Document):
    """Of the documents that were read: each was changed, was unchanged, or failed.

    `conflicts`: how often a document had changed since it was read, and was read again.
    """

    read: int = 0
    changed: int = 0
    unchanged: int = 0
    failed: int = 0
    conflicts: int = 0


class MigrationLease(Document):
    """The right of one operator to run a migration until `expires_at` (Unix ms)."""

    holder: str
    expires_at: int


class MigrationState(Document):
    """`/migrations/{id}`. Timestamps in Unix milliseconds.

    `total`: how many documents the query had at the start. `cursor`: the path up to which they were
    read; null at the beginning and at the end. `code`: a hash of the migration's source.
    """

    id: str
    direction: Direction
    status: Status
    total: int
    counts: Counts = Counts()
    cursor: str | None = None
    code: str
    lease: MigrationLease | None = None
    started_at: int
    finished_at: int | None = None
    updated_at: int

    @property
    def is_done(self) -> bool:
        """Whether all documents have the new shape, and the next migration may run."""
        return (self.direction, self.status) == (Direction.RUN, Status.DONE)

    @property
    def is_reverted(self) -> bool:
        """Whether all documents have the old shape again, as if it had never run."""
        return (self.direction, self.status) == (Direction.REVERT, Status.DONE)

    def has_operator(self, now: int) -> bool:
        """Whether somebody works on it, as far as anybody else can know."""
        return self.lease is not None and self.lease.expires_at > now


def state_ref(client: Client, migration_id: str) -> DocumentReference:
    """`/migrations/{id}`"""
    return client.document("migrations", migration_id)


def find_states(
    client: Client, catalog: Sequence[Migration], transaction: Transaction | None = None
) -> dict[str, Versioned[MigrationState]]:
    """What is remembered of each migration that was ever begun. One read each."""
    references = [state_ref(client, each.id) for each in catalog]
    found = transactions.read(client, references, transaction) if references else []
    return {each.id: state for each in found if (state := parse_versioned(each, MigrationState))}


def claim(
    client: Client,
    catalog: Sequence[Migration],
    migration: Migration,
    direction: Direction,
    holder: str,
    total: int,
) -> MigrationState:
    """Acquire the lease, to begin or to resume. Raises MigrationError.

    One transaction, which reads the states of all migrations and writes one, so that no operator
    runs a migration while another reverts the one before.
    """

    def body(transaction: Transaction) -> MigrationState:
        states = {
            each: found.value for each, found in find_states(client, catalog, transaction).items()
        }
        now = clock.now_ms()
        _require_no_operator(states, now)
        require_order(catalog, states, migration, direction)
        state = _begun(states.get(migration.id), migration, direction, total, now)
        lease = MigrationLease(holder=holder, expires_at=now + LEASE_MS)
        state = state.model_copy(update={"lease": lease, "updated_at": now})
        transaction.set(state_ref(client, migration.id), state.dump())
        return state

    return transactions.run(client, body)


def require_order(
    catalog: Sequence[Migration],
    states: dict[str, MigrationState],
    migration: Migration,
    direction: Direction,
) -> None:
    """One runs after all before it are done, and is reverted before them. Raises MigrationError."""
    index = catalog.index(migration)
    if direction is Direction.RUN:
        for each in catalog[:index]:
            if each.id not in states or not states[each.id].is_done:
                raise MigrationError(f"{migration.id} runs after {each.id}, which is not done")
        return
    if migration.inverse is None:
        raise MigrationError(f"{migration.id} is irreversible: nothing tells what was there before")
    for each in catalog[index + 1 :]:
        if each.id in states and not states[each.id].is_reverted:
            raise MigrationError(f"revert {each.id} first, which ran after {migration.id}")
    if migration.id not in states:
        raise MigrationError(f"{migration.id} has not run")


def _require_no_operator(states: dict[str, MigrationState], now: int) -> None:
    for state in states.values():
        if state.lease and state.has_operator(now):
            seconds = (state.lease.expires_at - now) // 1000 + 1
            raise MigrationError(
                f"somebody else runs {state.id}; if their process died, try again in {seconds} s"
            )


def _begun(
    stored: MigrationState | None,
    migration: Migration,
    direction: Direction,
    total: int,
    now: int,
) -> MigrationState:
    """The state to go on from: where it stopped, if it is the same work by the same code."""
    if (
        stored is not None
        and stored.status is Status.RUNNING
        and (stored.direction, stored.code) == (direction, migration.code)
    ):
        return stored
    return MigrationState(
        id=migration.id,
        direction=direction,
        status=Status.RUNNING,
        total=total,
        code=migration.code,
        started_at=now,
        updated_at=now,
    )
