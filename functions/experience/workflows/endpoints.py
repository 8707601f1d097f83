"""The callables, tasks and schedules of workflows."""

from firebase_functions import options

from experience import reasons
from experience.firebase.callables import Caller, callable_function
from experience.firebase.request_body import MAX_LARGE_BODY_BYTES
from experience.firebase.schedules import schedule
from experience.firebase.tasks import delivered_task, task_function
from experience.pages import Page
from experience.workflows import catalog  # noqa: F401  (its skills register themselves)
from experience.workflows.artifacts import garbage_collection
from experience.workflows.artifacts.models import ArtifactUrl, GetArtifactUrl
from experience.workflows.execution import worker
from experience.workflows.generations import polling
from experience.workflows.generations.costs import CostedRunView
from experience.workflows.generations.models import PollTask
from experience.workflows.runs.decisions import Delivery
from experience.workflows.runs.models import RunSummary, StepTask
from experience.workflows.runs.requests import CancelRun, GetRun, ListRuns, RetryRun, StartRun
from experience.workflows.runs.views import RunView
from experience.workflows.usecases import cancel, execute, read, retry, start, sweep


@callable_function(
    StartRun,
    refuses=[
        reasons.WORKSPACE_NOT_FOUND,
        reasons.WORKFLOW_NOT_FOUND,
        reasons.RUN_NOT_FOUND,
        reasons.ROLE_REQUIRED,
        reasons.OTHER_WORKFLOW,
        reasons.RUN_NOT_ENDED,
        reasons.REQUEST_ID_REUSED,
        reasons.CONTENTION,
    ],
    max_body_bytes=MAX_LARGE_BODY_BYTES,
)
def start_run(caller: Caller, request: StartRun) -> RunView:
    """Start a workflow, or update the result of an earlier run; editors."""
    return start.start_run(caller.uid, request)


@callable_function(GetRun, refuses=[reasons.RUN_NOT_FOUND])
def get_run(caller: Caller, request: GetRun) -> CostedRunView:
    """A run, its steps, their costs, and its timeline; members."""
    return read.get_run(caller.uid, request)


@callable_function(ListRuns, refuses=[reasons.WORKSPACE_NOT_FOUND])
def list_runs(caller: Caller, request: ListRuns) -> Page[RunSummary]:
    """The workspace's runs, newest first; members."""
    return read.list_runs(caller.uid, request)


@callable_function(
    CancelRun, refuses=[reasons.RUN_NOT_FOUND, reasons.ROLE_REQUIRED, reasons.CONTENTION]
)
def cancel_run(caller: Caller, request: CancelRun) -> RunView:
    """Cancel a run; cancelling it twice returns the same; editors."""
    return cancel.cancel_run(caller.uid, request)


@callable_function(
    RetryRun,
    refuses=[
        reasons.RUN_NOT_FOUND,
        reasons.ROLE_REQUIRED,
        reasons.RUN_NOT_RETRYABLE,
        reasons.CONTENTION,
    ],
)
def retry_run(caller: Caller, request: RetryRun) -> RunView:
    """Retry a failed or cancelled run from what did not succeed; editors."""
    return retry.retry_run(caller.uid, request)


@callable_function(GetArtifactUrl, refuses=[reasons.ARTIFACT_NOT_FOUND])
def get_artifact_url(caller: Caller, request: GetArtifactUrl) -> ArtifactUrl:
    """A URL for the bytes of a run's artifact; members."""
    return read.get_artifact_url(caller.uid, request)


@task_function(
    StepTask,
    memory=options.MemoryOption.GB_2,
    timeout_seconds=worker.TASK_SECONDS,
    # For crashes and database failures. Failures of skills follow their step's retry policy.
    retry=options.RetryConfig(
        max_attempts=20, min_backoff_seconds=1, max_backoff_seconds=60, max_doublings=6
    ),
    rate=options.RateLimits(max_concurrent_dispatches=100, max_dispatches_per_second=100),
)
def run_step(task: StepTask) -> None:
    """Execute an attempt at a step, and the steps that it makes ready."""
    execute.run_step(task, Delivery(*delivered_task()))


@task_function(
    PollTask,
    memory=options.MemoryOption.GB_2,
    timeout_seconds=300,
    # For crashes, database failures, and cancels that a provider did not accept.
    retry=options.RetryConfig(
        max_attempts=20, min_backoff_seconds=2, max_backoff_seconds=60, max_doublings=5
    ),
    rate=options.RateLimits(max_concurrent_dispatches=400, max_dispatches_per_second=500),
    concurrency=4,  # it mostly waits for the provider
)
def poll_generation(task: PollTask) -> None:
    """Poll a provider for the state of a generation."""
    polling.poll_generation(task)


@schedule(every="1 minutes")
def sweep_runs() -> None:
    """Restart what a lost task or worker left undone."""
    sweep.sweep_runs()


@schedule(every="24 hours", timeout_seconds=1800)
def collect_artifacts() -> None:
    """Delete objects that nothing refers to."""
    garbage_collection.collect_artifacts()
