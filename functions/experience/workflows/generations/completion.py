"""Completing and failing generation jobs, and transferring their permits."""

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
from experience.workflows.generations.models import GenerationJob, GenerationStatus
from experience.workflows.runs.dispatch import resume_step
from experience.workflows.skills import ArtifactRef

MAX_MESSAGE_LENGTH = 500

FinalFields = Callable[[GenerationJob, int], dict[str, Any]]
"""The fields that a job, as it is stored, ends with at this time."""


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
    """Fetch a result, store it as an artifact, and complete the job with it. ProviderFailed.

    The bytes are stored first, under their hash; then job, artifact and permit change together.
    `provider_job_id`: the provider's id, where the job has none yet. `created`: as for `settle`.
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
    completed = settle(
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
    return completed


def fail_generation(
    tenant: Tenant,
    job: GenerationJob,
    failure: ProviderFailed,
    status: GenerationStatus = GenerationStatus.FAILED,
) -> GenerationJob:
    """End a job without a result. A provider that still works on it is asked to stop."""

    def final_fields(current: GenerationJob, now: int) -> dict[str, Any]:
        is_abandoned = failure.code in (FailureCode.CANCELLED, FailureCode.TIMEOUT)
        cancel_due = is_abandoned and current.provider_job_id is not None
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

    failed = settle(tenant, job, final_fields)
    if failed.cancel_due:
        enqueue_poll(failed, 0)
    return failed


def settle(
    tenant: Tenant,
    job: GenerationJob,
    final_fields: FinalFields,
    document: Artifact | None = None,
    created: Versioned[GenerationJob] | None = None,
) -> GenerationJob:
    """End a job, transfer its permit, and resume the step of the job that receives it.

    Returns the job as it is then; one that has ended already stays as it is. Three reads; writes
    the job, and one each for an artifact, a permit, and the job that receives the permit. One read
    for a job that needs no permit, and none if this call has just `created` it.
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
        after = current.model_copy(
            update={
                "permit": None,
                "waiting_for": None,
                "tried_at": None,
                "due_at": None,
                "completed_at": now,
                "updated_at": now,
                **final_fields(current, now),
            }
        )
        transaction.update(reference, current.difference(after))
        if document:
            transaction.set(tenant.artifact_ref(document.id), document.dump())
        waiter = None
        if current.permit:
            waiter = permits.release(tenant, transaction, current.permit, candidate, now)
        return after, waiter

    settled, waiter = transactions.run_optimistic(tenant.client, body)
    logs.info(
        "generation completed",
        run=job.run_id,
        step=job.run_step_id,
        provider=job.provider_id,
        status=settled.status,
        code=settled.error_code,
    )
    if candidate and not waiter:
        waiter = permits.admit_next(tenant, job.kind)
    if waiter:
        resume_step(tenant, waiter.run_id, waiter.run_step_id)
    return settled


def _measures(content: Blob) -> dict[str, Any]:
    """The width and height of an image, if its file states them."""
    if not content.content_type.startswith("image/"):
        return {}
    size = files.size(content.data)
    return {"width": size[0], "height": size[1]} if size else {}
