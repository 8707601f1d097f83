"""The commits that complete steps. The rules of `leases.py` hold for these as well."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from google.cloud.firestore import ArrayUnion, DocumentReference, Increment

from experience import clock, logs
from experience.documents import Versioned
from experience.workflows.artifacts.models import Artifact
from experience.workflows.artifacts.payloads import NOTHING, Packed
from experience.workflows.artifacts.tenant import Tenant
from experience.workflows.definitions.models import Workflow
from experience.workflows.runs import hooks, store
from experience.workflows.runs.conditional_commit import Commit, FieldUpdates, Write
from experience.workflows.runs.errors import StaleStep, StepConflict
from experience.workflows.runs.finalization import finalization_of
from experience.workflows.runs.leases import Acquisition, LeasedStep, with_attempt
from experience.workflows.runs.models import (
    Run,
    RunStatus,
    RunStep,
    StepCache,
    StepError,
    StepStatus,
)
from experience.workflows.skills import ArtifactRef


@dataclass(frozen=True)
class StepOutcome:
    """How a step ends, and what is written together with that."""

    status: StepStatus
    output: Packed = NOTHING
    artifacts: Mapping[str, ArtifactRef] = field(default_factory=dict)
    documents: tuple[Artifact, ...] = ()
    error: StepError | None = None
    cache: tuple[DocumentReference, StepCache] | None = None
    cache_hit: bool = False
    input_hash: str | None = None


@dataclass(frozen=True)
class Completion:
    """What follows from a completed step.

    `ready`: the dependents that can start. `is_last`: the run is to be finalized. `acquired`: the
    dependent whose lease was acquired in the same commit.
    """

    step: RunStep
    ready: list[str]
    is_last: bool
    acquired: LeasedStep | None = None


class StepCommit(Commit):
    """The commit that completes a step. Each write whose result matters has a name."""

    def __init__(self, tenant: Tenant, before: Versioned[RunStep], after: RunStep) -> None:
        super().__init__(tenant.client)
        self._tenant = tenant
        self._after = after
        self._now = after.updated_at
        self.step = self.update(
            self._step_ref(after.id),
            before.value.difference(after),
            if_written_at=before.update_time,
        )
        self.dependents: dict[str, Write] = {}
        self.acquired: tuple[Acquisition, Write] | None = None
        self.sinks: Write | None = None

    def count_down(self, dependent: str, *, is_blocking: bool) -> None:
        """Count down the dependencies of a dependent.

        There is no precondition, so that steps that complete at the same moment do not conflict.
        """
        changes: FieldUpdates = {"remainingDependencies": Increment(-1)}
        changes |= {"readyAt": self._now, "dueAt": self._now, "updatedAt": self._now}
        if is_blocking:
            changes["blockedBy"] = ArrayUnion([self._after.id])
        self.dependents[dependent] = self.update(self._step_ref(dependent), changes)

    def acquire(self, acquisition: Acquisition) -> None:
        """Acquire the lease on a dependent that depends on no other step."""
        write = self.update(
            self._step_ref(acquisition.after.id),
            acquisition.changes(),
            if_written_at=acquisition.before.update_time,
        )
        self.acquired = acquisition, write

    def count_down_sinks(self) -> None:
        """Count down the steps that the run waits for."""
        reference = self._tenant.run_ref(self._after.run_id)
        self.sinks = self.update(reference, {"remainingSinks": Increment(-1)})

    def add_outcome(self, outcome: StepOutcome) -> None:
        """Store the step's artifacts, and its cached result."""
        for document in outcome.documents:
            self.set(self._tenant.artifact_ref(document.id), document)
        if outcome.cache:
            self.set(*outcome.cache)

    def completion(self) -> Completion:
        """What follows from the commit, by the counters in its results."""
        acquired = None
        if self.acquired:
            acquisition, write = self.acquired
            stored = Versioned(acquisition.after, write.update_time)
            acquired = LeasedStep(self._tenant, stored, acquisition.lease)
        return Completion(
            step=self._after,
            ready=[name for name, write in self.dependents.items() if write.counter == 0],
            is_last=self.sinks is not None and self.sinks.counter == 0,
            acquired=acquired,
        )

    def _step_ref(self, step_id: str) -> DocumentReference:
        return self._tenant.step_ref(self._after.run_id, step_id)


def complete_step(
    tenant: Tenant,
    run: Run,
    step: Versioned[RunStep] | LeasedStep,
    outcome: StepOutcome,
    known: Mapping[str, RunStep],
    acquisition: Acquisition | None = None,
) -> Completion:
    """Complete a step, and count that down on its dependents, in one commit.

    Writes the step, each dependent, its artifacts and cached result, for a sink the run, and what
    the hooks add. Locks nothing, so that steps that complete at the same moment do not wait for
    each other. Reads nothing, except for the last step of a run with a single sink: then the steps
    that are not among those `known`. `acquisition`: of a dependent that depends on no
    other step, to be acquired in the same commit. A run with a single sink is finalized in this
    commit. StepConflict; under a lease StaleStep and LeaseLost.
    """
    workflow = run.workflow()
    work = step if isinstance(step, LeasedStep) else None
    before = step.stored if isinstance(step, LeasedStep) else step
    now = acquisition.lease.acquired_at if acquisition else clock.now_ms()
    after = _with_outcome(before.value, outcome, work, now)
    finalization = None
    if workflow.sinks == {after.id} and run.is_active and not after.cancel_requested:
        steps = _all_steps(tenant, workflow, after, known)
        finalization = finalization_of(tenant, run, steps, now)
    acquisition = acquisition and _with_dependency_met(acquisition, now)

    commit = StepCommit(tenant, before, after)
    dependents = workflow.dependents[after.id]
    for each in dependents:
        if acquisition and acquisition.after.id == each:
            commit.acquire(acquisition)
        else:
            commit.count_down(each, is_blocking=after.blocks(workflow.by_id[after.id]))
    if not dependents and finalization is None:
        commit.count_down_sinks()
    commit.add_outcome(outcome)
    if finalization:
        finalization.add_to(commit)
    elif acquisition and (run_hooks := hooks.hooks_of(run)):
        running = run.model_copy(update={"status": RunStatus.RUNNING})
        writes = run_hooks.on_step_started(tenant.client, running, acquisition.after)
        commit.add_hook_writes(writes)

    try:
        commit.send()
    except StepConflict as conflict:
        if _was_completed(tenant, after):
            return _completion_now(tenant, after, dependents, acquisition)  # the answer was lost
        if work is None:
            raise
        work.refresh()
        raise StaleStep from conflict
    _log(after)
    if finalization:
        finalization.after_commit()
    return commit.completion()


def _all_steps(
    tenant: Tenant, workflow: Workflow, last: RunStep, known: Mapping[str, RunStep]
) -> list[RunStep]:
    """The run's steps as its last one ends, in the order of the definition."""
    steps = {**known, last.id: last}
    unknown = [each for each in workflow.by_id if each not in steps]
    steps |= {each.id: each for each in store.find_steps(tenant, last.run_id, unknown)}
    return [steps[each] for each in workflow.by_id if each in steps]


def _with_outcome(
    before: RunStep, outcome: StepOutcome, work: LeasedStep | None, now: int
) -> RunStep:
    attempts = before.attempts
    holder = uuid.uuid4().hex  # recognises this commit, should its answer be lost
    if work:
        holder = work.lease.holder
        names = {StepStatus.COMPLETED: "completed", StepStatus.FAILED: "failed"}
        name = names.get(outcome.status, "cancelled")
        code = outcome.error.code if outcome.error else None
        attempts = with_attempt(before, work.lease.acquired_at, now, name, code)
    started_at = before.started_at or (now if outcome.status is not StepStatus.SKIPPED else None)
    return before.model_copy(
        update={
            "status": outcome.status,
            "output": outcome.output.value,
            "output_uri": outcome.output.uri,
            "artifacts": dict(outcome.artifacts),
            "output_artifact_ids": [each.id for each in outcome.artifacts.values()],
            "error": outcome.error,
            "cache_hit": outcome.cache_hit,
            "input_hash": outcome.input_hash or before.input_hash,
            "attempts": attempts,
            "lease": None,
            "parked": False,
            "released_by": holder,
            "started_at": started_at,
            "ended_at": now,
            "duration_ms": now - started_at if started_at is not None else None,
            "updated_at": now,
        }
    )


def _with_dependency_met(acquisition: Acquisition, now: int) -> Acquisition:
    """The acquisition of a step whose only dependency ends in the same commit."""
    met = {"remaining_dependencies": 0, "ready_at": now, "due_at": now}
    return replace(acquisition, after=acquisition.after.model_copy(update=met))


def _was_completed(tenant: Tenant, after: RunStep) -> bool:
    """Whether the step was completed by this call, although its commit was rejected. One read."""
    current = store.find_step(tenant, after.run_id, after.id)
    if current is None:
        return False
    return current.value.is_ended and current.value.released_by == after.released_by


def _completion_now(
    tenant: Tenant, step: RunStep, dependents: list[str], acquisition: Acquisition | None
) -> Completion:
    """What follows from a completed step, by what is stored now.

    One read for each dependent, and one for the run of a sink.
    """
    stored = [each for name in dependents if (each := store.find_step(tenant, step.run_id, name))]
    acquired = [
        LeasedStep(tenant, each, acquisition.lease)
        for each in stored
        if acquisition and each.value.is_under(acquisition.lease)
    ]
    return Completion(
        step=step,
        ready=[each.value.id for each in stored if each.value.is_ready],
        is_last=not dependents and store.get_run(tenant, step.run_id).remaining_sinks <= 0,
        acquired=acquired[0] if acquired else None,
    )


def _log(step: RunStep) -> None:
    logs.info(
        "step completed",
        run=step.run_id,
        step=step.id,
        attempt=step.attempt,
        status=step.status,
        code=step.error.code if step.error else None,
        cache_hit=step.cache_hit,
        duration_ms=step.duration_ms,
    )
