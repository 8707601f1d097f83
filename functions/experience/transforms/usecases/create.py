"""Creating the job of a completed session, for its trigger and the sweep.

`start.py` does it on request.
"""

from google.cloud.firestore import Client, Transaction

from experience import clients, clock, transactions
from experience.errors import FailedPrecondition, ResourceExhausted
from experience.guests.models import Guest
from experience.guests.store import guest_ref
from experience.projects.models import Phase, Project
from experience.projects.store import project_ref, unless_deleted
from experience.sessions import store as session_store
from experience.sessions.models.session import JobError, JobStatus, Session, SessionStatus
from experience.store import parse
from experience.transforms import store
from experience.transforms.models import quota
from experience.transforms.models.failures import JobErrorCode, JobFailure
from experience.transforms.models.job import (
    Job,
    JobInternals,
    JobReservation,
    Snapshot,
    job_id_of,
    run_fields,
)
from experience.transforms.models.snapshot import require_snapshot
from experience.transforms.usecases import limits, runs


def create_and_dispatch(session: Session) -> bool:
    """Create a completed session's job and enqueue its run. Returns whether it was created now.

    As `create_job`, and a task.
    """
    job = create_job(session)
    if job:
        runs.try_dispatch(clients.firestore(), job)
    return job is not None


def create_job(session: Session) -> Job | None:
    """Create the job of a completed main session that has a transform and a capture, once.

    Three reads, seven writes (with a daily limit one more of both); nothing of either for a session
    without a transform. Over the project's or the guest's limit the job is created as failed.
    Returns the job, if it was created now.
    """
    if session.phase is not Phase.MAIN or session.status is not SessionStatus.COMPLETED:
        return None
    client = clients.firestore()
    pinned = session_store.get_pinned_config(client, session)
    try:
        snapshot = require_snapshot(session, pinned)
    except FailedPrecondition:
        return None

    references = [
        session_store.session_ref(client, session.project_id, session.id),
        project_ref(client, session.project_id),
        guest_ref(client, session.project_id, str(session.created_by)),
    ]

    def body(transaction: Transaction) -> Job | None:
        first, second, third = transactions.read(client, references, transaction)
        current = parse(first, Session)
        project = unless_deleted(client, parse(second, Project))
        if not current or not project:  # deleted before this event was delivered
            return None
        if current.job_id is not None:
            return None
        now, guest = clock.now_ms(), parse(third, Guest)
        made = quota.transforms_today(guest, project, now, before=current) if guest else 0
        try:
            reservation = limits.reserve(
                client, transaction, project, current, snapshot.transform, made, now
            )
        except ResourceExhausted as exhausted:
            return write_job(client, transaction, current, snapshot, None, now, exhausted.message)
        in_turn = guest is not None and quota.may_have_others(guest, project, now)
        return write_job(client, transaction, current, snapshot, reservation, now, in_turn=in_turn)

    return transactions.run_optimistic(client, body)


def write_job(
    client: Client,
    transaction: Transaction,
    session: Session,
    snapshot: Snapshot,
    reservation: store.Reservation | None,
    now: int,
    over_quota: str | None = None,
    *,
    in_turn: bool = False,
) -> Job:
    """Write a session's job with its run, or `failed` at once with the words for a full day."""
    failure = over_quota and JobFailure(
        code=JobErrorCode.QUOTA_EXCEEDED, message=over_quota, is_retryable=True, timestamp=now
    )
    job = Job(
        id=job_id_of(session.project_id, session.id),
        project_id=session.project_id,
        session_id=session.id,
        experience_id=session.experience_id,
        workspace_id=session.workspace_id,
        status=JobStatus.FAILED if failure else JobStatus.PENDING,
        error=failure or None,
        created_by=session.created_by if session.is_visit else None,
        queued_at=now,
        created_at=now,
        updated_at=now,
        completed_at=now if failure else None,
    )
    if reservation:
        reservation.write(transaction)
    if not failure:
        new = runs.create_run(client, transaction, job, snapshot, now, in_turn=in_turn)
        job = job.model_copy(update=run_fields(new.run))
    transaction.create(store.job_ref(client, job.project_id, job.id), job.dump())
    counted = JobReservation(day=reservation.day, attempts=0) if reservation else None
    internals = JobInternals(snapshot=snapshot, counted=counted)
    transaction.create(store.internals_ref(client, job.project_id, job.id), internals.dump())
    shown = JobError(code=failure.code, message=failure.message).dump() if failure else None
    transaction.update(
        session_store.session_ref(client, job.project_id, session.id),
        {"jobId": job.id, "jobStatus": job.status.value, "jobError": shown, "updatedAt": now},
    )
    return job
