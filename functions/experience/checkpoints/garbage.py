"""Blobs that nothing refers to: of a put that broke off or was refused, or of what was pruned."""

import contextlib
from collections.abc import Iterable

from google.api_core.exceptions import FailedPrecondition, NotFound
from google.cloud.firestore import DELETE_FIELD, DocumentReference

from experience import clock, transactions
from experience.checkpoints import blobs, store
from experience.checkpoints.models import BLOB_GRACE_MS, HOUR_MS, TOUCH_MS, Thread
from experience.store import parse

PAGE_SIZE = 300


def referenced(thread: DocumentReference) -> set[str]:
    """The blobs that the checkpoints and writes of a thread name. One read for each of both."""
    ids: set[str] = set()
    for collection, field in ((store.checkpoints_ref, "blobs"), (store.writes_ref, "blob")):
        for page in store.pages(collection(thread).order_by("__name__").select([field]), PAGE_SIZE):
            ids |= store.ids_of(page, field)
    return ids


def delete_unreferenced(
    thread: DocumentReference, candidates: Iterable[str], kept: set[str]
) -> int:
    """Delete those candidates that are not kept, unless they are stored again now; how many.

    One read and one delete for each, and their objects if nothing else has the same bytes.
    """
    wanted = sorted(set(candidates) - kept)
    count = 0
    with_objects = False
    for start in range(0, len(wanted), PAGE_SIZE):
        some = wanted[start : start + PAGE_SIZE]
        query = [store.blobs_ref(thread).document(each) for each in some]
        fields = ["chunks", "object"]
        for found in store.client_of(thread).get_all(query, field_paths=fields):
            if found.exists and _delete(found):
                count += 1
                with_objects |= "object" in (found.to_dict() or {})
    if with_objects:
        delete_objects(thread)
    return count


def _delete(found: store.Found) -> bool:
    batch = store.client_of(found.reference).batch()
    blobs.delete(batch, found)
    try:
        transactions.retry(batch.commit)
    except (FailedPrecondition, NotFound):
        return False  # somebody has just stored or deleted it
    return True


def delete_objects(thread: DocumentReference) -> int:
    """Delete a thread's old objects that no blob names; how many. One read for each that is named.

    One that is younger than a day is left: its blob may be about to be committed.
    """
    named = store.blobs_ref(thread).order_by("object").select(["object"])
    kept: set[str] = set()
    for page in store.pages(named, PAGE_SIZE):
        kept |= store.ids_of(page, "object")
    return blobs.delete_objects(thread, clock.now_ms() - BLOB_GRACE_MS, kept)


def check_blobs(thread: DocumentReference) -> int:
    """Delete a thread's unreferenced blobs that are older than a day; how many.

    One read for each blob since the last check, and one for what each of them was made by. Only if
    that does not name it, all of the thread is read. Safe to repeat, and to run twice at once.
    """
    found_thread = thread.get()
    state = parse(found_thread, Thread)
    if state is None or state.deleted_at is not None or state.unchecked_since is None:
        return 0
    now = clock.now_ms()
    until = now - BLOB_GRACE_MS
    suspects: set[str] = set()
    query = store.query_blobs_between(thread, state.unchecked_since - HOUR_MS, until)
    for page in store.pages(query.select(["madeBy"]), PAGE_SIZE):
        makers = {each.id: each.get("madeBy") for each in page}
        paths = [f"{thread.path}/{each}" for each in sorted(set(makers.values()))]
        found = transactions.read(
            store.client_of(thread), [store.client_of(thread).document(p) for p in paths]
        )
        naming = {
            each.reference.path: store.ids_of([each], "blobs") | store.ids_of([each], "blob")
            for each in found
        }
        suspects |= {
            blob for blob, maker in makers.items() if blob not in naming[f"{thread.path}/{maker}"]
        }
    count = delete_unreferenced(thread, suspects, referenced(thread)) if suspects else 0
    if state.unchecked_since == 0 or suspects:
        delete_objects(thread)
    # A saver that opened the thread may write for an hour without opening it again.
    is_over = state.touched_at + 2 * TOUCH_MS < until
    change = {"uncheckedSince": DELETE_FIELD if is_over else until}
    unchanged = store.client_of(thread).write_option(last_update_time=found_thread.update_time)
    with contextlib.suppress(FailedPrecondition, NotFound):  # opened meanwhile: checked again
        thread.update(change, unchanged)
    return count
