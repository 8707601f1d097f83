"""What callers send about sessions."""

from typing import Annotated, Any, Literal

from pydantic import Field, ValidatorFunctionWrapHandler, WrapValidator

from experience.documents import Request
from experience.ids import DocumentId, RequestId, Uid
from experience.sessions.models.session import ConfigSource, Mode, SessionStatus


def _value(given: Any, handler: ValidatorFunctionWrapHandler) -> Any:
    if isinstance(given, str | int | float) or (
        isinstance(given, list) and all(isinstance(item, str) for item in given)
    ):
        return handler(given)
    raise ValueError("must be a string, a number, true or false, or a list of strings")


Value = Annotated[str | int | float | bool | list[str], WrapValidator(_value)]


class CreateSession(Request):
    """Begin an experience, or come back to the session of it that is still active."""

    project_id: DocumentId
    experience_id: DocumentId
    mode: Mode
    config_source: ConfigSource
    event_id: DocumentId | None = None
    main_session_id: DocumentId | None = None
    pregate_session_id: DocumentId | None = None
    request_id: RequestId | None = None


class GetSession(Request):
    """One session of a project."""

    project_id: DocumentId
    session_id: DocumentId


StepId = Annotated[str, Field(max_length=128)]
"""Of any form: a step that the experience has not is refused by its name."""


class AnswerInput(Request):
    """An answer to one step. The server keeps its own time; a client's `answeredAt` is ignored."""

    step_id: StepId
    step_type: str | None = None
    value: Value
    answered_at: float | None = None


class CapturedMediaInput(Request):
    """An upload that was confirmed before; only `confirmUpload` can add one."""

    step_id: StepId
    asset_id: str
    url: str | None = None
    created_at: float | None = None
    content_type: str | None = None


class MediaReferenceInput(Request):
    """Media of this session, by the address that the server gave it."""

    url: str
    type: Literal["image", "video"]
    width: int | None = Field(default=None, ge=1)
    height: int | None = Field(default=None, ge=1)


class UpdateSessionProgress(Request):
    """What happened since the last call. Answers, inputs and outputs merge by step."""

    project_id: DocumentId
    session_id: DocumentId
    current_step_index: int | None = Field(default=None, ge=0)
    answers: list[AnswerInput] = Field(default=[], max_length=50)
    captured_media: list[CapturedMediaInput] = Field(default=[], max_length=50)
    inputs: dict[str, Value] = Field(default={}, max_length=50)
    outputs: dict[str, MediaReferenceInput] = Field(default={}, max_length=50)


class CompleteSession(UpdateSessionProgress):
    """The last progress may come along; `experience_id` is the main one chosen at the welcome."""

    experience_id: DocumentId | None = None


class GetJourneySessions(Request):
    """The sessions that belong to one main session."""

    project_id: DocumentId
    main_session_id: DocumentId


class AbandonSession(Request):
    """A session that its guest abandons."""

    project_id: DocumentId
    session_id: DocumentId


class FailSession(Request):
    """A session that its client cannot continue."""

    project_id: DocumentId
    session_id: DocumentId
    code: str = Field(min_length=1, max_length=100)
    message: str = Field(max_length=500)


class ListSessions(Request):
    """The sessions of a project, the newest first, by at most one of the three filters."""

    project_id: DocumentId
    event_id: DocumentId | None = None
    status: SessionStatus | None = None
    experience_id: DocumentId | None = None
    page_size: int = Field(default=50, ge=1, le=100)
    page_token: str | None = Field(default=None, max_length=1000)


class GetGuestHistory(Request):
    """What a guest completed; only operators name another guest than themselves."""

    project_id: DocumentId
    guest_id: Uid | None = None
    page_size: int = Field(default=50, ge=1, le=100)
    page_token: str | None = Field(default=None, max_length=20)


class GetNextPhase(Request):
    """Where to go: to a main experience (`experience_id`), or on from a completed main session."""

    project_id: DocumentId
    experience_id: DocumentId | None = None
    main_session_id: DocumentId | None = None
