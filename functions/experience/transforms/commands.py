"""What a guest can ask of their transform: start it, try it again, give it up."""

from typing import Any

from google.cloud.firestore import Client, DocumentReference, Transaction

from experience import clients, clock, config, transactions
from experience.errors import FailedPrecondition, NotFound
from experience.guests.models import Guest, counted
from experience.guests.store import guest_ref, read_guest
from experience.projects.models import Project
from experience.projects.store import existing as existing_project
from experience.projects.store import project_ref
from experience.sessions import store as sessions
from experience.sessions.models import JobStatus, Session
from experience.sessions.usecases import require_owner
from experience.transforms import quota, runs, store, usecases
from experience.transforms.models import (
    CancelTransform,
    Counted,
    Job,
    JobInternals,
    RetryTransform,
    StartTransform,
    job_id_of,
)
from experience.workflows.runs.models import RunStep


def start(uid: str, request: StartTransform) -> Job:
    """The job of a completed main session, created now if the trigger has not come yet.

    Three reads, eight writes and a task to create it (with a daily limit one more read and write),
    two reads where it exists. Raises FailedPrecondition `session_not_completed`, `no_transform` and
    `no_capture`, and ResourceExhausted `daily_limit_reached` and `rate_limited`.
    """
    client = clients.firestore()

    def body(transaction: Transaction) -> tuple[Job, bool]:
        session = sessions.load_session(client, request.project_id, request.session_id, transaction)
        require_owner(client, session, uid)
        if session.job_id:
            return store.load_job(client, request.project_id, session.job_id), False
        snapshot = usecases.require_snapshot(session, sessions.pinned_config(client, session))
        now = clock.now_ms()
        project, guest = _around(client, transaction, session, uid)
        place = _place(client, transaction, project, session, now)
        _count(client, transaction, guest, now)
        return usecases.create(client, transaction, session, snapshot, place, now), True

    job, is_new = transactions.run_optimistic(client, body)
    if is_new:
        runs.begin(client, job)
    return job


def retry(uid: str, request: RetryTransform) -> Job:
    """Take a failed or cancelled job's run up again, from the step that did not succeed.

    Nine reads; four writes and one for each step that is done again. Asked again while that goes
    on, or after it ended well, it answers the job for three reads and starts nothing. Raises
    FailedPrecondition `job_not_retryable` for a job that was never retried and did not fail, and
    ResourceExhausted as `start` does.
    """
    client = clients.firestore()
    job_id = job_id_of(request.project_id, request.session_id)
    about = store.internals_ref(client, request.project_id, job_id)

    def body(transaction: Transaction) -> tuple[Job, list[RunStep]]:
        now = clock.now_ms()
        session, job, [found] = _read(client, transaction, uid, request, about)
        internals = JobInternals.load(found or {})
        if job.status not in (JobStatus.FAILED, JobStatus.CANCELLED):
            if internals.retries:
                return job, []
            raise FailedPrecondition(
                "job_not_retryable", f"This job is {job.status}.", status=job.status
            )
        # A place of today that no attempt has used is still this job's.
        today, counted = quota.day_of(now), internals.counted
        unused = counted is not None and counted.is_unused(job, today)
        project, guest = _around(client, transaction, session, uid)
        place = None if unused else _place(client, transaction, project, session, now)
        run = runs.load(client, transaction, job)
        _count(client, transaction, guest, now)
        if place:
            place.take(transaction)
            counted = Counted(day=place.day, attempts=job.attempt_count)
        changes = {
            "counted": counted.dump() if counted else None,
            "retries": internals.retries + 1,
        }
        transaction.update(about, changes)
        steps = runs.renew(client, transaction, job, internals.snapshot, run, now)
        return runs.renewed(job, now), steps

    job, steps = transactions.run_optimistic(client, body)
    runs.go_on(client, job, steps)
    return job


def cancel(uid: str, request: CancelTransform) -> Job:
    """Cancel the run of a job that waits or runs: its worker cannot write to the job any more.

    Seven reads; three writes and one for each step that has not ended. Cancelling again answers
    the same, for three reads. Raises FailedPrecondition `job_not_cancellable`.
    """
    client = clients.firestore()

    def body(transaction: Transaction) -> Job:
        now = clock.now_ms()
        _, job, _ = _read(client, transaction, uid, request)
        if job.status is JobStatus.CANCELLED:
            return job
        if job.is_ended:
            raise FailedPrecondition(
                "job_not_cancellable", f"This job is {job.status}.", status=job.status
            )
        return runs.cancel(client, transaction, job, now)

    job = transactions.run_optimistic(client, body)
    if job.status is JobStatus.CANCELLED:
        runs.tell_providers(client, job)
    return job


def _read(
    client: Client,
    transaction: Transaction,
    uid: str,
    request: RetryTransform | CancelTransform,
    *further: DocumentReference,
) -> tuple[Session, Job, list[dict[str, Any] | None]]:
    """Session and job, and what else is asked for, in one request.

    Raises NotFound, also for another guest's session.
    """
    project_id, job_id = request.project_id, job_id_of(request.project_id, request.session_id)
    references = [
        sessions.session_ref(client, project_id, request.session_id),
        store.job_ref(client, project_id, job_id),
        *further,
    ]
    snapshots = transactions.read(client, references, transaction)
    session, job, *others = map(transactions.fields, snapshots)
    found = sessions.existing(session)
    require_owner(client, found, uid)
    if job is None or None in others:
        raise NotFound("job")
    return found, Job.load(job), others


def _around(
    client: Client, transaction: Transaction, session: Session, uid: str
) -> tuple[Project, Guest]:
    """Whose limits a new round of attempts counts against: the project and the guest."""
    references = [
        project_ref(client, session.project_id),
        guest_ref(client, session.project_id, uid),
    ]
    snapshots = transactions.read(client, references, transaction)
    project, guest = map(transactions.fields, snapshots)
    visitor = read_guest(guest)
    if visitor is None:
        raise NotFound("guest")
    return existing_project(project), visitor


def _place(
    client: Client, transaction: Transaction, project: Project, session: Session, now: int
) -> quota.Place | None:
    """Room in the project's day, None without a limit. Raises ResourceExhausted."""
    limit = quota.limit_of(project)
    if limit is None:
        return None
    job_id = job_id_of(project.id, session.id)
    place = quota.find_place(client, transaction, project.id, job_id, limit, now)
    if place is None:
        raise quota.exhausted(limit, now)
    return place


def _count(client: Client, transaction: Transaction, guest: Guest, now: int) -> None:
    """One more transform by hand within the hour. One write. Raises ResourceExhausted."""
    limit = config.TRANSFORMS_PER_GUEST_AND_HOUR.value
    rate = counted(guest.rates.get("transforms"), limit, now)
    reference = guest_ref(client, guest.project_id, guest.id)
    transaction.update(reference, {"rates.transforms": rate.dump()})
