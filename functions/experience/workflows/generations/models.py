"""Generation jobs: `/workspaces/{w}/generationJobs/{g}`, one for each request to a provider."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Any, Literal

from pydantic import AliasChoices, Field

from experience.documents import Document, Request, Sharded
from experience.ids import DocumentId, derived_id
from experience.workflows.runs.models import RUN_ATTEMPT, RunStep
from experience.workflows.skills import ArtifactRef, GenerationRequest, MediaType

Kind = Literal["image", "other"]

MAX_PERMITS: dict[Kind, int] = {"image": 5, "other": 2}
"""How many jobs of each kind a tenant can have active at vendors, pictures by default."""

POLL_AND_TIMEOUT_MS = {
    "image": (2_000, 60_000),
    "video": (5_000, 300_000),
    "sound_effect": (2_000, 30_000),
    "music": (5_000, 180_000),
}

MAX_SUBMITS = 5
"""How often a job is submitted, if the provider cannot be reached or the worker dies."""

LATE_MS = 60_000
"""How long a task or worker may be overdue before it counts as lost, and a sweep takes over."""


class GenerationStatus(StrEnum):
    """The state of a generation job."""

    PENDING = "pending"
    PROCESSING = "processing"
    COMPLETED = "completed"
    FAILED = "failed"
    TIMED_OUT = "timed_out"


COMPLETED = GenerationStatus.COMPLETED
ACTIVE = (GenerationStatus.PENDING, GenerationStatus.PROCESSING)


class GenerationJob(Sharded):
    """`/workspaces/{tenantId}/generationJobs/{id}`. Timestamps in Unix milliseconds.

    Written before the provider is called, which knows the request by `id`. `runStepId`: the step's
    id within the run. `runAttempt`: the run's, when the job was created. `permit`: which of the
    tenant's permits the job holds while it is active. `waitingFor`: the kind of permit that it
    waits for. Both are null where the provider needs none. `begunAt`: when the provider was first
    asked to begin. `triedAt`: when it was last asked, as long as the outcome is not known.
    `submits` and `attempts` count the submits and the polls. `cancelDue`: the provider has still
    to be asked to stop. `dueAt`: when the next thing is to happen. `costMicros` is null where the
    provider does not report a cost. The names before migration 0003 are read as well.
    """

    id: str
    tenant_id: str
    run_id: str
    run_step_id: str
    slot: str
    run_attempt: int = Field(0, validation_alias=RUN_ATTEMPT)
    provider_id: str
    provider_job_id: str | None = None
    media_type: MediaType
    status: GenerationStatus = GenerationStatus.PENDING
    poll_interval_ms: int
    timeout_ms: int
    attempts: int = 0
    submits: int = 0
    dispatch: int = 0
    input_params: dict[str, Any] | None = None
    input_params_uri: str | None = None
    result_uri: str | None = None
    artifact_id: str | None = None
    artifact: ArtifactRef | None = None
    error_code: str | None = None
    error_message: str | None = None
    retryable: bool = False
    cost_micros: int | None = None
    permit: str | None = Field(None, validation_alias=AliasChoices("permit", "place"))
    waiting_for: Kind | None = Field(None, validation_alias=AliasChoices("waitingFor", "waiting"))
    cancel_due: bool = False
    begun_at: int | None = None
    tried_at: int | None = None
    due_at: int | None = None
    started_at: int | None = None
    completed_at: int | None = None
    created_at: int
    updated_at: int

    @property
    def is_ended(self) -> bool:
        """Whether it completed, failed or timed out."""
        return self.status not in ACTIVE

    @property
    def kind(self) -> Kind:
        """The kind of permit that it needs."""
        return "image" if self.media_type == "image" else "other"

    @property
    def needs_permit(self) -> bool:
        """Whether it holds one of the tenant's permits, or waits for one."""
        return bool(self.permit or self.waiting_for)

    def is_timed_out(self, now: int) -> bool:
        """Whether the provider has taken longer than the job's timeout."""
        return self.started_at is not None and now > self.started_at + self.timeout_ms

    def pause_ms(self) -> int:
        """The pause before the next submit: 2, 4, 8 and 16 s for an image."""
        return self.poll_interval_ms << max(0, self.submits - 1)


class GenerationPermit(Document):
    """`/workspaces/{w}/generationPermits/{kind}-{n}`, and the job that holds it, if any."""

    job_id: str | None = None
    updated_at: int


class PollTask(Request):
    """The payload of `pollGeneration`: a poll of a job, and the number of its dispatch."""

    workspace_id: DocumentId
    job_id: DocumentId
    number: int = Field(ge=1)
    dispatch: int = Field(default=0, ge=0)

    @classmethod
    def next_of(cls, job: GenerationJob) -> "PollTask":
        """The task for the next poll."""
        return cls(
            workspace_id=job.tenant_id,
            job_id=job.id,
            number=job.attempts + 1,
            dispatch=job.dispatch,
        )


def job_ids_of(step: RunStep, slot: str) -> list[str]:
    """The ids of a step's jobs for a slot in this run attempt, newest first.

    One for each attempt that failed, and one for the current attempt. An attempt that lost its
    worker continues with the same job.
    """
    key = (step.tenant_id, step.run_id, step.id, slot, step.run_attempt)
    return [derived_id("generation", *key, each) for each in range(step.failures, -1, -1)]


def current_job(jobs: Sequence["GenerationJob | None"]) -> "GenerationJob | None":
    """The job that this attempt continues with: its own, or an earlier one that did not fail."""
    own, *earlier = jobs
    usable = (each for each in earlier if each and each.status in (*ACTIVE, COMPLETED))
    return own or next(usable, None)


def times_of(request: GenerationRequest) -> tuple[int, int]:
    """The poll interval and the timeout of a request, in milliseconds."""
    sound = request.sound or "sound_effect"
    kind = sound if request.media_type == "audio" else request.media_type
    poll_ms, timeout_ms = POLL_AND_TIMEOUT_MS[kind]
    return request.poll_interval_ms or poll_ms, request.timeout_ms or timeout_ms
