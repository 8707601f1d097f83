"""What operators send about events, and what they get.

The four saves are alike. What is left out stays as it is, at every depth that is an object. What is
null goes, and a list is replaced. `expected_version` is the `version` that the change is made to, 0
to create and for a document that has none.
"""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, field_validator

from experience.documents import Document, Request
from experience.events.models.event import EventStatus
from experience.events.models.experience import LOCAL_STYLES
from experience.events.models.journey import MAX_JOURNEY_STEPS
from experience.ids import DocumentId
from experience.locales.readable import Name
from experience.locales.translations import Locales, Translations
from experience.parts import PartOf
from experience.projects.models import (
    AuthoredConsent,
    AuthoredKiosk,
    AuthoredTheme,
    AuthoredTranslation,
)
from experience.steps import StoredStep
from experience.steps.screens import SELECTED_EXPERIENCE
from experience.workspaces.models import AuthoredExperienceTranslation

MAX_COUNTDOWN_SECONDS = 30


def _free_name(step_id: str) -> str:
    if step_id == SELECTED_EXPERIENCE:  # the choice of a session's guest is stored under it
        raise ValueError(f"no step may be named {SELECTED_EXPERIENCE}")
    return step_id


JourneyStepId = Annotated[DocumentId, AfterValidator(_free_name)]


class AuthoredEvent(Request):
    """An event as an author sends it. `setActiveJourney` alone sets its journey."""

    name: Name
    status: EventStatus
    theme: AuthoredTheme
    retention_days: int | None = Field(default=None, ge=1, le=3650)
    daily_transform_limit: int | None = Field(default=None, ge=0, le=1_000_000)
    consent: AuthoredConsent | None = None
    kiosk: AuthoredKiosk | None = None
    locales: Locales | None = None
    translations: Translations[AuthoredTranslation] | None = None


class AuthoredJourney(Request):
    """A journey as an author sends it."""

    name: Name
    step_order: list[JourneyStepId] = Field(max_length=MAX_JOURNEY_STEPS)
    status: Literal["active", "deleted"]

    @field_validator("step_order")
    @classmethod
    def _each_once(cls, order: list[str]) -> list[str]:
        twice = sorted({each for each in order if order.count(each) > 1})
        if twice:
            raise ValueError(f"a step has one position; more than one: {', '.join(twice)}")
        return order


def _known_style(model: str) -> str:
    if model.startswith("local/") and model not in LOCAL_STYLES:
        raise ValueError(f"must be one of {', '.join(LOCAL_STYLES)}")
    return model


class AuthoredAiPhotoConfig(Request):
    """How a photo becomes a picture, as an author sends it.

    `model` is `replicate/OWNER/NAME`, `gemini/NAME`, or `local/STYLE`; `local` is `local/cartoon`.
    Reference images are objects of the workspace's folder, by path or `gs://` uri.
    """

    enabled: bool
    model: Annotated[Name, AfterValidator(_known_style)]
    prompt: str = Field(max_length=4000)
    reference_image_urls: list[Annotated[str, Field(max_length=2000)]] = Field(max_length=10)
    aspect_ratio: Literal["1:1", "3:2", "2:3", "16:9", "9:16"]


class AuthoredCapture(Request):
    """How the photo is taken, as an author sends it. `countdown` is in seconds."""

    type: Literal["photo"]
    countdown: int = Field(ge=0, le=MAX_COUNTDOWN_SECONDS)
    camera_facing: Literal["front", "back", "both"]


class AuthoredEventExperience(Request):
    """An experience of events as an author sends it."""

    name: Name
    status: Literal["active", "deleted"]
    ai_photo_config: AuthoredAiPhotoConfig | None = None
    capture_config: AuthoredCapture
    preview_media_url: str | None = Field(default=None, pattern=r"^https://", max_length=2000)
    translations: Translations[AuthoredExperienceTranslation] | None = None


class SaveEvent(Request):
    """Create an event, or change its name, status, look or limits.

    `workspace_id` is for a new event, and is checked where it is given for another. A new event
    needs a name and a theme, and is a draft unless it says otherwise.
    """

    workspace_id: DocumentId | None = None
    event_id: DocumentId
    expected_version: int = Field(ge=0)
    event: Annotated[dict[str, Any], PartOf(AuthoredEvent)]


class SaveJourney(Request):
    """Create a journey of an event, or change its name, order or status."""

    event_id: DocumentId
    journey_id: DocumentId
    expected_version: int = Field(ge=0)
    journey: Annotated[dict[str, Any], PartOf(AuthoredJourney)]


class SaveStep(Request):
    """Create a step of an event, or change it.

    `step` has the fields of its type, all or some; a new one needs its `type`. With another type a
    step begins a new `config`.
    """

    event_id: DocumentId
    step_id: JourneyStepId
    expected_version: int = Field(ge=0)
    step: dict[str, Any]


class SetActiveJourney(Request):
    """Choose the journey that the event's next sessions go through; null for none.

    `expected_version` is the event's.
    """

    event_id: DocumentId
    journey_id: DocumentId | None
    expected_version: int = Field(ge=0)


class SaveEventExperience(Request):
    """Create an experience of events, or change it.

    `workspace_id` is for a new experience, and is checked where it is given for another.
    """

    workspace_id: DocumentId | None = None
    experience_id: DocumentId
    expected_version: int = Field(ge=0)
    experience: Annotated[dict[str, Any], PartOf(AuthoredEventExperience)]


class ListEvents(Request):
    """The events of a workspace, the newest first."""

    workspace_id: DocumentId
    page_size: int = Field(default=50, ge=1, le=100)
    page_token: str | None = Field(default=None, max_length=1000)


class SavedStep(Document):
    """A step of an event as it is stored, with the version that the next change is made to."""

    event_id: str
    step: StoredStep
    version: int
