"""Cancelling generations whose results are not wanted any more."""

from typing import Any

from google.cloud.firestore import FieldFilter

from experience import clock, logs
from experience.errors import Refusal
from experience.providers import registry
from experience.providers.models import FailureCode, ProviderFailed
from experience.workflows.artifacts.provider_blobs import TenantBlobs
from experience.workflows.artifacts.tenant import Tenant
from experience.workflows.generations.completion import fail_generation
from experience.workflows.generations.models import ACTIVE, GenerationJob
from experience.workflows.generations.store import is_wanted

UNWANTED = ProviderFailed(
    "Nobody waits for it any more.", code=FailureCode.CANCELLED, retryable=False
)


def cancel_at_provider(tenant: Tenant, job: GenerationJob) -> None:
    """Ask the provider to stop working on a job that has ended here. ProviderFailed."""
    try:
        provider = registry.provider(job.provider_id, TenantBlobs(tenant))
        provider.cancel(str(job.provider_job_id))
    except ProviderFailed as failure:
        if failure.retryable:
            raise
        logs.warning("cancel refused", provider=job.provider_id, code=failure.code)
    except Refusal as refused:
        logs.warning("cancel refused", provider=job.provider_id, reason=refused.reason)
    changes = {"cancelDue": False, "dueAt": None, "updatedAt": clock.now_ms()}
    tenant.generation_ref(job.id).update(changes)


def cancel_generations(tenant: Tenant, run_id: str) -> int:
    """Cancel the generations of a cancelled run, also at their providers, and return their number.

    Two reads and up to three writes for each. Safe to repeat, and to call late: if the run was
    retried meanwhile, the generations of the new run attempt stay.
    """
    query: Any = tenant.collection("generationJobs").where(
        filter=FieldFilter("runId", "==", run_id)
    )
    statuses = [status.value for status in ACTIVE]
    found = query.where(filter=FieldFilter("status", "in", statuses)).stream()
    jobs = [GenerationJob.load(each.to_dict() or {}) for each in found]
    unwanted = [job for job in jobs if not is_wanted(tenant, job)]
    cancelled = ProviderFailed(
        "The run was cancelled.", code=FailureCode.CANCELLED, retryable=False
    )
    for job in unwanted:
        fail_generation(tenant, job, cancelled)
    return len(unwanted)
