"""Submitting a generation to its provider, so that a crash neither loses nor pays it twice."""

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
from experience.workflows.generations.store import update_pending
from experience.workflows.runs.leases import capped_pause_ms
from experience.workflows.skills import Waiting


def submit(
    tenant: Tenant, job: GenerationJob, created: Versioned[GenerationJob] | None
) -> GenerationJob:
    """Ask the provider to begin, or what came of it. The job with its provider's id, or ended.

    `created`: the job as this call has just created it.
    """
    blobs = TenantBlobs(tenant)
    provider = registry.provider(job.provider_id, blobs)
    earlier = None if created else job.begun_at
    if not created:
        job = _record_submit(tenant, job, provider)
        if job.is_ended or job.provider_job_id:
            return job
    params = payloads.unpack(tenant, job.input_params, job.input_params_uri)
    try:
        provider_job_id = provider.submit(
            params,
            job.id,
            begun_at=earlier,
            timeout_ms=job.timeout_ms,
            is_taken=lambda known: store.is_provider_job_known(tenant, job.provider_id, known),
        )
        if provider.answers_at_once:
            poll = provider.poll(provider_job_id)
            if poll.state is State.COMPLETED:
                known: dict[str, Any] = {"provider_job_id": provider_job_id, "created": created}
                return completion.complete_generation(tenant, job, provider, blobs, poll, **known)
            raise poll.failure or ProviderFailed("The provider answered nothing.")
    except ProviderFailed as failure:
        is_unsure = failure.is_unsure or earlier is not None
        return _submit_failed(tenant, job, failure, is_unsure=is_unsure)
    return _record_provider_job(tenant, job, provider_job_id)


def _record_submit(tenant: Tenant, job: GenerationJob, provider: Provider) -> GenerationJob:
    """Write down that the provider is asked now. One write.

    Raises Waiting while another call, whose worker may be gone, could still have its effect.
    """
    now = clock.now_ms()
    if job.tried_at is not None:
        over_at = job.tried_at + round(provider.submit_seconds * 1000)
        if now < over_at:
            again = update_pending(tenant, job, lambda found: {"dispatch": found.dispatch + 1})
            dispatch.enqueue_poll(again, over_at - now)
            raise Waiting(f"an earlier call of {job.provider_id}", over_at - now + LATE_MS)
    if job.submits >= MAX_SUBMITS:
        failure = ProviderFailed("The provider was asked too often.", retryable=False)
        return completion.fail_generation(tenant, job, failure)
    return update_pending(
        tenant,
        job,
        lambda found: {
            "begun_at": found.begun_at or now,
            "tried_at": now,
            "submits": found.submits + 1,
            "due_at": now + LATE_MS,
        },
    )


def _submit_failed(
    tenant: Tenant, job: GenerationJob, failure: ProviderFailed, *, is_unsure: bool
) -> GenerationJob:
    """What follows from a submit that failed: another one after a pause, or the job's end."""
    logs.warning(
        "provider failed",
        provider=job.provider_id,
        run=job.run_id,
        step=job.run_step_id,
        submits=job.submits,
        code=failure.code,
    )
    if job.submits >= MAX_SUBMITS:
        failure.retryable = False  # it was asked often enough: another attempt would ask as often
    if not failure.retryable:
        return completion.fail_generation(tenant, job, failure)
    pause_ms = max(capped_pause_ms(job.pause_ms()), (failure.retry_after_seconds or 0) * 1000)
    now = clock.now_ms()
    again = update_pending(
        tenant,
        job,
        lambda found: {
            "begun_at": found.begun_at if is_unsure else None,
            "tried_at": None,
            "dispatch": found.dispatch + 1,
            "error_code": failure.code.value,
            "error_message": failure.message[: completion.MAX_MESSAGE_LENGTH],
            "due_at": now + round(pause_ms) + LATE_MS,
        },
    )
    if again.is_ended:
        return again
    dispatch.enqueue_poll(again, pause_ms)
    raise Waiting(f"another try with {job.provider_id}", round(pause_ms) + LATE_MS)


def _record_provider_job(tenant: Tenant, job: GenerationJob, provider_job_id: str) -> GenerationJob:
    """Write down under which id the provider works on it, and queue the first look at it.

    A job that was ended meanwhile stays so, and the provider is told.
    """

    def body(transaction: Transaction) -> GenerationJob:
        reference = tenant.generation_ref(job.id)
        [found] = transactions.read(tenant.client, [reference], transaction)
        known = GenerationJob.load(found.to_dict() or {})
        now = clock.now_ms()
        if known.provider_job_id:
            return known
        changes: dict[str, Any] = {
            "provider_job_id": provider_job_id,
            "dispatch": known.dispatch + 1,
            "updated_at": now,
        }
        if known.is_ended:
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
        after = known.model_copy(update=changes)
        transaction.update(reference, known.difference(after))
        return after

    recorded = transactions.run_optimistic(tenant.client, body)
    dispatch.enqueue_poll(recorded, 0 if recorded.is_ended else recorded.poll_interval_ms)
    return recorded
