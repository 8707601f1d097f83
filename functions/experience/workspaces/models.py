"""Workspaces, members and experiences: `/workspaces/{w}` and what lies below it."""

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any, Literal, Self

from pydantic import ConfigDict, Field, field_validator, model_validator

from experience.documents import Document, Request, Sparse
from experience.errors import NotFound, PermissionDenied, ResourceExhausted
from experience.ids import DocumentId, Uid, is_document_id
from experience.imaging.models import Style
from experience.locales.readable import Name
from experience.locales.translations import SparseTranslations, Translations
from experience.parts import PartOf
from experience.progress import AuthoredProgressRules, ProgressRules
from experience.steps import AuthoredStep, Step, StoredStep
from experience.steps.screens import CaptureStep

MAX_DAILY_TOKENS = 1_000_000_000
MAX_DRAFT_BYTES = 400_000
"""Draft and published config lie in one document, and Firestore takes a MiB for each document."""


class Role(StrEnum):
    """What a member may do. Each role may do all that the ones before it may.

    An attendant looks after the guests of an evening: retries and cancels transforms, and revokes
    shares, but configures nothing.
    """

    VIEWER = "viewer"
    ATTENDANT = "attendant"
    EDITOR = "editor"
    ADMIN = "admin"
    OWNER = "owner"

    def includes(self, other: "Role") -> bool:
        """Whether this role may do what the other one may."""
        order = list(Role)
        return order.index(self) >= order.index(other)


def require_sufficient(held: Role | None, needed: Role, what: str) -> Role:
    """The role that is held, if it includes the needed one.

    Raises NotFound for non-members, so that they cannot probe for `what`, and PermissionDenied for
    a member whose role is too low.
    """
    if held is None:
        raise NotFound(what)
    if not held.includes(needed):
        raise PermissionDenied(
            "role_required", f"This needs the role {needed} or above.", required=needed, role=held
        )
    return held


class Workspace(Document):
    """A tenant: `/workspaces/{id}`.

    `daily_token_limit`: how many tokens of language models it may use in a day; None for as many as
    the deployment gives each workspace.
    """

    id: str
    name: str
    status: Literal["active", "deleted"] = "active"
    daily_token_limit: int | None = None
    version: int = Field(default=1, ge=1)
    created_at: int
    updated_at: int


class TokenUsage(Document):
    """What a workspace used of language models in a day: `/workspaces/{w}/tokenUsage/{yyyymmdd}`.

    `tokens`: those used, and those reserved by calls under way. The others count what was used. The
    day is one in UTC. A TTL policy deletes it at `expire_at`.
    """

    day: str
    tokens: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cost_micros: int = 0
    expire_at: datetime


class TokenReservation(Document):
    """Tokens of a day that a call may use, until it is settled by what it used."""

    day: str
    tokens: int


def token_day_of(now: int) -> str:
    """`yyyymmdd` in UTC."""
    return datetime.fromtimestamp(now / 1000, UTC).strftime("%Y%m%d")


def require_tokens(used: int, wanted: int, limit: int, now: int) -> None:
    """Raise ResourceExhausted `token_budget` if the day has too few tokens left."""
    if used + wanted <= limit:
        return
    moment = datetime.fromtimestamp(now / 1000, UTC)
    midnight = moment.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    raise ResourceExhausted(
        "token_budget",
        f"The workspace has used {used} of its {limit} tokens of today; this may need {wanted}.",
        retryAfterSeconds=int((midnight - moment).total_seconds()) + 1,
        limit=limit,
    )


class Member(Document):
    """A person of a workspace: `/workspaces/{w}/members/{uid}`."""

    uid: str
    role: Role
    created_at: int


class Overlay(Document):
    """A transparent picture that is laid over the result; `path` is an object of the bucket."""

    path: str


class TransformOutput(Document):
    """The file that a transform makes. `width` is in pixels, the height follows the ratio."""

    format: Literal["png", "jpeg", "webp"] = "jpeg"
    width: int = Field(default=1080, ge=256, le=4096)


class Transform(Document):
    """How a capture becomes a picture. Guests never see this: it holds the prompt.

    Reference images are objects of the workspace's folder, by path or `gs://` uri.
    """

    enabled: bool = False
    workflow: str = "photo.transform"
    model: str = "local"
    prompt: str = Field(default="", max_length=4000)
    reference_image_urls: list[str] = []
    aspect_ratio: Literal["1:1", "3:2", "2:3", "16:9", "9:16"] = "1:1"
    style: str = "cartoon"
    overlay: Overlay | None = None
    output: TransformOutput = TransformOutput()


class OverlayDefinition(Overlay):
    """An overlay as an author sends it."""

    model_config = ConfigDict(extra="forbid")

    path: str = Field(max_length=1000)


class OutputDefinition(TransformOutput):
    """The file to make, as an author sends it."""

    model_config = ConfigDict(extra="forbid")


class TransformDefinition(Transform):
    """A transform as an author sends it."""

    model_config = ConfigDict(extra="forbid")

    workflow: str = Field(default="photo.transform", min_length=1, max_length=100)
    model: str = Field(default="local", min_length=1, max_length=100)
    style: Style = "cartoon"
    reference_image_urls: list[Annotated[str, Field(max_length=2000)]] = Field(
        default=[], max_length=10
    )
    overlay: OverlayDefinition | None = None
    output: OutputDefinition = OutputDefinition()


class ExperienceTranslation(Document):
    """What guests read of an experience in another language; `title` is its name there."""

    title: Sparse[Annotated[str, Field(min_length=1, max_length=100)]] = None


class AuthoredExperienceTranslation(ExperienceTranslation):
    """A translation as an author sends it."""

    model_config = ConfigDict(extra="forbid")

    title: Sparse[Name] = None


class ExperienceConfig(Document):
    """What an experience consists of, as a draft or as published.

    `progress`: what it counts of its players; without rules it counts nothing by itself.
    """

    steps: list[StoredStep] = Field(default=[], max_length=50)
    transform: Transform | None = None
    progress: ProgressRules | None = None
    translations: SparseTranslations[ExperienceTranslation] = None

    def step(self, step_id: str) -> Step | None:
        """The step of this id, if there is one."""
        return next((step for step in self.steps if step.id == step_id), None)

    @property
    def makes_picture(self) -> bool:
        """Whether it asks for a photo, and has a transform for it."""
        asks = any(isinstance(step, CaptureStep) for step in self.steps)
        return asks and self.transform is not None and self.transform.enabled


class Experience(Document):
    """`/workspaces/{w}/experiences/{id}`: the current draft and the latest published config."""

    id: str
    workspace_id: str
    name: str = Field(min_length=1, max_length=100)
    status: Literal["active", "deleted"] = "active"
    draft: ExperienceConfig
    published: ExperienceConfig | None = None
    draft_version: int = Field(ge=1)
    published_version: int | None = None
    published_at: int | None = None
    created_at: int
    updated_at: int

    @property
    def is_playable(self) -> bool:
        """Whether guests can be led into it: active, published, and with something to do."""
        return self.status == "active" and self.published is not None and bool(self.published.steps)


class ExperienceVersion(ExperienceConfig):
    """`…/experiences/{e}/experienceVersions/{version}`: one publication, never changed again."""

    version: int
    published_at: int


class AuthoredConfig(Request):
    """A draft as an author sends it: every step is checked, and nothing unknown is taken."""

    steps: list[AuthoredStep] = Field(default=[], max_length=50)
    transform: TransformDefinition | None = None
    progress: AuthoredProgressRules | None = None
    translations: Translations[AuthoredExperienceTranslation] | None = None

    @field_validator("steps")
    @classmethod
    def _with_own_ids(cls, steps: list[Step]) -> list[Step]:
        ids = [step.id for step in steps]
        twice = sorted({each for each in ids if ids.count(each) > 1})
        if twice:
            raise ValueError(f"step ids must be unique; more than once: {', '.join(twice)}")
        reserved = [each for each in ids if not is_document_id(each)]
        if reserved:  # answers and uploads are stored under them
            raise ValueError(f"step ids must not begin and end with '__': {', '.join(reserved)}")
        return steps

    @model_validator(mode="after")
    def _small_enough(self) -> Self:
        size = len(self.model_dump_json(by_alias=True).encode())
        if size > MAX_DRAFT_BYTES:
            raise ValueError(f"is {size} bytes long; at most {MAX_DRAFT_BYTES} can be stored")
        return self


class SaveExperience(Request):
    """Create an experience, or change its name, status or draft.

    `expected_version` is the `draftVersion` that the change is made to, 0 to create. What is left
    out stays as it is, at every depth of the draft that is an object. What is null there goes, and
    a list is replaced.
    """

    workspace_id: DocumentId
    experience_id: DocumentId
    expected_version: int = Field(ge=0)
    name: Name | None = None
    status: Literal["active", "deleted"] | None = None
    draft: Annotated[dict[str, Any], PartOf(AuthoredConfig)] | None = None


class PublishExperience(Request):
    """Make the draft of this version what guests get."""

    workspace_id: DocumentId
    experience_id: DocumentId
    expected_version: int = Field(ge=1)


class SaveWorkspace(Request):
    """Change a workspace's name, status or limit. Deleted, it is closed to everybody.

    `expected_version` is the `version` that the change is made to. What is left out stays as it is;
    null takes the limit away.
    """

    workspace_id: DocumentId
    expected_version: int = Field(ge=1)
    name: Name | None = None
    status: Literal["active", "deleted"] | None = None
    daily_token_limit: int | None = Field(default=None, ge=0, le=MAX_DAILY_TOKENS)


class SetMember(Request):
    """Give a person a role in the workspace; none takes them out of it."""

    workspace_id: DocumentId
    uid: Uid
    role: Role | None


class Membership(Document):
    """What a person is in the workspace now; no role for who is not in it."""

    uid: str
    role: Role | None


class ListExperiences(Request):
    """The experiences of a workspace, the newest first."""

    workspace_id: DocumentId
    status: Literal["active", "deleted"] | None = None
    page_size: int = Field(default=50, ge=1, le=100)
    page_token: str | None = Field(default=None, max_length=1000)
