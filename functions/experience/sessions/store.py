"""Where sessions live, and the config that each of them is answered against."""

from typing import Any

from google.cloud.firestore import (
    Client,
    CollectionReference,
    DocumentReference,
    FieldFilter,
    Transaction,
)

from experience.projects.models import Phase
from experience.sessions.models.session import Mode, Session, SessionStatus
from experience.store import get, in_all_shards, parse_or_log
from experience.workspaces import store
from experience.workspaces.models import ExperienceConfig


def sessions_ref(client: Client, project_id: str) -> CollectionReference:
    """`/projects/{p}/sessions`"""
    return client.collection("projects", project_id, "sessions")


def session_ref(client: Client, project_id: str, session_id: str) -> DocumentReference:
    """`/projects/{p}/sessions/{s}`"""
    return client.document("projects", project_id, "sessions", session_id)


def get_session(
    client: Client, project_id: str, session_id: str, transaction: Transaction | None = None
) -> Session:
    """One session of any guest. One read. NotFound."""
    reference = session_ref(client, project_id, session_id)
    return get(client, reference, Session, transaction, what="session")


def get_pinned_config(client: Client, session: Session) -> ExperienceConfig:
    """The config that a session is answered against: its published version, or the current draft.

    One read at most; published versions stay in memory. Of a session that was never adopted there
    is none.
    """
    if session.workspace_id is None or session.experience_version is None:
        return ExperienceConfig()
    if session.config_source == "draft":
        return store.get_draft(client, session.workspace_id, session.experience_id)
    return store.get_version(
        client, session.workspace_id, session.experience_id, session.experience_version
    )


def find_linked(client: Client, project_id: str, main_session_id: str) -> list[Session]:
    """The pregates and preshares that are linked to a main session."""
    return _query(client, project_id, mainSessionId=main_session_id)


def find_unlinked_pregates(client: Client, project_id: str, uid: str) -> list[Session]:
    """A guest's completed pregates without a main session; mostly none, which is one read."""
    return _query(
        client,
        project_id,
        createdBy=uid,
        phase=Phase.PREGATE,
        status=SessionStatus.COMPLETED,
        mainSessionId=None,
    )


def find_completed_pregates(client: Client, project_id: str, uid: str) -> list[Session]:
    """A guest's completed pregates, linked or not."""
    return _query(
        client, project_id, createdBy=uid, phase=Phase.PREGATE, status=SessionStatus.COMPLETED
    )


def find_mains(client: Client, project_id: str, uid: str, mode: Mode) -> list[Session]:
    """All main sessions of a guest."""
    return _query(client, project_id, createdBy=uid, phase=Phase.MAIN, mode=mode)


def find_active_preshares(
    client: Client, project_id: str, uid: str, experience_id: str, main_session_id: str
) -> list[Session]:
    """A guest's active sessions of a preshare experience for one main session."""
    return _query(
        client,
        project_id,
        mainSessionId=main_session_id,
        experienceId=experience_id,
        createdBy=uid,
        status=SessionStatus.ACTIVE,
    )


def query_idle(client: Client, before: int) -> Any:
    """Query: active sessions of all projects that were last written before this (Unix ms)."""
    return (
        in_all_shards(client.collection_group("sessions"))
        .where(filter=FieldFilter("status", "==", SessionStatus.ACTIVE.value))
        .where(filter=FieldFilter("updatedAt", "<=", before))
        .order_by("updatedAt")
    )


def query_unadopted(client: Client) -> Any:
    """Query: active sessions of all projects that their guests wrote and no trigger has met."""
    return (
        client.collection_group("sessions")
        .where(filter=FieldFilter("phase", "==", None))
        .where(filter=FieldFilter("status", "==", SessionStatus.ACTIVE.value))
        .order_by("__name__")
    )


def query_completed_mains(client: Client, until: int) -> Any:
    """Query: main sessions of all projects completed until this (Unix ms), the oldest first."""
    return (
        in_all_shards(client.collection_group("sessions"))
        .where(filter=FieldFilter("phase", "==", Phase.MAIN.value))
        .where(filter=FieldFilter("status", "==", SessionStatus.COMPLETED.value))
        .where(filter=FieldFilter("completedAt", "<=", until))
        .order_by("completedAt")
        .order_by("__name__")
    )


def query_progress_pending(client: Client) -> Any:
    """Query: the completed sessions of all projects that are still to be counted for their guests.

    Mostly those of the last second. Of the field there is an index for this query alone.
    """
    pending = FieldFilter("progressPending", "==", True)
    return client.collection_group("sessions").where(filter=pending).order_by("__name__")


def _query(client: Client, project_id: str, **equals: str | None) -> list[Session]:
    """By equalities alone, which need no composite index; the newest is picked in memory."""
    query: Any = sessions_ref(client, project_id)
    for field, value in equals.items():
        plain = None if value is None else str(value)
        query = query.where(filter=FieldFilter(field, "==", plain))
    return [found for each in query.stream() if (found := parse_or_log(each, Session))]
