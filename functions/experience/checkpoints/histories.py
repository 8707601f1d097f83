"""What the ancestors of a checkpoint wrote to delta channels, since each channel's last value."""

from collections.abc import Iterator, Sequence
from typing import Any

from google.cloud.firestore import DocumentReference
from langgraph.checkpoint.base import DeltaChannelHistory, PendingWrite
from langgraph.checkpoint.serde.base import SerializerProtocol

from experience.checkpoints import blobs, store
from experience.checkpoints.decoding import StoredCheckpoint, decode, decode_writes
from experience.checkpoints.models import segment

PAGE_SIZE = store.MAX_IN


def read_history(
    serde: SerializerProtocol,
    thread: DocumentReference,
    target: StoredCheckpoint,
    channels: Sequence[str],
) -> dict[str, DeltaChannelHistory]:
    """For each channel its writes, oldest first, and the value that they began from, if any.

    One read for each ancestor up to the last one that has a value, for each of their writes, and
    for the value of each channel. Up to 30 ancestors are read together. MissingBlobError.
    """
    remaining = set(channels)
    collected: dict[str, list[PendingWrite]] = {each: [] for each in channels}
    seeds: dict[str, Any] = {}
    for page in _in_pages(ancestors(serde, thread, target)):
        if not remaining:
            break
        found = store.find_writes(thread, [each.key for each in page])
        writes = decode_writes(serde, thread, found, remaining)
        for ancestor in page:
            for write in reversed(writes.get(ancestor.key, [])):
                if write[1] in remaining:
                    collected[write[1]].append(write)
            for channel in remaining & ancestor.channels:
                seeds[channel] = _value(serde, thread, ancestor, channel)
                remaining.discard(channel)
    history: dict[str, DeltaChannelHistory] = {}
    for channel in channels:
        entry: DeltaChannelHistory = {"writes": list(reversed(collected[channel]))}
        if channel in seeds:
            entry["seed"] = seeds[channel]
        history[channel] = entry
    return history


def _value(
    serde: SerializerProtocol, thread: DocumentReference, stored: StoredCheckpoint, channel: str
) -> Any:
    if channel not in stored.blobs:
        return stored.checkpoint["channel_values"][channel]
    outside = stored.blobs[channel]
    return serde.loads_typed(blobs.load(thread, [outside])[outside])


def ancestors(
    serde: SerializerProtocol, thread: DocumentReference, target: StoredCheckpoint
) -> Iterator[StoredCheckpoint]:
    """The parent of a checkpoint, its parent, and so on, until one is missing or there is none.

    They are read in growing pages of the ids before, because that is mostly what parents are; one
    that is hidden or lies elsewhere is read by itself.
    """
    ahead: dict[str, store.Found] = {}
    here, size = target, 1
    while (key := here.parent_key) is not None:
        if key not in ahead:
            namespace = segment(here.namespace)
            query = store.query_checkpoints(thread, namespace, before=here.id, limit=size)
            ahead = {each.id: each for each in query.stream()}
            size = min(size * 2, PAGE_SIZE)
        found = ahead.get(key) or store.checkpoints_ref(thread).document(key).get()
        if not found.exists:
            return
        here = decode(serde, found)
        yield here


def _in_pages(found: Iterator[StoredCheckpoint]) -> Iterator[list[StoredCheckpoint]]:
    """As many as are asked for their writes together; few at first, as most walks are short."""
    size = 1
    page: list[StoredCheckpoint] = []
    for each in found:
        page.append(each)
        if len(page) == size:
            yield page
            page, size = [], min(size * 2, PAGE_SIZE)
    if page:
        yield page
