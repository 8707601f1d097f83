"""What a skill asks a provider for, step by step, so that a crash neither loses nor pays it twice.

1. The job is written, with a place or waiting for one, before anybody is called. The local provider
   needs no place (docs/decisions/0018-no-permits-for-local-work.md).
2. The provider is asked to begin. When that was asked is written first: whoever finds it without
   an answer waits until the other call must be over, and asks the provider what came of it.
3. A provider that answers at once ends the job here; of another its id is written, and looks at it
   are queued (`polling.py`). The step waits meanwhile, and runs again when the job has ended.
"""

import traceback
from typing import Any, NamedTuple

from google.api_core.exceptions import AlreadyExists
from google.cloud.firestore import Transaction

from experience import clock, logs, transactions
from experience.errors import Contention, Refusal
from experience.providers import registry
from experience.providers.models import Provider, ProviderFailed, State
from experience.workflows import concluding, payloads, places
from experience.workflows.blobs import TenantBlobs
from experience.workflows.engine import TRANSIENT, Work, limited_pause_ms
from experience.workflows.generations import (
    LATE_MS,
    SUBMITS_AT_MOST,
    GenerationJob,
    GenerationStatus,
    current,
    job_ids_of,
    times_of,
)
from experience.workflows.payloads import Packed
from experience.workflows.resuming import resume_step
from experience.workflows.skills import Generation, GenerationRequest, SkillFailed, Waiting
from experience.workflows.tenant import Tenant


class New(NamedTuple):
    """That a job was written just now, by this call; and when, if it was written alone."""

    written_at: Any = None


def generate(work: Work, request: GenerationRequest) -> Generation:
    """A provider's generation for a slot of this step. Raises Waiting and SkillFailed.

    The local provider: one write to begin, and two to end. A vendor that answers at once: three
    reads and two writes to begin, three reads and three writes to end. One that is polled: one
    write more, and one read and one write for each look. A read more for each attempt that failed.
    """
    tenant = work.tenant
    try:
        job, new = _find(work, request), None
        if job is None:
            registry.require(request.provider_id)
            job, new = _create(work, request)
        elif job.status is GenerationStatus.PROCESSING:
            # Whoever wrote that down may have died before queueing the next look.
            concluding.enqueue_look(job, job.poll_interval_ms)
        if job.waiting:
            job = _wait_for_place(tenant, job)
        if not job.is_ended and job.provider_job_id is None:
            job = _submit(tenant, job, new)
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


def _find(work: Work, request: GenerationRequest) -> GenerationJob | None:
    """The job that this attempt goes on with, if it is known.

    Where nothing but the job is written, writing it shows whether it was there: its own is not
    looked for.
    """
    own, *earlier = job_ids_of(work.step, request.slot)
    if registry.takes_place(request.provider_id):
        return current(concluding.find(work.tenant, own, *earlier))
    return current([None, *concluding.find(work.tenant, *earlier)]) if earlier else None


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


def _create(work: Work, request: GenerationRequest) -> tuple[GenerationJob, New | None]:
    """The job as it is stored; New, if it is this call that has to ask the provider."""
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
        round=step.round,
        provider_id=request.provider_id,
        media_type=request.media_type,
        poll_interval_ms=poll_interval_ms,
        timeout_ms=timeout_ms,
        input_params=packed.value,
        input_params_uri=packed.uri,
        created_at=now,
        updated_at=now,
    )

    if registry.takes_place(request.provider_id):
        return _create_with_place(tenant, asked, packed)
    return _create_alone(tenant, asked.model_copy(update=_begun(now)), packed)


def _begun(now: int) -> dict[str, Any]:
    """What is written of a job before the provider is asked for the first time."""
    times = dict.fromkeys(("created_at", "updated_at", "begun_at", "tried_at"), now)
    return {**times, "due_at": now + LATE_MS, "submits": 1}


def _create_alone(
    tenant: Tenant, job: GenerationJob, packed: Packed
) -> tuple[GenerationJob, New | None]:
    """Write a job that needs no place. One write; one read where it was there before."""

    def commit() -> Any:
        batch = tenant.client.batch()
        batch.create(tenant.generation_ref(job.id), job.dump())
        if packed.document:
            batch.set(tenant.artifact_ref(packed.document.id), packed.document.dump())
        return batch.commit()

    try:
        return job, New(transactions.retry(commit)[0].update_time)
    except AlreadyExists:
        [found] = concluding.find(tenant, job.id)
        if found is None:
            raise Contention from None
        return found, None


def _create_with_place(
    tenant: Tenant, asked: GenerationJob, packed: Packed
) -> tuple[GenerationJob, New | None]:
    """Write a job with a place if there is one, else as one that waits. Two reads, two writes."""

    def body(transaction: Transaction) -> tuple[GenerationJob, New | None]:
        [found] = transactions.read(tenant.client, [tenant.generation_ref(asked.id)], transaction)
        if found.exists:
            return GenerationJob.load(found.to_dict() or {}), None
        now = clock.now_ms()
        place = places.find(tenant, transaction, asked.kind, asked.id)
        if place:
            place.take(transaction, asked.id, now)
            changes = {**_begun(now), "place": place.id}
        else:
            times = {"created_at": now, "updated_at": now, "due_at": now + LATE_MS}
            changes = {**times, "waiting": asked.kind}
        job = asked.model_copy(update=changes)
        transaction.create(tenant.generation_ref(asked.id), job.dump())
        if packed.document:
            transaction.set(tenant.artifact_ref(packed.document.id), packed.document.dump())
        return job, New() if place else None

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


def _wait_for_place(tenant: Tenant, job: GenerationJob) -> GenerationJob:
    """The job with a place, if one has become free and it is its turn. Else Waiting."""
    started = places.start_next(tenant, job.kind)
    if started and started.id != job.id:
        resume_step(tenant, started.run_id, started.run_step_id)
    [found] = concluding.find(tenant, job.id)
    if found is None or found.waiting:
        raise Waiting(f"a place for {job.media_type}", job.timeout_ms)
    return found


def _submit(tenant: Tenant, job: GenerationJob, new: New | None) -> GenerationJob:
    """Ask the provider to begin, or what came of it. The job with its provider's id, or ended."""
    blobs = TenantBlobs(tenant)
    provider = registry.provider(job.provider_id, blobs)
    earlier = None if new else job.begun_at
    if not new:
        job = _begin_again(tenant, job, provider)
        if job.is_ended or job.provider_job_id:
            return job
    params = payloads.unpack(tenant, job.input_params, job.input_params_uri)
    try:
        provider_job_id = provider.submit(
            params,
            job.id,
            begun_at=earlier,
            timeout_ms=job.timeout_ms,
            is_taken=lambda known: concluding.is_taken(tenant, job.provider_id, known),
        )
        if provider.answers_at_once:
            poll = provider.poll(provider_job_id)
            if poll.state is State.COMPLETED:
                known = {"provider_job_id": provider_job_id, "written_at": new and new.written_at}
                return concluding.complete(tenant, job, provider, blobs, poll, **known)
            raise poll.failure or ProviderFailed("The provider answered nothing.")
    except ProviderFailed as failure:
        is_unsure = failure.is_unsure or earlier is not None
        return _not_begun(tenant, job, failure, is_unsure=is_unsure)
    return _record(tenant, job, provider_job_id)


def _begin_again(tenant: Tenant, job: GenerationJob, provider: Provider) -> GenerationJob:
    """Write down that the provider is asked now. One write.

    Raises Waiting while another call, whose worker may be gone, could still have its effect.
    """
    now = clock.now_ms()
    if job.tried_at is not None:
        over_at = job.tried_at + round(provider.submit_seconds * 1000)
        if now < over_at:
            again = change(tenant, job, lambda found: {"dispatch": found.dispatch + 1})
            concluding.enqueue_look(again, over_at - now)
            raise Waiting(f"an earlier call of {job.provider_id}", over_at - now + LATE_MS)
    if job.submits >= SUBMITS_AT_MOST:
        failure = ProviderFailed("The provider was asked too often.", retryable=False)
        return concluding.fail(tenant, job, failure)
    return change(
        tenant,
        job,
        lambda found: {
            "begun_at": found.begun_at or now,
            "tried_at": now,
            "submits": found.submits + 1,
            "due_at": now + LATE_MS,
        },
    )


def _not_begun(
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
    if job.submits >= SUBMITS_AT_MOST:
        failure.retryable = False  # it was asked often enough: another attempt would ask as often
    if not failure.retryable:
        return concluding.fail(tenant, job, failure)
    pause_ms = max(limited_pause_ms(job.pause_ms()), (failure.retry_after_seconds or 0) * 1000)
    now = clock.now_ms()
    again = change(
        tenant,
        job,
        lambda found: {
            "begun_at": found.begun_at if is_unsure else None,
            "tried_at": None,
            "dispatch": found.dispatch + 1,
            "error_code": failure.code.value,
            "error_message": failure.message[: concluding.LONGEST_MESSAGE],
            "due_at": now + round(pause_ms) + LATE_MS,
        },
    )
    if again.is_ended:
        return again
    concluding.enqueue_look(again, pause_ms)
    raise Waiting(f"another try with {job.provider_id}", round(pause_ms) + LATE_MS)


def _record(tenant: Tenant, job: GenerationJob, provider_job_id: str) -> GenerationJob:
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
    concluding.enqueue_look(recorded, 0 if recorded.is_ended else recorded.poll_interval_ms)
    return recorded


def change(tenant: Tenant, job: GenerationJob, changes: Any) -> GenerationJob:
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
