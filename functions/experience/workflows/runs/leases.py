"""Leases, the right to work on a step for a time, and the commits that acquire and release them.

A worker may be slow, or thought dead, and wake up at any time. The response to a commit may be
lost. So every commit is conditional on the step's update time, and a worker whose commit is
rejected reads the step again. The step names the lease that it is under, and who released it last.
`step_completion.py` has the commits that complete a step.
"""

import uuid
from dataclasses import dataclass

from experience import clock, config
from experience.documents import Versioned
from experience.workflows.artifacts.tenant import Tenant
from experience.workflows.runs import hooks, store
from experience.workflows.runs.conditional_commit import Commit, FieldUpdates
from experience.workflows.runs.decisions import Delivery
from experience.workflows.runs.errors import LeaseLost, StaleStep, StepConflict
from experience.workflows.runs.hooks import HookWrites
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


@dataclass
class LeasedStep:
    """A step under a worker's lease, as it was last read or written."""

    tenant: Tenant
    stored: Versioned[RunStep]
    lease: StepLease

    @property
    def step(self) -> RunStep:
        return self.stored.value

    def refresh(self) -> None:
        """Read the step again. One read. LeaseLost."""
        current = store.find_step(self.tenant, self.step.run_id, self.step.id)
        if current is None or not current.value.is_under(self.lease):
            raise LeaseLost
        self.stored = current


@dataclass(frozen=True)
class Acquisition:
    """A lease that is about to be acquired: the step as it was read, and as it will be."""

    before: Versioned[RunStep]
    after: RunStep
    lease: StepLease

    def changes(self) -> FieldUpdates:
        return self.before.value.difference(self.after)


def new_acquisition(
    step: Versioned[RunStep], delivery: Delivery, seconds: float, input_hash: str, now: int
) -> Acquisition:
    """The lease for the next attempt at a step, for `acquire`, or for `complete_step` of another.

    A parked step continues its attempt. A lost worker is counted.
    """
    before = step.value
    margin = int(config.STEP_LEASE_MARGIN_SECONDS.value)
    lease = StepLease(
        holder=uuid.uuid4().hex,
        expires_at=now + round((seconds + margin) * 1000),
        acquired_at=now,
        fence=before.fence + 1,
        task=delivery.task or None,
        delivery=delivery.retries,
    )
    lost = before.lease if before.status is StepStatus.RUNNING and not before.parked else None
    attempts = before.attempts
    if lost:
        attempts = with_attempt(before, lost.acquired_at, now, "lost")
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


def hold_back(tenant: Tenant, step: Versioned[RunStep], seconds: float, now: int) -> RunStep:
    """Let a ready step wait, without a worker, before its next attempt. One write. StepConflict."""
    due_at = now + round(seconds * 1000)
    after = step.value.model_copy(
        update={"dispatch": step.value.dispatch + 1, "due_at": due_at, "updated_at": now}
    )
    commit = Commit(tenant.client)
    commit.update(
        tenant.step_ref(after.run_id, after.id),
        step.value.difference(after),
        if_written_at=step.update_time,
    )
    commit.send()
    return after


def acquire(tenant: Tenant, run: Versioned[Run], acquisition: Acquisition) -> LeasedStep:
    """Start an attempt. StepConflict.

    One write, one more for the run where it is the run's first attempt, and those of the hooks.
    """
    before, step, lease = acquisition.before, acquisition.after, acquisition.lease
    commit = Commit(tenant.client)
    written = commit.update(
        tenant.step_ref(step.run_id, step.id),
        acquisition.changes(),
        if_written_at=before.update_time,
    )
    if run.value.status is RunStatus.QUEUED:
        started = {"status": RunStatus.RUNNING.value, "updatedAt": step.updated_at}
        if run.value.started_at is None:
            started["startedAt"] = step.updated_at
        commit.update(tenant.run_ref(step.run_id), started, if_written_at=run.update_time)
    run_hooks = None if before.value.parked else hooks.hooks_of(run.value)
    if run_hooks:
        commit.add_hook_writes(run_hooks.on_step_started(tenant.client, run.value, step))
    try:
        commit.send()
    except StepConflict:
        current = store.find_step(tenant, step.run_id, step.id)
        if current and current.value.is_under(lease):  # the answer was lost
            return LeasedStep(tenant, current, lease)
        raise
    return LeasedStep(tenant, Versioned(step, written.update_time), lease)


def report_progress(work: LeasedStep, progress: StepProgress) -> None:
    """Show a step's progress. One write. StaleStep and LeaseLost."""
    _update(work, {"progress": progress.dump(), "updatedAt": clock.now_ms()})


def release(work: LeasedStep, run: Run, error: StepError, pause_ms: int) -> RunStep:
    """Record an attempt as failed; the next one is due after a pause.

    One write, and those of the hooks. StaleStep and LeaseLost.
    """
    now = clock.now_ms()
    after = work.step.model_copy(
        update={
            "status": StepStatus.PENDING,
            "error": error,
            "failures": work.step.failures + 1,
            "attempts": with_attempt(work.step, work.lease.acquired_at, now, "failed", error.code),
            "lease": None,
            "released_by": work.lease.holder,
            "due_at": now + pause_ms,
            "updated_at": now,
        }
    )
    run_hooks = hooks.hooks_of(run)
    hook_writes: HookWrites = ()
    if run_hooks:
        hook_writes = run_hooks.on_attempt_failed(work.tenant.client, run, after, error, now)
    _update(work, work.step.difference(after), hook_writes)
    return after


def park(work: LeasedStep, wait_ms: int) -> None:
    """Let a step wait for something outside, without a worker, for at most `wait_ms`.

    One write. LeaseLost, and StaleStep where what it waits for has arrived meanwhile.
    """
    now = clock.now_ms()
    lease = work.lease.model_copy(update={"holder": "", "expires_at": now + wait_ms, "task": None})
    after = work.step.model_copy(
        update={
            "parked": True,
            "lease": lease,
            "released_by": work.lease.holder,
            "attempts": with_attempt(work.step, work.lease.acquired_at, now, "waiting"),
            "updated_at": now,
        }
    )
    _update(work, work.step.difference(after))


def _update(work: LeasedStep, changes: FieldUpdates, hook_writes: HookWrites = ()) -> None:
    """Change a step under its lease."""
    tenant, step = work.tenant, work.step
    commit = Commit(tenant.client)
    written = commit.update(
        tenant.step_ref(step.run_id, step.id), changes, if_written_at=work.stored.update_time
    )
    commit.add_hook_writes(hook_writes)
    try:
        commit.send()
    except StepConflict as conflict:
        current = store.find_step(tenant, step.run_id, step.id)
        if current and _was_released(current.value, work.lease):
            return  # the answer was lost
        work.refresh()
        raise StaleStep from conflict
    work.stored = Versioned(step, written.update_time)


def capped_pause_ms(pause_ms: int) -> int:
    """A pause before another attempt, no longer than the configured limit."""
    return min(pause_ms, int(config.STEP_PAUSE_LIMIT_SECONDS.value) * 1000)


def _was_released(step: RunStep, lease: StepLease) -> bool:
    return step.released_by == lease.holder and not step.is_under(lease)


def with_attempt(
    step: RunStep, started_at: int, ended_at: int, outcome: str, code: str | None = None
) -> list[Attempt]:
    """The step's attempts with one more."""
    attempt = Attempt.model_validate(
        {
            "attempt": step.attempt,
            "started_at": started_at,
            "ended_at": ended_at,
            "outcome": outcome,
            "code": code,
        }
    )
    return [*step.attempts, attempt][-MAX_RECORDED_ATTEMPTS:]
