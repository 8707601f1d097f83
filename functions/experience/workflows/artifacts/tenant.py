"""The one way to a workspace's data: a `Tenant` is only made after a check.

No other module of this domain knows the paths of a workspace.
"""

from typing import Any, Protocol

from google.cloud.firestore import Client, CollectionReference, DocumentReference, DocumentSnapshot

from experience import storage, transactions
from experience.workflows.artifacts.blob_cache import BlobCache
from experience.workspaces.models import Role, require_sufficient
from experience.workspaces.store import find_role, is_deleted

_KEY = object()


class InWorkspace(Protocol):
    """A stored document that names its workspace."""

    @property
    def workspace_id(self) -> str | None: ...


class Tenant:
    """A workspace's runs, artifacts, cache and generation jobs, and its objects in the bucket.

    It lives as long as one task or call, and caches the bytes that were stored or read in it.
    """

    def __init__(self, client: Client, workspace_id: str, key: object) -> None:
        if key is not _KEY:
            raise TypeError("a Tenant is made by its class methods")
        self.client = client
        self.id = workspace_id
        self.blob_cache = BlobCache()

    @classmethod
    def of_member(
        cls, client: Client, uid: str, workspace_id: str, role: Role, what: str
    ) -> "Tenant":
        """The workspace of a caller who has at least this role in it. One read.

        NotFound for non-members, PermissionDenied for a lower role.
        """
        require_sufficient(find_role(client, workspace_id, uid), role, what)
        return cls(client, workspace_id, _KEY)

    @classmethod
    def of_run(
        cls, client: Client, workspace_id: str, run_id: str, *step_ids: str
    ) -> tuple["Tenant", list[DocumentSnapshot[Any]]] | None:
        """The workspace that a task names, with its run, which proves it, and steps of the run.

        None if the workspace has no such run. One read for the run and one for each step.
        """
        tenant = cls(client, workspace_id, _KEY)
        wanted = [tenant.run_ref(run_id), *(tenant.step_ref(run_id, each) for each in step_ids)]
        found = transactions.read(client, wanted)
        run = transactions.fields(found[0])
        return (tenant, found) if run and run.get("tenantId") == workspace_id else None

    @classmethod
    def of_document(cls, client: Client, document: "InWorkspace") -> "Tenant":
        """The workspace that a stored document names, such as a session: its domain checked it."""
        if not document.workspace_id:
            raise ValueError("a document without a workspace")
        return cls(client, document.workspace_id, _KEY)

    @classmethod
    def of_generation(
        cls, client: Client, workspace_id: str, job_id: str
    ) -> tuple["Tenant", dict[str, Any]] | None:
        """The workspace that a task names, with its generation job, which proves it. One read.

        None if the workspace has no such job.
        """
        tenant = cls(client, workspace_id, _KEY)
        [found] = transactions.read(client, [tenant.generation_ref(job_id)])
        job = transactions.fields(found)
        return (tenant, job) if job and job.get("tenantId") == workspace_id else None

    @classmethod
    def of_snapshot(cls, client: Client, snapshot: "DocumentSnapshot[Any]") -> "Tenant | None":
        """The workspace of a document below it, if its `tenantId` names the same one; else None."""
        match snapshot.reference.path.split("/"):
            case ["workspaces", workspace_id, *_] if snapshot.get("tenantId") == workspace_id:
                return cls(client, workspace_id, _KEY)
        return None

    def is_deleted(self) -> bool:
        """Whether the workspace was deleted, which does no paid work any more. Mostly no read."""
        return is_deleted(self.client, self.id)

    def collection(self, *path: str) -> CollectionReference:
        """`/workspaces/{w}/…`"""
        found: CollectionReference = self.client.collection("workspaces", self.id, *path)
        return found

    def run_ref(self, run_id: str) -> DocumentReference:
        """`/workspaces/{w}/runs/{r}`"""
        found: DocumentReference = self.collection("runs").document(run_id)
        return found

    def step_ref(self, run_id: str, step_id: str) -> DocumentReference:
        """`/workspaces/{w}/runs/{r}/runSteps/{stepId}`"""
        found: DocumentReference = self.run_ref(run_id).collection("runSteps").document(step_id)
        return found

    def artifact_ref(self, artifact_id: str) -> DocumentReference:
        """`/workspaces/{w}/artifacts/{a}`"""
        found: DocumentReference = self.collection("artifacts").document(artifact_id)
        return found

    def cache_ref(self, key: str, run_id: str | None) -> DocumentReference:
        """`/workspaces/{w}/stepCache/{key}`, or of one run `…/runs/{r}/runStepCache/{key}`"""
        if run_id is None:
            shared: DocumentReference = self.collection("stepCache").document(key)
            return shared
        own: DocumentReference = self.run_ref(run_id).collection("runStepCache").document(key)
        return own

    def generation_ref(self, job_id: str) -> DocumentReference:
        """`/workspaces/{w}/generationJobs/{g}`"""
        found: DocumentReference = self.collection("generationJobs").document(job_id)
        return found

    def permit_ref(self, name: str) -> DocumentReference:
        """`/workspaces/{w}/generationPermits/{kind}-{n}`"""
        found: DocumentReference = self.collection("generationPermits").document(name)
        return found

    def kept_path(self, job_id: str) -> str:
        """`tenants/{w}/generations/{g}` in the bucket: a result that is kept until its job ends."""
        return f"tenants/{self.id}/generations/{job_id}"

    def kept_path_in(self, uri: str) -> str | None:
        """The object that a URI names, if it is a kept result of this workspace."""
        path = uri.removeprefix(f"gs://{storage.bucket_name()}/")
        prefix, _, job_id = path.rpartition("/")
        return path if job_id and prefix == f"tenants/{self.id}/generations" else None

    def folder_path_in(self, uri: str) -> str | None:
        """The object that a URI or path names, if it is an operator's upload.

        `workspaces/{w}/…`: overlays, reference images, sample photos.
        """
        path = uri.removeprefix(f"gs://{storage.bucket_name()}/")
        return path if path.startswith(f"workspaces/{self.id}/") else None

    def path_of(self, content_hash: str) -> str:
        """`tenants/{w}/sha256/{hash}` in the bucket."""
        return f"tenants/{self.id}/sha256/{content_hash}"

    def uri_of(self, content_hash: str) -> str:
        """The same as a storage URI."""
        return f"gs://{storage.bucket_name()}/{self.path_of(content_hash)}"

    def path_in(self, uri: str) -> str | None:
        """The object that a URI names, if it is one of this workspace's artifacts."""
        path = uri.removeprefix(f"gs://{storage.bucket_name()}/")
        prefix, _, content_hash = path.rpartition("/")
        is_hash = len(content_hash) == 64 and content_hash.isalnum()
        return path if is_hash and prefix == f"tenants/{self.id}/sha256" else None
