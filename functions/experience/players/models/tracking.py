"""What players and those who look after them send about what happened, and what they get back."""

import json
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import Field, ValidationInfo, field_validator, model_validator

from experience.documents import Document, Request
from experience.ids import DocumentId, RequestId, Uid
from experience.players.models.progress import Achievement, ProgressView
from experience.players.models.tally import MAX_QUANTITY
from experience.progress.rules import ContentName, EventTypeName
from experience.progress.storable import problems_of

MAX_EVENTS = 50
MAX_DATA_BYTES = 4096
MAX_OPERATIONS = 50
MAX_TIER = 20
NEEDS_CONTENT = (
    "waypoint_visited",
    "quest_started",
    "quest_completed",
    "item_collected",
    "achievement_unlocked",
    "location_reached",
    "area_unlocked",
)

Latitude = Annotated[float, Field(ge=-90, le=90)]
Longitude = Annotated[float, Field(ge=-180, le=180)]
Place = Annotated[str, Field(min_length=1, max_length=255)]


class TrackedEvent(Request):
    """One thing that happened. `event_id` is the client's own: sent again, it counts once.

    `occurred_at` is Unix ms by the client's clock; without it, it happened when it came.
    """

    event_id: RequestId
    event_type: EventTypeName
    content_id: ContentName | None = None
    data: dict[str, Any] = {}
    location_lat: Latitude | None = None
    location_lng: Longitude | None = None
    occurred_at: int | None = Field(default=None, ge=0)

    @model_validator(mode="before")
    @classmethod
    def _with_names(cls, event: Any) -> Any:
        """What is missing is named as the caller names it."""
        if not isinstance(event, dict):
            return event
        return {"contentId": None, "locationLng": None} | event

    @field_validator("content_id")
    @classmethod
    def _with_content(cls, content_id: str | None, info: ValidationInfo) -> str | None:
        kind = info.data.get("event_type")
        if content_id is None and kind in NEEDS_CONTENT:
            raise ValueError(f"is required for '{kind}'")
        return content_id

    @field_validator("data")
    @classmethod
    def _storable(cls, data: dict[str, Any], info: ValidationInfo) -> dict[str, Any]:
        if len(json.dumps(data, ensure_ascii=False).encode()) > MAX_DATA_BYTES:
            raise ValueError(f"must have at most {MAX_DATA_BYTES} bytes")
        if problem := next(problems_of(data), None) or _misfit(info.data.get("event_type"), data):
            raise ValueError(problem)
        return data

    @field_validator("location_lng")
    @classmethod
    def _whole_position(cls, lng: float | None, info: ValidationInfo) -> float | None:
        if "location_lat" in info.data and (lng is None) != (info.data["location_lat"] is None):
            raise ValueError("must be given with locationLat, or neither")
        return lng


class TrackProgressEvents(Request):
    """Count what a player did in an experience, all of it or nothing.

    `batch_id` names the call: repeated, it gets the same answer and reads no more than the
    progress. `player_id` is for attendants of the workspace, who report about a player.
    """

    workspace_id: DocumentId
    experience_id: DocumentId
    batch_id: RequestId | None = None
    player_id: Uid | None = None
    events: Annotated[list[TrackedEvent], Field(min_length=1, max_length=MAX_EVENTS)]


class FlaggedEvent(Document):
    """An event that was clamped, or of which something was not counted."""

    event_id: str
    flags: list[str]


class TrackedBatch(Document):
    """What became of a batch: `repeated` events had been counted before.

    `unlocked` are the achievements with the tiers that this batch reached.
    """

    tracked: int
    repeated: int
    flagged: list[FlaggedEvent]
    unlocked: list[Achievement]


class TrackedProgress(TrackedBatch):
    """What became of a batch, and the progress now."""

    progress: ProgressView


class InventoryOperation(Request):
    """One change of what a player holds. `set` to 0 takes all of an item."""

    op: Literal["add", "remove", "set"]
    item_id: ContentName
    quantity: Annotated[int, Field(ge=0, le=MAX_QUANTITY)]

    @model_validator(mode="after")
    def _of_something(self) -> Self:
        if self.op != "set" and self.quantity == 0:
            raise ValueError("quantity must be at least 1")
        return self


class UpdateInventory(Request):
    """Change what the caller holds, in this order, all of it or nothing.

    `expected_version` is the `version` of the progress that the change is made to.
    """

    workspace_id: DocumentId
    experience_id: DocumentId
    operations: Annotated[list[InventoryOperation], Field(min_length=1, max_length=MAX_OPERATIONS)]
    expected_version: int | None = Field(default=None, ge=0)
    request_id: RequestId | None = None

    def first_gain(self, held: Mapping[str, int]) -> int | None:
        """The index of the first operation after which there is more of an item than before."""
        quantities = dict(held)
        for number, each in enumerate(self.operations):
            before = quantities.get(each.item_id, 0)
            change = {"add": each.quantity, "remove": -each.quantity, "set": each.quantity - before}
            if change[each.op] > 0:
                return number
            quantities[each.item_id] = before + change[each.op]
        return None


class UpdateLocation(Request):
    """Where the caller is now. Without a `current_location` that stays what it was."""

    workspace_id: DocumentId
    experience_id: DocumentId
    current_location: Place | None = None
    location_lat: Latitude
    location_lng: Longitude


def _misfit(kind: str | None, data: dict[str, Any]) -> str | None:
    """What is wrong with the data of an event whose effects depend on it."""
    match kind:
        case "item_collected" if not _is_count(data.get("quantity", 1), MAX_QUANTITY):
            return f"quantity must be a whole number from 1 to {MAX_QUANTITY}"
        case "achievement_unlocked" if not _is_count(data.get("tier", 1), MAX_TIER):
            return f"tier must be a whole number from 1 to {MAX_TIER}"
        case "state_changed":
            names = ("flags", "choices", "collectibles")
            if unknown := sorted(set(data) - set(names)):
                return f"may have flags, choices and collectibles alone, not {unknown[0]}"
            if any(not isinstance(each, dict) for each in data.values()):
                return "flags, choices and collectibles must be objects"
    return None


def _is_count(value: Any, highest: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= highest
