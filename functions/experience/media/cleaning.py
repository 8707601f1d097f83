"""Deleting objects: a session's with the session, and what was uploaded and never confirmed."""

from collections.abc import Iterator
from dataclasses import dataclass

from google.api_core.exceptions import NotFound, PreconditionFailed

from experience import clients
from experience.media.store import TOKENS, storage_retry


@dataclass(frozen=True)
class Loose:
    """An upload without an address: nobody confirmed it, or a retake took its place.

    `created_at` is in Unix milliseconds.
    """

    path: str
    project_id: str
    session_id: str
    created_at: int
    generation: int
    metageneration: int


def delete_of_session(project_id: str, session_id: str) -> int:
    """Delete every object of a session, and return how many there were. Safe to repeat."""
    folder = f"projects/{project_id}/sessions/{session_id}/"
    count = 0
    for blob in clients.bucket().list_blobs(prefix=folder, retry=storage_retry()):
        try:
            blob.delete(retry=storage_retry())
        except NotFound:
            continue
        count += 1
    return count


def uploads_without_address(after: str) -> Iterator[tuple[list[Loose], str]]:
    """Such uploads of all projects, and the name of the last object that was looked at.

    In pages, from the object named `after` on; one request for a thousand objects.
    """
    listed = clients.bucket().list_blobs(
        prefix="projects/",
        start_offset=after or None,
        fields="items(name,timeCreated,generation,metageneration,metadata),nextPageToken",
        retry=storage_retry(),
    )
    for page in listed.pages:
        blobs = list(page)
        if not blobs:
            continue
        found = []
        for blob in blobs:
            match blob.name.split("/"):
                case ["projects", project_id, "sessions", session_id, "inputs", _, _]:
                    if TOKENS not in (blob.metadata or {}):
                        created_at = int(blob.time_created.timestamp() * 1000)
                        ids = (blob.name, project_id, session_id)
                        versions = (blob.generation, blob.metageneration)
                        found.append(Loose(*ids, created_at, *versions))
        yield found, blobs[-1].name


def delete_if_unchanged(loose: Loose) -> bool:
    """Delete an upload, unless somebody confirms or replaces it at this moment."""
    try:
        clients.bucket().blob(loose.path).delete(
            if_generation_match=loose.generation,
            if_metageneration_match=loose.metageneration,
            retry=storage_retry(),
        )
    except (NotFound, PreconditionFailed):
        return False
    return True
