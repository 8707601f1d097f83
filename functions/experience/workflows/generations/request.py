"""What a skill asks a provider for, step by step, so that a crash neither loses nor pays it twice.

1. The job is written, with a place or waiting for one, before anybody is called. The local provider
   needs no place (docs/decisions/0018-no-permits-for-local-work.md).
2. The provider is asked to begin. When that was asked is written first: whoever finds it without
   an answer waits until the other call must be over, and asks the provider what came of it.
3. A provider that answers at once ends the job here; of another its id is written, and looks at it
   are queued (`polling.py`). The step waits meanwhile, and runs again when the job has ended.
"""

import traceback
from typing import Any

from google.api_core.exceptions import AlreadyExists
from google.cloud.firestore import Transaction

from experience import clock, logs, transactions
from experience.documents import Versioned
from experience.errors import Contention, Refusal
from experience.providers import registry
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
from experience.workflows.generations.submission import submit
from experience.workflows.runs.dispatch import resume_step
from experience.workflows.runs.errors import TRANSIENT
from experience.workflows.runs.leases import LeasedStep
from experience.workflows.skills import Generation, GenerationRequest, SkillFailed, Waiting


def generate(work: LeasedStep, request: GenerationRequest) -> Generation:
    """A provider's generation for a slot of this step. Raises Waiting and SkillFailed.

    The local provider: one write to begin, and two to end. A vendor that answers at once: three
    reads and two writes to begin, three reads and three writes to end. One that is polled: one
    write more, and one read and one write for each look. A read more for each attempt that failed.
    """
    tenant = work.tenant
    try:
        job, created = _find(work, request), None
        if job is None:
            registry.require(request.provider_id)
            job, created = _create(work, request)
        elif job.status is GenerationStatus.PROCESSING:
            # Whoever wrote that down may have died before queueing the next look.
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
        # Not the skill's failure: its step runs again, and finds what was written down.
        step, exc = work.step, traceback.format_exc()
        logs.warning(
            "generation interrupted", run=step.run_id, step=step.id, attempt=step.attempt, exc=exc
        )
        raise Waiting("the database or the storage", LATE_MS) from fault
    return _outcome(job)


def _find(work: LeasedStep, request: GenerationRequest) -> GenerationJob | None:
    """The job that this attempt goes on with, if it is known.

    Where nothing but the job is written, writing it shows whether it was there: its own is not
    looked for.
    """
    own, *earlier = job_ids_of(work.step, request.slot)
    if registry.needs_permit(request.provider_id):
        return current_job(store.find_jobs(work.tenant, own, *earlier))
    return current_job([None, *store.find_jobs(work.tenant, *earlier)]) if earlier else None


def _outcome(job: GenerationJob) -> Generation:
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


def _create(
    work: LeasedStep, request: GenerationRequest
) -> tuple[GenerationJob, Versioned[GenerationJob] | None]:
    """The job as it is stored; once more if it is this call that has to ask the provider."""
    tenant, step = work.tenant, work.step
    job_id = job_ids_of(step, request.slot)[0]
    sources = [_uri(tenant, each) for each in request.sources]
    params = {**request.params, **({"sources": sources} if sources else {})}
    now = clock.now_ms()
    packed = payloads.pack(tenant, step.run_id, f"generation-{job_id}", params, now)
    poll_interval_ms, timeout_ms = times_of(request)
    asked = GenerationJob(
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
        return _create_with_permit(tenant, asked, packed)
    return _create_alone(tenant, asked.model_copy(update=_submit_fields(now)), packed)


def _submit_fields(now: int) -> dict[str, Any]:
    """What is written of a job before the provider is asked for the first time."""
    times = dict.fromkeys(("created_at", "updated_at", "begun_at", "tried_at"), now)
    return {**times, "due_at": now + LATE_MS, "submits": 1}


def _create_alone(
    tenant: Tenant, job: GenerationJob, packed: Packed
) -> tuple[GenerationJob, Versioned[GenerationJob] | None]:
    """Write a job that needs no place. One write; one read where it was there before."""

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
    tenant: Tenant, asked: GenerationJob, packed: Packed
) -> tuple[GenerationJob, Versioned[GenerationJob] | None]:
    """Write a job with a place if there is one, else as one that waits. Two reads, two writes."""

    def body(transaction: Transaction) -> tuple[GenerationJob, Versioned[GenerationJob] | None]:
        [found] = transactions.read(tenant.client, [tenant.generation_ref(asked.id)], transaction)
        if found.exists:
            return GenerationJob.load(found.to_dict() or {}), None
        now = clock.now_ms()
        permit = permits.find_free(tenant, transaction, asked.kind, asked.id)
        if permit:
            permit.take(transaction, asked.id, now)
            changes = {**_submit_fields(now), "permit": permit.id}
        else:
            times = {"created_at": now, "updated_at": now, "due_at": now + LATE_MS}
            changes = {**times, "waiting_for": asked.kind}
        job = asked.model_copy(update=changes)
        transaction.create(tenant.generation_ref(asked.id), job.dump())
        if packed.document:
            transaction.set(tenant.artifact_ref(packed.document.id), packed.document.dump())
        return job, Versioned(job, None) if permit else None

    return transactions.run_optimistic(tenant.client, body)


def _uri(tenant: Tenant, source: str) -> str:
    """A source's uri or path, out of an artifact's id or what it is. One read for an id."""
    if tenant.path_in(source) or tenant.folder_path_in(source):
        return source
    if source and "/" not in source:
        [found] = transactions.read(tenant.client, [tenant.artifact_ref(source)])
        if found.exists:
            return str(found.get("uri"))
    raise SkillFailed("ARTIFACT_NOT_FOUND", "There is no such artifact in this workspace.")


def _wait_for_permit(tenant: Tenant, job: GenerationJob) -> GenerationJob:
    """The job with a place, if one has become free and it is its turn. Else Waiting."""
    started = permits.admit_next(tenant, job.kind)
    if started and started.id != job.id:
        resume_step(tenant, started.run_id, started.run_step_id)
    [found] = store.find_jobs(tenant, job.id)
    if found is None or found.waiting_for:
        raise Waiting(f"a place for {job.media_type}", job.timeout_ms)
    return found
