"""Retrying a failed or cancelled run."""

from google.cloud.firestore import Transaction

from experience import clients, clock, transactions
from experience.documents import Versioned
from experience.workflows.artifacts.tenant import Tenant
from experience.workflows.runs import decisions, finalization, hooks, planning, store
from experience.workflows.runs.dispatch import try_enqueue_ready
from experience.workflows.runs.hooks import add_hook_writes
from experience.workflows.runs.models import Run, RunStatus, RunStep
from experience.workflows.runs.requests import RetryRun
from experience.workflows.runs.store import update_step
from experience.workflows.runs.views import RunView, view_of
from experience.workspaces.models import Role


def retry_run(uid: str, request: RetryRun) -> RunView:
    """Retry a failed or cancelled run from what did not succeed; editors.

    Two reads and one for each step; one write for the run and for each step that runs again. An
    active or completed run stays as it is. FailedPrecondition `run_not_retryable` for a run whose
    owner begins another instead.
    """
    tenant = Tenant.of_member(clients.firestore(), uid, request.workspace_id, Role.EDITOR, "run")
    return retry_by_id(tenant, request.run_id)


def retry_by_id(tenant: Tenant, run_id: str) -> RunView:
    """Retry a run of a workspace."""

    def body(transaction: Transaction) -> tuple[Run, list[RunStep]]:
        stored, steps = store.get_run_with_steps(tenant, run_id, transaction)
        if stored.value.status not in (RunStatus.FAILED, RunStatus.CANCELLED):
            return stored.value, steps
        return retry_in_transaction(transaction, tenant, stored, steps, clock.now_ms())

    run, steps = transactions.run_optimistic(tenant.client, body)
    if run.is_active and enqueue_retried(tenant, run_id, steps):
        run = store.get_run(tenant, run_id)
    return view_of(run, steps)


def enqueue_retried(tenant: Tenant, run_id: str, steps: list[RunStep]) -> bool:
    """Enqueue the ready steps of a retried run. If it has none, finalize it, and return True.

    A run has none if a step that was asked to stop completed nevertheless.
    """
    try_enqueue_ready(run_id, steps)
    return bool(steps) and decisions.all_ended(steps) and finalization.finalize_run(tenant, run_id)


def retry_in_transaction(
    transaction: Transaction,
    tenant: Tenant,
    stored: Versioned[Run],
    steps: list[RunStep],
    now: int,
) -> tuple[Run, list[RunStep]]:
    """Retry a failed or cancelled run in a transaction that has read it.

    Call `enqueue_retried` after it.
    """
    workflow, run_attempt = stored.value.workflow(), stored.value.run_attempt + 1
    reset = {step.id: step for step in planning.steps_to_retry(workflow, steps, run_attempt, now)}
    for step in steps:
        update_step(tenant, transaction, step, reset.get(step.id, step))
    retried = [reset.get(step.id, step) for step in steps]
    run = stored.value.model_copy(
        update={
            "status": RunStatus.QUEUED,
            "run_attempt": run_attempt,
            "error": None,
            "context": None,
            "context_uri": None,
            "completed_at": None,
            "duration_ms": None,
            "remaining_sinks": planning.open_sinks(workflow, retried),
            "updated_at": now,
        }
    )
    transaction.update(tenant.run_ref(run.id), stored.value.difference(run))
    if run_hooks := hooks.hooks_of(run):
        writes = run_hooks.on_run_retried(tenant.client, run, now)
        add_hook_writes(tenant, transaction, writes)
    return run, retried
