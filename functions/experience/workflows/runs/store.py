"""Where runs and their steps are stored."""

from dataclasses import dataclass
from typing import Any

from google.cloud.firestore import (
    Client,
    DocumentSnapshot,
    FieldFilter,
    Transaction,
)

from experience import transactions
from experience.documents import Versioned
from experience.errors import NotFound
from experience.workflows.artifacts.tenant import Tenant
from experience.workflows.runs.models import (
    Run,
    RunStatus,
    RunStep,
    StepStatus,
    StepTask,
)


@dataclass(frozen=True)
class StoredRun(Versioned[Run]):
    """A run as it was read, and when it was created, together with its steps."""

    create_time: Any


def open_step(
    client: Client, task: StepTask
) -> tuple[Tenant, StoredRun, Versioned[RunStep]] | None:
    """The step that a task names, with its run; None if it does not exist. Two reads."""
    opened = Tenant.of_run(client, task.workspace_id, task.run_id, task.step_id)
    if opened is None or not opened[1][1].exists:
        return None
    tenant, (run, step) = opened
    return tenant, _stored_run(run), _stored_step(step)


def get_step_with_run(
    tenant: Tenant, run_id: str, step_id: str
) -> tuple[StoredRun, Versioned[RunStep]]:
    """A run and one of its steps. Two reads. NotFound."""
    run, step = transactions.read(
        tenant.client, [tenant.run_ref(run_id), tenant.step_ref(run_id, step_id)]
    )
    if not run.exists or not step.exists:
        raise NotFound("run")
    return _stored_run(run), _stored_step(step)


def find_step(tenant: Tenant, run_id: str, step_id: str) -> Versioned[RunStep] | None:
    """One step; None if it does not exist. One read."""
    [found] = transactions.read(tenant.client, [tenant.step_ref(run_id, step_id)])
    return _stored_step(found) if found.exists else None


def find_steps(tenant: Tenant, run_id: str, step_ids: list[str]) -> list[RunStep]:
    """Some steps of a run, in this order, as far as they exist. One read each."""
    references = [tenant.step_ref(run_id, each) for each in step_ids]
    found = transactions.read(tenant.client, references) if references else []
    return [RunStep.load(data) for each in found if (data := transactions.fields(each))]


def get_run(tenant: Tenant, run_id: str) -> Run:
    """One run of the workspace. One read. NotFound."""
    [found] = transactions.read(tenant.client, [tenant.run_ref(run_id)])
    if not found.exists:
        raise NotFound("run")
    return _stored_run(found).value


def get_run_with_steps(
    tenant: Tenant, run_id: str, transaction: Transaction | None = None
) -> tuple[StoredRun, list[RunStep]]:
    """A run with all its steps, in the order of its definition. One read each. NotFound."""
    [found] = transactions.read(tenant.client, [tenant.run_ref(run_id)], transaction)
    if not found.exists:
        raise NotFound("run")
    stored = _stored_run(found)
    ids = [step.step_id for step in stored.value.workflow().steps]
    references = [tenant.step_ref(run_id, each) for each in ids]
    steps = transactions.read(tenant.client, references, transaction)
    return stored, [RunStep.load(data) for each in steps if (data := transactions.fields(each))]


def query_lost_leases(client: Client, now: int) -> Any:
    """Query: running steps of all workspaces whose lease has expired."""
    return (
        client.collection_group("runSteps")
        .where(filter=FieldFilter("status", "==", StepStatus.RUNNING.value))
        .where(filter=FieldFilter("lease.expiresAt", "<=", now))
        .order_by("lease.expiresAt")
    )


def query_undispatched(client: Client, before: int) -> Any:
    """Query: ready steps that were due before this (Unix ms), and that no worker has started."""
    return (
        client.collection_group("runSteps")
        .where(filter=FieldFilter("status", "==", StepStatus.PENDING.value))
        .where(filter=FieldFilter("remainingDependencies", "==", 0))
        .where(filter=FieldFilter("dueAt", "<=", before))
        .order_by("dueAt")
    )


def query_unfinalized(client: Client, status: RunStatus, before: int) -> Any:
    """Query: runs of this status whose steps have all ended, last updated before this (Unix ms)."""
    return (
        client.collection_group("runs")
        .where(filter=FieldFilter("status", "==", status.value))
        .where(filter=FieldFilter("remainingSinks", "==", 0))
        .where(filter=FieldFilter("updatedAt", "<=", before))
        .order_by("updatedAt")
    )


def _stored_run(snapshot: "DocumentSnapshot[Any]") -> StoredRun:
    run = Run.load(snapshot.to_dict() or {})
    return StoredRun(run, snapshot.update_time, snapshot.create_time)


def _stored_step(snapshot: "DocumentSnapshot[Any]") -> Versioned[RunStep]:
    return Versioned(RunStep.load(snapshot.to_dict() or {}), snapshot.update_time)


def update_step(tenant: Tenant, transaction: Any, before: RunStep, after: RunStep) -> None:
    """Write what changed of a step, if anything did, in a transaction that has read it."""
    if changes := before.difference(after):
        transaction.update(tenant.step_ref(before.run_id, before.id), changes)
