"""Submitting generations to providers, so that a crash neither loses nor pays one twice."""

from typing import Any

from google.cloud.firestore import Transaction

from experience import clock, logs, transactions
from experience.documents import Versioned
from experience.providers import registry
from experience.providers.models import Provider, ProviderFailed, State
from experience.workflows.artifacts import payloads
from experience.workflows.artifacts.provider_blobs import TenantBlobs
from experience.workflows.artifacts.tenant import Tenant
from experience.workflows.generations import completion, dispatch, store
from experience.workflows.generations.models import (
    LATE_MS,
    MAX_SUBMITS,
    GenerationJob,
    GenerationStatus,
)
from experience.workflows.generations.store import update_active
from experience.workflows.runs.leases import capped_pause_ms
from experience.workflows.skills import Waiting

Created = Versioned[GenerationJob] | None
"""The job, if this call has just created it. Its update time may be unknown (None)."""


def submit(tenant: Tenant, job: GenerationJob, created: Created) -> GenerationJob:
    """Submit a job, or find out what became of an earlier submit of it. Waiting.

    Returns the job with its provider's id, or ended.
    """
    blobs = TenantBlobs(tenant)
    provider = registry.provider(job.provider_id, blobs)
    begun_at = None if created else job.begun_at
    if not created:
        job = _record_submit(tenant, job, provider)
        if job.is_ended or job.provider_job_id:
            return job
    params = payloads.unpack(tenant, job.input_params, job.input_params_uri)
    try:
        provider_job_id = provider.submit(
            params,
            job.id,
            begun_at=begun_at,
            timeout_ms=job.timeout_ms,
            is_taken=lambda known: store.is_provider_job_known(tenant, job.provider_id, known),
        )
        if provider.completes_in_submit:
            poll = provider.poll(provider_job_id)
            if poll.state is State.COMPLETED:
                return completion.complete_generation(
                    tenant,
                    job,
                    provider,
                    blobs,
                    poll,
                    provider_job_id=provider_job_id,
                    created=created,
                )
            raise poll.failure or ProviderFailed("The provider answered nothing.")
    except ProviderFailed as failure:
        is_unsure = failure.is_unsure or begun_at is not None
        return _handle_failure(tenant, job, failure, is_unsure=is_unsure)
    return _record_provider_job(tenant, job, provider_job_id)


def _record_submit(tenant: Tenant, job: GenerationJob, provider: Provider) -> GenerationJob:
    """Record that the job is submitted now. One write.

    Waiting while an earlier submit, whose worker may have died, could still reach the provider.
    """
    now = clock.now_ms()
    if job.tried_at is not None:
        over_at = job.tried_at + round(provider.submit_seconds * 1000)
        if now < over_at:
            after = update_active(tenant, job, lambda current: {"dispatch": current.dispatch + 1})
            dispatch.enqueue_poll(after, over_at - now)
            raise Waiting(f"an earlier call of {job.provider_id}", over_at - now + LATE_MS)
    if job.submits >= MAX_SUBMITS:
        failure = ProviderFailed("The provider was asked too often.", retryable=False)
        return completion.fail_generation(tenant, job, failure)
    return update_active(
        tenant,
        job,
        lambda current: {
            "begun_at": current.begun_at or now,
            "tried_at": now,
            "submits": current.submits + 1,
            "due_at": now + LATE_MS,
        },
    )


def _handle_failure(
    tenant: Tenant, job: GenerationJob, failure: ProviderFailed, *, is_unsure: bool
) -> GenerationJob:
    """Schedule another submit after a pause, or fail the job. Waiting.

    `is_unsure`: the provider may be working on it nevertheless.
    """
    logs.warning(
        "provider failed",
        provider=job.provider_id,
        run=job.run_id,
        step=job.run_step_id,
        submits=job.submits,
        code=failure.code,
    )
    if job.submits >= MAX_SUBMITS:
        failure.retryable = False  # another attempt at the step would submit it as often again
    if not failure.retryable:
        return completion.fail_generation(tenant, job, failure)
    pause_ms = max(capped_pause_ms(job.pause_ms()), (failure.retry_after_seconds or 0) * 1000)
    now = clock.now_ms()
    after = update_active(
        tenant,
        job,
        lambda current: {
            "begun_at": current.begun_at if is_unsure else None,
            "tried_at": None,
            "dispatch": current.dispatch + 1,
            "error_code": failure.code.value,
            "error_message": failure.message[: completion.MAX_MESSAGE_LENGTH],
            "due_at": now + round(pause_ms) + LATE_MS,
        },
    )
    if after.is_ended:
        return after
    dispatch.enqueue_poll(after, pause_ms)
    raise Waiting(f"another try with {job.provider_id}", round(pause_ms) + LATE_MS)


def _record_provider_job(tenant: Tenant, job: GenerationJob, provider_job_id: str) -> GenerationJob:
    """Record the provider's id of the job, and enqueue the first poll.

    A job that has ended meanwhile stays so, and is cancelled at the provider.
    """

    def body(transaction: Transaction) -> GenerationJob:
        reference = tenant.generation_ref(job.id)
        current = store.get_job(tenant, job.id, transaction)
        now = clock.now_ms()
        if current.provider_job_id:
            return current
        changes: dict[str, Any] = {
            "provider_job_id": provider_job_id,
            "dispatch": current.dispatch + 1,
            "updated_at": now,
        }
        if current.is_ended:
            changes |= {"cancel_due": True, "due_at": now}
        else:
            changes |= {
                "status": GenerationStatus.PROCESSING,
                "started_at": now,
                "tried_at": None,
                "error_code": None,
                "error_message": None,
                "due_at": now + job.poll_interval_ms + LATE_MS,
            }
        after = current.model_copy(update=changes)
        transaction.update(reference, current.difference(after))
        return after

    recorded = transactions.run_optimistic(tenant.client, body)
    dispatch.enqueue_poll(recorded, 0 if recorded.is_ended else recorded.poll_interval_ms)
    return recorded
