"""Giving a run up, and taking it up again."""

from typing import Any

from google.cloud.firestore import Transaction

from experience import clients, clock, logs, transactions
from experience.workflows import closing, concluding, decisions, owners, planning, store
from experience.workflows.models import (
    CancelRun,
    RetryRun,
    Run,
    RunStatus,
    RunStep,
    RunView,
    StepError,
    StepStatus,
)
from experience.workflows.owners import Writes
from experience.workflows.store import StoredRun
from experience.workflows.tenant import Tenant
from experience.workflows.usecases import dispatch_ready, view
from experience.workspaces.models import Role


def cancel_run(uid: str, request: CancelRun) -> RunView:
    """Give a run up; editors. What waits is skipped, what runs is told to stop.

    Two reads and one for each step, a write for the run and each step that has not ended. A run
    that is over stays as it is.
    """
    tenant = Tenant.of_member(clients.firestore(), uid, request.workspace_id, Role.EDITOR, "run")
    return cancel(tenant, request.run_id)


def cancel(tenant: Tenant, run_id: str, *, silently: bool = False) -> RunView:
    """Cancel a run of a workspace; `silently`: its owner is not told."""

    def body(transaction: Transaction) -> tuple[Run, list[RunStep]]:
        stored, steps = store.load_whole(tenant, run_id, transaction)
        if not stored.run.is_going:
            return stored.run, steps
        now = clock.now_ms()
        return cancel_within(transaction, tenant, stored, steps, now, silently=silently)

    run, steps = transactions.run_optimistic(tenant.client, body)
    if run.status is RunStatus.CANCELLED:
        tell_providers(tenant, run_id)
    return view(run, steps)


def cancel_within(
    transaction: Transaction,
    tenant: Tenant,
    stored: StoredRun,
    steps: list[RunStep],
    now: int,
    *,
    silently: bool = False,
) -> tuple[Run, list[RunStep]]:
    """Cancel a run that is going, in a transaction that has read it. `tell_providers` follows."""
    stopped = [_stopped(step, now) for step in steps]
    for before, after in zip(steps, stopped, strict=True):
        _update(tenant, transaction, before, after)
    began = stored.run.started_at or stored.run.created_at
    run = stored.run.model_copy(
        update={
            "status": RunStatus.CANCELLED,
            "completed_at": now,
            "duration_ms": now - began,
            "updated_at": now,
        }
    )
    transaction.update(tenant.run_ref(run.id), stored.run.difference(run))
    owner = None if silently else owners.owner_of(run)
    _tell(tenant, transaction, owner.ended(tenant.client, run, {}, now) if owner else ())
    return run, stopped


def tell_providers(tenant: Tenant, run_id: str) -> None:
    """End the generations of a cancelled run. Safe to repeat."""
    concluding.cancel_of_run(tenant, run_id)
    logs.info("run cancelled", run=run_id)


def _stopped(step: RunStep, now: int) -> RunStep:
    """A step of a cancelled run: over, or told to stop where a worker has it."""
    if step.is_ended:
        return step
    if step.status is StepStatus.RUNNING and not step.parked:
        return step.model_copy(update={"cancel_requested": True, "updated_at": now})
    error = StepError(
        code="CANCELLED", message="The run was cancelled.", attempt=step.attempt, timestamp=now
    )
    return step.model_copy(
        update={
            "status": StepStatus.SKIPPED,
            "error": error,
            "lease": None,
            "parked": False,
            "ended_at": now,
            "updated_at": now,
        }
    )


def retry_run(uid: str, request: RetryRun) -> RunView:
    """Take a failed or cancelled run up again, from what did not succeed; editors.

    Two reads and one for each step, a write for the run and each step that runs again. A run that
    is going, or that succeeded, stays as it is.
    """
    tenant = Tenant.of_member(clients.firestore(), uid, request.workspace_id, Role.EDITOR, "run")
    return retry(tenant, request.run_id)


def retry(tenant: Tenant, run_id: str) -> RunView:
    """Retry a run of a workspace."""

    def body(transaction: Transaction) -> tuple[Run, list[RunStep]]:
        stored, steps = store.load_whole(tenant, run_id, transaction)
        if stored.run.status not in (RunStatus.FAILED, RunStatus.CANCELLED):
            return stored.run, steps
        return retry_within(transaction, tenant, stored, steps, clock.now_ms())

    run, steps = transactions.run_optimistic(tenant.client, body)
    if run.is_going and go_on(tenant, run_id, steps):
        run = store.load_run(tenant, run_id)
    return view(run, steps)


def go_on(tenant: Tenant, run_id: str, steps: list[RunStep]) -> bool:
    """Hand a run that was taken up to its queue; whether it ended, with nothing left to do.

    That is so where a step that was told to stop came to its result all the same.
    """
    dispatch_ready(steps)
    return bool(steps) and decisions.is_over(steps) and closing.end_run(tenant, run_id)


def retry_within(
    transaction: Transaction,
    tenant: Tenant,
    stored: StoredRun,
    steps: list[RunStep],
    now: int,
) -> tuple[Run, list[RunStep]]:
    """Take a failed or cancelled run up again, in a transaction that has read it.

    `go_on` follows.
    """
    workflow, number = stored.run.workflow(), stored.run.round + 1
    again = {step.id: step for step in planning.retried(workflow, steps, number, now)}
    for step in steps:
        _update(tenant, transaction, step, again.get(step.id, step))
    renewed = [again.get(step.id, step) for step in steps]
    run = stored.run.model_copy(
        update={
            "status": RunStatus.QUEUED,
            "round": number,
            "error": None,
            "context": None,
            "context_uri": None,
            "completed_at": None,
            "duration_ms": None,
            "remaining_sinks": planning.open_sinks(workflow, renewed),
            "updated_at": now,
        }
    )
    transaction.update(tenant.run_ref(run.id), stored.run.difference(run))
    owner = owners.owner_of(run)
    _tell(tenant, transaction, owner.renewed(tenant.client, run, now) if owner else ())
    return run, renewed


def _tell(tenant: Tenant, transaction: Transaction, writes: Writes) -> None:
    """The owner's writes, to as many of its documents as there are.

    Whoever changes them at the same moment meets on the run.
    """
    references = [reference for reference, _ in writes]
    there = transactions.existing(tenant.client, references, transaction) if writes else ()
    for reference, changes in writes:
        if reference.path in there:
            transaction.update(reference, changes)


def _update(tenant: Tenant, transaction: Any, before: RunStep, after: RunStep) -> None:
    if changes := before.difference(after):
        transaction.update(tenant.step_ref(before.run_id, before.id), changes)
