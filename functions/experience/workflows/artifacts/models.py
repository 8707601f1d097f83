"""Artifacts: `/workspaces/{w}/artifacts/{a}`, and the request for their bytes."""

from experience.documents import Document, Request
from experience.ids import DocumentId
from experience.workflows.skills import ArtifactRef


class Artifact(ArtifactRef):
    """`/workspaces/{tenantId}/artifacts/{id}`: bytes that a step of a run has stored."""

    tenant_id: str
    run_id: str
    skill_id: str
    step_id: str | None = None
    created_at: int
    updated_at: int


class GetArtifactUrl(Request):
    """One artifact of a workspace."""

    workspace_id: DocumentId
    artifact_id: DocumentId


class ArtifactUrl(Document):
    """A URL at which an artifact can be read until it expires (Unix ms)."""

    artifact_id: str
    url: str
    type: str
    size_bytes: int
    expires_at: int
