"""Where threads live: `/workspaces/{w}/lgThreads/{hash}`, and what lies below one."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from google.cloud.firestore import (
    Client,
    CollectionReference,
    DocumentReference,
    DocumentSnapshot,
    FieldFilter,
)

from experience.checkpoints.models import thread_key

MAX_IN = 30
"""Values of one `in` of Firestore. https://firebase.google.com/docs/firestore/query-data/queries"""

Found = DocumentSnapshot[Any]


def thread_ref(client: Client, workspace_id: str, thread_id: str) -> DocumentReference:
    """`/workspaces/{w}/lgThreads/{hash}`"""
    return threads_ref(client, workspace_id).document(thread_key(thread_id))


def threads_ref(client: Client, workspace_id: str) -> CollectionReference:
    """`/workspaces/{w}/lgThreads`"""
    return client.collection("workspaces", workspace_id, "lgThreads")


def client_of(reference: DocumentReference) -> Client:
    """The client that a reference was made with, which it has no public name for."""
    client: Client = reference._client  # noqa: SLF001
    return client


def checkpoints_ref(thread: DocumentReference) -> CollectionReference:
    """`…/lgThreads/{hash}/lgCheckpoints`"""
    found: CollectionReference = thread.collection("lgCheckpoints")
    return found


def blobs_ref(thread: DocumentReference) -> CollectionReference:
    """`…/lgThreads/{hash}/lgBlobs`"""
    found: CollectionReference = thread.collection("lgBlobs")
    return found


def writes_ref(thread: DocumentReference) -> CollectionReference:
    """`…/lgThreads/{hash}/lgWrites`"""
    found: CollectionReference = thread.collection("lgWrites")
    return found


def query_checkpoints(
    thread: DocumentReference,
    namespace_key: str | None = None,
    *,
    before: str | None = None,
    limit: int | None = None,
) -> Any:
    """Query: a thread's checkpoints, the newest by its id first; hidden ones have no id."""
    query: Any = checkpoints_ref(thread)
    if namespace_key is not None:
        query = query.where(filter=FieldFilter("nsKey", "==", namespace_key))
    if before is not None:
        query = query.where(filter=FieldFilter("checkpointId", "<", before))
    query = query.order_by("checkpointId", direction="DESCENDING")
    return query if limit is None else query.limit(limit)


def query_hidden(thread: DocumentReference) -> Any:
    """Query: the checkpoints that are kept only for what later ones need of them."""
    return checkpoints_ref(thread).where(filter=FieldFilter("hidden", "==", True))


def query_of_runs(client: Client, workspace_id: str, run_ids: Sequence[str]) -> Iterator[Any]:
    """Queries: the checkpoints of a workspace that these runs made; one for each 30 runs."""
    group = client.collection_group("lgCheckpoints").where(
        filter=FieldFilter("tenantId", "==", workspace_id)
    )
    for start in range(0, len(run_ids), MAX_IN):
        yield group.where(
            filter=FieldFilter("runId", "in", list(run_ids[start : start + MAX_IN]))
        ).select([])


def find_writes(
    thread: DocumentReference, checkpoints: Sequence[str], fields: Sequence[str] | None = None
) -> Iterator[Found]:
    """The writes of these checkpoints. One read for each, and one for 30 checkpoints without."""
    for start in range(0, len(checkpoints), MAX_IN):
        some = list(checkpoints[start : start + MAX_IN])
        wanted = FieldFilter("checkpoint", "==", some[0])
        if len(some) > 1:
            wanted = FieldFilter("checkpoint", "in", some)
        query: Any = writes_ref(thread).where(filter=wanted)
        yield from (query if fields is None else query.select(fields)).stream()


def query_blobs_between(thread: DocumentReference, since: int, until: int) -> Any:
    """Query: the blobs of a thread that were made between these times (Unix ms)."""
    return (
        blobs_ref(thread)
        .where(filter=FieldFilter("createdAt", ">=", since))
        .where(filter=FieldFilter("createdAt", "<=", until))
        .order_by("createdAt")
    )


def query_expired(client: Client, now: datetime) -> Any:
    """Query: the threads of all workspaces whose time is over."""
    group = client.collection_group("lgThreads")
    return group.where(filter=FieldFilter("expireAt", "<=", now)).order_by("expireAt")


def query_unchecked(client: Client, until: int) -> Any:
    """Query: the threads of all workspaces whose blobs are unchecked since then (Unix ms)."""
    group = client.collection_group("lgThreads")
    return group.where(filter=FieldFilter("uncheckedSince", "<=", until)).order_by("uncheckedSince")


def pages(query: Any, size: int) -> Iterator[list[Found]]:
    """The results of an ordered query, in pages of this size."""
    start: Any = None
    while True:
        page = list((query.start_after(start) if start else query).limit(size).stream())
        if page:
            yield page
        if len(page) < size:
            return
        start = page[-1]


def ids_of(found: Iterable[Found], field: str) -> set[str]:
    """What documents have in a field that holds one id or several."""
    ids: set[str] = set()
    for each in found:
        value = (each.to_dict() or {}).get(field)
        ids.update([value] if isinstance(value, str) else value or ())
    return ids
