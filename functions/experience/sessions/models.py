"""Sessions: `/projects/{p}/sessions/{s}`, and what callers send about them."""

from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, ValidatorFunctionWrapHandler, WrapValidator

from experience.documents import Document, Request
from experience.ids import DocumentId, RequestId, Uid
from experience.projects.models import Phase

ConfigSource = Literal["draft", "published"]


class Mode(StrEnum):
    """A guest's own visit, or an operator's preview of one."""

    PREVIEW = "preview"
    GUEST = "guest"


class SessionStatus(StrEnum):
    """`active` is where every session starts; the other three are ends."""

    ACTIVE = "active"
    COMPLETED = "completed"
    ABANDONED = "abandoned"
    ERROR = "error"


class JobStatus(StrEnum):
    """Where the transform of a session stands."""

    PENDING = "pending"
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


def _value(given: Any, handler: ValidatorFunctionWrapHandler) -> Any:
    if isinstance(given, str | int | float) or (
        isinstance(given, list) and all(isinstance(item, str) for item in given)
    ):
        return handler(given)
    raise ValueError("must be a string, a number, true or false, or a list of strings")


Value = Annotated[str | int | float | bool | list[str], WrapValidator(_value)]


def claim_of(experience_id: str, mode: Mode, config_source: ConfigSource) -> str:
    """A guest's visit claims the experience; what operators try out stands beside it."""
    visit = mode is Mode.GUEST and config_source == "published"
    return experience_id if visit else f"{experience_id}~{mode}~{config_source}"


class Answer(Document):
    """What a guest answered to one step, and when (Unix milliseconds)."""

    step_id: str
    step_type: str
    value: str | int | float | bool | list[str]
    answered_at: int


class CapturedMedia(Document):
    """A confirmed upload of one step. `created_at` is when the object was written."""

    step_id: str
    asset_id: str
    url: str
    created_at: int
    content_type: str | None = None


Pixels = Annotated[int | None, Field(exclude_if=lambda pixels: pixels is None)]


class MediaReference(Document):
    """An image or a video by its address. A size that is not known is left out."""

    url: str
    type: Literal["image", "video"]
    width: Pixels = None
    height: Pixels = None


class JobError(Document):
    """Why there is no result, in words that a guest may read."""

    code: str
    message: str


class SessionError(Document):
    """Why a client could not go on, in its own words, or why the server refused the session."""

    code: str
    message: str


def _empty_list(given: Any) -> Any:
    return [] if given is None or given == {} else given


def _empty_dict(given: Any) -> Any:
    return {} if given is None or given == [] else given


class Session(Document):
    """`/projects/{projectId}/sessions/{id}`. Timestamps are Unix milliseconds.

    A guest may write a new one themselves. Until the server has adopted it, it has no workspace,
    no version and no phase; one that the server refused never gets a phase.
    """

    id: str
    project_id: str
    workspace_id: str | None
    event_id: str | None = None
    experience_id: str
    experience_version: int | None
    mode: Mode
    config_source: ConfigSource
    phase: Phase | None
    status: SessionStatus = SessionStatus.ACTIVE
    current_step_index: int = Field(default=0, ge=0)
    answers: Annotated[list[Answer], BeforeValidator(_empty_list)] = []
    captured_media: Annotated[list[CapturedMedia], BeforeValidator(_empty_list)] = []
    outputs: Annotated[dict[str, MediaReference], BeforeValidator(_empty_dict)] = {}
    result_media: CapturedMedia | None = None
    job_id: str | None = None
    job_status: JobStatus | None = None
    job_error: JobError | None = None
    error: SessionError | None = None
    main_session_id: str | None = None
    pregate_session_id: str | None = None
    created_by: str | None = None
    request_fingerprint: str | None = None
    created_at: int
    updated_at: int
    completed_at: int | None = None

    @property
    def is_active(self) -> bool:
        """Whether it still takes answers."""
        return self.status is SessionStatus.ACTIVE

    @property
    def awaits_adoption(self) -> bool:
        """Whether a guest wrote it, and the server has not looked at it yet."""
        return self.is_active and self.phase is None

    @property
    def was_refused(self) -> bool:
        """Whether a guest wrote it, and the server did not take it in."""
        return self.status is SessionStatus.ERROR and self.phase is None

    @property
    def is_visit(self) -> bool:
        """Whether it is a guest's visit to what is published, not something operators try out."""
        return self.mode is Mode.GUEST and self.config_source == "published"

    @property
    def claim(self) -> str:
        """The name under which its guest claims it while it is active."""
        return claim_of(self.experience_id, self.mode, self.config_source)

    def media_of(self, step_id: str) -> CapturedMedia | None:
        """The confirmed upload of a step, if there is one."""
        return next((media for media in self.captured_media if media.step_id == step_id), None)

    def shows(self, url: str) -> bool:
        """Whether its client keeps this address among the outputs."""
        return any(output.url == url for output in self.outputs.values())

    def view(self) -> "SessionView":
        """The session as callables return it."""
        earlier = {
            "inputs": {answer.step_id: answer.value for answer in self.answers},
            "activeJobId": self.job_id,
            "resultAssetId": self.result_media.asset_id if self.result_media else None,
        }
        return SessionView.model_construct(**{**dict(self), **earlier})


class SessionView(Session):
    """A session as callables return it: as stored, and under its earlier names as well.

    `inputs` are the answers' values by step id.
    """

    request_fingerprint: str | None = Field(default=None, exclude=True)
    inputs: dict[str, str | int | float | bool | list[str]]
    active_job_id: str | None
    result_asset_id: str | None


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


class CompleteSession(Request):
    """The last answers may come along; `experience_id` is the main one chosen at the welcome."""

    project_id: DocumentId
    session_id: DocumentId
    answers: list[AnswerInput] = Field(default=[], max_length=50)
    experience_id: DocumentId | None = None


class GetJourneySessions(Request):
    """The sessions that belong to one main session."""

    project_id: DocumentId
    main_session_id: DocumentId


class AbandonSession(Request):
    """A session that its guest gives up."""

    project_id: DocumentId
    session_id: DocumentId


class FailSession(Request):
    """A session that its client cannot go on with."""

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
