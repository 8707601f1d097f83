"""Sessions of a project, as they are stored."""

from typing import Any

from google.cloud.firestore import Client

from experience.clock import now_ms
from experience.documents import shard_of
from experience.ids import new_id


def a_session(db: Client, project: str, uid: str, experience: str, **fields: Any) -> str:
    """The id of a new active main session; `fields` overrides what is stored.

    The guest's claim on it is not written: only `createSession` makes that.
    """
    session, now = f"session-{new_id()}", now_ms()
    db.document("projects", project, "sessions", session).set(
        session_fields(project, uid, experience, id=session, createdAt=now, updatedAt=now) | fields
    )
    return session


def session_fields(project: str, uid: str, experience: str, **fields: Any) -> dict[str, Any]:
    """Every field of a new session; `workspaceId` is a name only, unless it is given."""
    return {
        "id": "s1",
        "shard": shard_of(fields.get("id", "s1")),
        "projectId": project,
        "workspaceId": "workspace",
        "eventId": None,
        "experienceId": experience,
        "experienceVersion": 1,
        "mode": "guest",
        "configSource": "published",
        "phase": "main",
        "status": "active",
        "currentStepIndex": 0,
        "answers": [],
        "capturedMedia": [],
        "outputs": {},
        "resultMedia": None,
        "jobId": None,
        "jobStatus": None,
        "jobError": None,
        "mainSessionId": None,
        "pregateSessionId": None,
        "createdBy": uid,
        "createdAt": 1,
        "updatedAt": 1,
        "completedAt": None,
        **fields,
    }


def written_session(project: str, uid: str, experience: str, **fields: Any) -> dict[str, Any]:
    """Every field of a session as its guest may write it, with nothing decided in it."""
    now = now_ms()
    undecided = {"workspaceId": None, "experienceVersion": None, "phase": None}
    mine = {"id": f"session-{new_id()}", "createdAt": now, "updatedAt": now}
    written = session_fields(project, uid, experience, **{**undecided, **mine, **fields})
    del written["shard"]
    return written


def stored_session(db: Client, project: str, session: str) -> dict[str, Any]:
    """The session's fields as they lie in the database."""
    fields: dict[str, Any] | None = session_ref(db, project, session).get().to_dict()
    assert fields is not None
    return fields


def session_ref(db: Client, project: str, session: str) -> Any:
    """`/projects/{p}/sessions/{s}`"""
    return db.document("projects", project, "sessions", session)
