"""Deleting threads whose time is over, and blobs that nothing refers to."""

from datetime import UTC, datetime

from google.api_core.exceptions import FailedPrecondition, NotFound
from google.cloud.firestore import Client

from experience import clients, clock, sweeps
from experience.checkpoints import garbage, store, threads
from experience.checkpoints.models import UNCHECKED_MS, Thread
from experience.store import parse


def sweep_checkpoints(
    milliseconds: int = sweeps.LONG_RUN_MS, rest: sweeps.Rest | None = None
) -> int:
    """Delete expired threads with all that lies below them, and unreferenced blobs; how much.

    As `sweeps.run` with two queries; one read and one delete for each document below an expired
    thread; for threads that were written to within days as `garbage.check_blobs`. Nothing of it
    loads LangGraph. Safe to repeat, and to run twice at once.
    """
    client, now = clients.firestore(), clock.now_ms()
    expired = store.query_expired(client, datetime.fromtimestamp(now / 1000, UTC))
    unchecked = store.query_unchecked(client, now - UNCHECKED_MS)
    done = sweeps.run(
        "sweepCheckpoints",
        sweeps.Part("threads", expired, lambda found: expire_thread(client, found), ("expireAt",)),
        sweeps.Part(
            "blobs",
            unchecked,
            lambda found: garbage.check_blobs(found.reference),
            ("uncheckedSince",),
        ),
        milliseconds=milliseconds,
        rest=rest,
        is_daily=True,
    )
    return done.total()


def expire_thread(client: Client, found: store.Found) -> bool:
    """Delete a thread whose time was over when it was read; whether it is gone.

    It is marked first, on the condition that nobody has opened it since: whoever opens it later
    deletes what is left before they begin anew. A mark stays while something lies below it.
    """
    thread = parse(found, Thread)
    if thread is None:
        return False
    unchanged = client.write_option(last_update_time=found.update_time)
    tombstone = threads.tombstone_of(thread, clock.now_ms())
    batch = client.batch()
    batch.update(found.reference, {**tombstone.dump()}, unchanged)
    try:
        [marked] = batch.commit()
    except (FailedPrecondition, NotFound):
        return False
    threads.delete_below(found.reference, marked.update_time)
    if not threads.is_empty(found.reference):
        return False
    try:
        found.reference.delete(client.write_option(last_update_time=marked.update_time))
    except (FailedPrecondition, NotFound):
        return False
    return True
