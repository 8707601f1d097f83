"""Where generation jobs are stored."""

from collections.abc import Callable
from typing import Any

from google.cloud.firestore import Client, FieldFilter, Transaction

from experience import clock, transactions
from experience.errors import Contention
from experience.store import find, in_all_shards, parse
from experience.workflows.artifacts.tenant import Tenant
from experience.workflows.generations.costs import COST_FIELDS
from experience.workflows.generations.models import GenerationJob
from experience.workflows.runs.store import find_step


def get_job(tenant: Tenant, job_id: str, transaction: Transaction) -> GenerationJob:
    """One job. One read. Contention if it was deleted meanwhile, as with its session."""
    job = find(tenant.client, tenant.generation_ref(job_id), GenerationJob, transaction)
    if job is None:
        raise Contention
    return job


def find_jobs(tenant: Tenant, *job_ids: str) -> list[GenerationJob | None]:
    """Jobs by their ids; None for each that does not exist. One read each."""
    found = transactions.read(tenant.client, map(tenant.generation_ref, job_ids))
    return [parse(each, GenerationJob) for each in found]


def find_costs(tenant: Tenant, run_id: str) -> list[dict[str, Any]]:
    """The `COST_FIELDS` of a run's generation jobs. One read each, or one if there are none."""
    of_run = FieldFilter("runId", "==", run_id)
    query: Any = tenant.collection("generationJobs").where(filter=of_run).select(COST_FIELDS)
    return [each.to_dict() or {} for each in query.stream()]


def query_overdue(client: Client, before: int) -> Any:
    """Query: generation jobs of all workspaces that were due before this (Unix ms)."""
    return (
        in_all_shards(client.collection_group("generationJobs"))
        .where(filter=FieldFilter("dueAt", "<=", before))
        .order_by("dueAt")
    )


def is_provider_job_known(tenant: Tenant, provider_id: str, provider_job_id: str) -> bool:
    """Whether a job of any tenant has this provider's id: tenants share the provider's account.

    One read.
    """
    query: Any = (
        tenant.client.collection_group("generationJobs")
        .where(filter=FieldFilter("providerJobId", "==", provider_job_id))
        .limit(2)
    )
    return any(each.get("providerId") == provider_id for each in query.stream())


def is_wanted(tenant: Tenant, job: GenerationJob) -> bool:
    """Whether its step may still ask for it. A job that is not wanted stays so. One read."""
    if tenant.is_deleted():
        return False
    found = find_step(tenant, job.run_id, job.run_step_id)
    if found is None or found.value.is_ended or found.value.cancel_requested:
        return False
    return found.value.run_attempt == job.run_attempt


def update_active(
    tenant: Tenant, job: GenerationJob, changes: Callable[[GenerationJob], dict[str, Any]]
) -> GenerationJob:
    """Change a job unless it has ended, and return it as it is then. One read, one write."""

    def body(transaction: Transaction) -> GenerationJob:
        reference = tenant.generation_ref(job.id)
        current = get_job(tenant, job.id, transaction)
        if current.is_ended or current.provider_job_id != job.provider_job_id:
            return current
        updated = {**changes(current), "updated_at": clock.now_ms()}
        after = current.model_copy(update=updated)
        transaction.update(reference, current.difference(after))
        return after

    return transactions.run_optimistic(tenant.client, body)
