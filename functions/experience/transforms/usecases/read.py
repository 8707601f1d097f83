"""Reading jobs."""

from typing import Any

from google.cloud.firestore import Client, DocumentReference, DocumentSnapshot, Transaction

from experience import clients, transactions
from experience.projects.store import get_status
from experience.projects.usecases.access import require_open
from experience.sessions import store as session_store
from experience.sessions.models.session import Session
from experience.sessions.usecases.access import require_attended
from experience.store import parse, require
from experience.transforms import store
from experience.transforms.models.job import Job, job_id_of
from experience.transforms.models.requests import CancelTransform, GetJob, RetryTransform
from experience.workspaces.models import Role
from experience.workspaces.usecases.access import require_role


def get_job(uid: str, request: GetJob) -> Job:
    """A job, for its guest and for operators. One read, one more for an operator."""
    client = clients.firestore()
    job = store.get_job(client, request.project_id, request.job_id)
    if job.created_by == uid:
        require_open(client, job.project_id)
    else:
        require_role(client, job.workspace_id, uid, Role.VIEWER, what="job")
        get_status(client, job.project_id)
    return job


def get_session_and_job(
    client: Client,
    transaction: Transaction,
    uid: str,
    request: RetryTransform | CancelTransform,
    *further: DocumentReference,
) -> tuple[Session, Job, list[DocumentSnapshot[Any]]]:
    """Session and job, and what else is asked for, in one request; one read more for an attendant.

    Raises NotFound, also for another guest's session, and PermissionDenied for viewers.
    """
    project_id, job_id = request.project_id, job_id_of(request.project_id, request.session_id)
    references = [
        session_store.session_ref(client, project_id, request.session_id),
        store.job_ref(client, project_id, job_id),
        *further,
    ]
    snapshots = transactions.read(client, references, transaction)
    session = require(parse(snapshots[0], Session), what="session")
    require_attended(client, session, uid)
    require_open(client, session.project_id)
    return session, require(parse(snapshots[1], Job), what="job"), snapshots[2:]
