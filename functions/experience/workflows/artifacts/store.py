"""The bytes of artifacts: stored under their hash, once for each workspace.

An object is written once (`if_generation_match=0`). An object that exists is used again. If it is
old it is marked as used, because `garbage_collection.py` deletes what nothing refers to, and must
not delete what a step is about to refer to.
"""

import hashlib
from typing import Any, NamedTuple

from google.api_core.exceptions import NotFound, PreconditionFailed
from google.cloud.firestore import FieldFilter

from experience import clock, config, storage
from experience.errors import Contention
from experience.providers.models import Blob
from experience.workflows.artifacts.models import Artifact, ArtifactUrl
from experience.workflows.artifacts.tenant import Tenant

MAX_ATTEMPTS = 5


class Stored(NamedTuple):
    """Bytes that are stored in the bucket."""

    uri: str
    content_hash: str
    size_bytes: int


def put(tenant: Tenant, data: bytes, content_type: str) -> Stored:
    """Store bytes, unless they are stored. They are kept for at least half the grace period.

    One write. For bytes that exist one read more, and another write if they are old. Contention.
    """
    content_hash = hashlib.sha256(data).hexdigest()
    stored = Stored(tenant.uri_of(content_hash), content_hash, len(data))
    path = tenant.path_of(content_hash)
    blob = storage.bucket().blob(path)
    blob.cache_control = "private, max-age=31536000, immutable"
    for _ in range(MAX_ATTEMPTS):
        try:
            blob.upload_from_string(
                data, content_type=content_type, if_generation_match=0, retry=storage.retry()
            )
        except PreconditionFailed:
            if not _use_again(path):
                continue  # it has just been deleted
        tenant.blob_cache.put(path, Blob(data, content_type))
        return stored
    raise Contention


def _use_again(path: str) -> bool:
    """Whether the object exists, and no running garbage collection can delete it."""
    found = storage.bucket().get_blob(path, retry=storage.retry())
    if found is None:
        return False
    now = clock.now_ms()
    if now - int(found.updated.timestamp() * 1000) < grace_ms() // 2:
        return True
    found.metadata = {**(found.metadata or {}), "usedAt": str(now)}
    try:
        found.patch(retry=storage.retry())
    except NotFound:
        return False
    return True


def read(tenant: Tenant, uri: str) -> bytes:
    """The bytes at a URI of this workspace, as `fetch`. google.api_core NotFound."""
    path = tenant.path_in(uri) or tenant.folder_path_in(uri)
    if path is None:
        raise NotFound(uri)
    return fetch(tenant, path).data


def fetch(tenant: Tenant, path: str) -> Blob:
    """The object at one of the tenant's paths. google.api_core NotFound.

    One read; none for an artifact that this task has stored or read before. Bytes with a content
    encoding are returned as they were uploaded: decompressed they could have any size.
    """
    if known := tenant.blob_cache.get(path):
        return known
    stored = storage.bucket().blob(path)
    data = stored.download_as_bytes(raw_download=True, retry=storage.retry())
    blob = Blob(data, str(stored.content_type or ""))
    if tenant.path_in(path):  # an operator can replace an upload
        tenant.blob_cache.put(path, blob)
    return blob


def read_object(uri: str) -> bytes:
    """The bytes of an object that a run may read by its owner reference. google NotFound.

    `gs://bucket/path`, or `gs://bucket/path#generation` for these contents and no later ones.
    """
    path, _, generation = uri.removeprefix(f"gs://{storage.bucket_name()}/").partition("#")
    blob = storage.bucket().blob(path, generation=int(generation) if generation else None)
    data: bytes = blob.download_as_bytes(raw_download=True, retry=storage.retry())
    return data


def exists(tenant: Tenant, uri: str) -> bool:
    """Whether the bytes still exist. One read."""
    path = tenant.path_in(uri)
    return path is not None and bool(storage.bucket().blob(path).exists(retry=storage.retry()))


def delete_unshared(tenant: Tenant, path: str, run_id: str) -> bool:
    """Delete an object at once, unless an artifact of another run refers to it. One query.

    A step that stores equal bytes at this moment finds them gone, and is retried.
    """
    content_hash = path.rpartition("/")[2]
    same = FieldFilter("contentHash", "==", content_hash)
    found = tenant.collection("artifacts").where(filter=same).select(["runId"]).stream()
    if any(each.get("runId") != run_id for each in found):
        return False
    try:
        storage.bucket().blob(path).delete(retry=storage.retry())
    except NotFound:
        return False
    return True


def signed_url(tenant: Tenant, artifact: Artifact) -> ArtifactUrl | None:
    """A URL that works for whoever has it, until it expires; None if the bytes are gone."""
    path = tenant.path_in(artifact.uri)
    if path is None or not exists(tenant, artifact.uri):
        return None
    seconds = int(config.DOWNLOAD_URL_SECONDS.value)
    options: dict[str, Any] = {"response_type": artifact.type}
    if artifact.filename:
        name = artifact.filename.replace('"', "")
        options["response_disposition"] = f'inline; filename="{name}"'
    url = storage.signed_url(path, "GET", seconds, **options)
    return ArtifactUrl(
        artifact_id=artifact.id,
        url=url,
        type=artifact.type,
        size_bytes=artifact.size_bytes,
        expires_at=clock.now_ms() + seconds * 1000,
    )


def grace_ms() -> int:
    """How long an unreferenced object is kept."""
    return int(config.ARTIFACT_GRACE_HOURS.value) * 3_600_000
