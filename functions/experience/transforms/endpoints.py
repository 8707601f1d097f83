"""The callable, the triggers and the task of transforms."""

from firebase_functions import options

from experience import reasons
from experience.calls import Caller, callable_function, task_function
from experience.events import DocumentEvent, on_created, on_updated
from experience.schedules import schedule
from experience.sessions.models import JobStatus, Session, SessionStatus
from experience.transforms import commands, store, sweeping, usecases, worker
from experience.transforms.models import (
    CancelTransform,
    GetJob,
    Job,
    RetryTransform,
    StartTransform,
    TransformTask,
)


@callable_function(
    GetJob,
    refuses=[
        reasons.JOB_NOT_FOUND,
    ],
)
def get_job(caller: Caller, request: GetJob) -> Job:
    """Where a transform stands, for its guest and for the operators of its workspace."""
    return usecases.get_job(caller.uid, request)


@callable_function(
    StartTransform,
    refuses=[
        reasons.SESSION_NOT_FOUND,
        reasons.EXPERIENCE_NOT_FOUND,
        reasons.EXPERIENCE_VERSION_NOT_FOUND,
        reasons.ROLE_REQUIRED,
        reasons.JOB_NOT_FOUND,
        reasons.GUEST_NOT_FOUND,
        reasons.PROJECT_NOT_FOUND,
        reasons.SESSION_NOT_COMPLETED,
        reasons.NO_TRANSFORM,
        reasons.NO_CAPTURE,
        reasons.RATE_LIMITED,
        reasons.DAILY_LIMIT_REACHED,
        reasons.CONTENTION,
    ],
)
def start_transform(caller: Caller, request: StartTransform) -> Job:
    """The transform of a completed main session, started if it has not been."""
    return commands.start(caller.uid, request)


@callable_function(
    RetryTransform,
    refuses=[
        reasons.SESSION_NOT_FOUND,
        reasons.PROJECT_NOT_FOUND,
        reasons.GUEST_NOT_FOUND,
        reasons.JOB_NOT_FOUND,
        reasons.ROLE_REQUIRED,
        reasons.JOB_NOT_RETRYABLE,
        reasons.RATE_LIMITED,
        reasons.DAILY_LIMIT_REACHED,
        reasons.CONTENTION,
    ],
)
def retry_transform(caller: Caller, request: RetryTransform) -> Job:
    """Try a failed or cancelled transform again."""
    return commands.retry(caller.uid, request)


@callable_function(
    CancelTransform,
    refuses=[
        reasons.SESSION_NOT_FOUND,
        reasons.PROJECT_NOT_FOUND,
        reasons.GUEST_NOT_FOUND,
        reasons.JOB_NOT_FOUND,
        reasons.ROLE_REQUIRED,
        reasons.JOB_NOT_CANCELLABLE,
        reasons.CONTENTION,
    ],
)
def cancel_transform(caller: Caller, request: CancelTransform) -> Job:
    """Give a waiting or running transform up; cancelling twice answers the same."""
    return commands.cancel(caller.uid, request)


@schedule(every="5 minutes")
def sweep_jobs() -> None:
    """Put right what a lost event, task or worker left undone."""
    sweeping.sweep_jobs()


@on_updated(document="projects/{projectId}/sessions/{sessionId}")
def on_session_completed(event: DocumentEvent) -> None:
    """Start the transform of a main session that was completed just now."""
    before, after = event.before or {}, event.after or {}
    completed = SessionStatus.COMPLETED
    if after.get("status") == completed and before.get("status") != completed:
        ids = {"id": event.params["sessionId"], "projectId": event.params["projectId"]}
        usecases.start_transform(Session.load({**after, **ids}))


@on_created(document="projects/{projectId}/jobs/{jobId}")
def on_job_created(event: DocumentEvent) -> None:
    """Hand a new job to the queue."""
    if event.after and event.after.get("status") == JobStatus.PENDING:
        ids = {"id": event.params["jobId"], "projectId": event.params["projectId"]}
        store.dispatch(TransformTask.next_of(Job.load({**event.after, **ids})))


@task_function(
    TransformTask,
    memory=options.MemoryOption.GB_2,
    timeout_seconds=300,
    # A crash, or a wait for another worker's lease. Faults that the handler sees it retries itself.
    retry=options.RetryConfig(
        max_attempts=20, min_backoff_seconds=2, max_backoff_seconds=60, max_doublings=5
    ),
    rate=options.RateLimits(max_concurrent_dispatches=50, max_dispatches_per_second=50),
)
def run_transform(task: TransformTask) -> None:
    """Work on one attempt at a transform."""
    worker.run_transform(task)
