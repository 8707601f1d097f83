"""Guests of a project, as they are stored."""

from collections.abc import Mapping
from typing import Any

from google.cloud.firestore import Client

from experience.clock import now_ms
from experience.ids import new_id


def a_guest(
    db: Client,
    project: str,
    uid: str | None = None,
    *,
    completed: Mapping[str, str] | None = None,
    consent: str | None = None,
) -> str:
    """The uid of a new guest, who accepted a consent version and `completed` experiences.

    `completed` maps experience ids to the sessions in which they were completed.
    """
    uid, now = uid or f"guest-{new_id()}", now_ms()
    db.document("projects", project, "guests", uid).set(
        {
            "id": uid,
            "projectId": project,
            "authUid": uid,
            "createdAt": now,
            "completedExperiences": [
                {"experienceId": experience, "completedAt": now + number, "sessionId": session}
                for number, (experience, session) in enumerate((completed or {}).items())
            ],
            "consent": {"version": consent, "acceptedAt": now} if consent else None,
            "activeSessions": {},
        }
    )
    return uid


def stored_guest(db: Client, project: str, uid: str) -> dict[str, Any]:
    """The guest's fields as they lie in the database."""
    fields: dict[str, Any] | None = db.document("projects", project, "guests", uid).get().to_dict()
    assert fields is not None
    return fields
