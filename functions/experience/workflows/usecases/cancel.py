"""Cancelling a run."""

from google.cloud.firestore import Transaction

from experience import clients, clock, logs, transactions
from experience.workflows.artifacts.tenant import Tenant
from experience.workflows.generations import cancellation
from experience.workflows.runs import hooks, store
from experience.workflows.runs.hooks import add_hook_writes
from experience.workflows.runs.models import Run, RunStatus, RunStep, StepError, StepStatus
from experience.workflows.runs.requests import CancelRun
from experience.workflows.runs.store import StoredRun, update_step
from experience.workflows.runs.views import RunView, view_of
from experience.workspaces.models import Role


def cancel_run(uid: str, request: CancelRun) -> RunView:
    """Give a run up; editors. What waits is skipped, what runs is told to stop.

    Two reads and one for each step, a write for the run and each step that has not ended. A run
    that is over stays as it is.
    """
    tenant = Tenant.of_member(clients.firestore(), uid, request.workspace_id, Role.EDITOR, "run")
    return cancel_in(tenant, request.run_id)


def cancel_in(tenant: Tenant, run_id: str, *, with_hooks: bool = True) -> RunView:
    """Cancel a run of a workspace, by default with its hooks."""

    def body(transaction: Transaction) -> tuple[Run, list[RunStep]]:
        stored, steps = store.get_run_with_steps(tenant, run_id, transaction)
        if not stored.value.is_active:
            return stored.value, steps
        now = clock.now_ms()
        return cancel_within(transaction, tenant, stored, steps, now, with_hooks=with_hooks)

    run, steps = transactions.run_optimistic(tenant.client, body)
    if run.status is RunStatus.CANCELLED:
        stop_generations(tenant, run_id)
    return view_of(run, steps)


def cancel_within(
    transaction: Transaction,
    tenant: Tenant,
    stored: StoredRun,
    steps: list[RunStep],
    now: int,
    *,
    with_hooks: bool = True,
) -> tuple[Run, list[RunStep]]:
    """Cancel a run that is going, in a transaction that has read it. `tell_providers` follows."""
    stopped = [_cancelled(step, now) for step in steps]
    for before, after in zip(steps, stopped, strict=True):
        update_step(tenant, transaction, before, after)
    began = stored.value.started_at or stored.value.created_at
    run = stored.value.model_copy(
        update={
            "status": RunStatus.CANCELLED,
            "completed_at": now,
            "duration_ms": now - began,
            "updated_at": now,
        }
    )
    transaction.update(tenant.run_ref(run.id), stored.value.difference(run))
    run_hooks = hooks.hooks_of(run) if with_hooks else None
    if run_hooks:
        writes = run_hooks.on_run_finalized(tenant.client, run, {}, now)
        add_hook_writes(tenant, transaction, writes)
    return run, stopped


def stop_generations(tenant: Tenant, run_id: str) -> None:
    """End the generations of a cancelled run. Safe to repeat."""
    cancellation.cancel_generations(tenant, run_id)
    logs.info("run cancelled", run=run_id)


def _cancelled(step: RunStep, now: int) -> RunStep:
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
