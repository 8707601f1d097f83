"""Calls of a guest who is led through the journey of an event, and takes a photo."""

from typing import Any

from emulator.demo.client import Client
from emulator.demo.seed import PHOTOS
from tools.contract.recorder import Recorder

MAX_PHOTO_BYTES = 2_000_000


def play(event: str, guest: Client, recorder: Recorder) -> None:
    """Begin a session, answer, choose, take a photo, read it all, and have it transformed."""

    def call(name: str, /, **data: Any) -> Any:
        return recorder.call("a guest", guest, name, eventId=event, **data)

    ids = {"sessionId": call("startJourney")["session"]["id"]}
    name = {"type": "text", "value": "Ada"}
    call("saveStepInput", **ids, stepId="short_text", input=name)
    choice = {"type": "selection", "selectedId": f"{event}-cartoon"}
    call("saveStepInput", **ids, stepId="experience-picker", input=choice)
    call("goToStep", **ids, index=2)
    photo = {**ids, "stepId": "capture"}
    size = {"contentType": "image/jpeg", "sizeBytes": MAX_PHOTO_BYTES}
    upload = call("createCaptureUpload", **photo, **size)
    guest.upload(upload, sorted(PHOTOS.glob("*.jpg"))[0].read_bytes()).raise_for_status()
    call("saveCapture", **photo)
    call("getEventSession", **ids)
    error = "AI transform failed: timeout after 45s"
    failed = {"state": "error", "error": error, "errorCode": "TIMEOUT"}
    recorder.database.document("events", event, "sessions", ids["sessionId"]).update(failed)
    call("retryJourney", **ids)
    call("triggerTransform", **ids)
    recorder.suite.settle()
    call("createShare", **ids)
    call("revokeEventShare", **ids)
