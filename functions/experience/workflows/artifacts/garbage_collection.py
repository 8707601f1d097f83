"""Garbage collection of objects that no artifact refers to: mark and sweep, with a grace period.

An object is deleted if it was neither written nor used for the whole grace period, no artifact of
its workspace refers to it, and it is unchanged since it was listed. Before a step refers to
an old object it touches it (`store.put`). That changes the object, so this deletion fails. An
object younger than that is kept longer than any step runs.
"""

from collections.abc import Iterable
from itertools import groupby
from typing import Any

from google.api_core.exceptions import NotFound, PreconditionFailed
from google.cloud.firestore import Client

from experience import clients, clock, logs, storage
from experience.workflows.artifacts import store as artifact_store

PREFIX = "tenants/"


def collect_artifacts() -> dict[str, int]:
    """Delete unreferenced objects, and return their number and that of all objects.

    One listing of all objects, and one read for each artifact of a workspace with old objects.
    Safe to repeat at any time.
    """
    client = clients.firestore()
    oldest = clock.now_ms() - artifact_store.grace_ms()
    seen = collected = 0
    listed = storage.bucket().list_blobs(prefix=PREFIX)
    for workspace_id, found in groupby(listed, lambda blob: str(blob.name).split("/")[1]):
        blobs = list(found)
        seen += len(blobs)
        old = [blob for blob in blobs if blob.updated.timestamp() * 1000 <= oldest]
        if old:
            marked = _marked(client, workspace_id)
            collected += _collect(blob for blob in old if _hash_of(blob) not in marked)
    logs.info("artifacts collected", collected=collected, seen=seen)
    return {"collected": collected, "seen": seen}


def _marked(client: Client, workspace_id: str) -> set[str]:
    """The content hashes that a workspace's artifacts refer to, read after the listing."""
    documents = client.collection("workspaces", workspace_id, "artifacts")
    return {str(each.get("contentHash")) for each in documents.select(["contentHash"]).stream()}


def _collect(blobs: Iterable[Any]) -> int:
    count = 0
    for blob in blobs:
        try:
            blob.delete(
                if_generation_match=blob.generation, if_metageneration_match=blob.metageneration
            )
        except (NotFound, PreconditionFailed):  # deleted by another call, or used again
            continue
        count += 1
    return count


def _hash_of(blob: Any) -> str:
    return str(blob.name).rpartition("/")[2]
