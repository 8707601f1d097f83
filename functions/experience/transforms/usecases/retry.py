"""Retrying a transform."""

from google.cloud.firestore import Transaction

from experience import clients, clock, transactions
from experience.errors import FailedPrecondition
from experience.sessions.models.session import JobStatus
from experience.store import parse, require
from experience.transforms import store
from experience.transforms.models import quota
from experience.transforms.models.job import (
    Job,
    JobInternals,
    JobReservation,
    job_id_of,
    restarted_job,
)
from experience.transforms.models.requests import RetryTransform
from experience.transforms.usecases import runs
from experience.transforms.usecases.limits import count_transform, get_project_and_guest, reserve
from experience.transforms.usecases.read import get_session_and_job
from experience.workflows.runs.models import RunStep


def retry_transform(uid: str, request: RetryTransform) -> Job:
    """Retry a failed or cancelled job's run, from the step that did not succeed.

    Nine reads; four writes and one for each step that is done again. Asked again while that goes
    on, or after it succeeded, it returns the job for three reads and starts nothing. Raises
    FailedPrecondition `job_not_retryable` for a job that was never retried and did not fail, and
    ResourceExhausted as `start_transform` does. An attendant's retry costs one read more, and only
    the daily limit bounds it.
    """
    client = clients.firestore()
    job_id = job_id_of(request.project_id, request.session_id)
    about = store.internals_ref(client, request.project_id, job_id)

    def body(transaction: Transaction) -> tuple[Job, list[RunStep]]:
        now = clock.now_ms()
        session, job, [snapshot] = get_session_and_job(client, transaction, uid, request, about)
        internals = require(parse(snapshot, JobInternals), what="job")
        if job.status not in (JobStatus.FAILED, JobStatus.CANCELLED):
            if internals.retries:
                return job, []
            raise FailedPrecondition(
                "job_not_retryable", f"This job is {job.status}.", status=job.status
            )
        # A reservation of today that no attempt has used still holds.
        today, counted = quota.day_of(now), internals.counted
        unused = counted is not None and counted.is_unused(job, today)
        project, guest = get_project_and_guest(client, transaction, session)
        reservation = None
        if not unused:
            made = quota.transforms_today(guest, project, now)
            transform = internals.snapshot.transform
            reservation = reserve(client, transaction, project, session, transform, made, now)
        run = runs.find_run(client, transaction, job)
        if guest.id == uid:  # what an attendant does is not counted against the guest
            count_transform(client, transaction, guest, now, is_retry=True)
        if reservation:
            reservation.write(transaction)
            counted = JobReservation(day=reservation.day, attempts=job.attempt_count)
        changes = {
            "counted": counted.dump() if counted else None,
            "retries": internals.retries + 1,
        }
        transaction.update(about, changes)
        steps = runs.restart_run(client, transaction, job, internals.snapshot, run, now)
        return restarted_job(job, now), steps

    job, steps = transactions.run_optimistic(client, body)
    runs.dispatch_restarted(client, job, steps)
    return job
