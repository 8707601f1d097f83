"""Transform jobs (`/projects/{p}/jobs/{j}`), their internals, and who may work on one when."""

from enum import StrEnum
from typing import Self

from pydantic import Field

from experience.documents import Document, Request
from experience.ids import DocumentId, derived_id
from experience.sessions.models import Answer, JobStatus
from experience.workspaces.models import Transform

MAX_ATTEMPTS = 5


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
    """`/projects/{projectId}/jobs/{id}`: what its guest may see. Timestamps in Unix ms."""

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


class Lease(Document):
    """One worker's right to work on the job until `expires_at` (Unix milliseconds).

    `fence` counts the leases of the job: a result that carries an older fence is refused.
    """

    owner: str
    expires_at: int
    fence: int


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
    """`…/jobs/{j}/jobInternals/state`: what a guest must not see."""

    snapshot: Snapshot
    lease: Lease | None = None
    fence: int = 0
    dispatch: int = 0
    retries: int = 0
    counted: Counted | None = None
    attempt_limit: int = MAX_ATTEMPTS

    def attempts_since_asked(self, job: Job) -> int:
        """How many attempts were made since the job, or its last retry, was asked for."""
        return job.attempt_count - (self.attempt_limit - MAX_ATTEMPTS)


class SweepState(Document):
    """`/sweeps/completedSessions`: how far the sweep has come in `completedAt` (Unix ms).

    `path`: the last session, where the sweep stopped within one millisecond. `failed`: the paths
    of sessions to be tried again.
    """

    completed_until: int = 0
    path: str | None = None
    failed: list[str] = []


class TransformTask(Request):
    """The payload of `runTransform`: the job, and which attempt at it this task is for."""

    project_id: DocumentId
    session_id: DocumentId
    job_id: DocumentId
    attempt: int = Field(ge=1)

    @classmethod
    def next_of(cls, job: Job) -> Self:
        """The task for the attempt after the ones made."""
        return cls(
            project_id=job.project_id,
            session_id=job.session_id,
            job_id=job.id,
            attempt=job.attempt_count + 1,
        )


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


class Claim(StrEnum):
    """What a task that wants to work on a job is told."""

    TAKE = "take"
    """Nobody works on it, and this task's attempt is the next one: go ahead."""
    WAIT = "wait"
    """Somebody works on it: come again."""
    ENDED = "ended"
    """There is nothing left to do."""
    STALE = "stale"
    """This task's attempt is over, and the next one has a task of its own."""
    EXHAUSTED = "exhausted"
    """The worker of the last attempt vanished."""


def claim(job: Job, internals: JobInternals, attempt: int, now: int) -> Claim:
    """Whether a task for this attempt may work on the job now."""
    if job.is_ended:
        return Claim.ENDED
    if job.status is JobStatus.PENDING:
        return Claim.TAKE if attempt == job.attempt_count + 1 else Claim.STALE
    if internals.lease and internals.lease.expires_at > now:
        return Claim.WAIT
    return Claim.TAKE if job.attempt_count < internals.attempt_limit else Claim.EXHAUSTED


def job_id_of(project_id: str, session_id: str) -> str:
    """The id of the one job that a session can have."""
    return derived_id("job", project_id, session_id)


def retry_delay_seconds(attempts_made: int, first: int) -> int:
    """How long to wait after so many attempts: twice as long as the time before."""
    return first << (attempts_made - 1)
