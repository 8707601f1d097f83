"""Where a session's objects lie in the bucket, and their download URLs.

Every path is built here from ids. Objects are written once (`ifGenerationMatch=0`). The picture of
an event's session lies at one documented path, and a new one replaces the generation that was read.
Nothing in the bucket is public: an object is read by its download token, which can be revoked, or
by a signed URL, which expires.
"""

import uuid
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING
from urllib.parse import quote

from google.api_core.exceptions import NotFound, PreconditionFailed

from experience import clock, config, storage
from experience.errors import Contention
from experience.media.models import StoredObject, kind_of
from experience.storage import retry, signed_url

if TYPE_CHECKING:
    from google.cloud.storage import Blob


TOKENS = "firebaseStorageDownloadTokens"
SUSPENDED = "suspendedDownloadTokens"
"""Metadata that keeps an object's tokens while its project is closed. They open nothing there."""
FIELDS = "items(name,timeCreated,updated,generation,metageneration,metadata),nextPageToken"
"""What a listing tells of each object."""
PAGE_SIZE = 1000
"""How many objects one request lists; the service gives no more."""
CONFIRMED = "confirmed"
"""Metadata of a confirmed upload without a download URL, such as a video."""

EVENT_FOLDERS = ("captures", "results")
"""Where the photos and the pictures of events' sessions lie: `{folder}/{e}/{s}/`."""

HEADERS: Mapping[str, str | None] = {
    "cache_control": "private, max-age=3600",
    "content_disposition": "inline",
    "content_encoding": None,
    "content_language": None,
}
"""What a confirmed upload is read with, besides its type."""


def input_path(project_id: str, session_id: str, step_id: str, asset_id: str) -> str:
    """`projects/{p}/sessions/{s}/inputs/{stepId}/{assetId}`"""
    return f"projects/{project_id}/sessions/{session_id}/inputs/{step_id}/{asset_id}"


def result_path(project_id: str, session_id: str, job_id: str, attempt: int, name: str) -> str:
    """`projects/{p}/sessions/{s}/results/{jobId}/{attempt}/{name}`"""
    return f"projects/{project_id}/sessions/{session_id}/results/{job_id}/{attempt}/{name}"


def capture_path(event_id: str, session_id: str) -> str:
    """`captures/{e}/{s}/input.jpg`: of all takes of an event's session, one after another."""
    return f"captures/{event_id}/{session_id}/input.jpg"


def event_result_path(event_id: str, session_id: str) -> str:
    """`results/{e}/{s}/result.png`: of all transforms of an event's session, one after another."""
    return f"results/{event_id}/{session_id}/result.png"


def find(path: str) -> StoredObject | None:
    """What is stored there, or None."""
    blob = storage.bucket().get_blob(path, retry=retry())
    return _stored_object(blob) if blob else None


def list_pages(prefix: str, after: str = "", before: str = "") -> "Iterator[list[Blob]]":
    """The objects below a prefix as a listing shows them, from the one named `after` on.

    Up to the one named `before`. In pages that are not empty. One request for a thousand objects.
    """
    listed = storage.bucket().list_blobs(
        prefix=prefix,
        start_offset=after or None,
        end_offset=before or None,
        fields=FIELDS,
        page_size=PAGE_SIZE,
        retry=retry(),
    )
    for page in listed.pages:
        if blobs := list(page):
            yield blobs


def read(
    path: str, first_bytes: int | None = None, start: int = 0, generation: int | None = None
) -> bytes:
    """An object's bytes, its first ones, or those from `start` on. Raises google.api_core NotFound.

    As they are stored: the client would unpack what its uploader calls gzip, to any size. With a
    `generation` only what was stored under it, which a later upload to the same path replaces.
    """
    end = first_bytes - 1 if first_bytes else None
    blob = storage.bucket().blob(path, generation=generation)
    data: bytes = blob.download_as_bytes(
        start=start if end or start else None, end=end, raw_download=True, retry=retry()
    )
    return data


def write_once(path: str, data: bytes, content_type: str) -> str:
    """Store bytes that are never changed again, and return their download URL.

    What an earlier attempt at the same work stored stays.
    """
    blob = storage.bucket().blob(path)
    blob.metadata = {TOKENS: str(uuid.uuid4())}
    blob.cache_control = "private, max-age=31536000, immutable"
    try:
        blob.upload_from_string(
            data, content_type=content_type, if_generation_match=0, retry=retry()
        )
    except PreconditionFailed:
        return publish(path)
    return download_url(path, blob.metadata[TOKENS])


def replace(path: str, data: bytes, content_type: str, generation: int) -> tuple[str, int]:
    """Store bytes in place of this generation of an object (0: of none).

    Returns their download URL and their own generation, which the URL carries: at a path that is
    written again, each picture has a URL of its own. Raises google.api_core PreconditionFailed
    where another generation is stored there.
    """
    blob = storage.bucket().blob(path)
    blob.metadata = {TOKENS: str(uuid.uuid4())}
    blob.cache_control = "private, max-age=31536000, immutable"
    blob.upload_from_string(
        data, content_type=content_type, if_generation_match=generation, retry=retry()
    )
    stored = int(blob.generation)
    return f"{download_url(path, blob.metadata[TOKENS])}&generation={stored}", stored


def publish(path: str, seen: StoredObject | None = None) -> str:
    """The download URL of an object, which gets its token at the first call.

    While its project is closed this is the URL that opens it when the project is open again. A
    caller that has just read the object passes it as `seen`, which saves a second read. Raises
    google.api_core NotFound.
    """
    tokens = _marked(path, TOKENS, str(uuid.uuid4()), seen)
    return download_url(path, tokens.split(",")[0])


def confirm(uploaded: StoredObject) -> str | None:
    """Mark an upload as confirmed, and return its download URL. A video gets none.

    The same request fixes the headers that the object is read with: a signed upload lets its sender
    choose most of them. Safe to repeat. Raises google.api_core NotFound, also where another upload
    has replaced it.
    """
    headers = {**HEADERS, "content_type": uploaded.content_type}
    if kind_of(uploaded.content_type) == "image":
        tokens = _marked(uploaded.path, TOKENS, str(uuid.uuid4()), uploaded, headers)
        return download_url(uploaded.path, tokens.split(",")[0])
    _marked(uploaded.path, CONFIRMED, "true", uploaded, headers)
    return None


def _marked(
    path: str,
    name: str,
    value: str,
    seen: StoredObject | None,
    headers: Mapping[str, str | None] | None = None,
) -> str:
    """What an object's metadata holds under this name, which is this value if it held nothing.

    Whoever sets it sets the headers too, in one request. Tokens that are suspended stay so. An
    upload that replaced what was `seen` is another object.
    """
    names = (name, SUSPENDED) if name == TOKENS else (name,)
    generation = seen.generation if seen else None
    for _ in range(5):
        found = seen or find(path)
        if found is None or generation not in (None, found.generation):
            raise NotFound(path)
        if held := next(filter(None, map(found.metadata.get, names)), None):
            return held
        blob = storage.bucket().blob(path)
        blob.metadata = {**found.metadata, name: value}
        for header, content in (headers or {}).items():
            setattr(blob, header, content)
        try:
            blob.patch(
                if_generation_match=found.generation,
                if_metageneration_match=found.metageneration,
                retry=retry(),
            )
        except PreconditionFailed:
            seen = None  # another call has just marked it: its value stays
            continue
        return value
    raise Contention


def signed_download(path: str) -> tuple[str, int]:
    """A V4 signed GET, and when it expires."""
    seconds = config.DOWNLOAD_URL_SECONDS.value
    return signed_url(path, "GET", seconds), clock.now_ms() + seconds * 1000


def download_url(path: str, token: str) -> str:
    """The download URL of an object."""
    name = quote(path, safe="")
    endpoint = storage.download_endpoint()
    return f"{endpoint}/v0/b/{storage.bucket_name()}/o/{name}?alt=media&token={token}"


def _stored_object(blob: "Blob") -> StoredObject:
    return StoredObject(
        path=str(blob.name),
        content_type=str(blob.content_type or ""),
        size_bytes=int(blob.size or 0),
        created_at=int(blob.time_created.timestamp() * 1000),
        metadata=dict(blob.metadata or {}),
        metageneration=int(blob.metageneration),
        content_encoding=str(blob.content_encoding or ""),
        generation=int(blob.generation),
    )


def delete_of_session(project_id: str, session_id: str) -> int:
    """Delete every object of a session, and return how many there were. Safe to repeat.

    One request for a thousand objects, and one for each hundred of them.
    """
    return _delete_below(f"projects/{project_id}/sessions/{session_id}/")


def delete_of_event_session(event_id: str, session_id: str) -> int:
    """Delete the photo and the picture of an event's session, and return how many there were.

    Two requests, and one for each object. Safe to repeat.
    """
    folders = (f"{folder}/{event_id}/{session_id}/" for folder in EVENT_FOLDERS)
    return sum(map(_delete_below, folders))


def _delete_below(folder: str) -> int:
    listed = storage.bucket().list_blobs(prefix=folder, fields=FIELDS, retry=retry())
    return storage.delete_objects(listed)
