"""A guest of an event, who calls the use cases as the callables do."""

from dataclasses import dataclass
from typing import Any

import requests
from google.cloud.firestore import Client

from experience.ids import new_id
from experience.journeys.models.requests import (
    CreateCaptureUpload,
    GetEventSession,
    GoToStep,
    SaveCapture,
    SaveStepInput,
    StartJourney,
)
from experience.journeys.store import event_session_ref
from experience.journeys.usecases.capture import create_capture_upload, save_capture
from experience.journeys.usecases.go_to_step import go_to_step
from experience.journeys.usecases.read import get_event_session
from experience.journeys.usecases.save_input import save_step_input
from experience.journeys.usecases.start import start_journey
from experience.media.models import SignedUpload
from experience.steps import STEP_TYPES
from tests.experience.journeys.seed_session import problems
from tests.support.builders.jobs import a_photo
from tests.support.builders.workspaces import a_step

PHOTO = a_photo()


def all_types() -> list[dict[str, Any]]:
    """A step of each type, with the type as its id; none must be answered but two."""
    return [a_step(type_.replace("-", "_"), type_) for type_ in STEP_TYPES]


@dataclass(frozen=True)
class JourneyGuest:
    """A guest with a session of an event."""

    db: Client
    event: str
    uid: str
    session: str

    @classmethod
    def begin(
        cls, db: Client, event: str, uid: str | None = None, **request: Any
    ) -> "JourneyGuest":
        uid = uid or f"guest-{new_id()}"
        began = start_journey(uid, StartJourney.load({"eventId": event, **request}))
        return cls(db, event, uid, began.session.id)

    @property
    def ids(self) -> dict[str, Any]:
        return {"eventId": self.event, "sessionId": self.session}

    def save(self, step: str, type_: str, **content: Any) -> dict[str, Any]:
        sent = {**self.ids, "stepId": step, "input": {"type": type_, **content}}
        return save_step_input(self.uid, SaveStepInput.load(sent)).shown()

    def go_to(self, index: int) -> dict[str, Any]:
        return go_to_step(self.uid, GoToStep.load({**self.ids, "index": index})).shown()

    def read(self) -> dict[str, Any]:
        return get_event_session(self.uid, GetEventSession.load(self.ids)).shown()

    def create(
        self, step: str | None = None, content_type: str = "image/jpeg", size: int = len(PHOTO)
    ) -> SignedUpload:
        sent = {**self.ids, "contentType": content_type, "sizeBytes": size}
        sent |= {"stepId": step} if step else {}
        return create_capture_upload(self.uid, CreateCaptureUpload.load(sent))

    def upload(self, photo: bytes = PHOTO, step: str | None = None) -> None:
        assert put(self.create(step, size=len(photo)), photo) == 200

    def save_capture(self, step: str | None = None) -> dict[str, Any]:
        sent = {**self.ids, **({"stepId": step} if step else {})}
        return save_capture(self.uid, SaveCapture.load(sent)).shown()

    def capture(self, photo: bytes = PHOTO, step: str | None = None) -> dict[str, Any]:
        self.upload(photo, step)
        return self.save_capture(step)

    def stored(self) -> dict[str, Any]:
        """What lies in the database, which older clients take."""
        fields = self.stored_as_is()
        assert not list(problems(fields))
        return fields

    def stored_as_is(self) -> dict[str, Any]:
        fields: dict[str, Any] | None = self.reference.get().to_dict()
        assert fields is not None
        return fields

    @property
    def reference(self) -> Any:
        return event_session_ref(self.db, self.event, self.session)


def put(upload: SignedUpload, data: bytes) -> int:
    """The status with which the storage answers an upload."""
    sent = requests.put(upload.url, data=data, headers=upload.headers, timeout=10)
    return sent.status_code


def get(url: str) -> requests.Response:
    return requests.get(url, timeout=10)
