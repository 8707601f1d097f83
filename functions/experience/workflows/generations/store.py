"""Where generation jobs are stored."""

from typing import Any

from google.cloud.firestore import (
    Client,
    FieldFilter,
    Transaction,
)

from experience import clock, transactions
from experience.workflows.artifacts.tenant import Tenant
from experience.workflows.generations.costs import COST_FIELDS
from experience.workflows.generations.models import (
    GenerationJob,
)
from experience.workflows.runs.store import find_step


def find_costs(tenant: Tenant, run_id: str) -> list[dict[str, Any]]:
    """What the generation jobs of a run say of their costs. One read each, or one for none."""
    of_run = FieldFilter("runId", "==", run_id)
    query: Any = tenant.collection("generationJobs").where(filter=of_run).select(COST_FIELDS)
    return [each.to_dict() or {} for each in query.stream()]


def update_pending(tenant: Tenant, job: GenerationJob, changes: Any) -> GenerationJob:
    """Change a job that is under way; the job as it is then. One read, one write."""

    def body(transaction: Transaction) -> GenerationJob:
        reference = tenant.generation_ref(job.id)
        [found] = transactions.read(tenant.client, [reference], transaction)
        known = GenerationJob.load(found.to_dict() or {})
        if known.is_ended or known.provider_job_id != job.provider_job_id:
            return known
        made = {**changes(known), "updated_at": clock.now_ms()}
        after = known.model_copy(update=made)
        transaction.update(reference, known.difference(after))
        return after

    return transactions.run_optimistic(tenant.client, body)


def query_overdue(client: Client, before: int) -> Any:
    """Query: generation jobs of all workspaces to which something should have happened by then."""
    return (
        client.collection_group("generationJobs")
        .where(filter=FieldFilter("dueAt", "<=", before))
        .order_by("dueAt")
    )


def find_jobs(tenant: Tenant, *job_ids: str) -> list[GenerationJob | None]:
    """Jobs as they are now. One read each."""
    found = transactions.read(tenant.client, map(tenant.generation_ref, job_ids))
    fields = map(transactions.fields, found)
    return [GenerationJob.load(data) if data else None for data in fields]


def is_provider_job_known(tenant: Tenant, provider_id: str, provider_job_id: str) -> bool:
    """Whether some job has this provider's id: of any tenant, for they share the account.

    One read.
    """
    query: Any = (
        tenant.client.collection_group("generationJobs")
        .where(filter=FieldFilter("providerJobId", "==", provider_job_id))
        .limit(2)
    )
    return any(each.get("providerId") == provider_id for each in query.stream())


def is_wanted(tenant: Tenant, job: GenerationJob) -> bool:
    """Whether its step may still ask for it; once it may not, it never will. One read."""
    found = find_step(tenant, job.run_id, job.run_step_id)
    if found is None or found.value.is_ended or found.value.cancel_requested:
        return False
    return found.value.run_attempt == job.run_attempt
