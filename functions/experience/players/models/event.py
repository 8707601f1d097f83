"""`…/experienceProgress/{…}/progressEvents/{eventKey}`: the log of what a player did."""

from typing import Any

from experience.documents import Document
from experience.ids import derived_id, fingerprint

SESSION_COMPLETED = "session_completed"
"""The server's event of a guest's completed session; its data names project and session."""


class ProgressEvent(Document):
    """One thing that a player did. Never changed, and deleted by erasure alone.

    `timestamp` is when it happened, by the client's clock within limits, `received_at` when it
    came, both Unix ms. `experience_progress_id` is the id of the progress document, `cells` has
    the geohash cells of the position. `flags` say what was clamped or not counted.
    """

    experience_progress_id: str
    player_id: str
    workspace_id: str
    experience_id: str
    event_type: str
    content_id: str | None = None
    data: dict[str, Any] = {}
    location_lat: float | None = None
    location_lng: float | None = None
    cells: list[str] = []
    timestamp: int
    received_at: int
    flags: list[str] = []


def event_key(event_id: str, attendant: str | None = None) -> str:
    """The document id of the event that a client calls so: sent again, it is the same event.

    An attendant's ids are their own: a player who uses the same ones keeps no event from counting.
    """
    if attendant is None:
        return derived_id("progressEvent", event_id)
    return derived_id("attendantEvent", attendant, event_id)


def server_event_key(kind: str, *parts: object) -> str:
    """The document id of an event of the server's, which no client's `eventId` can name."""
    return derived_id(f"serverEvent:{kind}", *parts)


def content_hash(content_id: str) -> str:
    """What stands for a content id, which may hold anything, in a document's path."""
    return fingerprint("content", content_id)[:32]
