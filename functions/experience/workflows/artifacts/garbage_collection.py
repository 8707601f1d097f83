"""Collecting objects that no artifact refers to any more: mark and sweep, with a grace period.

An object goes if it was not written or used for the whole grace, no artifact document of its
workspace names it, and it is still as it was when it was listed. A step that is about to refer to
an old object marks it as used first (`artifacts.put`), which is a change that the last condition
sees; one that it found young stays young for longer than any step takes.
"""

from collections.abc import Iterable
from itertools import groupby
from typing import Any

from google.api_core.exceptions import NotFound, PreconditionFailed
from google.cloud.firestore import Client

from experience import clients, clock, logs, storage
from experience.workflows.artifacts import store as artifacts

PREFIX = "tenants/"


def collect_artifacts() -> dict[str, int]:
    """Remove what lies unreferenced, and return how many objects that were, of how many.

    One listing of all objects, one read for each artifact of a workspace that has old objects.
    Safe to repeat, at any time.
    """
    client = clients.firestore()
    oldest = clock.now_ms() - artifacts.grace_ms()
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
    """The content of a workspace that an artifact refers to, as it is after the listing."""
    documents = client.collection("workspaces", workspace_id, "artifacts")
    return {str(each.get("contentHash")) for each in documents.select(["contentHash"]).stream()}


def _collect(blobs: Iterable[Any]) -> int:
    count = 0
    for blob in blobs:
        try:
            blob.delete(
                if_generation_match=blob.generation, if_metageneration_match=blob.metageneration
            )
        except (NotFound, PreconditionFailed):  # somebody was first, or uses it again
            continue
        count += 1
    return count


def _hash_of(blob: Any) -> str:
    return str(blob.name).rpartition("/")[2]
