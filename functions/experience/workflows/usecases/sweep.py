"""Restarting what a dead worker, or a task that was never enqueued, left undone."""

from collections.abc import Callable
from typing import Any

from google.cloud.firestore import Transaction

from experience import clients, clock, config, sweeps, transactions
from experience.store import find
from experience.workflows.artifacts.tenant import Tenant
from experience.workflows.generations import recovery
from experience.workflows.generations import store as generation_store
from experience.workflows.generations.models import GenerationJob
from experience.workflows.runs import dispatch, finalization, store
from experience.workflows.runs.models import RunStatus, RunStep, StepStatus

Repair = Callable[[Tenant, dict[str, Any]], bool]


def sweep_runs(milliseconds: int = sweeps.RUN_MS) -> dict[str, int]:
    """Restart lost steps, runs and generations, and return the number of each.

    As `sweeps.run` with five queries; one read and one write more for each step that is restarted.
    Safe to repeat, and to run twice at once.
    """
    client = clients.firestore()
    now = clock.now_ms()
    before = now - int(config.SWEEP_GRACE_SECONDS.value) * 1000

    def part(kind: str, query: Any, repair: Repair, due: str) -> sweeps.Part:
        def one(found: sweeps.Found) -> bool:
            tenant = Tenant.of_snapshot(client, found)
            return bool(tenant and repair(tenant, found.to_dict() or {}))

        return sweeps.Part(kind, query, one, (due,))

    queued, running = RunStatus.QUEUED, RunStatus.RUNNING
    done = sweeps.run(
        "sweepRuns",
        part("lost", store.query_lost_leases(client, now), _restart, "lease.expiresAt"),
        part("undispatched", store.query_undispatched(client, before), _restart, "dueAt"),
        part("queued", store.query_unfinalized(client, queued, before), _finalize, "updatedAt"),
        part("running", store.query_unfinalized(client, running, before), _finalize, "updatedAt"),
        part("generations", generation_store.query_overdue(client, before), _recover, "dueAt"),
        milliseconds=milliseconds,
    )
    unfinalized = done["queued"] + done["running"]
    kinds = ("lost", "undispatched", "generations")
    return {**{kind: done[kind] for kind in kinds}, "unfinalized": unfinalized}


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
