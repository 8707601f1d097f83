"""The queries of retention, and the deletion of a session with everything that belongs to it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from google.cloud.firestore import Client, DocumentReference, FieldFilter

from experience import transactions
from experience.guests.store import guests_ref
from experience.media.store import objects
from experience.projects.store import project_ref
from experience.sessions.models.session import Session
from experience.sessions.store import session_ref, sessions_ref
from experience.transforms.store import internals_ref, job_ref, sweep_ref


def state_ref(client: Client) -> DocumentReference:
    """`/sweeps/retention`"""
    return sweep_ref(client, "retention")


def query_limited_projects(client: Client) -> Any:
    """Query: the projects that keep their visits for a number of days."""
    days = "publishedConfig.retentionDays"
    return client.collection("projects").where(filter=FieldFilter(days, ">=", 1)).order_by(days)


def query_guests_until(client: Client, project_id: str, until: int) -> Any:
    """Query: a project's guests who first came by then (Unix ms), the oldest first."""
    return (
        guests_ref(client, project_id)
        .where(filter=FieldFilter("createdAt", "<=", until))
        .order_by("createdAt")
    )


def query_sessions_until(client: Client, project_id: str, until: int) -> Any:
    """Query: a project's sessions that were last written by then (Unix ms), the oldest first."""
    return (
        sessions_ref(client, project_id)
        .where(filter=FieldFilter("updatedAt", "<=", until))
        .order_by("updatedAt")
    )


def query_counts_until(client: Client, project_id: str, day: str) -> Any:
    """Query: a project's counts of transforms of the days before this one (`yyyymmdd`)."""
    counts = project_ref(client, project_id).collection("transformCounts")
    return counts.where(filter=FieldFilter("day", "<", day)).order_by("day")


def query_newest_session(client: Client, project_id: str, uid: str) -> Any:
    """Query: the session of a guest that was written last."""
    return _by(client, project_id, uid).order_by("updatedAt", direction="DESCENDING").limit(1)


def query_sessions_of(client: Client, project_id: str, uid: str) -> Any:
    """Query: all sessions of a guest."""
    return _by(client, project_id, uid)


@dataclass(frozen=True)
class SessionIds:
    """What must be known of a session to delete it, even if its document cannot be read."""

    project_id: str
    id: str
    workspace_id: str | None
    job_id: str | None

    @classmethod
    def of(cls, session: Session) -> "SessionIds":
        """The ids of a session."""
        return cls(session.project_id, session.id, session.workspace_id, session.job_id)


def delete_session(
    client: Client, session: SessionIds, of_run: Iterable[DocumentReference] = ()
) -> int:
    """Delete a session: first its objects, then itself, its job and the job's run together.

    Returns the number of its objects. Safe to repeat.
    """
    count = objects.delete_of_session(session.project_id, session.id)
    batch = client.batch()
    if session.job_id:
        batch.delete(internals_ref(client, session.project_id, session.job_id))
        batch.delete(job_ref(client, session.project_id, session.job_id))
    for each in of_run:
        batch.delete(each)
    batch.delete(session_ref(client, session.project_id, session.id))
    transactions.retry(batch.commit)
    return count


def delete_objects_of(session: SessionIds) -> int:
    """Delete the objects of a session, and return how many there were. Safe to repeat."""
    return objects.delete_of_session(session.project_id, session.id)


def query_jobs_of(client: Client, project_id: str, uid: str) -> Any:
    """Query: all jobs of a guest."""
    jobs = project_ref(client, project_id).collection("jobs")
    return jobs.where(filter=FieldFilter("createdBy", "==", uid))


def _by(client: Client, project_id: str, uid: str) -> Any:
    return sessions_ref(client, project_id).where(filter=FieldFilter("createdBy", "==", uid))
