"""Deleting threads whose time is over, and blobs that nothing refers to."""

from datetime import UTC, datetime

from google.api_core.exceptions import FailedPrecondition, NotFound
from google.cloud.firestore import Client

from experience import clients, clock, logs, sweeps
from experience.checkpoints import garbage, store, threads
from experience.checkpoints.models import UNCHECKED_MS, Thread
from experience.store import parse


def sweep_checkpoints() -> int:
    """Delete expired threads with all that lies below them, and unreferenced blobs; how much.

    Two queries; one read and one delete for each document below an expired thread; for threads
    that were written to within days as `garbage.check_blobs`. Nothing of it loads LangGraph. Safe
    to repeat, and to run twice at once.
    """
    client = clients.firestore()
    expired = unreferenced = 0
    now = datetime.fromtimestamp(clock.now_ms() / 1000, UTC)
    for page in sweeps.query_pages(store.query_expired(client, now)):
        for found in page:
            with sweeps.logging_failure(found):
                expired += expire_thread(client, found)
    for page in sweeps.query_pages(store.query_unchecked(client, clock.now_ms() - UNCHECKED_MS)):
        for found in page:
            with sweeps.logging_failure(found):
                unreferenced += garbage.check_blobs(found.reference)
    if expired or unreferenced:
        logs.info("sweep found work", threads=expired, blobs=unreferenced)
    return expired + unreferenced


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
