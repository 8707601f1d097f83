"""What callables about event sessions return."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BeforeValidator, PlainSerializer

from experience.documents import Document, Sparse, SparseDocument
from experience.events.models.experience import EventCaptureConfig, EventExperience
from experience.events.models.journey import Journey
from experience.journeys.models.session import EventSessionView
from experience.steps import Step, UnknownStep, parse_step
from experience.workspaces.models import ExperienceTranslation


def _step(value: Any) -> Any:
    return parse_step(value) if isinstance(value, Mapping) else value


def _shown(step: Step) -> dict[str, Any]:
    if isinstance(step, UnknownStep):
        return {"id": step.id, "type": "unknown"}
    return step.declared()


JourneyStep = Annotated[Step, BeforeValidator(_step), PlainSerializer(_shown)]
"""A step as a guest gets it. One that is gone or cannot be read is of the type `unknown`."""


class ExperienceView(SparseDocument):
    """What a guest sees of an experience that they may choose, and never its prompt.

    `makes_picture`: whether it makes a picture of the guest's photo.
    """

    id: str
    name: str
    preview_media_url: Sparse[str] = None
    translations: Sparse[Mapping[str, ExperienceTranslation]] = None
    capture_config: EventCaptureConfig
    makes_picture: bool

    @classmethod
    def of(cls, experience: EventExperience) -> "ExperienceView":
        """The view of an experience."""
        return cls(
            id=experience.id,
            name=experience.name,
            preview_media_url=experience.preview_media_url,
            translations=experience.translations,
            capture_config=experience.capture_config,
            makes_picture=experience.makes_picture,
        )


class JourneySession(Document):
    """A session with its journey, a step for each id of its `stepOrder`, and what can be chosen."""

    session: EventSessionView
    journey: Journey | None
    steps: list[JourneyStep]
    experiences: list[ExperienceView]
