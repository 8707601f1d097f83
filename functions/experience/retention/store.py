"""The queries of retention, and the deletion of a session with everything that belongs to it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from google.cloud.firestore import Client, DocumentReference, DocumentSnapshot, FieldFilter

from experience import transactions
from experience.guests.store import guests_ref
from experience.journeys.store import event_guests_ref, event_session_ref, event_sessions_ref
from experience.mails.store import event_mail_ref, mail_ref
from experience.media.store import objects
from experience.projects.store import project_ref
from experience.retention.models import KeptSession
from experience.sessions.store import session_ref, sessions_ref
from experience.shares.store import query_shares_of
from experience.store import in_all_shards
from experience.transforms.store import internals_ref, job_ref


def query_limited_projects(client: Client) -> Any:
    """Query: the projects that keep their visits for a number of days."""
    days = "publishedConfig.retentionDays"
    return client.collection("projects").where(filter=FieldFilter(days, ">=", 1)).order_by(days)


def query_guests(client: Client, project_id: str, since: int, until: int) -> Any:
    """Query: a project's guests who first came in that time (Unix ms), the oldest first."""
    return _in_time(guests_ref(client, project_id), "createdAt", since, until)


def query_sessions(client: Client, project_id: str, since: int, until: int) -> Any:
    """Query: a project's sessions that were last written in that time, the oldest first."""
    return _in_time(in_all_shards(sessions_ref(client, project_id)), "updatedAt", since, until)


def query_counts_until(parent: DocumentReference, day: str) -> Any:
    """Query: a project's or an event's counts of transforms before this day (`yyyymmdd`)."""
    counts = parent.collection("transformCounts")
    return counts.where(filter=FieldFilter("day", "<", day)).order_by("day")


def query_limited_events(client: Client) -> Any:
    """Query: the events that keep their sessions for a number of days."""
    events = client.collection("events")
    return events.where(filter=FieldFilter("retentionDays", ">=", 1)).order_by("retentionDays")


def query_event_sessions(client: Client, event_id: str, since: int, until: int) -> Any:
    """Query: an event's sessions that were last written in that time, the oldest first."""
    sessions = in_all_shards(event_sessions_ref(client, event_id))
    return _in_time(sessions, "updatedAt", since, until)


def query_event_guests(client: Client, event_id: str, since: int, until: int) -> Any:
    """Query: an event's guests who last began a session in that time, the oldest first."""
    return _in_time(event_guests_ref(client, event_id), "updatedAt", since, until)


def query_event_sessions_of(client: Client, event_id: str, uid: str) -> Any:
    """Query: all sessions of a guest of an event."""
    sessions = event_sessions_ref(client, event_id)
    return sessions.where(filter=FieldFilter("createdBy", "==", uid))


def _in_time(collection: Any, field: str, since: int, until: int) -> Any:
    return (
        collection.where(filter=FieldFilter(field, ">=", since))
        .where(filter=FieldFilter(field, "<=", until))
        .order_by(field)
    )


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
    def of(cls, session: KeptSession) -> "SessionIds":
        """The ids of a session."""
        return cls(session.project_id, session.id, session.workspace_id, session.job_id)


def delete_session(
    client: Client, session: SessionIds, of_run: Iterable[DocumentReference] = ()
) -> int:
    """Delete a session: first its objects, then itself, its shares, mail, job and the job's run.

    One read for its shares. Returns the number of its objects. Safe to repeat.
    """
    count = objects.delete_of_session(session.project_id, session.id)
    batch = client.batch()
    for share in query_shares_of(client, session.id, project_id=session.project_id).stream():
        batch.delete(share.reference)
    if session.job_id:
        batch.delete(mail_ref(client, session.project_id, session.id))
        batch.delete(internals_ref(client, session.project_id, session.job_id))
        batch.delete(job_ref(client, session.project_id, session.job_id))
    for each in of_run:
        batch.delete(each)
    batch.delete(session_ref(client, session.project_id, session.id))
    transactions.retry(batch.commit)
    return count


@dataclass(frozen=True)
class EventSessionIds:
    """What must be known of an event's session to delete it, even if it cannot be read."""

    event_id: str
    id: str
    workspace_id: str | None
    run_id: str | None

    @classmethod
    def of(cls, event_id: str, snapshot: DocumentSnapshot[Any]) -> "EventSessionIds":
        """The ids of a session that was found."""
        fields = snapshot.to_dict() or {}
        return cls(event_id, snapshot.id, fields.get("workspaceId"), fields.get("runId"))


def delete_event_session(
    client: Client, session: EventSessionIds, of_run: Iterable[DocumentReference] = ()
) -> int:
    """Delete a session of an event: first its photo and picture, then itself, shares, mail and run.

    One read for its shares.
    Returns the number of its objects. Safe to repeat.
    """
    count = objects.delete_of_event_session(session.event_id, session.id)
    batch = client.batch()
    for share in query_shares_of(client, session.id, event_id=session.event_id).stream():
        batch.delete(share.reference)
    batch.delete(event_mail_ref(client, session.event_id, session.id))
    for each in (*of_run, event_session_ref(client, session.event_id, session.id)):
        batch.delete(each)
    transactions.retry(batch.commit)
    return count


def delete_shares_of(client: Client, session_id: str, **parent: str) -> int:
    """Delete the shares of a session, and return how many there were. One read. Safe to repeat.

    `parent` is its project or its event.
    """
    found = list(query_shares_of(client, session_id, **parent).stream())
    for share in found:
        transactions.retry(share.reference.delete)
    return len(found)


def delete_if_present(reference: DocumentReference) -> int:
    """Delete a document, and return whether it was there. One read. Safe to repeat."""
    if not reference.get().exists:
        return 0
    transactions.retry(reference.delete)
    return 1


def delete_objects_of(session: SessionIds) -> int:
    """Delete the objects of a session, and return how many there were. Safe to repeat."""
    return objects.delete_of_session(session.project_id, session.id)


def query_jobs_of(client: Client, project_id: str, uid: str) -> Any:
    """Query: all jobs of a guest."""
    jobs = project_ref(client, project_id).collection("jobs")
    return jobs.where(filter=FieldFilter("createdBy", "==", uid))


def _by(client: Client, project_id: str, uid: str) -> Any:
    return sessions_ref(client, project_id).where(filter=FieldFilter("createdBy", "==", uid))
