"""The callables, the trigger, the task and the schedule of transforms."""

from firebase_functions import options

from experience import clients, reasons
from experience.firebase.callables import Caller, callable_function
from experience.firebase.events import DocumentEvent, on_created
from experience.firebase.schedules import schedule
from experience.firebase.tasks import delivered_task, task_function
from experience.sessions.models.session import JobStatus
from experience.transforms.models.job import Job
from experience.transforms.models.requests import (
    CancelTransform,
    GetJob,
    RetryTransform,
    StartTransform,
)
from experience.transforms.usecases import cancel, read, retry, runs, start, sweep
from experience.workflows.execution.worker import TASK_SECONDS
from experience.workflows.runs.decisions import Delivery
from experience.workflows.runs.models import StepTask
from experience.workflows.usecases.execute import run_step


@callable_function(
    GetJob,
    refuses=[
        reasons.JOB_NOT_FOUND,
        reasons.PROJECT_NOT_FOUND,
        reasons.PROJECT_NOT_LIVE,
    ],
)
def get_job(caller: Caller, request: GetJob) -> Job:
    """Where a transform stands, for its guest and for the operators of its workspace."""
    return read.get_job(caller.uid, request)


@callable_function(
    StartTransform,
    consumes_token=True,
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
        reasons.GUEST_DAILY_LIMIT_REACHED,
        reasons.PROJECT_NOT_LIVE,
        reasons.CONTENTION,
    ],
)
def start_transform(caller: Caller, request: StartTransform) -> Job:
    """The transform of a completed main session, started if it has not been."""
    return start.start_transform(caller.uid, request)


@callable_function(
    RetryTransform,
    consumes_token=True,
    refuses=[
        reasons.SESSION_NOT_FOUND,
        reasons.PROJECT_NOT_FOUND,
        reasons.GUEST_NOT_FOUND,
        reasons.JOB_NOT_FOUND,
        reasons.ROLE_REQUIRED,
        reasons.JOB_NOT_RETRYABLE,
        reasons.RATE_LIMITED,
        reasons.DAILY_LIMIT_REACHED,
        reasons.GUEST_DAILY_LIMIT_REACHED,
        reasons.PROJECT_NOT_LIVE,
        reasons.CONTENTION,
    ],
)
def retry_transform(caller: Caller, request: RetryTransform) -> Job:
    """Try a failed or cancelled transform again; its guest, and attendants."""
    return retry.retry_transform(caller.uid, request)


@callable_function(
    CancelTransform,
    refuses=[
        reasons.SESSION_NOT_FOUND,
        reasons.PROJECT_NOT_FOUND,
        reasons.GUEST_NOT_FOUND,
        reasons.JOB_NOT_FOUND,
        reasons.ROLE_REQUIRED,
        reasons.JOB_NOT_CANCELLABLE,
        reasons.PROJECT_NOT_LIVE,
        reasons.CONTENTION,
    ],
)
def cancel_transform(caller: Caller, request: CancelTransform) -> Job:
    """Cancel a waiting or running transform; cancelling twice returns the same; attendants too."""
    return cancel.cancel_transform(caller.uid, request)


@schedule(every="5 minutes")
def sweep_jobs() -> None:
    """Repair what a lost event, task or worker left undone."""
    sweep.sweep_jobs()


@on_created(document="projects/{projectId}/jobs/{jobId}")
def on_job_created(event: DocumentEvent) -> None:
    """Enqueue a new job's run, should the call that created it have died before that."""
    if event.after and event.after.get("status") == JobStatus.PENDING:
        ids = {"id": event.params["jobId"], "projectId": event.params["projectId"]}
        runs.dispatch(clients.firestore(), Job.load({**event.after, **ids}))


@task_function(
    StepTask,
    memory=options.MemoryOption.GB_2,
    timeout_seconds=TASK_SECONDS,
    # A crash, or a database that fails. Failures of a step have its own policy.
    retry=options.RetryConfig(
        max_attempts=20, min_backoff_seconds=2, max_backoff_seconds=60, max_doublings=5
    ),
    # docs/scale.md: a picture takes two seconds, of which half a second is work for a CPU
    rate=options.RateLimits(max_concurrent_dispatches=400, max_dispatches_per_second=400),
    max_instances=400,
)
def run_transform(task: StepTask) -> None:
    """Work on one attempt at a step of a transform, and on the steps that it makes ready.

    As `runStep`, in a queue of its own: a guest waits, and a build of a campaign does not.
    """
    run_step(task, Delivery(*delivered_task()))


@task_function(
    StepTask,
    memory=options.MemoryOption.GB_2,
    timeout_seconds=TASK_SECONDS,
    retry=options.RetryConfig(
        max_attempts=20, min_backoff_seconds=2, max_backoff_seconds=60, max_doublings=5
    ),
    # docs/scale.md: the vendor takes many seconds, and the imaging has one process for each CPU
    rate=options.RateLimits(max_concurrent_dispatches=3200, max_dispatches_per_second=400),
    concurrency=16,
    max_instances=200,
)
def run_vendor_transform(task: StepTask) -> None:
    """As `runTransform`, for transforms whose picture a vendor makes: their workers mostly wait."""
    run_step(task, Delivery(*delivered_task()))
