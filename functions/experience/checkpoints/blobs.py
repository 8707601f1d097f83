"""Values that are too large for a checkpoint: in a document, in chunks, or in the bucket.

A value over 4 MiB is an object of the bucket under its hash, and its document names the hash.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from google.api_core.exceptions import Aborted, AlreadyExists, NotFound, PreconditionFailed
from google.cloud.firestore import DocumentReference, WriteBatch

from experience import clock, storage, transactions
from experience.checkpoints import store
from experience.checkpoints.models import (
    BLOB_GRACE_MS,
    MAX_CHUNK_BYTES,
    MAX_COMMIT_BYTES,
    MAX_STORED_BYTES,
    WRITE_BYTES,
    MissingBlobError,
    Value,
    chunk_key,
    objects_prefix,
)

MAX_ATTEMPTS = 5


@dataclass(frozen=True)
class NewBlob:
    """A value to be stored under an id. `made_by`: the path below its thread of what names it."""

    id: str
    value: Value
    made_by: str

    @property
    def stored_bytes(self) -> int:
        """How many bytes its documents have in a commit, but for the names of its chunks."""
        size = len(self.value.data)
        return WRITE_BYTES if size > MAX_STORED_BYTES else size + WRITE_BYTES

    def documents(self, now: int) -> Iterator[tuple[str, dict[str, Any]]]:
        """Its documents by their ids: the blob's own, then its further chunks."""
        type_, data = self.value
        fields = {"type": type_, "size": len(data), "createdAt": now, "madeBy": self.made_by}
        if len(data) > MAX_STORED_BYTES:
            yield self.id, {**fields, "object": _hash_of(data), "chunks": 0}
            return
        starts = range(0, len(data), MAX_CHUNK_BYTES) or [0]
        chunks = [data[start : start + MAX_CHUNK_BYTES] for start in starts]
        yield self.id, {**fields, "data": chunks[0], "chunks": len(chunks)}
        for number, chunk in enumerate(chunks[1:], 1):
            yield chunk_key(self.id, number), {"data": chunk}


def put(thread: DocumentReference, blobs: Sequence[NewBlob]) -> None:
    """Store values, each unless it is stored: the first one of an id stands.

    One write for each document, in as few commits as 4 MiB allow, and one object for each value
    over 4 MiB. For an id that exists one read and one write more, which keep it from the sweep.
    """
    for each in blobs:
        if len(each.value.data) > MAX_STORED_BYTES:
            put_object(_object_path(thread, _hash_of(each.value.data)), each.value.data)
    for some in grouped(blobs, lambda each: each.stored_bytes, MAX_COMMIT_BYTES):
        transactions.retry(lambda some=some: _commit(thread, some))  # type: ignore[misc]


def _commit(thread: DocumentReference, blobs: Sequence[NewBlob]) -> None:
    collection = store.blobs_ref(thread)
    now = clock.now_ms()
    batch = store.client_of(thread).batch()
    for each in blobs:
        for key, fields in each.documents(now):
            batch.create(collection.document(key), fields)
    try:
        batch.commit()
    except AlreadyExists:
        _commit_missing(thread, blobs, now)


def _commit_missing(thread: DocumentReference, blobs: Sequence[NewBlob], now: int) -> None:
    """Create what does not exist, and keep the rest from the sweep, which takes old ones."""
    collection = store.blobs_ref(thread)
    found = transactions.read(
        store.client_of(thread), [collection.document(each.id) for each in blobs]
    )
    batch = store.client_of(thread).batch()
    for each, snapshot in zip(blobs, found, strict=True):
        if snapshot.exists:
            batch.update(snapshot.reference, {"createdAt": now})
            continue
        for key, fields in each.documents(now):
            write = batch.create if key == each.id else batch.set
            write(collection.document(key), fields)
    try:
        batch.commit()
    except (AlreadyExists, NotFound) as collided:
        raise Aborted("Somebody else stored or deleted one of them.") from collided


def load(thread: DocumentReference, ids: Iterable[str]) -> dict[str, Value]:
    """The values of these ids. Raises MissingBlobError.

    One read for each, one for each further chunk, and one object for each value over 4 MiB.
    """
    wanted = list(dict.fromkeys(ids))
    if not wanted:
        return {}
    client, collection = store.client_of(thread), store.blobs_ref(thread)
    heads = {
        found.id: found.to_dict() or {}
        for found in transactions.read(client, [collection.document(each) for each in wanted])
    }
    further = [
        chunk_key(each, number)
        for each in wanted
        for number in range(1, heads[each].get("chunks", 0))
    ]
    chunks = {}
    for some in [further[start : start + 8] for start in range(0, len(further), 8)]:
        for found in transactions.read(client, [collection.document(each) for each in some]):
            chunks[found.id] = (found.to_dict() or {}).get("data", b"")
    values = {}
    for each in wanted:
        head = heads[each]
        if "object" in head:
            data = _fetch(_object_path(thread, head["object"]))
        else:
            rest = [chunks[chunk_key(each, number)] for number in range(1, head.get("chunks", 0))]
            data = b"".join([head.get("data", b""), *rest])
        if not head or len(data) != head["size"]:
            raise MissingBlobError(f"{collection.document(each).path} is not whole")
        values[each] = Value(head["type"], data)
    return values


def delete(batch: WriteBatch, found: store.Found) -> None:
    """Delete a blob that was read, with its chunks, unless somebody has stored it again."""
    unchanged = store.client_of(found.reference).write_option(last_update_time=found.update_time)
    batch.delete(found.reference, unchanged)
    for number in range(1, (found.to_dict() or {}).get("chunks", 0)):
        batch.delete(found.reference.parent.document(chunk_key(found.id, number)))


def put_object(path: str, data: bytes) -> None:
    """Store an object, unless it is stored. It is kept for half the grace period at least."""
    blob = storage.bucket().blob(path)
    for _ in range(MAX_ATTEMPTS):
        try:
            blob.upload_from_string(
                data,
                content_type="application/octet-stream",
                if_generation_match=0,
                retry=storage.retry(),
            )
        except PreconditionFailed:
            if not _use_again(path):
                continue  # it has just been deleted
        return
    raise Aborted("The object is deleted again and again.")


def _use_again(path: str) -> bool:
    """Whether the object exists, and is marked as used if it is old."""
    found = storage.bucket().get_blob(path, retry=storage.retry())
    if found is None:
        return False
    if clock.now_ms() - updated_ms(found) < BLOB_GRACE_MS // 2:
        return True
    found.metadata = {**(found.metadata or {}), "usedAt": str(clock.now_ms())}
    try:
        found.patch(retry=storage.retry())
    except NotFound:
        return False
    return True


def updated_ms(blob: Any) -> int:
    """When an object was last written or marked, in Unix milliseconds."""
    return int(blob.updated.timestamp() * 1000)


def delete_objects(thread: DocumentReference, until: int, kept: Iterable[str] = ()) -> int:
    """Delete a thread's objects that were last used by then (Unix ms), but these hashes; how many.

    One request for a thousand.
    """
    prefix = _object_path(thread, "")
    stay = {f"{prefix}{each}" for each in kept}
    listed = storage.bucket().list_blobs(prefix=prefix, retry=storage.retry())
    old = [each for each in listed if each.name not in stay and updated_ms(each) <= until]
    return storage.delete_objects(old, if_unchanged=True) if old else 0


def copy_object(source: DocumentReference, target: DocumentReference, content_hash: str) -> None:
    """Copy an object of one thread to another of its workspace. Safe to repeat."""
    bucket = storage.bucket()
    blob = bucket.blob(_object_path(source, content_hash))
    bucket.copy_blob(blob, bucket, _object_path(target, content_hash), retry=storage.retry())


def _fetch(path: str) -> bytes:
    try:
        data: bytes = storage.bucket().blob(path).download_as_bytes(retry=storage.retry())
    except NotFound as gone:
        raise MissingBlobError(f"{path} is gone") from gone
    return data


def _object_path(thread: DocumentReference, content_hash: str) -> str:
    _, workspace_id, _, key = thread.path.split("/")
    return f"{objects_prefix(workspace_id, key)}{content_hash}"


def _hash_of(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def grouped(items: Iterable[Any], size_of: Callable[[Any], int], most: int) -> Iterator[list[Any]]:
    """Items in their order, in groups of at most this size together, and of at most 300."""
    group: list[Any] = []
    size = 0
    for each in items:
        if group and (size + size_of(each) > most or len(group) == 300):
            yield group
            group, size = [], 0
        group.append(each)
        size += size_of(each)
    if group:
        yield group
