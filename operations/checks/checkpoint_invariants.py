"""What is true of the threads of graphs, whatever happened while they were written."""

from collections.abc import Iterator

from experience.checkpoints.models import checkpoint_key, chunk_key, segment, thread_key
from operations.checks.data import Data

Found = Iterator[tuple[str, str]]


def a_thread_is_found_by_its_id(data: Data) -> Found:
    """The id of a thread's document follows from the thread's id; a deleted one has none."""
    for path, thread in data.threads.items():
        _, workspace_id, _, key = path.split("/")
        if thread.tenant_id != workspace_id:
            yield path, f"is of {thread.tenant_id}"
        if (thread.thread_id is None) != (thread.deleted_at is not None):
            yield path, "has an id though it is deleted, or none though it is not"
        if thread.thread_id is not None and thread_key(thread.thread_id) != key:
            yield path, f"has the id {thread.thread_id}"


def what_lies_below_a_thread_has_one(data: Data) -> Found:
    """Without its thread nothing would delete it."""
    below = (data.checkpoints, data.checkpoint_blobs, data.checkpoint_writes)
    for path in (path for each in below for path in each):
        if path.rsplit("/", 2)[0] not in data.threads:
            yield path, "lies below no thread"


def a_checkpoint_is_found_by_its_ids(data: Data) -> Found:
    """A checkpoint's document is found by its namespace and id, and it names its workspace."""
    for path, each in data.checkpoints.items():
        if each.tenant_id != path.split("/")[1]:
            yield path, f"is of {each.tenant_id}"
        if each.ns_key != segment(each.ns):
            yield path, f"is of the namespace {each.ns}"
        if each.hidden != (each.checkpoint_id is None):
            yield path, "is hidden and has an id, or neither"
        elif each.checkpoint_id is not None and not path.endswith(
            f"/{checkpoint_key(each.ns, each.checkpoint_id)}"
        ):
            yield path, f"has the id {each.checkpoint_id}"


def what_a_checkpoint_refers_to_is_whole(data: Data) -> Found:
    """The blobs of a checkpoint and of a write exist, with all their chunks.

    Of a deleted thread they may be gone: a checkpoint that a late run wrote is deleted with it.
    """
    named = {path: each.blobs for path, each in data.checkpoints.items()}
    named |= {path: [each.blob] for path, each in data.checkpoint_writes.items() if each.blob}
    for path, ids in named.items():
        thread = path.rsplit("/", 2)[0]
        if thread in data.threads and data.threads[thread].deleted_at is not None:
            continue
        for blob in ids:
            head = data.checkpoint_blobs.get(f"{thread}/lgBlobs/{blob}")
            chunks = [chunk_key(blob, n) for n in range(1, (head and head.chunks) or 0)]
            if head is None or any(
                f"{thread}/lgBlobs/{each}" not in data.checkpoint_blobs for each in chunks
            ):
                yield path, f"names the blob {blob}, which is not whole"


CHECKPOINT_INVARIANTS = (
    a_thread_is_found_by_its_id,
    what_lies_below_a_thread_has_one,
    a_checkpoint_is_found_by_its_ids,
    what_a_checkpoint_refers_to_is_whole,
)
