"""Starting a transform on request."""

from google.cloud.firestore import Transaction

from experience import clients, clock, transactions
from experience.sessions import store as session_store
from experience.sessions.usecases.access import require_owner
from experience.transforms import store
from experience.transforms.models import quota
from experience.transforms.models.job import Job
from experience.transforms.models.requests import StartTransform
from experience.transforms.models.snapshot import require_snapshot
from experience.transforms.usecases import create, runs
from experience.transforms.usecases.limits import count_transform, get_project_and_guest, reserve


def start_transform(uid: str, request: StartTransform) -> Job:
    """The job of a completed main session, created now if the trigger has not come yet.

    Three reads, eight writes and a task to create it (with a daily limit one more read and write),
    two reads where it exists. Raises FailedPrecondition `session_not_completed`, `no_transform` and
    `no_capture`, and ResourceExhausted `daily_limit_reached`, `guest_daily_limit_reached` and
    `rate_limited`.
    """
    client = clients.firestore()

    def body(transaction: Transaction) -> tuple[Job, bool]:
        session = session_store.get_session(
            client, request.project_id, request.session_id, transaction
        )
        require_owner(client, session, uid)
        if session.job_id:
            return store.get_job(client, request.project_id, session.job_id), False
        snapshot = require_snapshot(session, session_store.get_pinned_config(client, session))
        now = clock.now_ms()
        project, guest = get_project_and_guest(client, transaction, session)
        made = quota.transforms_today(guest, project, now, before=session)
        reservation = reserve(client, transaction, project, session, snapshot.transform, made, now)
        count_transform(client, transaction, guest, now)
        in_turn = quota.may_have_others(guest, project, now)
        job = create.write_job(
            client, transaction, session, snapshot, reservation, now, in_turn=in_turn
        )
        return job, True

    job, is_new = transactions.run_optimistic(client, body)
    if is_new:
        runs.try_dispatch(client, job)
    return job
