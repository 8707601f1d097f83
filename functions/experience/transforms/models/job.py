"""Transform jobs (`/projects/{p}/jobs/{j}`) and their internals."""

from typing import Annotated, Any

from pydantic import Field
from pydantic.json_schema import SkipJsonSchema

from experience.documents import Document
from experience.ids import derived_id
from experience.sessions.models.session import Answer, JobError, JobStatus
from experience.transforms.models.failures import JobFailure
from experience.workflows.runs.models import Queue, Run
from experience.workspaces.models import Transform


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


VendorQueue = Annotated[SkipJsonSchema[Queue | None], Field(exclude_if=lambda queue: queue is None)]
"""The queue of a job's run, stored only if it is not `runTransform`."""


class Job(Document):
    """`/projects/{projectId}/jobs/{id}`: what its guest may see. Timestamps in Unix ms.

    `runId`: the run of `photo.transform`, in the workspace, that does the work; null for a job that
    nobody works on yet. `createdBy`: its guest; null for the job of a preview, which only members
    read. `queuedAt`: when it was created or last retried; the transforms of a guest start in this
    order. `attemptCount`: how often a worker began, with the run or with a step anew.
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
    queued_at: int | None = None
    created_at: int
    updated_at: int
    started_at: int | None = None
    completed_at: int | None = None
    queue: VendorQueue = None

    @property
    def run_queue(self) -> Queue:
        """The queue of its run."""
        return self.queue or Queue.RUN_TRANSFORM

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


class JobReservation(Document):
    """A job's reservation in its project's day, and its number of attempts when that was made."""

    day: str
    attempts: int

    def is_unused(self, job: Job, day: str) -> bool:
        """Whether it is of this day, and no attempt began since it was taken."""
        return self.day == day and self.attempts == job.attempt_count


class JobInternals(Document):
    """`…/jobs/{j}/jobInternals/state`: what a guest must not see.

    `retries`: how often the job was retried by hand. The steps of its run say who works on it.
    """

    snapshot: Snapshot
    counted: JobReservation | None = None
    retries: int = 0


def job_id_of(project_id: str, session_id: str) -> str:
    """The id of the one job that a session can have."""
    return derived_id("job", project_id, session_id)


def run_id_of(project_id: str, job_id: str) -> str:
    """The id of the one run that a job can have."""
    return derived_id("run", project_id, job_id)


def restarted_job(job: Job, now: int) -> Job:
    """A job that begins again."""
    return job.model_copy(
        update={
            "status": JobStatus.PENDING,
            "error": None,
            "progress": None,
            "completed_at": None,
            "queued_at": now,
            "updated_at": now,
        }
    )


def run_fields(run: Run) -> dict[str, Any]:
    """What a job says of its run."""
    return {"run_id": run.id, "queue": None if run.queue is Queue.RUN_TRANSFORM else run.queue}


def session_fields(status: JobStatus, failure: JobFailure | None, now: int) -> dict[str, Any]:
    """What the session says of its job."""
    error = JobError(code=failure.code, message=failure.message).dump() if failure else None
    return {"jobStatus": status.value, "jobError": error, "updatedAt": now}
