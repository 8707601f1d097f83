"""Runs, their steps and cached results: `/workspaces/{w}/runs/{r}` and its neighbours."""

from datetime import datetime
from enum import StrEnum
from typing import Any, Literal

from pydantic import AliasChoices, Field

from experience.documents import Document, Request, Sharded
from experience.ids import DocumentId
from experience.workflows.definitions.models import STEP_ID, StepDefinition, Workflow
from experience.workflows.skills import ArtifactRef

MAX_LOST_WORKERS = 10
"""How many workers a step may lose before it fails: then the step itself is the cause."""

MAX_RECORDED_ATTEMPTS = 50

RUN_ATTEMPT = AliasChoices("runAttempt", "round")
"""The stored name, and the one before migrations 0001 to 0003."""


class RunStatus(StrEnum):
    """The state of a run."""

    QUEUED = "queued"
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


class StepStatus(StrEnum):
    """The state of a step."""

    PENDING = "pending"
    RUNNING = "running"
    COMPLETED = "completed"
    SKIPPED = "skipped"
    FAILED = "failed"


class Queue(StrEnum):
    """The queue of a run's tasks. Runs that guests wait for have queues of their own."""

    RUN_STEP = "runStep"
    RUN_TRANSFORM = "runTransform"
    RUN_VENDOR_TRANSFORM = "runVendorTransform"


ENDED = {StepStatus.COMPLETED, StepStatus.SKIPPED, StepStatus.FAILED}
ACTIVE = {RunStatus.QUEUED, RunStatus.RUNNING}


class RunError(Document):
    """Why a run failed: the error of the first required step that failed."""

    code: str
    message: str
    failed_step_id: str | None = None
    timestamp: int


class RunSummary(Document):
    """What members of the workspace see of a run. Timestamps in Unix milliseconds.

    A payload or context that is too large for Firestore, or not valid there, is stored as an
    object, at its `…Uri`.
    """

    id: str
    tenant_id: str
    workflow_name: str
    workflow_version: str
    trigger_type: Literal["initial", "update"] = "initial"
    trigger_payload: Any = None
    trigger_payload_uri: str | None = None
    status: RunStatus = RunStatus.QUEUED
    base_run_id: str | None = None
    error: RunError | None = None
    context: Any = None
    context_uri: str | None = None
    created_by: str | None = None
    started_at: int | None = None
    completed_at: int | None = None
    duration_ms: int | None = None
    created_at: int
    updated_at: int

    @classmethod
    def of(cls, run: "RunSummary") -> "RunSummary":
        """The part of a run that members see."""
        return RunSummary(**{name: getattr(run, name) for name in RunSummary.model_fields})


class OwnerReference(Document):
    """What a run is done for: a kind of owner, and the ids by which its hooks find the documents.

    `reads`: objects of the bucket outside of the workspace's folders that the run may read.
    `keeps_artifacts`: the run is the workspace's and not a guest's. Its artifacts stay when it has
    completed, so that later runs find its cached results, and a run may update it.
    """

    kind: str
    ids: dict[str, str] = {}
    reads: list[str] = []
    keeps_artifacts: bool = False


class Run(RunSummary, Sharded):
    """`/workspaces/{tenantId}/runs/{id}`.

    `definition`: the JSON of the workflow as it was when the run started. `remainingSinks`: how
    many steps without dependents have not ended. `runAttempt`: how often the run was retried.
    `request`: the fingerprint of the call that started it. `queue`: the queue of its tasks.
    `deadlineAt`: when the run fails if it has not ended by then, with all attempts at its steps.
    The names before migration 0001 are read as well.
    """

    definition: str
    remaining_sinks: int
    run_attempt: int = Field(0, validation_alias=RUN_ATTEMPT)
    request: str | None = None
    queue: Queue = Queue.RUN_STEP
    owner_reference: OwnerReference | None = Field(
        None, validation_alias=AliasChoices("ownerReference", "belongsTo")
    )
    deadline_at: int | None = None

    @property
    def keeps_artifacts(self) -> bool:
        """Whether its artifacts stay when it has completed."""
        return self.owner_reference is None or self.owner_reference.keeps_artifacts

    @property
    def is_active(self) -> bool:
        """Whether it has not ended."""
        return self.status in ACTIVE

    def is_overdue(self, now: int) -> bool:
        """Whether it has not ended, and its deadline has passed."""
        return self.is_active and self.deadline_at is not None and now >= self.deadline_at

    def workflow(self) -> Workflow:
        """The definition that the run stores."""
        return Workflow.from_json(self.definition)


class StepLease(Document):
    """One worker's right to work on a step, from `acquired_at` until `expires_at` (Unix ms).

    `holder`: a random id of the worker; empty while the step is parked. `fence`: the number of
    the lease among those of the step. `task` and `delivery`: the queue's name of the task that
    acquired it, and how often that task had been delivered before. The names before migration 0002
    are read as well.
    """

    holder: str = Field(validation_alias=AliasChoices("holder", "owner"))
    expires_at: int
    acquired_at: int = Field(validation_alias=AliasChoices("acquiredAt", "takenAt"))
    fence: int
    task: str | None = None
    delivery: int = 0


class StepError(Document):
    """Why a step failed, at which attempt."""

    code: str
    message: str
    attempt: int
    timestamp: int
    details: dict[str, Any] = {}


class StepProgress(Document):
    """The progress that a running step reports."""

    percentage: int = Field(ge=0, le=100)
    message: str | None = None


class Attempt(Document):
    """One period of work on a step, for the record."""

    attempt: int
    started_at: int
    ended_at: int
    outcome: Literal["completed", "failed", "waiting", "lost", "cancelled"]
    code: str | None = None


class StepSummary(Document):
    """What members of the workspace see of a step.

    `reason`: why the step runs again, in an update. `takenFrom`: the run whose result this is.
    `dueAt`: when the step is to start at the earliest. `parked`: it waits for something outside,
    such as a provider.
    """

    id: str
    run_id: str
    tenant_id: str
    step_id: str
    skill_id: str
    status: StepStatus = StepStatus.PENDING
    input_hash: str | None = None
    attempt: int = 0
    output_artifact_ids: list[str] = []
    artifacts: dict[str, ArtifactRef] = {}
    output: Any = None
    output_uri: str | None = None
    error: StepError | None = None
    cache_hit: bool = False
    remaining_dependencies: int
    parked: bool = False
    progress: StepProgress | None = None
    attempts: list[Attempt] = []
    reason: str | None = None
    taken_from: str | None = None
    ready_at: int | None = None
    due_at: int | None = None
    started_at: int | None = None
    ended_at: int | None = None
    duration_ms: int | None = None
    created_at: int
    updated_at: int

    @classmethod
    def of(cls, step: "StepSummary") -> "StepSummary":
        """The part of a step that members see."""
        return StepSummary(**{name: getattr(step, name) for name in StepSummary.model_fields})


class RunStep(StepSummary, Sharded):
    """`…/runs/{runId}/runSteps/{id}`: a step of a run, under the step's id in the definition.

    `blockedBy`: the steps that ended without the output that this one needs. `failures` and
    `losses`: how many attempts failed, and how many workers were lost. `runAttempt`: the run's,
    when the step was last made ready; attempts are counted within it. `dispatch`: the number of
    the current task for the same attempt. `releasedBy`: the last holder who completed, released or
    parked the step. `queue`: the run's.
    """

    NAMED_BY = ("run_id", "id")

    blocked_by: list[str] = []
    lease: StepLease | None = None
    fence: int = 0
    dispatch: int = 0
    run_attempt: int = Field(0, validation_alias=RUN_ATTEMPT)
    failures: int = 0
    losses: int = 0
    cancel_requested: bool = False
    released_by: str | None = None
    queue: Queue = Queue.RUN_STEP

    @property
    def is_ended(self) -> bool:
        """Whether it completed, failed or was skipped."""
        return self.status in ENDED

    @property
    def is_ready(self) -> bool:
        """Whether it can start: all its dependencies have ended, and no worker has it."""
        return self.status is StepStatus.PENDING and self.remaining_dependencies <= 0

    def is_under(self, lease: StepLease) -> bool:
        """Whether it runs under this lease."""
        return (
            self.status is StepStatus.RUNNING
            and self.lease is not None
            and (self.lease.holder, self.lease.fence) == (lease.holder, lease.fence)
        )

    def blocks(self, definition: StepDefinition) -> bool:
        """Whether its dependents cannot run: it ended without the output that they need."""
        return self.is_ended and self.status is not StepStatus.COMPLETED and not definition.optional


class StepCache(Document):
    """`…/stepCache/{id}` of a workspace, or `…/runStepCache/{id}` of a run: a cached result.

    `artifacts`: the references by slot. `expireAt` is a timestamp, as TTL policies need it.
    """

    id: str
    cache_key: str
    tenant_id: str
    workflow_name: str
    step_id: str
    input_hash: str
    artifact_ids: list[str] = []
    artifacts: dict[str, ArtifactRef] = {}
    data: Any = None
    data_uri: str | None = None
    scope: Literal["global", "run_only"] = "global"
    created_at: int
    updated_at: int
    expire_at: datetime


class StepTask(Request):
    """The payload of `runStep`: an attempt at a step, and the number of its dispatch."""

    workspace_id: DocumentId
    run_id: DocumentId
    step_id: str = Field(pattern=STEP_ID)
    attempt: int = Field(ge=1)
    dispatch: int = Field(default=0, ge=0)
    run_attempt: int = Field(default=0, ge=0, validation_alias=RUN_ATTEMPT)

    @classmethod
    def next_of(cls, step: RunStep) -> "StepTask":
        """The task for the parked attempt, or else for the next attempt."""
        return cls(
            workspace_id=step.tenant_id,
            run_id=step.run_id,
            step_id=step.id,
            attempt=step.attempt + (0 if step.parked else 1),
            dispatch=step.dispatch,
            run_attempt=step.run_attempt,
        )
