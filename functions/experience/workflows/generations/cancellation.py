"""Cancelling generations that nobody waits for."""

from typing import Any

from google.cloud.firestore import FieldFilter

from experience import clock, logs
from experience.errors import Refusal
from experience.providers import registry
from experience.providers.models import FailureCode, ProviderFailed
from experience.workflows.artifacts.provider_blobs import TenantBlobs
from experience.workflows.artifacts.tenant import Tenant
from experience.workflows.generations.completion import fail_generation
from experience.workflows.generations.models import (
    UNDER_WAY,
    GenerationJob,
)
from experience.workflows.generations.store import is_wanted

UNWANTED = ProviderFailed(
    "Nobody waits for it any more.", code=FailureCode.CANCELLED, retryable=False
)


def cancel_at_provider(tenant: Tenant, job: GenerationJob) -> None:
    """Have the provider stop working on a job that has ended here. Raises ProviderFailed."""
    try:
        provider = registry.provider(job.provider_id, TenantBlobs(tenant))
        provider.cancel(str(job.provider_job_id))
    except ProviderFailed as failure:
        if failure.retryable:
            raise
        logs.warning("cancel refused", provider=job.provider_id, code=failure.code)
    except Refusal as refused:
        logs.warning("cancel refused", provider=job.provider_id, reason=refused.reason)
    told = {"cancelDue": False, "dueAt": None, "updatedAt": clock.now_ms()}
    tenant.generation_ref(job.id).update(told)


def cancel_generations(tenant: Tenant, run_id: str) -> int:
    """End every generation of a run that is given up, and have the providers told; how many.

    Two reads and up to three writes for each. Safe to repeat, and too late: what a run that was
    taken up again meanwhile asks for stays.
    """
    query: Any = tenant.collection("generationJobs").where(
        filter=FieldFilter("runId", "==", run_id)
    )
    going = [status.value for status in UNDER_WAY]
    found = query.where(filter=FieldFilter("status", "in", going)).stream()
    jobs = [GenerationJob.load(each.to_dict() or {}) for each in found]
    unwanted = [job for job in jobs if not is_wanted(tenant, job)]
    cancelled = ProviderFailed(
        "The run was cancelled.", code=FailureCode.CANCELLED, retryable=False
    )
    for job in unwanted:
        fail_generation(tenant, job, cancelled)
    return len(unwanted)
