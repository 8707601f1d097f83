"""Uploads: where a client sends a file, and the ones that nobody confirmed."""

from collections.abc import Iterator
from dataclasses import dataclass

from google.api_core.exceptions import NotFound, PreconditionFailed

from experience import clock, config, storage
from experience.media.models import Upload
from experience.media.store.objects import CONFIRMED, TOKENS
from experience.storage import retry, signed_url


def signed_upload(path: str, content_type: str, size_bytes: int, asset_id: str) -> Upload:
    """A V4 signed PUT that takes this type, at most this size, and only once.

    https://cloud.google.com/storage/docs/xml-api/reference-headers
    """
    headers = {
        "content-type": content_type,
        "x-goog-content-length-range": f"1,{size_bytes}",
        "x-goog-if-generation-match": "0",
    }
    seconds = config.UPLOAD_URL_SECONDS.value
    # Signing adds a Host to the headers that it gets.
    url = signed_url(path, "PUT", seconds, headers=dict(headers))
    expires_at = clock.now_ms() + seconds * 1000
    return Upload(asset_id=asset_id, path=path, url=url, headers=headers, expires_at=expires_at)


def resumable_upload(
    path: str, content_type: str, size_bytes: int, asset_id: str, origin: str | None
) -> Upload:
    """A resumable upload of exactly this size, begun by the server for a page of this origin."""
    blob = storage.bucket().blob(path)
    url = blob.create_resumable_upload_session(
        content_type=content_type,
        size=size_bytes,
        origin=origin,
        if_generation_match=0,
        retry=retry(),
    )
    return Upload(
        asset_id=asset_id,
        path=path,
        url=url,
        headers={"content-type": content_type},
        # The service keeps an unfinished session for a week.
        expires_at=clock.now_ms() + 7 * 24 * 3600 * 1000,
    )


@dataclass(frozen=True)
class UnconfirmedUpload:
    """An upload that was never confirmed, or that a retake replaced.

    `created_at` is in Unix milliseconds.
    """

    path: str
    project_id: str
    session_id: str
    created_at: int
    generation: int
    metageneration: int


def list_unconfirmed(after: str) -> Iterator[tuple[list[UnconfirmedUpload], str]]:
    """Unconfirmed uploads of all projects, and the name of the last object that was listed.

    In pages, from the object named `after` on; one request for a thousand objects.
    """
    listed = storage.bucket().list_blobs(
        prefix="projects/",
        start_offset=after or None,
        fields="items(name,timeCreated,generation,metageneration,metadata),nextPageToken",
        retry=retry(),
    )
    for page in listed.pages:
        blobs = list(page)
        if not blobs:
            continue
        found = []
        for blob in blobs:
            match blob.name.split("/"):
                case ["projects", project_id, "sessions", session_id, "inputs", _, _]:
                    if not {TOKENS, CONFIRMED} & (blob.metadata or {}).keys():
                        created_at = int(blob.time_created.timestamp() * 1000)
                        ids = (blob.name, project_id, session_id)
                        versions = (blob.generation, blob.metageneration)
                        found.append(UnconfirmedUpload(*ids, created_at, *versions))
        yield found, blobs[-1].name


def delete_if_unchanged(loose: UnconfirmedUpload) -> bool:
    """Delete an upload, unless somebody confirms or replaces it at this moment."""
    try:
        storage.bucket().blob(loose.path).delete(
            if_generation_match=loose.generation,
            if_metageneration_match=loose.metageneration,
            retry=retry(),
        )
    except (NotFound, PreconditionFailed):
        return False
    return True
