"""Garbage collection of objects that no artifact refers to: mark and sweep, with a grace period.

An object is deleted if it was neither written nor used for the whole grace period, no artifact of
its workspace refers to it, and it is unchanged since it was listed. Before a step refers to
an old object it touches it (`store.put`). That changes the object, so this deletion fails. An
object younger than that is kept longer than any step runs.
"""

from collections.abc import Iterator
from typing import Any

from google.cloud.firestore import Client

from experience import clients, clock, logs, storage, transactions
from experience.workflows.artifacts import store as artifact_store

PREFIX = "tenants/"
FIELDS = "items(name,updated,generation,metageneration),nextPageToken"

RUN_MS = 1_500_000
"""How long one run may last; the function has 1800 s. The next begins where this one stopped."""


def collect_artifacts(milliseconds: int = RUN_MS) -> dict[str, int]:
    """Delete unreferenced objects, and return their number and that of all objects.

    One listing of all objects, one read for each artifact of a workspace with old objects, and one
    request for a hundred deletions. Safe to repeat at any time.
    """
    client = clients.firestore()
    now = clock.now_ms()
    state = client.document("sweeps", "artifacts")
    first = str((transactions.fields(state.get()) or {}).get("object", ""))
    seen = collected = 0
    reached, marks = "", _Marks(client)
    for blobs in _pages(first):
        seen += len(blobs)
        old = [blob for blob in blobs if _updated_at(blob) <= now - artifact_store.grace_ms()]
        collected += storage.delete_objects(
            [blob for blob in old if _hash_of(blob) not in marks.of(_workspace_of(blob))],
            if_unchanged=True,
        )
        if clock.now_ms() >= now + milliseconds:
            reached = str(blobs[-1].name)
            break
    if reached != first:
        transactions.retry(lambda: state.set({"object": reached, "updatedAt": now}))
    logs.info("artifacts collected", collected=collected, seen=seen)
    return {"collected": collected, "seen": seen}


def _pages(first: str) -> Iterator[list[Any]]:
    """All objects from this name on, a thousand to a page and a request."""
    listed = storage.bucket().list_blobs(
        prefix=PREFIX, start_offset=first or None, fields=FIELDS, retry=storage.retry()
    )
    for page in listed.pages:
        if blobs := list(page):
            yield blobs


class _Marks:
    """The content hashes that the artifacts of a workspace refer to, the latest one's in memory.

    They are read after the first listing that has old objects of the workspace. An artifact that
    refers to an old object later has touched it before, so no later listing shows it as old.
    """

    def __init__(self, client: Client) -> None:
        self._client = client
        self._of = ""
        self._hashes: set[str] = set()

    def of(self, workspace_id: str) -> set[str]:
        if workspace_id != self._of:
            self._of, self._hashes = workspace_id, _marked(self._client, workspace_id)
        return self._hashes


def _marked(client: Client, workspace_id: str) -> set[str]:
    """The content hashes that a workspace's artifacts refer to, read after the listing."""
    documents = client.collection("workspaces", workspace_id, "artifacts")
    return {str(each.get("contentHash")) for each in documents.select(["contentHash"]).stream()}


def _workspace_of(blob: Any) -> str:
    return str(blob.name).split("/")[1]


def _updated_at(blob: Any) -> float:
    return float(blob.updated.timestamp() * 1000)


def _hash_of(blob: Any) -> str:
    return str(blob.name).rpartition("/")[2]
