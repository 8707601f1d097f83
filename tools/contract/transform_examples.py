"""Calls that transform the photo of an event's session, and go on after an error."""

from typing import Any

from emulator.demo.client import Client
from emulator.demo.seed import PHOTOS
from experience.clock import now_ms
from tools.contract.recorder import Recorder

EVENT, SESSION, EXPERIENCE = "opening-night", "booth-1", "cartoon"


def play(workspace: str, guest: Client, recorder: Recorder) -> None:
    """Fail and retry a captured session, then transform its photo."""
    session = _store(workspace, guest, recorder)
    ids = {"eventId": EVENT, "sessionId": SESSION}
    failed = {"state": "error", "error": "AI transform failed: timeout after 45s"}
    session.update(failed)
    recorder.call("a guest", guest, "retryJourney", **ids)
    recorder.call("a guest", guest, "triggerTransform", **ids)
    recorder.suite.settle()


def _store(workspace: str, guest: Client, recorder: Recorder) -> Any:
    """A live event with an experience, and a guest's session with a photo; the session's path."""
    now = now_ms()
    times = {"createdAt": now, "updatedAt": now}
    database = recorder.database
    path = f"captures/{EVENT}/{SESSION}/input.jpg"
    recorder.store(path, sorted(PHOTOS.glob("*.jpg"))[0].read_bytes())
    event = {"id": EVENT, "workspaceId": workspace, "name": "Opening night", "status": "live"}
    database.document("events", EVENT).set({**event, **times})
    config = {"enabled": True, "model": "local", "prompt": "A cartoon", "aspectRatio": "1:1"}
    named = {"id": EXPERIENCE, "workspaceId": workspace, "name": "Cartoon", "status": "active"}
    database.document("experiences", EXPERIENCE).set({**named, "aiPhotoConfig": config})
    session = database.document("events", EVENT, "sessions", SESSION)
    session.set(
        {
            "id": SESSION,
            "eventId": EVENT,
            "workspaceId": workspace,
            "state": "captured",
            "inputImagePath": path,
            "data": {"selected_experience_id": EXPERIENCE},
            "createdBy": guest.uid,
            **times,
        }
    )
    return session
