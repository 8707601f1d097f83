"""Polling a provider for the state of a generation: one task for each poll."""

import traceback

from experience import clients, clock, logs
from experience.errors import Refusal
from experience.firebase.tasks import TryLater
from experience.providers import registry
from experience.providers.models import FailureCode, ProviderFailed, State
from experience.workflows.artifacts.provider_blobs import TenantBlobs
from experience.workflows.artifacts.tenant import Tenant
from experience.workflows.generations import completion, dispatch, store
from experience.workflows.generations.cancellation import UNWANTED, cancel_at_provider
from experience.workflows.generations.models import (
    LATE_MS,
    GenerationJob,
    GenerationStatus,
    PollTask,
)
from experience.workflows.generations.store import update_active
from experience.workflows.runs.dispatch import resume_step
from experience.workflows.runs.errors import TRANSIENT


def poll_generation(task: PollTask) -> None:
    """Poll once. TryLater where the database, the storage or a cancel fails."""
    try:
        _poll(task)
    except (*TRANSIENT, ProviderFailed) as fault:
        logs.warning("poll interrupted", job=task.job_id, exc=traceback.format_exc())
        raise TryLater("the database, the storage or the provider failed") from fault


def _poll(task: PollTask) -> None:
    """Poll a job once, and enqueue the next poll or end the job. Safe to repeat.

    Two reads; while the job is active one read and one write more. A poll that fails does not fail
    the job.
    """
    opened = Tenant.of_generation(clients.firestore(), task.workspace_id, task.job_id)
    if opened is None:
        return None
    tenant, data = opened
    job = GenerationJob.load(data)
    if job.cancel_due:
        return cancel_at_provider(tenant, job)
    if not job.is_ended and job.provider_job_id:
        if (task.number, task.dispatch) != (job.attempts + 1, job.dispatch):
            if task.number == job.attempts:  # the worker of this poll died before the next
                dispatch.enqueue_poll(job, job.poll_interval_ms)
            return None
        job = _poll_provider(tenant, job)
        if not job.is_ended:
            return None
    # Its step reads the result, or submits the job.
    return resume_step(tenant, job.run_id, job.run_step_id)


def _poll_provider(tenant: Tenant, job: GenerationJob) -> GenerationJob:
    """The job after one poll: ended, or with the next poll enqueued."""
    if not store.is_wanted(tenant, job):
        return completion.fail_generation(tenant, job, UNWANTED)
    blobs = TenantBlobs(tenant)
    pause_ms = float(job.poll_interval_ms)
    try:
        provider = registry.provider(job.provider_id, blobs)
        poll = provider.poll(str(job.provider_job_id))
        if poll.state is State.COMPLETED:
            return completion.complete_generation(tenant, job, provider, blobs, poll)
        if poll.state is State.FAILED:
            failure = poll.failure or ProviderFailed("The provider failed.")
            return completion.fail_generation(tenant, job, failure)
    except ProviderFailed as failure:
        logs.warning("poll failed", **_log_fields(job), code=failure.code)
        if not failure.retryable:
            return completion.fail_generation(tenant, job, failure)
        asked_ms = (failure.retry_after_seconds or 0) * 1000
        pause_ms = min(max(pause_ms, asked_ms), job.timeout_ms)  # it ends in time even so
    except Refusal as refused:
        logs.warning("poll refused", **_log_fields(job), reason=refused.reason)
    now = clock.now_ms()
    if job.is_timed_out(now):
        timeout = ProviderFailed(
            "The provider did not finish in time.", code=FailureCode.TIMEOUT, retryable=True
        )
        return completion.fail_generation(tenant, job, timeout, GenerationStatus.TIMED_OUT)
    due_at = now + round(pause_ms) + LATE_MS
    after = update_active(tenant, job, lambda _: {"attempts": job.attempts + 1, "due_at": due_at})
    if not after.is_ended:
        dispatch.enqueue_poll(after, pause_ms)
    return after


def _log_fields(job: GenerationJob) -> dict[str, str]:
    return {"provider": job.provider_id, "run": job.run_id, "step": job.run_step_id}
