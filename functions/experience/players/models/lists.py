"""What operators list of an experience: its players' progress, and what they did."""

from typing import Any, Literal, Self

from pydantic import Field, model_validator

from experience.documents import Document, Request
from experience.ids import DocumentId, Uid
from experience.players.models.event import ProgressEvent

MAX_ID = 255
"""As long as an item's or content's id may be."""


class ListProgress(Request):
    """The players of an experience: all, who hold an item, or who visited a waypoint."""

    workspace_id: DocumentId
    experience_id: DocumentId
    holds_item: str | None = Field(default=None, min_length=1, max_length=MAX_ID)
    visited: str | None = Field(default=None, min_length=1, max_length=MAX_ID)
    order_by: Literal["lastPlayedAt", "completion"] = "lastPlayedAt"
    page_size: int = Field(default=50, ge=1, le=100)
    page_token: str | None = Field(default=None, max_length=1000)

    @model_validator(mode="after")
    def _one_filter(self) -> Self:
        if self.holds_item is not None and self.visited is not None:
            raise ValueError("only one of holdsItem and visited at a time")
        return self


class ListProgressEvents(Request):
    """What players did in an experience, the newest first: all, or by one of three filters.

    `since` is the earliest time of the events, in Unix ms.
    """

    workspace_id: DocumentId
    experience_id: DocumentId
    player_id: Uid | None = None
    event_type: str | None = Field(default=None, min_length=1, max_length=50)
    content_id: str | None = Field(default=None, min_length=1, max_length=MAX_ID)
    since: int | None = Field(default=None, ge=0)
    page_size: int = Field(default=50, ge=1, le=100)
    page_token: str | None = Field(default=None, max_length=1000)

    @model_validator(mode="after")
    def _one_filter(self) -> Self:
        named = [self.player_id, self.event_type, self.content_id]
        if sum(each is not None for each in named) > 1:
            raise ValueError("only one of playerId, eventType and contentId at a time")
        return self


class ProgressEventView(Document):
    """One thing that a player did. `id` is its key in the player's log: with `player_id` a name."""

    id: str
    player_id: str
    workspace_id: str
    experience_id: str
    event_type: str
    content_id: str | None
    data: dict[str, Any]
    location_lat: float | None
    location_lng: float | None
    timestamp: int
    received_at: int
    flags: list[str]

    @classmethod
    def of(cls, event_id: str, event: ProgressEvent) -> "ProgressEventView":
        """What operators see of an event."""
        shown = {name: getattr(event, name) for name in cls.model_fields if name != "id"}
        return cls(id=event_id, **shown)
