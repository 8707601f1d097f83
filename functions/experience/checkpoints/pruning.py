"""Removing some checkpoints of a thread, and copying all of them: what later ones need stays."""

from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from typing import Any

from google.cloud.firestore import DELETE_FIELD, DocumentReference, WriteBatch
from langgraph.checkpoint.serde.base import SerializerProtocol

from experience import clock
from experience.checkpoints import blobs, garbage, store
from experience.checkpoints.decoding import StoredCheckpoint, decode
from experience.checkpoints.models import MAX_CHUNK_BYTES, MAX_COMMIT_BYTES
from experience.checkpoints.threads import Record

PAGE_SIZE = 300
FULL_PAGE_SIZE = 20
"""How many whole documents are read together: one can have 1 MiB."""

Commit = Callable[[Record], None]


def remove(
    serde: SerializerProtocol,
    thread: DocumentReference,
    ends: Callable[[StoredCheckpoint], bool],
    commit: Commit,
) -> None:
    """Delete the checkpoints that end, with their writes, and then the blobs that only they had.

    What a later one needs for delta channels is hidden instead: it is found by its child alone.
    The oldest go first, each with its writes in one commit. Until all is done the thread counts as
    unchecked, so that the sweep takes what a removal that broke off has left. Safe to repeat.
    """
    found: dict[str, StoredCheckpoint] = {}
    for page in store.pages(store.checkpoints_ref(thread).order_by("__name__"), FULL_PAGE_SIZE):
        found |= {each.id: decode(serde, each) for each in page}
    ended = {key for key, each in found.items() if each.hidden or ends(each)}
    needed = _needed(found, found.keys() - ended)
    gone = sorted(ended - needed, key=lambda key: found[key].id)
    hidden = sorted(key for key in ended & needed if not found[key].hidden)
    if not gone and not hidden:
        return
    since = (thread.get(["uncheckedSince"]).to_dict() or {}).get("uncheckedSince")
    commit(lambda batch: batch.update(thread, {"uncheckedSince": 0}))
    loose: set[str] = set()
    for start in range(0, len(gone), store.MAX_IN):
        some = gone[start : start + store.MAX_IN]
        writes = _writes_of(thread, some)
        for key in some:
            references = [each.reference for each in writes.get(key, [])]
            references.append(store.checkpoints_ref(thread).document(key))
            commit(partial(_delete_all, references))
            loose |= set(found[key].blobs.values()) | store.ids_of(writes.get(key, []), "blob")
    for key in hidden:
        reference = store.checkpoints_ref(thread).document(key)
        commit(partial(_hide, reference))
    garbage.delete_unreferenced(thread, loose, garbage.referenced(thread))
    commit(lambda batch: batch.update(thread, {"uncheckedSince": since or clock.now_ms()}))


HIDE = {"hidden": True, "checkpointId": DELETE_FIELD, "runId": DELETE_FIELD}


def _hide(reference: DocumentReference, batch: WriteBatch) -> None:
    batch.update(reference, HIDE)


def _delete_all(references: list[DocumentReference], batch: WriteBatch) -> None:
    for each in references:
        batch.delete(each)


def _writes_of(thread: DocumentReference, keys: list[str]) -> dict[str, list[store.Found]]:
    writes: dict[str, list[store.Found]] = {}
    for each in store.find_writes(thread, keys, ["checkpoint", "blob"]):
        writes.setdefault(each.get("checkpoint"), []).append(each)
    return writes


def _needed(found: dict[str, StoredCheckpoint], staying: Any) -> set[str]:
    """The ancestors up to which those that stay have to look for each of their delta channels."""
    needed: set[str] = set()
    for key in staying:
        missing = set(found[key].deltas)
        here = found.get(found[key].parent_key or "")
        while missing and here is not None:
            needed.add(here.key)
            missing -= here.channels
            here = found.get(here.parent_key or "")
    return needed


def copy_below(
    source: DocumentReference, target: DocumentReference, until: datetime, commit: Commit
) -> None:
    """Copy what was below a thread by then: blobs, then writes, then checkpoints, the oldest first.

    `until` is a time of Firestore before the copy: a checkpoint that a run stores meanwhile may
    need a blob that was not there when blobs were copied. One read and one write for each document,
    and one copy for each object. Safe to repeat.
    """
    now = clock.now_ms()
    for some in blobs.grouped(_sizes(source), lambda each: each[1], MAX_COMMIT_BYTES):
        references = [store.blobs_ref(source).document(key) for key, _ in some]
        documents = [each for each in store.client_of(source).get_all(references) if each.exists]
        for each in documents:
            if content_hash := (each.to_dict() or {}).get("object"):
                blobs.copy_object(source, target, content_hash)
        _copy(documents, store.blobs_ref(target), commit, {"createdAt": now})
    named = store.writes_ref(source).order_by("__name__")
    for page in store.pages(named, FULL_PAGE_SIZE):
        _copy(_made_by(until, page), store.writes_ref(target), commit)
    oldest = store.checkpoints_ref(source).order_by("checkpointId")
    for query in (store.query_hidden(source).order_by("__name__"), oldest):
        for page in store.pages(query, FULL_PAGE_SIZE):
            _copy(_made_by(until, page), store.checkpoints_ref(target), commit)


def _made_by(until: datetime, page: list[store.Found]) -> list[store.Found]:
    return [each for each in page if each.create_time <= until]


def _sizes(source: DocumentReference) -> Iterator[tuple[str, int]]:
    """The ids of a thread's blobs and chunks, each with the most bytes that it can have."""
    every = store.blobs_ref(source).order_by("__name__").select(["size"])
    for page in store.pages(every, PAGE_SIZE):
        for each in page:
            size = (each.to_dict() or {}).get("size", MAX_CHUNK_BYTES)
            yield each.id, min(size, MAX_CHUNK_BYTES)


def _copy(
    documents: list[store.Found],
    collection: Any,
    commit: Commit,
    change: dict[str, Any] | None = None,
) -> None:
    def size_of(each: store.Found) -> int:
        return len((each.to_dict() or {}).get("data", b"")) + 2000

    for some in blobs.grouped(documents, size_of, MAX_COMMIT_BYTES):

        def record(batch: WriteBatch, some: list[store.Found] = some) -> None:
            for each in some:
                fields = each.to_dict() or {}
                changed = change if "createdAt" in fields else None
                batch.set(collection.document(each.id), {**fields, **(changed or {})})

        commit(record)
