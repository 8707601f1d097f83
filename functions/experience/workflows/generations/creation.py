"""Requesting a generation for a skill, so that a crash neither loses nor pays one twice.

1. The job is created before the provider is called, with a permit or waiting for one. The local
   provider needs no permit (docs/decisions/0018-no-permits-for-local-work.md).
2. The job is submitted to the provider. The time of the submit is recorded first. A worker that
   finds a submit without an outcome waits until it must be over, and asks the provider for it.
3. A provider that answers at once completes the job here. For any other provider its id is
   recorded, and polls are enqueued (`polling.py`). The step is parked meanwhile, and runs again
   when the job has ended.
"""

import traceback
from typing import Any

from google.api_core.exceptions import AlreadyExists
from google.cloud.firestore import Transaction

from experience import clock, logs, transactions
from experience.documents import Versioned
from experience.errors import Contention, Refusal
from experience.providers import registry
from experience.store import find
from experience.workflows.artifacts import payloads
from experience.workflows.artifacts.payloads import Packed
from experience.workflows.artifacts.tenant import Tenant
from experience.workflows.generations import dispatch, permits, store
from experience.workflows.generations.models import (
    LATE_MS,
    GenerationJob,
    GenerationStatus,
    current_job,
    job_ids_of,
    times_of,
)
from experience.workflows.generations.submission import Created, submit
from experience.workflows.runs.dispatch import resume_step
from experience.workflows.runs.errors import TRANSIENT
from experience.workflows.runs.leases import LeasedStep
from experience.workflows.skills import Generation, GenerationRequest, SkillFailed, Waiting


def generate(work: LeasedStep, request: GenerationRequest) -> Generation:
    """A provider's generation for a slot of this step. Waiting, SkillFailed.

    The local provider: one write to start, and two to end. A vendor that answers at once: three
    reads and two writes to start, three reads and three writes to end. One that is polled: one
    write more, and one read and one write for each poll. One read more for each failed attempt.
    """
    tenant = work.tenant
    if tenant.is_deleted():
        raise SkillFailed("CANCELLED", "The workspace was deleted.")
    try:
        job, created = _find(work, request), None
        if job is None:
            registry.require(request.provider_id)
            job, created = _create(work, request)
        elif job.status is GenerationStatus.PROCESSING:
            # The worker that recorded this may have died before it enqueued the next poll.
            dispatch.enqueue_poll(job, job.poll_interval_ms)
        if job.waiting_for:
            job = _wait_for_permit(tenant, job)
        if not job.is_ended and job.provider_job_id is None:
            job = submit(tenant, job, created)
    except Contention as fault:
        raise Waiting("the database", LATE_MS) from fault
    except Refusal as refused:
        raise SkillFailed(refused.reason.upper(), refused.message) from refused
    except TRANSIENT as fault:
        # The skill has not failed: its step runs again, and finds what was recorded.
        step, exc = work.step, traceback.format_exc()
        logs.warning(
            "generation interrupted", run=step.run_id, step=step.id, attempt=step.attempt, exc=exc
        )
        raise Waiting("the database or the storage", LATE_MS) from fault
    return _result_of(job)


def _find(work: LeasedStep, request: GenerationRequest) -> GenerationJob | None:
    """The job that this attempt continues with, if it is known.

    The attempt's own job is not read where it is created alone: the create shows whether it exists.
    """
    own, *earlier = job_ids_of(work.step, request.slot)
    if registry.needs_permit(request.provider_id):
        return current_job(store.find_jobs(work.tenant, own, *earlier))
    return current_job([None, *store.find_jobs(work.tenant, *earlier)]) if earlier else None


def _result_of(job: GenerationJob) -> Generation:
    if job.status is GenerationStatus.COMPLETED and job.artifact:
        return Generation(
            id=job.id,
            provider_id=job.provider_id,
            artifact=job.artifact,
            cost_micros=job.cost_micros,
        )
    if not job.is_ended:
        raise Waiting(f"the provider {job.provider_id}", job.timeout_ms + LATE_MS)
    code = "TIMEOUT" if job.status is GenerationStatus.TIMED_OUT else job.error_code
    raise SkillFailed(
        code or "PROVIDER_ERROR",
        job.error_message or "The provider failed.",
        retryable=job.retryable,
        details={"generationJobId": job.id, "providerId": job.provider_id},
    )


def _create(work: LeasedStep, request: GenerationRequest) -> tuple[GenerationJob, Created]:
    """The stored job, and whether this call has created it and so has to submit it."""
    tenant, step = work.tenant, work.step
    job_id = job_ids_of(step, request.slot)[0]
    sources = [_source_uri(tenant, each) for each in request.sources]
    params = {**request.params, **({"sources": sources} if sources else {})}
    now = clock.now_ms()
    packed = payloads.pack(tenant, step.run_id, f"generation-{job_id}", params, now)
    poll_interval_ms, timeout_ms = times_of(request)
    requested = GenerationJob(
        id=job_id,
        tenant_id=tenant.id,
        run_id=step.run_id,
        run_step_id=step.id,
        slot=request.slot,
        run_attempt=step.run_attempt,
        provider_id=request.provider_id,
        media_type=request.media_type,
        poll_interval_ms=poll_interval_ms,
        timeout_ms=timeout_ms,
        input_params=packed.value,
        input_params_uri=packed.uri,
        created_at=now,
        updated_at=now,
    )

    if registry.needs_permit(request.provider_id):
        return _create_with_permit(tenant, requested, packed)
    return _create_without_permit(tenant, requested.model_copy(update=_submit_fields(now)), packed)


def _submit_fields(now: int) -> dict[str, Any]:
    """The fields of a job before its first submit."""
    times = dict.fromkeys(("created_at", "updated_at", "begun_at", "tried_at"), now)
    return {**times, "due_at": now + LATE_MS, "submits": 1}


def _create_without_permit(
    tenant: Tenant, job: GenerationJob, packed: Packed
) -> tuple[GenerationJob, Created]:
    """Create a job that needs no permit. One write; one read if it exists."""

    def commit() -> Any:
        batch = tenant.client.batch()
        batch.create(tenant.generation_ref(job.id), job.dump())
        if packed.document:
            batch.set(tenant.artifact_ref(packed.document.id), packed.document.dump())
        return batch.commit()

    try:
        return job, Versioned(job, transactions.retry(commit)[0].update_time)
    except AlreadyExists:
        [found] = store.find_jobs(tenant, job.id)
        if found is None:
            raise Contention from None
        return found, None


def _create_with_permit(
    tenant: Tenant, requested: GenerationJob, packed: Packed
) -> tuple[GenerationJob, Created]:
    """Create a job with a free permit, or else as a waiter. Two reads, two writes."""

    def body(transaction: Transaction) -> tuple[GenerationJob, Created]:
        reference = tenant.generation_ref(requested.id)
        if existing := find(tenant.client, reference, GenerationJob, transaction):
            return existing, None
        now = clock.now_ms()
        permit = permits.find_free(tenant, transaction, requested.kind, requested.id)
        if permit:
            permit.record(transaction, requested.id, now)
            changes = {**_submit_fields(now), "permit": permit.id}
        else:
            times = {"created_at": now, "updated_at": now, "due_at": now + LATE_MS}
            changes = {**times, "waiting_for": requested.kind}
        job = requested.model_copy(update=changes)
        transaction.create(reference, job.dump())
        if packed.document:
            transaction.set(tenant.artifact_ref(packed.document.id), packed.document.dump())
        return job, Versioned(job, None) if permit else None

    return transactions.run_optimistic(tenant.client, body)


def _source_uri(tenant: Tenant, source: str) -> str:
    """The URI or path of a source, which may be an artifact's id. One read for an id."""
    if tenant.path_in(source) or tenant.folder_path_in(source):
        return source
    if source and "/" not in source:
        [found] = transactions.read(tenant.client, [tenant.artifact_ref(source)])
        if found.exists:
            return str(found.get("uri"))
    raise SkillFailed("ARTIFACT_NOT_FOUND", "There is no such artifact in this workspace.")


def _wait_for_permit(tenant: Tenant, job: GenerationJob) -> GenerationJob:
    """The job with a permit, if one is free and no other job has waited longer; else Waiting."""
    admitted = permits.admit_next(tenant, job.kind)
    if admitted and admitted.id != job.id:
        resume_step(tenant, admitted.run_id, admitted.run_step_id)
    [found] = store.find_jobs(tenant, job.id)
    if found is None or found.waiting_for:
        raise Waiting(f"a permit for {job.media_type}", job.timeout_ms)
    return found
