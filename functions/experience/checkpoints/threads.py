"""A thread's life: opened, claimed, migrated, deleted with all that lies below it."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, NamedTuple

from google.api_core.exceptions import Aborted, AlreadyExists, FailedPrecondition, NotFound
from google.cloud.firestore import DELETE_FIELD, Client, DocumentReference, WriteBatch

from experience import clock, transactions
from experience.checkpoints import blobs, store
from experience.checkpoints.models import (
    DAY_MS,
    TOMBSTONE_MS,
    TOUCH_MS,
    Claim,
    NewerSchemaError,
    StaleClaimError,
    Thread,
    ThreadDeletedError,
    text_of,
)
from experience.errors import Contention
from experience.ids import new_id
from experience.store import Memory, find, parse

MAX_REMEMBERED = 1000
LOCKS = 64
"""How many threads a saver opens at once: those who want the same one do not collide."""
PAGE_SIZE = 300

Record = Callable[[WriteBatch], None]
"""What records its writes in a batch or a transaction; it may be called again."""
Migration = Callable[[Client, DocumentReference], None]
MIGRATIONS: tuple[Migration, ...] = ()
"""What brings a thread from one schema version to the next, from version 1 on. Each is safe to
repeat, and changes what lies below the thread; the version is written after it."""


def schema_version() -> int:
    """How this version stores a thread."""
    return 1 + len(MIGRATIONS)


class Threads(NamedTuple):
    """The threads of one workspace, as a saver opens them."""

    client: Client
    workspace_id: str
    ttl_days: int
    opened: "Memory[bool]"
    locks: tuple[threading.Lock, ...]

    @classmethod
    def of(cls, client: Client, workspace_id: str, ttl_days: int) -> "Threads":
        """Those of a workspace, of which none is open yet."""
        opened: Memory[bool] = Memory(MAX_REMEMBERED, lambda: TOUCH_MS / 1000)
        locks = tuple(threading.Lock() for _ in range(LOCKS))
        return cls(client, workspace_id, ttl_days, opened, locks)

    def ref(self, thread_id: Any) -> DocumentReference:
        """A thread's document. Raises ValueError for an id that Firestore cannot store."""
        return store.thread_ref(self.client, self.workspace_id, text_of(thread_id, "thread_id"))

    def open(self, thread_id: Any, *, continues: bool, waits: bool = False) -> DocumentReference:
        """A thread to write to, created if need be, whose end is a while away.

        Once an hour one read and one write, else nothing. `continues`: the write needs what is
        stored; without it a deleted thread begins anew. `waits`: somebody else may be about to
        begin it, as LangGraph stores the first writes beside the first checkpoint.
        ThreadDeletedError, NewerSchemaError, Contention.
        """
        reference = self.ref(thread_id)
        deleted: list[ThreadDeletedError] = []

        def once() -> None:
            with self.locks[hash(reference.id) % LOCKS]:
                if self.opened.get(reference.id):
                    return
                try:
                    self._open_once(reference, str(thread_id), continues)
                except ThreadDeletedError as error:
                    if not waits:
                        raise
                    deleted.append(error)
                    raise Aborted("It is deleted.") from error
                self.opened.keep(reference.id, value=True)

        try:
            transactions.retry(once)
        except Contention:
            if deleted:
                raise deleted[-1] from None
            raise
        return reference

    def _open_once(self, reference: DocumentReference, thread_id: str, continues: bool) -> None:
        found = reference.get()
        thread = parse(found, Thread)
        now = clock.now_ms()
        end = now + self.ttl_days * DAY_MS
        batch = self.client.batch()
        if thread is None:
            batch.create(reference, self._new(thread_id, now, end).dump())
        else:
            if thread.deleted_at is not None:
                if continues:
                    raise ThreadDeletedError(f"thread {thread_id} was deleted")
                delete_below(reference, found.update_time)
            elif thread.schema_version != schema_version():
                migrate(self.client, reference)
                raise Aborted("It has just been migrated.")
            elif thread.touched_at > now - TOUCH_MS // 2 and _ms(thread.expire_at) > end - TOUCH_MS:
                return
            unchanged = self.client.write_option(last_update_time=found.update_time)
            fields = {
                "threadId": thread_id,
                "touchedAt": now,
                "expireAt": _time(end),
                "deletedAt": DELETE_FIELD,
                "schemaVersion": schema_version(),
                "uncheckedSince": now if thread.unchecked_since is None else thread.unchecked_since,
            }
            batch.update(reference, fields, unchanged)
        try:
            batch.commit()
        except (AlreadyExists, FailedPrecondition, NotFound) as collided:
            raise Aborted("Somebody else opened or deleted it.") from collided

    def _new(self, thread_id: str, now: int, end: int) -> Thread:
        return Thread(
            tenant_id=self.workspace_id,
            thread_id=thread_id,
            schema_version=schema_version(),
            touched_at=now,
            expire_at=_time(end),
            unchecked_since=now,
        )

    def claim(self, thread_id: Any) -> Claim:
        """Take the next epoch of a thread. A read and a write, beside those of opening it."""
        reference = self.open(thread_id, continues=False)

        def body(transaction: Any) -> Claim:
            thread = find(self.client, reference, Thread, transaction)
            if thread is None or thread.deleted_at is not None:
                raise ThreadDeletedError(f"thread {thread_id} was deleted")
            claim = Claim(thread.epoch + 1, new_id())
            transaction.update(reference, {"epoch": claim.epoch, "claimId": claim.claim_id})
            return claim

        return transactions.run(self.client, body)

    def commit(
        self,
        reference: DocumentReference,
        claim: Claim | None,
        record: Callable[[WriteBatch], None],
    ) -> None:
        """Commit what `record` records, for a claimed thread only if the claim still holds.

        One read for a claimed thread, else none. StaleClaimError, ThreadDeletedError.
        """
        if claim is None:

            def once() -> None:
                batch = self.client.batch()
                record(batch)
                batch.commit()

            transactions.retry(once)
            return

        def body(transaction: Any) -> None:
            require_claim(find(self.client, reference, Thread, transaction), claim)
            record(transaction)

        transactions.run(self.client, body)

    def delete(self, thread_id: Any, claim: Claim | None) -> None:
        """Delete a thread with all that lies below it. Safe to repeat and to break off anywhere.

        It stays as a tombstone without its id, which the sweep takes after three hours, with what
        a run that went on has written since. One read and one delete for each document.
        """
        reference = self.ref(thread_id)
        thread = find(self.client, reference, Thread)
        if thread is not None:
            tombstone = tombstone_of(thread, clock.now_ms())
            self.commit(reference, claim, lambda batch: batch.set(reference, tombstone.dump()))
            marked = reference.get()
            if marked.exists and marked.get("deletedAt") is not None:
                delete_below(reference, marked.update_time)
        self.opened.keep(reference.id, value=False)


def require_claim(thread: Thread | None, claim: Claim) -> None:
    """Raise StaleClaimError or ThreadDeletedError unless the claim is the thread's last one."""
    if thread is None or thread.deleted_at is not None:
        raise ThreadDeletedError("the claimed thread was deleted")
    if (thread.epoch, thread.claim_id) != claim:
        raise StaleClaimError(f"epoch {claim.epoch} is over, the thread is in {thread.epoch}")


def tombstone_of(thread: Thread, now: int) -> Thread:
    """What stays of a thread while it is deleted, and for as long as a saver may rely on it."""
    return Thread(
        tenant_id=thread.tenant_id,
        schema_version=schema_version(),
        epoch=thread.epoch,
        claim_id=thread.claim_id,
        touched_at=thread.touched_at,
        expire_at=_time(now + TOMBSTONE_MS),
        deleted_at=now,
    )


def delete_below(thread: DocumentReference, until: datetime) -> None:
    """Delete all that was made below a thread until then: checkpoints, writes, blobs, objects.

    In this order, so that what can be read is whole. `until` is Firestore's time of the thread's
    mark: what is made later belongs to a thread that began anew. Safe to repeat.
    """
    client = store.client_of(thread)
    for collection in (store.checkpoints_ref, store.writes_ref, store.blobs_ref):
        for page in store.pages(collection(thread).order_by("__name__").select([]), PAGE_SIZE):
            batch = client.batch()
            for found in page:
                if found.create_time <= until:
                    batch.delete(found.reference)
            transactions.retry(batch.commit)
    blobs.delete_objects(thread, int(until.timestamp() * 1000))


def is_empty(thread: DocumentReference) -> bool:
    """Whether nothing lies below a thread. Three reads."""
    collections = (store.checkpoints_ref, store.writes_ref, store.blobs_ref)
    return not any(list(each(thread).limit(1).select([]).stream()) for each in collections)


def migrate(client: Client, reference: DocumentReference) -> None:
    """Bring a thread to this version's schema, one version after the other.

    What it does and one write for each checkpoint of each version. Safe to repeat and to break off
    anywhere: the thread's version comes last. NewerSchemaError.
    """
    thread = find(client, reference, Thread)
    if thread is None or thread.deleted_at is not None:
        return
    if thread.schema_version > schema_version():
        raise NewerSchemaError(f"{reference.path} has schema version {thread.schema_version}")
    for version in range(thread.schema_version + 1, schema_version() + 1):
        MIGRATIONS[version - 2](client, reference)
        every = store.checkpoints_ref(reference).order_by("__name__").select([])
        for page in store.pages(every, PAGE_SIZE):
            batch = client.batch()
            for found in page:
                batch.update(found.reference, {"schemaVersion": version})
            transactions.retry(batch.commit)
        reference.update({"schemaVersion": version})


def _time(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def _ms(time: datetime) -> int:
    return int(time.timestamp() * 1000)
