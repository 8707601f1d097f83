"""The one retry loop around Firestore transactions and writes.

The client's own loop tries five times without a pause, and the emulator locks pessimistically:
of 20 colliding increments 18 failed. Here a client attempt is made once, and between attempts
there is full jitter from 0.5 s, at most 4 s, and eight attempts in all.
"""

import random
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from google.api_core.exceptions import (
    Aborted,
    AlreadyExists,
    FailedPrecondition,
    GoogleAPICallError,
    NotFound,
)
from google.cloud.firestore import (
    Client,
    DocumentReference,
    DocumentSnapshot,
    Transaction,
    WriteBatch,
    transactional,
)

from experience.errors import Contention, Refusal

T = TypeVar("T")

MAX_ATTEMPTS = 8
FIRST_PAUSE_SECONDS = 0.5
MAX_PAUSE_SECONDS = 4.0


def run(client: Client, body: Callable[[Transaction], T]) -> T:
    """Run `body` in one transaction, and again from its start on a conflict.

    `body` reads, decides and writes, and does nothing else, because it may run many times. What
    it raises ends the transaction without effect. Raises Contention when the attempts are used up.
    """

    def once() -> T:
        return transactional(body)(client.transaction(max_attempts=1))  # type: ignore[no-any-return]

    return retry(once)


def run_optimistic(client: Client, body: Callable[[Transaction], T]) -> T:
    """As `run`, without locks: for documents that many callers may change at the same moment.

    All writes happen together, and only if no document that they update has changed since `body`
    read it. What `body` reads and does not write may change in between, so it must not matter.
    If it only reads, nothing is committed. If `body` refuses after several reads, the
    earlier ones are checked once more. If one has changed, `body` runs again: it may have seen a
    state that never existed.
    """

    def once() -> T:
        attempt = _Optimistic(client)
        try:
            result = body(attempt)
        except Refusal as refused:
            if attempt.saw_a_change():
                raise Aborted("It was refused while somebody wrote.") from refused
            raise
        if len(attempt):
            try:
                attempt.commit()
            except (FailedPrecondition, AlreadyExists, NotFound) as collided:
                raise Aborted("Somebody else wrote first.") from collided
        return result

    return retry(once)


class _Optimistic(Transaction):
    """Updates what was read through it, on the condition that it has not changed since."""

    def __init__(self, client: Client) -> None:
        super().__init__(client)
        self.client = client
        self.read_at: dict[str, Any] = {}
        self.earlier: list[str] = []  # what was seen before the last read

    def note(self, written_at: Mapping[str, Any]) -> None:
        """Record a read: these documents were seen at one moment, as they were last written."""
        self.earlier = list(self.read_at)
        self.read_at |= written_at

    def saw_a_change(self) -> bool:
        """Whether a document that was seen before the last read had changed by then."""
        seen = [self.client.document(path) for path in self.earlier]
        return any(
            snapshot.update_time != self.read_at[snapshot.reference.path]
            for snapshot in (self.client.get_all(seen) if seen else ())
        )

    def update(self, reference: Any, field_updates: Any, option: Any = None) -> None:
        option = option or self.client.write_option(last_update_time=self.read_at[reference.path])
        super().update(reference, field_updates, option)


class ConditionalWrites(_Optimistic):
    """Writes for another commit, each on the condition under which a transaction would make it.

    A document that is updated must not have changed since it was read through this.
    """

    def __init__(self, client: Client) -> None:
        super().__init__(client)
        self.writes: list[ConditionalWrite] = []

    def create(self, reference: Any, document_data: Any) -> None:
        self._record(reference, lambda batch: batch.create(reference, document_data))

    def set(self, reference: Any, document_data: Any, merge: Any = False) -> None:
        self._record(reference, lambda batch: batch.set(reference, document_data, merge=merge))

    def update(self, reference: Any, field_updates: Any, option: Any = None) -> None:
        written_at = self.read_at[reference.path]
        condition = option or self.client.write_option(last_update_time=written_at)
        self._record(
            reference, lambda batch: batch.update(reference, field_updates, condition), written_at
        )

    def delete(self, reference: Any, option: Any = None) -> None:
        self._record(reference, lambda batch: batch.delete(reference, option))

    def _record(
        self, reference: Any, add_to: Callable[[WriteBatch], None], if_written_at: Any = None
    ) -> None:
        self.writes.append(ConditionalWrite(reference, add_to, if_written_at))


@dataclass(frozen=True)
class ConditionalWrite:
    """One of them; `if_written_at`: the time at which its document was read as last written."""

    reference: DocumentReference
    add_to: Callable[[WriteBatch], None]
    if_written_at: Any = None


def conditional_writes(client: Client, body: Callable[[Transaction], Any]) -> ConditionalWrites:
    """What `body` would write, for somebody else's commit. Raises what `body` raises.

    A commit with these writes that is rejected must record them again.
    """
    conditional = ConditionalWrites(client)
    body(conditional)
    return conditional


def retry(once: Callable[[], T]) -> T:
    """Call `once` until it is not aborted: plain writes collide as well. Raises Contention."""
    for attempt in range(MAX_ATTEMPTS):
        if attempt:
            ceiling = min(MAX_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2 ** (attempt - 1))
            time.sleep(random.uniform(0, ceiling))  # noqa: S311  (jitter, not a secret)
        try:
            return once()
        except (GoogleAPICallError, ValueError) as error:
            if not _was_aborted(error):
                raise
    raise Contention


def read(
    client: Client, references: Iterable[DocumentReference], transaction: Transaction | None = None
) -> list[DocumentSnapshot[Any]]:
    """Read documents in one request and return them in the order in which they were asked for."""
    wanted = list(references)
    locking = None if isinstance(transaction, _Optimistic) else transaction
    found = {
        snapshot.reference.path: snapshot
        for snapshot in client.get_all(wanted, transaction=locking)
    }
    if isinstance(transaction, _Optimistic):
        transaction.note({path: snapshot.update_time for path, snapshot in found.items()})
    return [found[reference.path] for reference in wanted]


def trust(transaction: Transaction, reference: DocumentReference, written_at: Any) -> None:
    """Save a read within `run_optimistic`: the caller knows the document as of this write.

    If it has changed since, the commit fails, `body` runs again, and has to read it.
    """
    if isinstance(transaction, _Optimistic):
        transaction.note({reference.path: written_at})


def find_existing(
    client: Client, references: Iterable[DocumentReference], transaction: Transaction
) -> set[str]:
    """The paths of the documents that exist. None is read a second time."""
    wanted = list(references)
    known = dict(transaction.read_at) if isinstance(transaction, _Optimistic) else {}
    if unread := [each for each in wanted if each.path not in known]:
        found = read(client, unread, transaction)
        known |= {each.reference.path: each.update_time for each in found}
    return {each.path for each in wanted if known[each.path] is not None}


def fields(snapshot: DocumentSnapshot[Any]) -> dict[str, Any] | None:
    """A document's fields, or None where there is no document. Not to be changed: no copy is made.

    `to_dict` copies every value first, which takes longer than decoding them.
    """
    return snapshot._data if snapshot.exists else None  # noqa: SLF001


def _was_aborted(error: BaseException) -> bool:
    """Whether Aborted stands anywhere behind this: exhausted attempts surface as ValueError."""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, Aborted):
            return True
        seen = seen.__cause__ or seen.__context__
    return False
