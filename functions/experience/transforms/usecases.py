"""Reading jobs, and starting the one of a completed session."""

from google.cloud.firestore import Client, Transaction

from experience import clients, clock, transactions
from experience.errors import FailedPrecondition
from experience.media.models import kind_of
from experience.media.store import path_in
from experience.projects.models import Phase, Project
from experience.projects.store import project_ref
from experience.sessions import store as sessions
from experience.sessions.models import CapturedMedia, JobError, JobStatus, Session, SessionStatus
from experience.transforms import quota, runs, store
from experience.transforms.models import (
    Capture,
    Counted,
    GetJob,
    Job,
    JobErrorCode,
    JobFailure,
    JobInternals,
    Snapshot,
    job_id_of,
)
from experience.workspaces.models import ExperienceConfig, Role
from experience.workspaces.usecases import require_role


def get_job(uid: str, request: GetJob) -> Job:
    """A job, for its guest and for operators. One read, one more for an operator."""
    client = clients.firestore()
    job = store.load_job(client, request.project_id, request.job_id)
    if job.created_by != uid:
        require_role(client, job.workspace_id, uid, Role.VIEWER, what="job")
    return job


def start_transform(session: Session) -> bool:
    """Order a completed session's transform and hand it to the queue; whether it was ordered now.

    As `order_transform`, and a task.
    """
    job = order_transform(session)
    if job:
        runs.begin(clients.firestore(), job)
    return job is not None


def order_transform(session: Session) -> Job | None:
    """Create the job of a completed main session that has a transform and a capture, once.

    Two reads, seven writes (with a daily limit one more of both); nothing of either for a session
    without a transform. Over the limit the job is created all the same, as failed. The job, if it
    was created now.
    """
    if session.phase is not Phase.MAIN or session.status is not SessionStatus.COMPLETED:
        return None
    client = clients.firestore()
    pinned = sessions.pinned_config(client, session)
    try:
        snapshot = require_snapshot(session, pinned)
    except FailedPrecondition:
        return None

    def body(transaction: Transaction) -> Job | None:
        session_snapshot, project_snapshot = transactions.read(
            client,
            [
                sessions.session_ref(client, session.project_id, session.id),
                project_ref(client, session.project_id),
            ],
            transaction,
        )
        session_data = transactions.fields(session_snapshot)
        project_data = transactions.fields(project_snapshot)
        if not session_data or not project_data:  # erased before this event came
            return None
        current = Session.load(session_data)
        if current.job_id is not None:
            return None
        now = clock.now_ms()
        limit, place = quota.limit_of(Project.load(project_data)), None
        if limit is not None:
            job_id = job_id_of(session.project_id, session.id)
            place = quota.find_place(client, transaction, session.project_id, job_id, limit, now)
        full = limit is not None and place is None
        return create(client, transaction, current, snapshot, place, now, over_quota=full)

    return transactions.run_optimistic(client, body)


def create(
    client: Client,
    transaction: Transaction,
    session: Session,
    snapshot: Snapshot,
    place: quota.Place | None,
    now: int,
    *,
    over_quota: bool = False,
) -> Job:
    """Write a session's job with its run, or `failed` at once where the project's day is full."""
    failure = JobFailure(
        code=JobErrorCode.QUOTA_EXCEEDED,
        message="Today's pictures are used up.",
        is_retryable=True,
        timestamp=now,
    )
    job = Job(
        id=job_id_of(session.project_id, session.id),
        project_id=session.project_id,
        session_id=session.id,
        experience_id=session.experience_id,
        workspace_id=session.workspace_id,
        status=JobStatus.FAILED if over_quota else JobStatus.PENDING,
        error=failure if over_quota else None,
        created_by=session.created_by,
        created_at=now,
        updated_at=now,
        completed_at=now if over_quota else None,
    )
    if place:
        place.take(transaction)
    if not over_quota:
        new = runs.order(client, transaction, job, snapshot, now)
        job = job.model_copy(update={"run_id": new.run.id})
    transaction.create(store.job_ref(client, job.project_id, job.id), job.dump())
    counted = Counted(day=place.day, attempts=0) if place else None
    internals = JobInternals(snapshot=snapshot, counted=counted)
    transaction.create(store.internals_ref(client, job.project_id, job.id), internals.dump())
    shown = JobError(code=failure.code, message=failure.message).dump() if over_quota else None
    transaction.update(
        sessions.session_ref(client, job.project_id, session.id),
        {"jobId": job.id, "jobStatus": job.status.value, "jobError": shown, "updatedAt": now},
    )
    return job


def require_snapshot(session: Session, pinned: ExperienceConfig) -> Snapshot:
    """What the job is made of. Raises FailedPrecondition where there is nothing to transform."""
    if session.phase is not Phase.MAIN or session.status is not SessionStatus.COMPLETED:
        raise FailedPrecondition(
            "session_not_completed",
            "Only a completed main session is transformed.",
            status=session.status,
            phase=session.phase,
        )
    transform = pinned.transform
    if transform is None or not transform.enabled:
        raise FailedPrecondition("no_transform", "This experience transforms nothing.")
    capture = _image(session, pinned)
    if capture is None:
        raise FailedPrecondition("no_capture", "This session has no photo.")
    return Snapshot(
        capture=Capture(
            step_id=capture.step_id, asset_id=capture.asset_id, path=path_in(capture.url)
        ),
        answers=session.answers,
        transform=transform,
        experience_version=session.experience_version,
    )


def _image(session: Session, pinned: ExperienceConfig) -> CapturedMedia | None:
    """The image of the first capture step that has one."""
    for step in pinned.steps:
        media = session.media_of(step.id)
        if media and kind_of(media.content_type or "image") == "image":
            return media
    return None
