"""What happened near a place: the request, the response, and the token of its pages."""

import base64
import re
from typing import Any, NamedTuple, Self

from pydantic import Field, model_validator

from experience.documents import Document, Request
from experience.errors import InvalidArgument
from experience.ids import DocumentId, fingerprint
from experience.players.models.event import ProgressEvent
from experience.progress.cover import MAX_RADIUS_METERS
from experience.progress.geography import distance_meters
from experience.progress.rules import EventTypeName

# Firestore takes these as names of documents; a token is what a client sends.
_NAME = r"(?!\.{1,2}(?:/|$)|__)[^/\0]{1,300}"
_PATH = rf"players/{_NAME}/experienceProgress/{_NAME}/progressEvents/{_NAME}"
_TOKEN = re.compile(rf"([0-9a-f]{{16}})/([0-9]{{1,16}})/({_PATH})")


class FindEventsNear(Request):
    """Events within a radius of a position, the newest first.

    `event_type` only with an experience. `since`: Unix ms.
    """

    workspace_id: DocumentId
    lat: float = Field(ge=-90, le=90)
    lng: float = Field(ge=-180, le=180)
    radius_meters: float = Field(gt=0, le=MAX_RADIUS_METERS)
    experience_id: DocumentId | None = None
    event_type: EventTypeName | None = None
    since: int | None = Field(default=None, ge=0, le=2**53)
    page_size: int = Field(default=50, ge=1, le=100)
    page_token: str | None = Field(default=None, max_length=2000)

    @model_validator(mode="after")
    def _type_of_an_experience(self) -> Self:
        if self.event_type is not None and self.experience_id is None:
            raise ValueError("eventType is only taken together with experienceId")
        return self

    @property
    def scope(self) -> str:
        """What stands for this list in the tokens of its pages."""
        return fingerprint(self.model_dump(mode="json", exclude={"page_size", "page_token"}))[:16]

    def distance_to(self, event: ProgressEvent) -> float | None:
        """How far away an event was, in meters, or None if it was not within the radius."""
        if event.location_lat is None or event.location_lng is None:
            return None
        away = distance_meters(self.lat, self.lng, event.location_lat, event.location_lng)
        return away if away <= self.radius_meters else None


class NearEvent(Document):
    """An event of the log, and how far from the position it was."""

    id: str
    player_id: str
    workspace_id: str
    experience_id: str
    event_type: str
    content_id: str | None
    data: dict[str, Any]
    location_lat: float
    location_lng: float
    distance_meters: float
    timestamp: int
    received_at: int
    flags: list[str]

    @classmethod
    def of(cls, event_id: str, event: ProgressEvent, distance: float) -> "NearEvent":
        """The event as it is shown."""
        own = {"id", "distance_meters"}
        shown = {name: getattr(event, name) for name in cls.model_fields.keys() - own}
        return cls(id=event_id, distance_meters=round(distance, 3), **shown)


class Position(NamedTuple):
    """Where a list goes on: after the event of this time and path."""

    timestamp: int
    path: str

    def token(self, scope: str) -> str:
        """As a client sends it back."""
        plain = f"{scope}/{self.timestamp}/{self.path}"
        return base64.urlsafe_b64encode(plain.encode()).decode().rstrip("=")

    @classmethod
    def parse(cls, token: str, scope: str) -> "Position":
        """What a client sent. Raises InvalidArgument for a token of another list."""
        refusal = InvalidArgument(("pageToken", "is not a token of this list"))
        try:
            plain = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)).decode()
        except ValueError as error:
            raise refusal from error
        found = _TOKEN.fullmatch(plain)
        if found is None or found[1] != scope:
            raise refusal
        return cls(int(found[2]), found[3])
