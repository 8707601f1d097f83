"""A job is a run of `photo.transform`: creating, dispatching, restarting and cancelling it."""

from google.cloud.firestore import Client, Transaction

from experience.documents import Versioned
from experience.errors import NotFound
from experience.sessions.models.session import JobStatus
from experience.sessions.store import session_ref
from experience.transforms import store
from experience.transforms.models.failures import cancelled_failure
from experience.transforms.models.job import (
    Job,
    Snapshot,
    restarted_job,
    run_fields,
    run_id_of,
    session_fields,
)
from experience.transforms.usecases import photo_runs
from experience.transforms.usecases.hooks import KIND
from experience.transforms.usecases.photo_runs import PhotoRun
from experience.workflows.artifacts.tenant import Tenant
from experience.workflows.runs.creation import NewRun
from experience.workflows.runs.models import Run, RunStep
from experience.workflows.runs.store import get_run_with_steps
from experience.workflows.usecases import cancel, retry


def create_run(
    client: Client,
    transaction: Transaction,
    job: Job,
    snapshot: Snapshot,
    now: int,
    *,
    in_turn: bool,
) -> NewRun:
    """Create the job's run, in the transaction that says so in the job. Four writes.

    `in_turn`: whether it may have to wait for others of the guest.
    """
    ids = {
        "projectId": job.project_id,
        "sessionId": job.session_id,
        "jobId": job.id,
        "stepId": snapshot.capture.step_id,
    }
    if in_turn and job.created_by:
        ids["guestId"] = job.created_by
    run = PhotoRun(
        run_id=run_id_of(job.project_id, job.id),
        photo=snapshot.capture.path,
        transform=snapshot.transform,
        answers=[(each.step_id, each.value) for each in snapshot.answers],
        kind=KIND,
        ids=ids,
    )
    return run.create(Tenant.of_document(client, job), transaction, now)


def try_dispatch(client: Client, job: Job) -> None:
    """Hand the run of a job that was created just now to its queue, and never fail for it.

    The event of the job's creation does the same a little later, and the sweep after that.
    """
    if job.run_id:
        photo_runs.try_dispatch(Tenant.of_document(client, job), job.run_id, job.run_queue)


def dispatch(client: Client, job: Job) -> None:
    """Hand a new job's run to its queue, once."""
    if job.run_id:
        photo_runs.dispatch(Tenant.of_document(client, job), job.run_id, job.run_queue)


RunWithSteps = tuple[Versioned[Run], list[RunStep]]
"""A run as it was read, and its steps."""


def find_run(client: Client, transaction: Transaction, job: Job) -> RunWithSteps | None:
    """The job's run; None where it has none, or somebody removed it by hand. Four reads."""
    if job.run_id is None:
        return None
    try:
        return get_run_with_steps(Tenant.of_document(client, job), job.run_id, transaction)
    except NotFound:
        return None


def restart_run(
    client: Client,
    transaction: Transaction,
    job: Job,
    snapshot: Snapshot,
    run: RunWithSteps | None,
    now: int,
) -> list[RunStep]:
    """Retry a job's run, or create its first one. Returns the steps to be dispatched."""
    tenant = Tenant.of_document(client, job)
    if run:
        return retry.retry_in_transaction(transaction, tenant, *run, now)[1]
    new = create_run(client, transaction, job, snapshot, now, in_turn=True)
    again = restarted_job(job, now).model_copy(update=run_fields(new.run))
    transaction.update(store.job_ref(client, job.project_id, job.id), job.difference(again))
    session = session_ref(client, job.project_id, job.session_id)
    transaction.update(session, session_fields(JobStatus.PENDING, None, now))
    return new.steps


def dispatch_restarted(client: Client, job: Job, steps: list[RunStep]) -> None:
    """Enqueue the first steps of a job's run that was restarted."""
    for run_id in {step.run_id for step in steps}:
        retry.enqueue_retried(Tenant.of_document(client, job), run_id, steps)


def cancel_run(client: Client, transaction: Transaction, job: Job, now: int) -> Job:
    """Cancel a job with its run; the job as it is then."""
    failure = cancelled_failure(now)
    ended = job.model_copy(
        update={
            "status": JobStatus.CANCELLED,
            "error": failure,
            "completed_at": now,
            "updated_at": now,
        }
    )
    run = find_run(client, transaction, job)
    if run and run[0].value.is_active:
        cancel.cancel_in_transaction(transaction, Tenant.of_document(client, job), *run, now)
    else:
        transaction.update(store.job_ref(client, job.project_id, job.id), job.difference(ended))
        session = session_ref(client, job.project_id, job.session_id)
        transaction.update(session, session_fields(JobStatus.CANCELLED, failure, now))
    return ended


def cancel_generations(client: Client, job: Job) -> None:
    """Cancel the generations of a cancelled job's run with their providers."""
    if job.run_id:
        cancel.stop_generations(Tenant.of_document(client, job), job.run_id)
