"""The commits by which a step is taken, given back or parked; `ending.py` has its end.

A worker may be slow, or thought dead, and wake up at any time; a commit's answer may be lost. So
each of them demands that the step is as it was read, and who is refused looks again: the step
says by whose lease it runs, and who released it last.
"""

import uuid
from dataclasses import dataclass
from typing import Any

from google.api_core.exceptions import (
    FailedPrecondition,
    NotFound,
)

from experience import clock, config
from experience.workflows.artifacts.tenant import Tenant
from experience.workflows.runs import hooks, store
from experience.workflows.runs.decisions import Delivery
from experience.workflows.runs.errors import LeaseLost, StaleStep, StepConflict
from experience.workflows.runs.hooks import Writes
from experience.workflows.runs.models import (
    MAX_RECORDED_ATTEMPTS,
    Attempt,
    Run,
    RunStatus,
    RunStep,
    StepError,
    StepLease,
    StepProgress,
    StepStatus,
)
from experience.workflows.runs.store import StoredRun, StoredStep

FieldUpdates = dict[str, Any]


@dataclass
class LeasedStep:
    """A step under a worker's lease."""

    tenant: Tenant
    step: RunStep
    lease: StepLease
    written_at: Any

    def refresh(self) -> None:
        """Read the step again. One read. Raises LeaseLost."""
        current = find_current(self.tenant, self.step)
        if current is None or not current.step.is_held_by(self.lease):
            raise LeaseLost
        self.step, self.written_at = current.step, current.written_at


@dataclass(frozen=True)
class Acquisition:
    """A lease that is about to be taken: the step as it was read, and as it will be."""

    before: StoredStep
    after: RunStep
    lease: StepLease

    def changes(self) -> FieldUpdates:
        return self.before.step.difference(self.after)


def new_acquisition(
    step: StoredStep, delivery: Delivery, seconds: float, input_hash: str, now: int
) -> Acquisition:
    """The next attempt at a step, to be taken by `take` or together with another step's `end`.

    A parked step goes on with its attempt. A worker that vanished is counted.
    """
    before = step.step
    margin = int(config.STEP_LEASE_MARGIN_SECONDS.value)
    lease = StepLease(
        owner=uuid.uuid4().hex,
        expires_at=now + round((seconds + margin) * 1000),
        taken_at=now,
        fence=before.fence + 1,
        task=delivery.task or None,
        delivery=delivery.retries,
    )
    lost = before.lease if before.status is StepStatus.RUNNING and not before.parked else None
    attempts = before.attempts
    if lost:
        attempts = with_attempt(before, lost.taken_at, now, "lost")
    after = before.model_copy(
        update={
            "status": StepStatus.RUNNING,
            "attempt": before.attempt + (not before.parked),
            "losses": before.losses + bool(lost),
            "attempts": attempts,
            "lease": lease,
            "fence": lease.fence,
            "parked": False,
            "input_hash": input_hash,
            "started_at": before.started_at or now,
            "updated_at": now,
        }
    )
    return Acquisition(step, after, lease)


def acquire(tenant: Tenant, run: StoredRun, taking: Acquisition) -> LeasedStep:
    """Begin an attempt. Raises Moved.

    One write, the run's own for the first one, and the owner's.
    """
    before, step = taking.before, taking.after

    def commit(writes: Writes) -> Any:
        batch = tenant.client.batch()
        option = tenant.client.write_option(last_update_time=before.written_at)
        batch.update(tenant.step_ref(step.run_id, step.id), taking.changes(), option=option)
        if run.run.status is RunStatus.QUEUED:
            begun = {"status": RunStatus.RUNNING.value, "updatedAt": step.updated_at}
            if run.run.started_at is None:
                begun["startedAt"] = step.updated_at
            option = tenant.client.write_option(last_update_time=run.written_at)
            batch.update(tenant.run_ref(step.run_id), begun, option=option)
        for reference, changes in writes:
            batch.update(reference, changes)
        return batch.commit()

    owner = None if before.step.parked else hooks.hooks_of(run.run)
    writes = owner.began(tenant.client, run.run, step) if owner else ()
    try:
        results = hooks.commit_with_hooks(writes, commit, lambda: is_unchanged(tenant, before))
        return LeasedStep(tenant, step, taking.lease, results[0].update_time)
    except (FailedPrecondition, NotFound) as refused:
        current = find_current(tenant, step)
        if current and current.step.is_held_by(taking.lease):  # the answer was lost
            return LeasedStep(tenant, current.step, taking.lease, current.written_at)
        raise StepConflict from refused


def report_progress(work: LeasedStep, progress: StepProgress) -> None:
    """Show a step's progress. One write. Raises Changed and LeaseLost."""
    _rewrite(work, {"progress": progress.dump(), "updatedAt": clock.now_ms()})


def release(work: LeasedStep, run: Run, error: StepError, pause_ms: int) -> RunStep:
    """Write an attempt down as failed, the next one being due after a pause.

    One write, and the owner's. Raises Changed and LeaseLost.
    """
    now = clock.now_ms()
    after = work.step.model_copy(
        update={
            "status": StepStatus.PENDING,
            "error": error,
            "failures": work.step.failures + 1,
            "attempts": with_attempt(work.step, work.lease.taken_at, now, "failed", error.code),
            "lease": None,
            "released_by": work.lease.owner,
            "due_at": now + pause_ms,
            "updated_at": now,
        }
    )
    owner = hooks.hooks_of(run)
    writes = owner.paused(work.tenant.client, run, after, error, now) if owner else ()
    _rewrite(work, work.step.difference(after), writes)
    return after


def park(work: LeasedStep, wait_ms: int) -> None:
    """Let a step wait for something outside, at most so long, with nobody working on it.

    One write. Raises LeaseLost, and Changed where what it waits for has come meanwhile.
    """
    now = clock.now_ms()
    waiting = work.lease.model_copy(update={"owner": "", "expires_at": now + wait_ms, "task": None})
    after = work.step.model_copy(
        update={
            "parked": True,
            "lease": waiting,
            "released_by": work.lease.owner,
            "attempts": with_attempt(work.step, work.lease.taken_at, now, "waiting"),
            "updated_at": now,
        }
    )
    _rewrite(work, work.step.difference(after))


def _rewrite(work: LeasedStep, changes: FieldUpdates, writes: Writes = ()) -> None:
    """Change a step under its lease."""
    reference = work.tenant.step_ref(work.step.run_id, work.step.id)

    def commit(writes: Writes) -> Any:
        batch = work.tenant.client.batch()
        option = work.tenant.client.write_option(last_update_time=work.written_at)
        batch.update(reference, changes, option=option)
        for other, others_changes in writes:
            batch.update(other, others_changes)
        return batch.commit()

    before = StoredStep(work.step, work.written_at)
    try:
        results = hooks.commit_with_hooks(writes, commit, lambda: is_unchanged(work.tenant, before))
        work.written_at = results[0].update_time
    except (FailedPrecondition, NotFound) as refused:
        current = find_current(work.tenant, work.step)
        if current and _was_released(current.step, work.lease):
            return  # the answer was lost
        work.refresh()
        raise StaleStep from refused


def capped_pause_ms(pause_ms: int) -> int:
    """A pause before another attempt, made shorter where it grew beyond all patience."""
    return min(pause_ms, int(config.STEP_PAUSE_LIMIT_SECONDS.value) * 1000)


def find_current(tenant: Tenant, step: RunStep) -> StoredStep | None:
    """The step as it is now."""
    return store.find_step(tenant, step.run_id, step.id)


def is_unchanged(tenant: Tenant, before: StoredStep) -> bool:
    """Whether a step is still as it was read. One read."""
    current = find_current(tenant, before.step)
    return current is not None and current.written_at == before.written_at


def _was_released(step: RunStep, lease: StepLease) -> bool:
    return step.released_by == lease.owner and not step.is_held_by(lease)


def with_attempt(
    step: RunStep, started_at: int, ended_at: int, outcome: str, code: str | None = None
) -> list[Attempt]:
    """The step's record with one stretch of work more."""
    stretch = Attempt.model_validate(
        {
            "attempt": step.attempt,
            "started_at": started_at,
            "ended_at": ended_at,
            "outcome": outcome,
            "code": code,
        }
    )
    return [*step.attempts, stretch][-MAX_RECORDED_ATTEMPTS:]
