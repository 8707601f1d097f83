"""A workspace's bytes as providers see them: its artifacts, and the results that they keep."""

from google.api_core.exceptions import NotFound, PreconditionFailed

from experience import storage
from experience.imaging import files
from experience.providers.models import Blob, Kept
from experience.workflows.artifacts import store as artifact_store
from experience.workflows.artifacts.store import Stored
from experience.workflows.artifacts.tenant import Tenant

URL_SECONDS = 3600
COST = "costMicros"


class TenantBlobs:
    """`providers.models.Blobs` of one workspace.

    It remembers what was written and kept through it, so that a provider that answers at once does
    not access the bucket twice. It lives for one submit or poll of one job.
    """

    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant
        self._written: dict[bytes, Stored] = {}
        self._kept: dict[str, Kept] = {}

    def read(self, uri: str) -> Blob:
        """The bytes of an artifact, of a kept result, or of an operator's upload.

        The type of an upload is detected from its bytes, because its metadata may lack one.
        FileNotFoundError.
        """
        path = self._tenant.path_in(uri) or self._tenant.kept_path_in(uri)
        upload = self._tenant.folder_path_in(uri) if path is None else None
        try:
            if path:
                return artifact_store.fetch(self._tenant, path)
            if upload:
                blob = artifact_store.fetch(self._tenant, upload)
                return Blob(blob.data, files.content_type(blob.data) or blob.content_type)
        except NotFound as error:
            raise FileNotFoundError(uri) from error
        raise FileNotFoundError(uri)

    def write(self, blob: Blob) -> str:
        """Store bytes as those of an artifact, and return their URI."""
        return self.store(blob).uri

    def store(self, blob: Blob) -> Stored:
        """Store bytes as those of an artifact, once."""
        if blob.data not in self._written:
            stored = artifact_store.put(self._tenant, blob.data, blob.content_type)
            self._written[blob.data] = stored
        return self._written[blob.data]

    def keep(self, key: str, blob: Blob, cost_micros: int | None) -> None:
        """Keep a result under its job's id. An earlier one stays. One write."""
        path = self._tenant.kept_path(key)
        stored = storage.bucket().blob(path)
        stored.metadata = {} if cost_micros is None else {COST: str(cost_micros)}
        try:
            stored.upload_from_string(
                blob.data,
                content_type=blob.content_type,
                if_generation_match=0,
                retry=storage.retry(),
            )
        except PreconditionFailed:
            return
        self._tenant.blob_cache.put(path, blob)
        self._kept[key] = Kept(self._uri(path), cost_micros)

    def kept(self, key: str) -> Kept | None:
        """The result kept under a job's id. One read."""
        if key in self._kept:
            return self._kept[key]
        path = self._tenant.kept_path(key)
        found = storage.bucket().get_blob(path, retry=storage.retry())
        if found is None:
            return None
        cost = (found.metadata or {}).get(COST)
        return Kept(self._uri(path), int(cost) if cost else None)

    def forget(self, key: str) -> None:
        """Delete the result kept under a job's id, if there is one."""
        if key in self._kept:
            storage.bucket().blob(self._tenant.kept_path(key)).delete(retry=storage.retry())
            del self._kept[key]

    def address(self, uri: str) -> str:
        """A signed URL of an artifact, or of an operator's upload."""
        path = self._tenant.path_in(uri) or self._tenant.folder_path_in(uri)
        if path is None:
            raise FileNotFoundError(uri)
        return storage.signed_url(path, "GET", URL_SECONDS)

    def _uri(self, path: str) -> str:
        return f"gs://{storage.bucket_name()}/{path}"
