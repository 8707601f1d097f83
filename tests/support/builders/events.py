"""Events with their journeys and steps, and the experiences of events, as they are stored."""

from collections.abc import Sequence
from typing import Any

from google.cloud.firestore import Client, WriteBatch

from experience.clock import now_ms
from experience.ids import new_id
from tests.support.builders.workspaces import write


def an_event(
    db: Client,
    workspace: str,
    steps: Sequence[dict[str, Any]] | None = None,
    *,
    batch: WriteBatch | None = None,
    **fields: Any,
) -> str:
    """The id of a new live event; with `steps`, its active journey `journey` goes through them.

    `fields` overrides what is stored: `status`, `theme`, `activeJourneyId` and so on.
    """
    event, now = f"event-{new_id()}", now_ms()
    reference = db.document("events", event)
    stored = {
        "id": event,
        "workspaceId": workspace,
        "name": "Opening night",
        "status": "live",
        "theme": {"primaryColor": "#336699"},
        "createdAt": now,
        "updatedAt": now,
    }
    documents = {reference: stored}
    if steps is not None:
        stored["activeJourneyId"] = "journey"
        order = [each["id"] for each in steps]
        documents[reference.collection("journeys").document("journey")] = a_journey(event, order)
        documents |= {reference.collection("steps").document(each["id"]): each for each in steps}
    stored |= fields
    write(db, batch, documents)
    return event


def a_journey(event: str, order: Sequence[str], **fields: Any) -> dict[str, Any]:
    """The fields of an active journey through these steps."""
    return {
        "id": "journey",
        "eventId": event,
        "name": "Photo booth",
        "stepOrder": list(order),
        "status": "active",
        **fields,
    }


def an_event_experience(
    db: Client, workspace: str, *, batch: WriteBatch | None = None, **fields: Any
) -> str:
    """The id of a new experience of events, with a prompt that nobody but its author may see."""
    experience = f"experience-{new_id()}"
    stored = {
        "id": experience,
        "workspaceId": workspace,
        "status": "active",
        "name": "Cartoon",
        "aiPhotoConfig": {
            "enabled": True,
            "model": "local",
            "prompt": "SECRET PROMPT",
            "referenceImageUrls": [],
            "aspectRatio": "3:2",
        },
        "captureConfig": {"type": "photo", "countdown": 3, "cameraFacing": "front"},
        **fields,
    }
    write(db, batch, {db.document("experiences", experience): stored})
    return experience


def stored_event(db: Client, event: str) -> dict[str, Any]:
    """The event's fields as they lie in the database."""
    return _stored(db, "events", event)


def stored_journey(db: Client, event: str, journey: str) -> dict[str, Any]:
    """A journey's fields as they lie in the database."""
    return _stored(db, "events", event, "journeys", journey)


def stored_step(db: Client, event: str, step: str) -> dict[str, Any]:
    """A step's fields as they lie in the database."""
    return _stored(db, "events", event, "steps", step)


def stored_event_experience(db: Client, experience: str) -> dict[str, Any]:
    """The fields of an experience of events as they lie in the database."""
    return _stored(db, "experiences", experience)


def _stored(db: Client, *path: str) -> dict[str, Any]:
    fields: dict[str, Any] | None = db.document(*path).get().to_dict()
    assert fields is not None
    return fields
