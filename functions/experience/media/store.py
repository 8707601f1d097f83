"""Where a session's objects lie in the bucket, and their addresses.

Every path is built here from ids. Objects are written once (`ifGenerationMatch=0`), and nothing
in the bucket is public: an object is read by its download token, which can be revoked, or by a
signed URL, which expires.
"""

import uuid
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote, urlsplit

from google.api_core.exceptions import NotFound, PreconditionFailed

from experience import clients, clock, config
from experience.errors import Contention
from experience.media.models import StoredObject, Upload

if TYPE_CHECKING:
    from google.api_core.retry import Retry
    from google.cloud.storage import Blob

TOKENS = "firebaseStorageDownloadTokens"

RETRY_SECONDS = 10
"""How long a storage that fails is asked again. The client's own two minutes outlast a guest's
patience and a worker's lease; past this a callable's caller or the task queue tries again."""


def input_path(project_id: str, session_id: str, step_id: str, asset_id: str) -> str:
    """`projects/{p}/sessions/{s}/inputs/{stepId}/{assetId}`"""
    return f"projects/{project_id}/sessions/{session_id}/inputs/{step_id}/{asset_id}"


def result_path(project_id: str, session_id: str, job_id: str, attempt: int, name: str) -> str:
    """`projects/{p}/sessions/{s}/results/{jobId}/{attempt}/{name}`"""
    return f"projects/{project_id}/sessions/{session_id}/results/{job_id}/{attempt}/{name}"


def find(path: str) -> StoredObject | None:
    """What is stored there, or None."""
    blob = clients.bucket().get_blob(path, retry=storage_retry())
    return _described(blob) if blob else None


def read(path: str, first_bytes: int | None = None) -> bytes:
    """An object's bytes, or its first ones. Raises google.api_core NotFound.

    As they are stored: the client would unpack what its uploader calls gzip, to any size.
    """
    end = first_bytes - 1 if first_bytes else None
    blob = clients.bucket().blob(path)
    data: bytes = blob.download_as_bytes(
        start=0 if end else None, end=end, raw_download=True, retry=storage_retry()
    )
    return data


def write_once(path: str, data: bytes, content_type: str) -> str:
    """Store bytes that are never changed again, and return their address.

    Where something is stored already, by an earlier try of the same work, that stays.
    """
    blob = clients.bucket().blob(path)
    blob.metadata = {TOKENS: str(uuid.uuid4())}
    blob.cache_control = "private, max-age=31536000, immutable"
    try:
        blob.upload_from_string(
            data, content_type=content_type, if_generation_match=0, retry=storage_retry()
        )
    except PreconditionFailed:
        return publish(path)
    return address(path, blob.metadata[TOKENS])


def publish(path: str, seen: StoredObject | None = None) -> str:
    """The download-token address of an object, which gets its token at the first call.

    Whoever has just looked at it passes what they saw, and saves a second look. Raises
    google.api_core NotFound.
    """
    for _ in range(5):
        found = seen or find(path)
        if found is None:
            raise NotFound(path)
        if tokens := found.metadata.get(TOKENS):
            return address(path, tokens.split(",")[0])
        token = str(uuid.uuid4())
        blob = clients.bucket().blob(path)
        blob.metadata = {**found.metadata, TOKENS: token}
        try:
            blob.patch(if_metageneration_match=found.metageneration, retry=storage_retry())
        except PreconditionFailed:
            seen = None  # somebody else published it just now: take their token
            continue
        return address(path, token)
    raise Contention


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
    url = _sign(path, "PUT", seconds, headers=dict(headers))  # signing adds a Host to what it gets
    expires_at = clock.now_ms() + seconds * 1000
    return Upload(asset_id=asset_id, path=path, url=url, headers=headers, expires_at=expires_at)


def resumable_upload(
    path: str, content_type: str, size_bytes: int, asset_id: str, origin: str | None
) -> Upload:
    """A resumable upload of exactly this size, begun by the server for a page of this origin."""
    blob = clients.bucket().blob(path)
    url = blob.create_resumable_upload_session(
        content_type=content_type,
        size=size_bytes,
        origin=origin,
        if_generation_match=0,
        retry=storage_retry(),
    )
    return Upload(
        asset_id=asset_id,
        path=path,
        url=url,
        headers={"content-type": content_type},
        # The service keeps an unfinished session for a week.
        expires_at=clock.now_ms() + 7 * 24 * 3600 * 1000,
    )


def signed_download(path: str) -> tuple[str, int]:
    """A V4 signed GET, and when it expires."""
    seconds = config.DOWNLOAD_URL_SECONDS.value
    return _sign(path, "GET", seconds), clock.now_ms() + seconds * 1000


def storage_retry() -> "Retry":
    """How long a storage that fails is asked again."""
    from google.cloud.storage.retry import DEFAULT_RETRY  # heavy, like the client that it is for

    return DEFAULT_RETRY.with_timeout(RETRY_SECONDS)


def _sign(path: str, method: str, seconds: int, **options: Any) -> str:
    url: str = (
        clients.bucket()
        .blob(path)
        .generate_signed_url(
            version="v4",
            method=method,
            expiration=timedelta(seconds=seconds),
            credentials=clients.signer(),
            api_access_endpoint=clients.storage_endpoint(),
            **options,
        )
    )
    return url


def address(path: str, token: str) -> str:
    """The download-token address of an object."""
    name = quote(path, safe="")
    endpoint = clients.download_endpoint()
    return f"{endpoint}/v0/b/{clients.bucket_name()}/o/{name}?alt=media&token={token}"


def path_in(address: str) -> str:
    """The object's path, out of the address that this module made for it."""
    return unquote(urlsplit(address).path.partition("/o/")[2])


def _described(blob: "Blob") -> StoredObject:
    return StoredObject(
        path=str(blob.name),
        content_type=str(blob.content_type or ""),
        size_bytes=int(blob.size or 0),
        created_at=int(blob.time_created.timestamp() * 1000),
        metadata=dict(blob.metadata or {}),
        metageneration=int(blob.metageneration),
        content_encoding=str(blob.content_encoding or ""),
    )
