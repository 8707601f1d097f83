"""What callers send about event sessions."""

from typing import Literal

from pydantic import Field

from experience.documents import Request
from experience.guests.models import Locale
from experience.ids import DocumentId, RequestId
from experience.media.models import ImageType, UnsupportedType
from experience.steps import StepInput


class StartJourney(Request):
    """Begin a session of an event. `consent_version` is of the text that the guest accepted.

    `locale` is the language that they read, such as `de-AT`.
    """

    event_id: DocumentId
    consent_version: str | None = None
    locale: Locale | None = None
    request_id: RequestId | None = None


class GetEventSession(Request):
    """One session of an event."""

    event_id: DocumentId
    session_id: DocumentId


class ListEventSessions(Request):
    """The sessions of an event, the newest first."""

    event_id: DocumentId
    page_size: int = Field(default=50, ge=1, le=100)
    page_token: str | None = Field(default=None, max_length=1000)


class SaveStepInput(Request):
    """What a guest put into one step of their journey; an earlier input is replaced."""

    event_id: DocumentId
    session_id: DocumentId
    step_id: DocumentId
    input: StepInput


class GoToStep(Request):
    """A position in the session's `stepOrder`; its length is the end."""

    event_id: DocumentId
    session_id: DocumentId
    index: int = Field(ge=0)


class CreateCaptureUpload(Request):
    """A photo that a guest is about to upload, for the capture step `step_id` if there is one."""

    event_id: DocumentId
    session_id: DocumentId
    step_id: DocumentId | None = None
    content_type: Literal[ImageType, UnsupportedType]
    size_bytes: int = Field(ge=1)


class SaveCapture(Request):
    """A photo that has been uploaded, for the capture step `step_id` if there is one."""

    event_id: DocumentId
    session_id: DocumentId
    step_id: DocumentId | None = None
