"""The commits by which steps end. The rules of `engine.py` hold for these as well."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from google.api_core.exceptions import FailedPrecondition, NotFound
from google.cloud.firestore import ArrayUnion, DocumentReference, Increment

from experience import clock, logs
from experience.workflows.artifacts.models import Artifact
from experience.workflows.artifacts.payloads import NOTHING, Packed
from experience.workflows.artifacts.tenant import Tenant
from experience.workflows.definitions.models import Workflow
from experience.workflows.runs import hooks, store
from experience.workflows.runs.errors import StaleStep, StepConflict
from experience.workflows.runs.finalization import finalization_of
from experience.workflows.runs.hooks import Writes
from experience.workflows.runs.leases import (
    Acquisition,
    FieldUpdates,
    LeasedStep,
    find_current,
    is_unchanged,
    with_attempt,
)
from experience.workflows.runs.models import (
    Run,
    RunStatus,
    RunStep,
    StepCache,
    StepError,
    StepStatus,
)
from experience.workflows.runs.store import StoredStep
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
    """What follows from a step's end: who can begin now, and whether the run is to be ended."""

    step: RunStep
    ready: list[str]
    is_last: bool
    followed: LeasedStep | None = None


def complete_step(
    tenant: Tenant,
    run: Run,
    step: StoredStep,
    ending: StepOutcome,
    seen: Mapping[str, RunStep],
    *,
    work: LeasedStep | None = None,
    follow: Acquisition | None = None,
) -> Completion:
    """End a step, and count that down on all that waits for it, in one commit.

    Writes the step, each dependent, its artifacts and its cached result, for the last steps the
    run, and what the run's owner has to say. No reads, and no locks for those who meet on one
    dependent. `follow`: a step that depends on nothing else is taken in the same commit. A run
    that has one last step ends with it; steps that are not among those `seen` are read for that.
    Raises Moved, with `work` Changed and LeaseLost.
    """
    workflow = run.workflow()
    owner = work.lease.owner if work else uuid.uuid4().hex
    now = follow.lease.taken_at if follow else clock.now_ms()
    before = step.step
    after = _with_outcome(before, ending, owner, work, now)
    dependents = workflow.dependents[before.id]
    option = tenant.client.write_option(last_update_time=step.written_at)
    last = None
    if workflow.sinks == {before.id} and run.is_going and not before.cancel_requested:
        last = finalization_of(tenant, run, _all_steps(tenant, workflow, after, seen), now)
    writes = last.writes if last else _hook_writes(tenant, run, follow)

    def commit(writes: Writes) -> Any:
        batch = tenant.client.batch()
        reference = tenant.step_ref(before.run_id, before.id)
        batch.update(reference, before.difference(after), option=option)
        counted: FieldUpdates = {"remainingDependencies": Increment(-1)}
        counted |= {"readyAt": now, "dueAt": now, "updatedAt": now}
        if after.blocks(workflow.by_id[before.id]):
            counted["blockedBy"] = ArrayUnion([before.id])
        for each in dependents:
            reference = tenant.step_ref(before.run_id, each)
            if follow and follow.after.id == each:
                unchanged = tenant.client.write_option(last_update_time=follow.before.written_at)
                at_once = {"remainingDependencies": 0, "readyAt": now, "dueAt": now}
                batch.update(reference, {**follow.changes(), **at_once}, option=unchanged)
            else:
                batch.update(reference, counted)
        if not dependents and last is None:
            batch.update(tenant.run_ref(before.run_id), {"remainingSinks": Increment(-1)})
        for document in ending.documents:
            batch.set(tenant.artifact_ref(document.id), document.dump())
        if ending.cache:
            batch.set(ending.cache[0], ending.cache[1].dump())
        if last:
            last.add_to(tenant, batch, writes)
        else:
            for other, changes in writes:
                batch.update(other, changes)
        return batch.commit()

    try:
        results = hooks.commit_with_hooks(writes, commit, lambda: is_unchanged(tenant, step))
    except (FailedPrecondition, NotFound) as refused:
        current = find_current(tenant, before)
        if current and current.step.is_ended and current.step.released_by == owner:
            return _recovered(tenant, after, dependents, follow)  # the answer was lost
        raise _conflict(work) from refused
    _log(after)
    if last:
        last.log()
    counts = [_counted(result) for result in results[1 : len(dependents) + 1]]
    followed = None
    if follow:
        result = results[1 + dependents.index(follow.after.id)]
        followed = LeasedStep(tenant, _followed(follow, now), follow.lease, result.update_time)
    return Completion(
        step=after,
        ready=[each for each, left in zip(dependents, counts, strict=False) if left == 0],
        is_last=not dependents and last is None and _counted(results[1]) == 0,
        followed=followed,
    )


def _all_steps(
    tenant: Tenant, workflow: Workflow, last: RunStep, seen: Mapping[str, RunStep]
) -> list[RunStep]:
    """The run's steps as its last one ends, in the order of the definition."""
    known = {**seen, last.id: last}
    unseen = [each for each in workflow.by_id if each not in known]
    known |= {each.id: each for each in store.find_steps(tenant, last.run_id, unseen)}
    return [known[each] for each in workflow.by_id if each in known]


def _hook_writes(tenant: Tenant, run: Run, follow: Acquisition | None) -> Writes:
    """What the run's owner writes when the next step begins."""
    owner = hooks.hooks_of(run)
    if owner is None or follow is None:
        return ()
    going = run.model_copy(update={"status": RunStatus.RUNNING})
    return owner.began(tenant.client, going, follow.after)


def _with_outcome(
    before: RunStep, ending: StepOutcome, owner: str, work: LeasedStep | None, now: int
) -> RunStep:
    attempts = before.attempts
    if work:
        outcome = {StepStatus.COMPLETED: "completed", StepStatus.FAILED: "failed"}
        code = ending.error.code if ending.error else None
        said = outcome.get(ending.status, "cancelled")
        attempts = with_attempt(before, work.lease.taken_at, now, said, code)
    started_at = before.started_at or (now if ending.status is not StepStatus.SKIPPED else None)
    return before.model_copy(
        update={
            "status": ending.status,
            "output": ending.output.value,
            "output_uri": ending.output.uri,
            "artifacts": dict(ending.artifacts),
            "output_artifact_ids": [each.id for each in ending.artifacts.values()],
            "error": ending.error,
            "cache_hit": ending.cache_hit,
            "input_hash": ending.input_hash or before.input_hash,
            "attempts": attempts,
            "lease": None,
            "parked": False,
            "released_by": owner,
            "started_at": started_at,
            "ended_at": now,
            "duration_ms": now - started_at if started_at is not None else None,
            "updated_at": now,
        }
    )


def _conflict(work: LeasedStep | None) -> StepConflict | StaleStep:
    """Why an end was refused. Raises LeaseLost."""
    if work is None:
        return StepConflict()
    work.refresh()
    return StaleStep()


def _recovered(
    tenant: Tenant, step: RunStep, dependents: list[str], follow: Acquisition | None
) -> Completion:
    """What followed from an end whose answer was lost."""
    waiting = [each for name in dependents if (each := store.find_step(tenant, step.run_id, name))]
    followed = [
        LeasedStep(tenant, each.step, follow.lease, each.written_at)
        for each in waiting
        if follow and each.step.is_held_by(follow.lease)
    ]
    return Completion(
        step=step,
        ready=[each.step.id for each in waiting if each.step.is_ready],
        is_last=not dependents and store.get_run(tenant, step.run_id).remaining_sinks <= 0,
        followed=followed[0] if followed else None,
    )


def _followed(follow: Acquisition, now: int) -> RunStep:
    changed = {"remaining_dependencies": 0, "ready_at": now, "due_at": now}
    return follow.after.model_copy(update=changed)


def _counted(result: Any) -> int | None:
    """What an increment came to, as the commit's answer tells."""
    for value in result.transform_results:
        if "integer_value" in value:
            return int(value.integer_value)
    return None


def _log(step: RunStep) -> None:
    logs.info(
        "step ended",
        run=step.run_id,
        step=step.id,
        attempt=step.attempt,
        status=step.status,
        code=step.error.code if step.error else None,
        cache_hit=step.cache_hit,
        duration_ms=step.duration_ms,
    )
