"""Transform jobs (`/projects/{p}/jobs/{j}`) and their internals."""

from enum import StrEnum

from pydantic import Field

from experience.documents import Document, Request
from experience.ids import DocumentId, derived_id
from experience.sessions.models import Answer, JobStatus
from experience.workspaces.models import Transform


class JobErrorCode(StrEnum):
    """Why a job failed; clients may switch on it."""

    INVALID_INPUT = "INVALID_INPUT"
    QUOTA_EXCEEDED = "QUOTA_EXCEEDED"
    PROVIDER_ERROR = "PROVIDER_ERROR"
    SAFETY_FILTERED = "SAFETY_FILTERED"
    PROCESSING_FAILED = "PROCESSING_FAILED"
    STORAGE_ERROR = "STORAGE_ERROR"
    TIMEOUT = "TIMEOUT"
    CANCELLED = "CANCELLED"
    UNKNOWN = "UNKNOWN"


class JobProgress(Document):
    """How far a running job is, for a guest's page."""

    current_step: str
    percentage: int = Field(ge=0, le=100)
    message: str | None = None


class JobOutput(Document):
    """The result: where it lies, its address, and its measures in pixels, bytes, milliseconds."""

    asset_id: str
    url: str
    path: str
    format: str
    width: int
    height: int
    size_bytes: int
    thumbnail_url: str | None = None
    processing_time_ms: int


class JobFailure(Document):
    """What went wrong at `step`, and whether another attempt can help."""

    code: JobErrorCode
    message: str
    step: str | None = None
    is_retryable: bool
    timestamp: int


class Job(Document):
    """`/projects/{projectId}/jobs/{id}`: what its guest may see. Timestamps in Unix ms.

    `runId`: the run of `photo.transform`, in the workspace, that does the work; null for a job that
    nobody works on yet. `attemptCount`: how often a worker began, with the run or with a step anew.
    """

    id: str
    project_id: str
    session_id: str
    experience_id: str
    workspace_id: str
    run_id: str | None = None
    status: JobStatus = JobStatus.PENDING
    attempt_count: int = 0
    created_by: str | None = None
    progress: JobProgress | None = None
    output: JobOutput | None = None
    error: JobFailure | None = None
    created_at: int
    updated_at: int
    started_at: int | None = None
    completed_at: int | None = None

    @property
    def is_ended(self) -> bool:
        """Whether nothing will happen to it any more by itself."""
        return self.status not in (JobStatus.PENDING, JobStatus.RUNNING)


class Capture(Document):
    """The upload that is transformed; `path` is its object in the bucket."""

    step_id: str
    asset_id: str
    path: str


class Snapshot(Document):
    """All that a job needs to be run, and run again, whatever happens to its session."""

    capture: Capture
    answers: list[Answer] = []
    transform: Transform
    experience_version: int


class Counted(Document):
    """The place in its project's day that a job holds, since so many attempts at it."""

    day: str
    attempts: int

    def is_unused(self, job: Job, day: str) -> bool:
        """Whether it is of this day, and no attempt began since it was taken."""
        return self.day == day and self.attempts == job.attempt_count


class JobInternals(Document):
    """`…/jobs/{j}/jobInternals/state`: what a guest must not see.

    `retries`: how often the job was taken up again by hand. Who works on it when, the steps of its
    run know.
    """

    snapshot: Snapshot
    counted: Counted | None = None
    retries: int = 0


class SweepState(Document):
    """`/sweeps/completedSessions`: how far the sweep has come in `completedAt` (Unix ms).

    `path`: the last session, where the sweep stopped within one millisecond. `failed`: the paths
    of sessions to be tried again.
    """

    completed_until: int = 0
    path: str | None = None
    failed: list[str] = []


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
    """The session whose transform is given up."""


def job_id_of(project_id: str, session_id: str) -> str:
    """The id of the one job that a session can have."""
    return derived_id("job", project_id, session_id)


def run_id_of(project_id: str, job_id: str) -> str:
    """The id of the one run that a job can have."""
    return derived_id("run", project_id, job_id)
