"""Sessions: `/projects/{p}/sessions/{s}`."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field
from pydantic.json_schema import SkipJsonSchema

from experience.documents import Document, Sharded
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


def claim_of(experience_id: str, mode: Mode, config_source: ConfigSource) -> str:
    """The name of the claim on an experience; previews and drafts have names of their own."""
    visit = mode is Mode.GUEST and config_source == "published"
    return experience_id if visit else f"{experience_id}~{mode}~{config_source}"


class Answer(Document):
    """What a guest answered to one step, and when (Unix milliseconds)."""

    step_id: str
    step_type: str
    value: str | int | float | bool | list[str]
    answered_at: int


class CapturedMedia(Document):
    """A confirmed upload of one step. `created_at` is when the object was written.

    A video has no `url`: it is read by `getDownloadUrl` alone.
    """

    step_id: str
    asset_id: str
    url: str | None
    created_at: int
    content_type: str | None = None


class ResultMedia(CapturedMedia):
    """The picture that was made of a session's photo."""

    url: str


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


ExpireAt = Annotated[SkipJsonSchema[datetime | None], Field(exclude_if=lambda time: time is None)]
"""When Firestore's TTL policy deletes a document: a timestamp, stored only where there is one."""

Pending = Annotated[SkipJsonSchema[bool], Field(exclude_if=lambda pending: not pending)]
"""Whether the server has yet to count a completed session for its guest. Only true is stored."""

Given = Annotated[SkipJsonSchema[bool], Field(exclude_if=lambda given: not given)]
"""Whether its guest gave an e-mail address in it, or before it. Only true is stored."""

Moment = Annotated[SkipJsonSchema[int | None], Field(exclude_if=lambda time: time is None)]
"""A time that only the server needs (Unix ms), stored only where there is one."""


class Session(Sharded):
    """`/projects/{projectId}/sessions/{id}`. Timestamps are Unix milliseconds.

    A guest may write a new one themselves. Until the server has adopted it, it has no workspace,
    no version and no phase; one that the server refused never gets a phase, and expires.
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
    result_media: ResultMedia | None = None
    job_id: str | None = None
    job_status: JobStatus | None = None
    job_error: JobError | None = None
    error: SessionError | None = None
    main_session_id: str | None = None
    pregate_session_id: str | None = None
    created_by: str | None = None
    request_fingerprint: str | None = None
    expire_at: ExpireAt = None
    progress_pending: Pending = False
    has_email: Given = False
    mail_due_at: Moment = None
    """Of a main session: when its picture was ready, or an address was given for one that was."""
    revoked_at: Moment = None
    """When the addresses of its picture were taken back."""
    created_at: int
    updated_at: int
    completed_at: int | None = None

    @property
    def is_active(self) -> bool:
        """Whether it still takes answers."""
        return self.status is SessionStatus.ACTIVE

    @property
    def awaits_adoption(self) -> bool:
        """Whether a guest wrote it, and the server has not adopted it yet."""
        return self.is_active and self.phase is None

    @property
    def was_refused(self) -> bool:
        """Whether a guest wrote it, and the server refused to adopt it."""
        return self.status is SessionStatus.ERROR and self.phase is None

    @property
    def is_visit(self) -> bool:
        """Whether it is a guest's visit to what is published, not something operators try out."""
        return self.mode is Mode.GUEST and self.config_source == "published"

    @property
    def claim(self) -> str:
        """The name under which its guest claims it while it is active."""
        return claim_of(self.experience_id, self.mode, self.config_source)

    @property
    def email(self) -> Answer | None:
        """The newest e-mail address that its guest gave, if there is one.

        Of several that were given at once it is that of the last step.
        """
        given = [each for each in self.answers[::-1] if each.step_type == "email" and each.value]
        return max(given, key=lambda answer: answer.answered_at, default=None)

    def media_of(self, step_id: str) -> CapturedMedia | None:
        """The confirmed upload of a step, if there is one."""
        return next((media for media in self.captured_media if media.step_id == step_id), None)

    def shows(self, url: str | None) -> bool:
        """Whether this URL is among its outputs."""
        return any(output.url == url for output in self.outputs.values())
