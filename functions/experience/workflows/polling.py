"""Looking at a generation that a provider works on: one task for each look."""

import traceback
from typing import Any

from google.cloud.firestore import Client, FieldFilter, Transaction

from experience import clients, clock, logs, transactions
from experience.errors import Refusal
from experience.firebase.tasks import TryLater
from experience.providers import registry
from experience.providers.models import FailureCode, ProviderFailed, State
from experience.workflows import concluding, places
from experience.workflows.blobs import TenantBlobs
from experience.workflows.engine import TRANSIENT
from experience.workflows.generating import change
from experience.workflows.generations import LATE_MS, GenerationJob, GenerationStatus, PollTask
from experience.workflows.resuming import resume_step
from experience.workflows.tenant import Tenant

NOBODY = ProviderFailed(
    "Nobody waits for it any more.", code=FailureCode.CANCELLED, retryable=False
)


def run_poll(task: PollTask) -> None:
    """Take a look; raises TryLater where the database, the storage or a cancel fails."""
    try:
        poll(task)
    except (*TRANSIENT, ProviderFailed) as fault:
        logs.warning("look interrupted", job=task.job_id, exc=traceback.format_exc())
        raise TryLater("the database, the storage or the provider failed") from fault


def poll(task: PollTask) -> None:
    """Take one look at a job, and queue the next one or end it. Safe to repeat.

    Two reads, one more and a write while it goes on. A look that fails is no job that failed.
    """
    opened = Tenant.of_generation(clients.firestore(), task.workspace_id, task.job_id)
    if opened is None:
        return None
    tenant, data = opened
    job = GenerationJob.load(data)
    if job.cancel_due:
        return _tell(tenant, job)
    if not job.is_ended and job.provider_job_id:
        if (task.number, task.dispatch) != (job.attempts + 1, job.dispatch):
            if task.number == job.attempts:  # whoever took this look died before the next
                concluding.enqueue_look(job, job.poll_interval_ms)
            return None
        job = _look(tenant, job)
        if not job.is_ended:
            return None
    # Its step hears what became of it, or asks the provider to begin.
    return resume_step(tenant, job.run_id, job.run_step_id)


def _look(tenant: Tenant, job: GenerationJob) -> GenerationJob:
    """The job after one look: ended, or with the next look queued."""
    if not concluding.is_wanted(tenant, job):
        return concluding.fail(tenant, job, NOBODY)
    blobs = TenantBlobs(tenant)
    pause_ms = float(job.poll_interval_ms)
    try:
        provider = registry.provider(job.provider_id, blobs)
        seen = provider.poll(str(job.provider_job_id))
        if seen.state is State.COMPLETED:
            return concluding.complete(tenant, job, provider, blobs, seen)
        if seen.state is State.FAILED:
            failure = seen.failure or ProviderFailed("The provider failed.")
            return concluding.fail(tenant, job, failure)
    except ProviderFailed as failure:
        logs.warning("look failed", **_about(job), code=failure.code)
        if not failure.retryable:
            return concluding.fail(tenant, job, failure)
        pause_ms = max(pause_ms, (failure.retry_after_seconds or 0) * 1000)
    except Refusal as refused:
        logs.warning("look refused", **_about(job), reason=refused.reason)
    now = clock.now_ms()
    if job.is_late(now):
        late = ProviderFailed(
            "The provider did not finish in time.", code=FailureCode.TIMEOUT, retryable=True
        )
        return concluding.fail(tenant, job, late, GenerationStatus.TIMED_OUT)
    due_at = now + round(pause_ms) + LATE_MS
    after = change(tenant, job, lambda _: {"attempts": job.attempts + 1, "due_at": due_at})
    if not after.is_ended:
        concluding.enqueue_look(after, pause_ms)
    return after


def _tell(tenant: Tenant, job: GenerationJob) -> None:
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


def overdue(client: Client, before: int) -> Any:
    """Query: generation jobs of all workspaces to which something should have happened by then."""
    return (
        client.collection_group("generationJobs")
        .where(filter=FieldFilter("dueAt", "<=", before))
        .order_by("dueAt")
    )


def put_right(tenant: Tenant, job: GenerationJob) -> bool:
    """For a sweep: go on with a job whose next task or worker was lost. Whether it was."""
    now = clock.now_ms()
    if job.due_at is None or job.due_at > now:
        return False
    if not job.is_ended and not concluding.is_wanted(tenant, job):
        concluding.fail(tenant, job, NOBODY)
        return True
    if job.waiting:
        started = places.start_next(tenant, job.kind)
        if started:
            resume_step(tenant, started.run_id, started.run_step_id)
    again = _dispatched_again(tenant, job, now)
    if again is None:
        return False
    concluding.enqueue_look(again, 0)
    return True


def _dispatched_again(tenant: Tenant, job: GenerationJob, now: int) -> GenerationJob | None:
    """The job with a task name that was never used; None if somebody went on with it meanwhile."""

    def body(transaction: Transaction) -> GenerationJob | None:
        reference = tenant.generation_ref(job.id)
        [found] = transactions.read(tenant.client, [reference], transaction)
        data = transactions.fields(found)
        known = GenerationJob.load(data) if data else None
        if known is None or (known.due_at, known.dispatch) != (job.due_at, job.dispatch):
            return None
        after = known.model_copy(update={"dispatch": job.dispatch + 1, "due_at": now + LATE_MS})
        transaction.update(reference, known.difference(after))
        return after

    return transactions.run_optimistic(tenant.client, body)


def _about(job: GenerationJob) -> dict[str, str]:
    return {"provider": job.provider_id, "run": job.run_id, "step": job.run_step_id}
