"""Projects and their configs: `/projects/{p}`."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any, Literal, Self

from pydantic import ConfigDict, Field, model_validator

from experience.documents import Document, Request, Sparse
from experience.ids import DocumentId
from experience.locales.readable import Name
from experience.locales.translations import Locales, Translations
from experience.parts import PartOf
from experience.workspaces.models import ExperienceTranslation


class Phase(StrEnum):
    """The part of a visit that a session belongs to."""

    PREGATE = "pregate"
    MAIN = "main"
    PRESHARE = "preshare"


class ProjectStatus(StrEnum):
    """Guests can visit a live project and no other."""

    DRAFT = "draft"
    LIVE = "live"
    ARCHIVED = "archived"
    DELETED = "deleted"


CLOSED = frozenset({ProjectStatus.ARCHIVED, ProjectStatus.DELETED})
"""Of a project in this state no guest may begin, continue or see anything."""

RESERVED_IDS = frozenset({"assets", "assistant", "e", "play", "s"})
"""No project is created with these ids. Addresses of the guest page that begin with them lead to
its own files, to the assistant, to events (`/e/{eventId}`), to campaigns (`/play/{campaignId}`) and
to pictures (`/s/{shareId}`)."""

DEFAULT_PAUSE_SECONDS = 45
MAX_CONSENT_LENGTH = 20_000


class ExperienceRef(Document):
    """An experience of the project's workspace, in the place where it is used."""

    experience_id: str
    enabled: bool = True


class ExperiencesConfig(Document):
    """Which experience is played where."""

    main: list[ExperienceRef] = []
    pregate: ExperienceRef | None = None
    preshare: ExperienceRef | None = None

    def phase_of(self, experience_id: str, *, even_disabled: bool = False) -> Phase | None:
        """Where an experience is enabled, or at least listed; None where it is not."""
        for phase, references in (
            (Phase.MAIN, self.main),
            (Phase.PREGATE, [self.pregate]),
            (Phase.PRESHARE, [self.preshare]),
        ):
            if any(
                ref and ref.experience_id == experience_id and (ref.enabled or even_disabled)
                for ref in references
            ):
                return phase
        return None

    @property
    def only_main(self) -> str | None:
        """The main experience, where exactly one is enabled."""
        enabled = [ref.experience_id for ref in self.main if ref.enabled]
        return enabled[0] if len(enabled) == 1 else None

    @property
    def references(self) -> list[ExperienceRef]:
        """Every reference, enabled or not."""
        return [*self.main, *(ref for ref in (self.pregate, self.preshare) if ref)]


class Consent(Document):
    """What a guest must agree to before anything else. A new version asks everyone again."""

    version: str
    text: str
    minimum_age: int | None = None


class Kiosk(Document):
    """That its page runs on devices that many visitors use, one after the other.

    A visitor who touches nothing for `pause_seconds` is taken to have left: the page signs out and
    forgets them.
    """

    pause_seconds: int = DEFAULT_PAUSE_SECONDS


class ProjectTranslation(Document):
    """What guests read of a project in another language.

    `title` is its name there, and `consent` the text that they agree to.
    """

    title: Sparse[Annotated[str, Field(min_length=1, max_length=100)]] = None
    consent: Sparse[Annotated[str, Field(min_length=1, max_length=MAX_CONSENT_LENGTH)]] = None


class ProjectConfig(Document):
    """What a project consists of, as a draft or as published.

    `locales`: the languages of its page, with the one first in which it is authored. Without any
    the page speaks all that it knows.
    """

    experiences: ExperiencesConfig = ExperiencesConfig()
    theme: dict[str, Any] | None = None
    consent: Consent | None = None
    kiosk: Kiosk | None = None
    retention_days: int | None = Field(default=None, ge=1)
    daily_transform_limit: int | None = Field(default=None, ge=0)
    locales: list[str] = []
    translations: Translations[ProjectTranslation] = {}


class Project(Document):
    """`/projects/{id}`. Guests get the published config, operators may preview the draft."""

    id: str
    workspace_id: str
    name: str
    status: ProjectStatus = ProjectStatus.DRAFT
    draft_config: ProjectConfig = ProjectConfig()
    published_config: ProjectConfig | None = None
    draft_version: int = Field(default=1, ge=1)
    published_at: int | None = None
    created_at: int
    updated_at: int

    @property
    def is_live(self) -> bool:
        """Whether guests can visit it."""
        return self.status is ProjectStatus.LIVE and self.published_config is not None

    @property
    def is_closed(self) -> bool:
        """Whether no guest may begin, continue or see anything."""
        return self.status in CLOSED

    def config(self, source: Literal["draft", "published"] = "published") -> ProjectConfig:
        """The config of this source; an empty one before the first publication."""
        if source == "draft":
            return self.draft_config
        return self.published_config or ProjectConfig()


class NamedExperience(Document):
    """A reference with the name that a guest chooses by."""

    experience_id: str
    name: str
    enabled: bool
    translations: Sparse[Mapping[str, ExperienceTranslation]] = None


class NamedExperiences(Document):
    """The experiences of a project that can be played, in their places."""

    main: list[NamedExperience] = []
    pregate: NamedExperience | None = None
    preshare: NamedExperience | None = None


class ProjectPage(Document):
    """What the page of a project needs, and no more: no drafts, no limits, no other names."""

    id: str
    name: str
    theme: dict[str, Any] | None
    consent: Consent | None
    kiosk: Kiosk | None
    locales: list[str]
    translations: Mapping[str, ProjectTranslation]
    experiences: NamedExperiences


class GetProject(Request):
    """The project whose page is to be shown."""

    project_id: DocumentId


class AuthoredRef(ExperienceRef):
    """A reference as an author sends it."""

    model_config = ConfigDict(extra="forbid")

    experience_id: DocumentId


class AuthoredExperiences(Request):
    """The experiences of a draft. One experience stands in one place only."""

    main: list[AuthoredRef] = Field(default=[], max_length=50)
    pregate: AuthoredRef | None = None
    preshare: AuthoredRef | None = None

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        single = [ref for ref in (self.pregate, self.preshare) if ref]
        ids = [ref.experience_id for ref in [*self.main, *single]]
        twice = sorted({each for each in ids if ids.count(each) > 1})
        if twice:
            raise ValueError(f"an experience has one place; more than one: {', '.join(twice)}")
        return self


class AuthoredConsent(Consent):
    """A consent as an author sends it."""

    model_config = ConfigDict(extra="forbid")

    version: str = Field(min_length=1, max_length=100)
    text: str = Field(min_length=1, max_length=MAX_CONSENT_LENGTH)
    minimum_age: int | None = Field(default=None, ge=0, le=120)


class AuthoredKiosk(Kiosk):
    """A kiosk as an author sends it. The last ten seconds of a pause are announced."""

    model_config = ConfigDict(extra="forbid")

    pause_seconds: int = Field(default=DEFAULT_PAUSE_SECONDS, ge=15, le=600)


class AuthoredTranslation(ProjectTranslation):
    """A translation as an author sends it."""

    model_config = ConfigDict(extra="forbid")

    title: Sparse[Name] = None


class AuthoredTheme(Request):
    """How the project's pages look."""

    primary_color: str = Field(pattern=r"^#[0-9a-fA-F]{6}$")
    logo_url: str | None = Field(default=None, pattern=r"^https://", max_length=2000)
    font_family: str | None = Field(default=None, max_length=100)


class AuthoredProjectConfig(Request):
    """A project's draft as an author sends it."""

    experiences: AuthoredExperiences = AuthoredExperiences()
    theme: AuthoredTheme | None = None
    consent: AuthoredConsent | None = None
    kiosk: AuthoredKiosk | None = None
    retention_days: int | None = Field(default=None, ge=1, le=3650)
    daily_transform_limit: int | None = Field(default=None, ge=0, le=1_000_000)
    locales: Locales = []
    translations: Translations[AuthoredTranslation] = {}


class SaveProject(Request):
    """Create a project, or change its name, status or draft.

    `expected_version` is the `draftVersion` that the change is made to, 0 to create. What is left
    out stays as it is, at every depth of the draft that is an object. What is null there goes, and
    a list is replaced. A project that was never published cannot go live. No project is created
    with the id `assets`, `assistant`, `e`, `play` or `s`.
    """

    workspace_id: DocumentId
    project_id: DocumentId
    expected_version: int = Field(ge=0)
    name: Name | None = None
    status: ProjectStatus | None = None
    draft_config: Annotated[dict[str, Any], PartOf(AuthoredProjectConfig)] | None = None


class PublishProject(Request):
    """Make the draft of this version what guests get; a draft project goes live.

    `workspace_id` is checked if it is given, so that the fields of `SaveProject` can be sent again.
    """

    workspace_id: DocumentId | None = None
    project_id: DocumentId
    expected_version: int = Field(ge=1)


class ListProjects(Request):
    """The projects of a workspace, the newest first."""

    workspace_id: DocumentId
    page_size: int = Field(default=50, ge=1, le=100)
    page_token: str | None = Field(default=None, max_length=1000)
