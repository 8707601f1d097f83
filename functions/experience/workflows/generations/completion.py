"""How generation jobs end, and who takes their place."""

from collections.abc import Callable
from typing import Any

from google.cloud.firestore import Transaction

from experience import clock, logs, transactions
from experience.documents import Versioned
from experience.imaging import files
from experience.providers.models import Blob, FailureCode, Poll, Provider, ProviderFailed
from experience.workflows.artifacts import fingerprints
from experience.workflows.artifacts.models import Artifact
from experience.workflows.artifacts.provider_blobs import TenantBlobs
from experience.workflows.artifacts.tenant import Tenant
from experience.workflows.generations import permits
from experience.workflows.generations.dispatch import enqueue_poll
from experience.workflows.generations.models import (
    GenerationJob,
    GenerationStatus,
)
from experience.workflows.runs.dispatch import resume_step
from experience.workflows.skills import ArtifactRef

MAX_MESSAGE_LENGTH = 500

Changes = Callable[[GenerationJob, int], dict[str, Any]]
"""What changes of a job that is under way as it ends at this time."""


def complete_generation(
    tenant: Tenant,
    job: GenerationJob,
    provider: Provider,
    blobs: TenantBlobs,
    poll: Poll,
    *,
    provider_job_id: str | None = None,
    created: Versioned[GenerationJob] | None = None,
) -> GenerationJob:
    """Fetch a result, store it as an artifact, and end the job with it. Raises ProviderFailed.

    The bytes are stored first, under their hash; then job, artifact and place change together.
    `provider_job_id`: the provider's id, where the job has none yet; `created` as for `settle`.
    """
    uri = str(poll.result_uri)
    content = provider.fetch(uri)
    stored = blobs.store(content)
    now = clock.now_ms()
    ref = ArtifactRef(
        id=fingerprints.artifact_id(job.run_id, job.run_step_id, job.slot, stored.content_hash),
        uri=stored.uri,
        type=content.content_type,
        content_hash=stored.content_hash,
        size_bytes=stored.size_bytes,
        metadata=_measures(content),
    )
    document = Artifact(
        **ref.model_dump(),
        tenant_id=tenant.id,
        run_id=job.run_id,
        step_id=job.run_step_id,
        skill_id=f"provider.{job.provider_id}",
        created_at=now,
        updated_at=now,
    )
    ended = settle(
        tenant,
        job,
        lambda current, now: {
            "status": GenerationStatus.COMPLETED,
            "started_at": current.started_at or now,
            "provider_job_id": current.provider_job_id or provider_job_id,
            "result_uri": uri[:2048],
            "artifact_id": ref.id,
            "artifact": ref,
            "cost_micros": poll.cost_micros,
            "error_code": None,
            "error_message": None,
        },
        document,
        created,
    )
    blobs.forget(job.id)
    return ended


def fail_generation(
    tenant: Tenant,
    job: GenerationJob,
    failure: ProviderFailed,
    status: GenerationStatus = GenerationStatus.FAILED,
) -> GenerationJob:
    """End a job without a result; a provider that still works on it is told to stop."""

    def ending(current: GenerationJob, now: int) -> dict[str, Any]:
        is_told = failure.code in (FailureCode.CANCELLED, FailureCode.TIMEOUT)
        cancel_due = is_told and current.provider_job_id is not None
        return {
            "status": status,
            "error_code": failure.code.value,
            "error_message": failure.message[:MAX_MESSAGE_LENGTH],
            "retryable": failure.retryable,
            "cost_micros": failure.cost_micros,
            "cancel_due": cancel_due,
            "dispatch": current.dispatch + cancel_due,
            "due_at": now if cancel_due else None,
        }

    ended = settle(tenant, job, ending)
    if ended.cancel_due:
        enqueue_poll(ended, 0)
    return ended


def settle(
    tenant: Tenant,
    job: GenerationJob,
    ending: Changes,
    document: Artifact | None = None,
    created: Versioned[GenerationJob] | None = None,
) -> GenerationJob:
    """Write a job's end, transfer its permit, and wake the job that receives it.

    Returns the job as it is then; one that has ended already stays as it is. Three reads; writes
    the job, and one each for an artifact, a permit, and the job that receives the permit. One read
    for a job that needs no permit, and none if it is `created`: as this call has just created it.
    """
    candidate = permits.find_first_waiter(tenant, job.kind) if job.needs_permit else None
    trusted = created if created and created.update_time else None

    def body(transaction: Transaction) -> tuple[GenerationJob, GenerationJob | None]:
        nonlocal trusted
        reference = tenant.generation_ref(job.id)
        if trusted:
            transactions.trust(transaction, reference, trusted.update_time)
            current, trusted = trusted.value, None
        else:
            [found] = transactions.read(tenant.client, [reference], transaction)
            current = GenerationJob.load(found.to_dict() or {})
        now = clock.now_ms()
        if current.is_ended:
            return current, None
        changes = ending(current, now)
        left = {"permit": None, "waiting_for": None, "tried_at": None, "due_at": None}
        times = {"completed_at": now, "updated_at": now}
        after = current.model_copy(update={**left, **times, **changes})
        transaction.update(reference, current.difference(after))
        if document:
            transaction.set(tenant.artifact_ref(document.id), document.dump())
        heir = None
        if current.permit:
            transactions.read(tenant.client, [tenant.permit_ref(current.permit)], transaction)
            heir = candidate and permits.find_waiter(tenant, transaction, candidate.id)
            held = {"jobId": heir.id if heir else None, "updatedAt": now}
            transaction.update(tenant.permit_ref(current.permit), held)
            if heir:
                permits.transfer(transaction, tenant.generation_ref(heir.id), current.permit, now)
        return after, heir

    ended, heir = transactions.run_optimistic(tenant.client, body)
    logs.info(
        "generation ended",
        run=job.run_id,
        step=job.run_step_id,
        provider=job.provider_id,
        status=ended.status,
        code=ended.error_code,
    )
    if candidate and not heir:
        heir = permits.admit_next(tenant, job.kind)
    if heir:
        resume_step(tenant, heir.run_id, heir.run_step_id)
    return ended


def _measures(content: Blob) -> dict[str, Any]:
    """Width and height of a picture, as far as its file tells them."""
    if not content.content_type.startswith("image/"):
        return {}
    size = files.size(content.data)
    return {"width": size[0], "height": size[1]} if size else {}
