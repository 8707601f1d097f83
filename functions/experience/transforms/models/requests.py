"""What callers send about transforms."""

from experience.documents import Request
from experience.ids import DocumentId


class GetJob(Request):
    """One job of a project."""

    project_id: DocumentId
    job_id: DocumentId


class StartTransform(Request):
    """The completed main session whose capture is to be transformed."""

    project_id: DocumentId
    session_id: DocumentId


class RetryTransform(StartTransform):
    """The session whose transform failed or was cancelled."""


class CancelTransform(StartTransform):
    """The session whose transform is to be cancelled."""
