"""Runs, their steps, cached results and artifacts: `/workspaces/{w}/runs/{r}` and beside it."""

from datetime import datetime
from enum import StrEnum
from typing import Any, Literal

from pydantic import Field

from experience.documents import Document, Request
from experience.ids import DocumentId
from experience.workflows.definitions.models import STEP_ID, StepDefinition, Workflow
from experience.workflows.skills import ArtifactRef

MAX_LOST_WORKERS = 10
"""How many workers may vanish over a step before it counts as the step's own fault."""

MAX_RECORDED_ATTEMPTS = 50


class RunStatus(StrEnum):
    """Where a run stands."""

    QUEUED = "queued"
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


class StepStatus(StrEnum):
    """Where a step stands."""

    PENDING = "pending"
    RUNNING = "running"
    COMPLETED = "completed"
    SKIPPED = "skipped"
    FAILED = "failed"


class Queue(StrEnum):
    """Whose tasks a run's are: a queue of their own keeps those that guests wait for apart."""

    RUN_STEP = "runStep"
    RUN_TRANSFORM = "runTransform"


ENDED = {StepStatus.COMPLETED, StepStatus.SKIPPED, StepStatus.FAILED}
GOING = {RunStatus.QUEUED, RunStatus.RUNNING}


class RunError(Document):
    """Why a run failed: the first required step that did."""

    code: str
    message: str
    failed_step_id: str | None = None
    timestamp: int


class RunSummary(Document):
    """What a workspace's people see of a run. Timestamps in Unix milliseconds.

    A payload or context that is too large, or that Firestore cannot hold, lies in the storage at
    its `…Uri`.
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
        """What of a run is for people."""
        return RunSummary(**{name: getattr(run, name) for name in RunSummary.model_fields})


class OwnerReference(Document):
    """What a run is done for: a kind of owner, and the ids by which this kind finds its documents.

    `reads`: objects of the bucket, outside of the workspace's folders, that the run may read.
    """

    kind: str
    ids: dict[str, str] = {}
    reads: list[str] = []


class Run(RunSummary):
    """`/workspaces/{tenantId}/runs/{id}`.

    `definition`: the JSON of the workflow as it was when the run was started. `remainingSinks`:
    the last steps that have not ended. `runAttempt`: how often the run was retried. `request`: the
    fingerprint of the call that started it. `queue`: which one its tasks are put into.
    """

    definition: str
    remaining_sinks: int
    run_attempt: int = 0
    request: str | None = None
    queue: Queue = Queue.RUN_STEP
    owner_reference: OwnerReference | None = None

    @property
    def is_going(self) -> bool:
        """Whether something may still happen to it."""
        return self.status in GOING

    def workflow(self) -> Workflow:
        """The definition that it is pinned to."""
        return Workflow.from_json(self.definition)


class StepLease(Document):
    """One worker's right to work on a step until `expires_at` (Unix ms), taken at `acquired_at`.

    `fence` counts the leases of the step. `task` and `delivery`: the queue's name for the task
    that took it, and how often that task had been delivered before.
    """

    holder: str
    expires_at: int
    acquired_at: int
    fence: int
    task: str | None = None
    delivery: int = 0


class StepError(Document):
    """What went wrong with a step, at which attempt."""

    code: str
    message: str
    attempt: int
    timestamp: int
    details: dict[str, Any] = {}


class StepProgress(Document):
    """How far a running step says that it is."""

    percentage: int = Field(ge=0, le=100)
    message: str | None = None


class Attempt(Document):
    """One stretch of work on a step, for the record."""

    attempt: int
    started_at: int
    ended_at: int
    outcome: Literal["completed", "failed", "waiting", "lost", "cancelled"]
    code: str | None = None


class StepSummary(Document):
    """What a workspace's people see of a step. `reason`: why it runs again, in an update.

    `takenFrom`: the run whose result this is. `dueAt`: when it is to be started at the earliest.
    `parked`: it waits for something outside, such as a provider.
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
        """What of a step is for people."""
        return StepSummary(**{name: getattr(step, name) for name in StepSummary.model_fields})


class RunStep(StepSummary):
    """`…/runs/{runId}/runSteps/{id}`, the id being the step's: one for each step of a run.

    `blockedBy`: the steps that ended without the output that this one needs. `failures` and
    `losses`: the attempts that failed, and the workers that vanished. `runAttempt`: the run's, when
    the step was last made to run; attempts are counted within it. `releasedBy`: the lease's owner
    who ended it last, gave it back or parked it. `queue`: the run's.
    """

    blocked_by: list[str] = []
    lease: StepLease | None = None
    fence: int = 0
    dispatch: int = 0
    run_attempt: int = 0
    failures: int = 0
    losses: int = 0
    cancel_requested: bool = False
    released_by: str | None = None
    queue: Queue = Queue.RUN_STEP

    @property
    def is_ended(self) -> bool:
        """Whether it has come to its end, whatever that was."""
        return self.status in ENDED

    @property
    def is_ready(self) -> bool:
        """Whether all that it depends on has ended, and nobody has begun it."""
        return self.status is StepStatus.PENDING and self.remaining_dependencies <= 0

    def is_held_by(self, lease: StepLease) -> bool:
        """Whether it runs under this lease."""
        return (
            self.status is StepStatus.RUNNING
            and self.lease is not None
            and (self.lease.holder, self.lease.fence) == (lease.holder, lease.fence)
        )

    def blocks(self, definition: StepDefinition) -> bool:
        """Whether steps that depend on it cannot run: it ended without output, and they need it."""
        return self.is_ended and self.status is not StepStatus.COMPLETED and not definition.optional


class StepCache(Document):
    """`…/stepCache/{id}` of a workspace, or `…/runStepCache/{id}` of a run: a step's result.

    `artifacts` are the references by slot. `expireAt` is a timestamp, as TTL policies need it.
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
    """The payload of `runStep`: which attempt at which step, and which dispatch of it."""

    workspace_id: DocumentId
    run_id: DocumentId
    step_id: str = Field(pattern=STEP_ID)
    attempt: int = Field(ge=1)
    dispatch: int = Field(default=0, ge=0)
    run_attempt: int = Field(default=0, ge=0)

    @classmethod
    def next_of(cls, step: RunStep) -> "StepTask":
        """The task for what is next: the attempt that is parked, or the one after those made."""
        return cls(
            workspace_id=step.tenant_id,
            run_id=step.run_id,
            step_id=step.id,
            attempt=step.attempt + (0 if step.parked else 1),
            dispatch=step.dispatch,
            run_attempt=step.run_attempt,
        )
