"""Garbage collection of objects that no artifact refers to: mark and sweep, with a grace period.

An object is deleted if it was neither written nor used for the whole grace period, no artifact of
its workspace refers to it, and it is unchanged since it was listed. Before a step refers to
an old object it touches it (`store.put`). That changes the object, so this deletion fails. An
object younger than that is kept longer than any step runs.
"""

from collections.abc import Iterator
from typing import Any

from google.cloud.firestore import Client, FieldFilter

from experience import storage, sweeps
from experience.sweeps import Rest, Sweep
from experience.workflows.artifacts import store as artifact_store

NAME = "collectArtifacts"
PREFIX = "tenants/"
FIELDS = "items(name,updated,generation,metageneration),nextPageToken"
SLICE_MS = 60_000
"""How long a run works on one workspace. Tasks go on with what takes longer."""
DIGITS = 8
LAST = 16**DIGITS - 1
"""The last position: the number that the first digits of a hash make."""


def collect_artifacts(
    milliseconds: int = sweeps.LONG_RUN_MS, rest: Rest | None = None
) -> dict[str, int]:
    """Delete unreferenced objects, and return their number and that of all objects.

    Of all workspaces, or of a range that a run had no time for. One listing of all objects, one
    read for each artifact with an old object, and one request for a hundred deletions. What takes
    longer than a minute, or was not begun when the time is over, is handed on to tasks. Safe to
    repeat at any time, and to run twice at once.
    """
    sweep = Sweep(NAME, milliseconds, rest)
    seen = 0

    def collect(each: Rest) -> int | None:
        nonlocal seen
        for blobs in _pages(each):
            seen += len(blobs)
            sweep.done["objects"] += _collect(sweep, each.parent, blobs)
            reached = _position_of(blobs[-1])
            if sweep.is_over and reached > each.since:  # a position is gone through as a whole
                return reached if reached < each.until else None
        return None

    ranges = iter([rest]) if rest else _workspaces(sweep)
    sweep.sweep_ranges(ranges, collect, milliseconds if rest else SLICE_MS)
    return {"collected": sweep.done["objects"], "seen": seen}


def _workspaces(sweep: Sweep) -> Iterator[Rest]:
    for folder in storage.list_folders(PREFIX):
        workspace_id = folder.removeprefix(PREFIX).removesuffix("/")
        changed = {"kind": "artifacts", "parent": workspace_id, "until": LAST}
        yield sweep.rest.model_copy(update=changed)


def _pages(rest: Rest) -> Iterator[list[Any]]:
    """A workspace's objects in a range of hashes, a thousand to a page and a request."""
    folder = f"{PREFIX}{rest.parent}/sha256/"
    listed = storage.bucket().list_blobs(
        prefix=folder,
        start_offset=f"{folder}{rest.since:0{DIGITS}x}",
        end_offset=f"{folder}{rest.until + 1:0{DIGITS}x}" if rest.until < LAST else None,
        fields=FIELDS,
        retry=storage.retry(),
    )
    for page in listed.pages:
        if blobs := list(page):
            yield blobs


def _collect(sweep: Sweep, workspace_id: str, blobs: list[Any]) -> int:
    """Delete the old ones of these objects that no artifact refers to.

    The artifacts are read after the listing. One that refers to an old object later has touched it
    before, so this deletion fails.
    """
    grace = artifact_store.grace_ms()
    old = [blob for blob in blobs if _updated_at(blob) <= sweep.started_at - grace]
    if not old:
        return 0
    marked = _marked(sweep.client, workspace_id, _hash_of(old[0]), _hash_of(old[-1]))
    unmarked = [blob for blob in old if _hash_of(blob) not in marked]
    return storage.delete_objects(unmarked, if_unchanged=True)


def _marked(client: Client, workspace_id: str, first: str, last: str) -> set[str]:
    """The content hashes, from one to another, that a workspace's artifacts refer to."""
    documents = client.collection("workspaces", workspace_id, "artifacts")
    between = (
        documents.where(filter=FieldFilter("contentHash", ">=", first))
        .where(filter=FieldFilter("contentHash", "<=", last))
        .order_by("contentHash")
        .select(["contentHash"])
    )
    return {str(each.get("contentHash")) for each in between.stream()}


def _position_of(blob: Any) -> int:
    return int(_hash_of(blob)[:DIGITS], 16)


def _updated_at(blob: Any) -> float:
    return float(blob.updated.timestamp() * 1000)


def _hash_of(blob: Any) -> str:
    return str(blob.name).rpartition("/")[2]
