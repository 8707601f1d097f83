"""Where runs and their steps are stored."""

from typing import Any

from google.cloud.firestore import Client, FieldFilter, Transaction

from experience import transactions
from experience.documents import Versioned
from experience.store import get, in_all_shards, parse, parse_versioned, require
from experience.workflows.artifacts.tenant import Tenant
from experience.workflows.runs.models import Run, RunStatus, RunStep, StepStatus, StepTask


def open_step(
    client: Client, task: StepTask
) -> tuple[Tenant, Versioned[Run], Versioned[RunStep]] | None:
    """The step that a task names, with its run; None if it does not exist. Two reads."""
    opened = Tenant.of_run(client, task.workspace_id, task.run_id, task.step_id)
    if opened is None:
        return None
    tenant, snapshots = opened
    run, step = parse_versioned(snapshots[0], Run), parse_versioned(snapshots[1], RunStep)
    return (tenant, run, step) if run and step else None


def get_run(tenant: Tenant, run_id: str) -> Run:
    """One run of the workspace. One read. NotFound."""
    return get(tenant.client, tenant.run_ref(run_id), Run, what="run")


def get_run_with_steps(
    tenant: Tenant, run_id: str, transaction: Transaction | None = None
) -> tuple[Versioned[Run], list[RunStep]]:
    """A run with all its steps, in the order of its definition. One read each. NotFound."""
    run, steps = get_run_with_versioned_steps(tenant, run_id, transaction)
    return run, [step.value for step in steps]


def get_run_with_versioned_steps(
    tenant: Tenant, run_id: str, transaction: Transaction | None = None
) -> tuple[Versioned[Run], list[Versioned[RunStep]]]:
    """As `get_run_with_steps`, with the times of the steps' writes."""
    [found] = transactions.read(tenant.client, [tenant.run_ref(run_id)], transaction)
    run = require(parse_versioned(found, Run), what="run")
    references = [tenant.step_ref(run_id, each.step_id) for each in run.value.workflow().steps]
    steps = transactions.read(tenant.client, references, transaction)
    return run, [step for each in steps if (step := parse_versioned(each, RunStep))]


def get_step_with_run(
    tenant: Tenant, run_id: str, step_id: str
) -> tuple[Versioned[Run], Versioned[RunStep]]:
    """A run and one of its steps. Two reads. NotFound."""
    references = [tenant.run_ref(run_id), tenant.step_ref(run_id, step_id)]
    run, step = transactions.read(tenant.client, references)
    return (
        require(parse_versioned(run, Run), what="run"),
        require(parse_versioned(step, RunStep), what="run"),
    )


def find_step(tenant: Tenant, run_id: str, step_id: str) -> Versioned[RunStep] | None:
    """One step; None if it does not exist. One read."""
    [found] = transactions.read(tenant.client, [tenant.step_ref(run_id, step_id)])
    return parse_versioned(found, RunStep)


def find_steps(tenant: Tenant, run_id: str, step_ids: list[str]) -> list[RunStep]:
    """Some steps of a run, in this order, as far as they exist. One read each."""
    references = [tenant.step_ref(run_id, each) for each in step_ids]
    found = transactions.read(tenant.client, references) if references else []
    return [step for each in found if (step := parse(each, RunStep))]


def query_lost_leases(client: Client, now: int) -> Any:
    """Query: running steps of all workspaces whose lease has expired."""
    return (
        in_all_shards(client.collection_group("runSteps"))
        .where(filter=FieldFilter("status", "==", StepStatus.RUNNING.value))
        .where(filter=FieldFilter("lease.expiresAt", "<=", now))
        .order_by("lease.expiresAt")
    )


def query_undispatched(client: Client, before: int) -> Any:
    """Query: ready steps that were due before this (Unix ms), and that no worker has started."""
    return (
        in_all_shards(client.collection_group("runSteps"))
        .where(filter=FieldFilter("status", "==", StepStatus.PENDING.value))
        .where(filter=FieldFilter("remainingDependencies", "==", 0))
        .where(filter=FieldFilter("dueAt", "<=", before))
        .order_by("dueAt")
    )


def query_unfinalized(client: Client, status: RunStatus, before: int) -> Any:
    """Query: runs of this status whose steps have all ended, last updated before this (Unix ms)."""
    return (
        in_all_shards(client.collection_group("runs"))
        .where(filter=FieldFilter("status", "==", status.value))
        .where(filter=FieldFilter("remainingSinks", "==", 0))
        .where(filter=FieldFilter("updatedAt", "<=", before))
        .order_by("updatedAt")
    )


def update_step(tenant: Tenant, transaction: Any, before: RunStep, after: RunStep) -> None:
    """Write what changed of a step, if anything did, in a transaction that has read it."""
    if changes := before.difference(after):
        transaction.update(tenant.step_ref(before.run_id, before.id), changes)
