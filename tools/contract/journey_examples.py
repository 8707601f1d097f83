"""Calls of an event: its guest is led through a journey, and takes a photo."""

from typing import Any

from emulator.demo.client import Client
from emulator.demo.seed import PHOTOS
from tools.contract.recorder import Recorder

MAX_PHOTO_BYTES = 2_000_000
STEPS: tuple[dict[str, Any], ...] = (
    {"id": "hello", "type": "info", "title": "Welcome"},
    {
        "id": "name",
        "type": "short_text",
        "title": "What is your name?",
        "config": {"maxLength": 40, "required": True},
    },
    {
        "id": "look",
        "type": "experience-picker",
        "title": "Which one?",
        "config": {"experienceIds": ["cartoon"]},
    },
    {"id": "photo", "type": "capture", "title": "Smile!"},
)


def play(workspace: str, event: str, guest: Client, recorder: Recorder) -> None:
    """Begin a session, answer, choose, take a photo, and read it all."""
    _store(workspace, event, recorder)

    def call(name: str, /, **data: Any) -> Any:
        return recorder.call("a guest", guest, name, eventId=event, **data)

    session = call("startJourney", consentVersion="2026-1")["session"]
    ids = {"sessionId": session["id"]}
    name = {"type": "text", "value": "Ada"}
    call("saveStepInput", **ids, stepId="name", input=name)
    choice = {"type": "selection", "selectedId": "cartoon"}
    call("saveStepInput", **ids, stepId="look", input=choice)
    call("goToStep", **ids, index=3)
    photo = {**ids, "stepId": "photo"}
    size = {"contentType": "image/jpeg", "sizeBytes": MAX_PHOTO_BYTES}
    upload = call("createCaptureUpload", **photo, **size)
    guest.upload(upload, sorted(PHOTOS.glob("*.jpg"))[0].read_bytes()).raise_for_status()
    call("saveCapture", **photo)
    call("getEventSession", **ids)


def _store(workspace: str, event: str, recorder: Recorder) -> None:
    """What operators have saved before."""
    now = 1_780_000_000_000
    database, order = recorder.database, [step["id"] for step in STEPS]
    reference = database.document("events", event)
    reference.set(
        {
            "id": event,
            "workspaceId": workspace,
            "name": "Launch",
            "status": "live",
            "activeJourneyId": "main",
            "theme": {"primaryColor": "#5b3df5"},
            "consent": {"version": "2026-1", "text": "We keep your picture for 30 days."},
            "createdAt": now,
            "updatedAt": now,
        }
    )
    journey = {"id": "main", "eventId": event, "name": "Photo booth", "status": "active"}
    reference.collection("journeys").document("main").set({**journey, "stepOrder": order})
    for step in STEPS:
        reference.collection("steps").document(step["id"]).set(step)
    database.document("experiences", "cartoon").set(
        {
            "id": "cartoon",
            "workspaceId": workspace,
            "name": "Cartoon",
            "status": "active",
            "captureConfig": {"type": "photo", "countdown": 3, "cameraFacing": "front"},
        }
    )
