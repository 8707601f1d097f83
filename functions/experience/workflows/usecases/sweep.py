"""Restarting what a dead worker, or a task that was never enqueued, left undone."""

from collections.abc import Callable
from typing import Any

from google.cloud.firestore import Client, Transaction

from experience import clients, clock, config, logs, sweeps, transactions
from experience.store import find
from experience.workflows.artifacts.tenant import Tenant
from experience.workflows.generations import recovery
from experience.workflows.generations import store as generation_store
from experience.workflows.generations.models import GenerationJob
from experience.workflows.runs import dispatch, finalization, store
from experience.workflows.runs.models import RunStatus, RunStep, StepStatus


def sweep_runs() -> dict[str, int]:
    """Restart lost steps, runs and generations, and return the number of each.

    Five queries; one read and one write more for each step that is restarted. Safe to repeat, and
    to run twice at once.
    """
    client = clients.firestore()
    now = clock.now_ms()
    before = now - int(config.SWEEP_GRACE_SECONDS.value) * 1000
    done = {
        "lost": _each(client, store.query_lost_leases(client, now), _restart),
        "undispatched": _each(client, store.query_undispatched(client, before), _restart),
        "unfinalized": sum(
            _each(client, store.query_unfinalized(client, status, before), _finalize)
            for status in (RunStatus.QUEUED, RunStatus.RUNNING)
        ),
        "generations": _each(client, generation_store.query_overdue(client, before), _recover),
    }
    if any(done.values()):
        logs.warning("sweep found work", **done)
    return done


def _each(client: Client, query: Any, repair: Callable[[Tenant, dict[str, Any]], bool]) -> int:
    """How many of the documents that a query finds were repaired."""
    count = 0
    for page in sweeps.query_pages(query):
        for snapshot in page:
            with sweeps.logging_failure(snapshot):
                tenant = Tenant.of_snapshot(client, snapshot)
                count += bool(tenant and repair(tenant, snapshot.to_dict() or {}))
    return count


def _restart(tenant: Tenant, fields: dict[str, Any]) -> bool:
    """Enqueue a step under a task name that was never used, unless it has changed meanwhile."""
    found = RunStep.load(fields)
    reference = tenant.step_ref(found.run_id, found.id)

    def body(transaction: Transaction) -> RunStep | None:
        step = find(tenant.client, reference, RunStep, transaction)
        now = clock.now_ms()
        if step is None or (step.dispatch, step.status) != (found.dispatch, found.status):
            return None
        is_lost = step.status is StepStatus.RUNNING and step.lease and step.lease.expires_at <= now
        if not (step.is_ready or is_lost):
            return None
        after = step.model_copy(update={"dispatch": step.dispatch + 1, "due_at": now})
        transaction.update(reference, step.difference(after))
        return after

    step = transactions.run_optimistic(tenant.client, body)
    if step is None:
        return False
    dispatch.enqueue_next(step)
    return True


def _finalize(tenant: Tenant, fields: dict[str, Any]) -> bool:
    return finalization.finalize_run(tenant, str(fields["id"]))


def _recover(tenant: Tenant, fields: dict[str, Any]) -> bool:
    return recovery.recover(tenant, GenerationJob.load(fields))
