"""Finding what happened near a place."""

import math
from collections.abc import Callable
from typing import Any

from google.cloud.firestore import Client

from experience import clients
from experience.pages import Page
from experience.players import store
from experience.players.models.event import ProgressEvent
from experience.players.models.near import FindEventsNear, NearEvent, Position
from experience.progress.cover import cells_covering
from experience.store import parse_or_log
from experience.workspaces.models import Role
from experience.workspaces.usecases.access import require_role

MAX_BATCH = 500
MAX_READS = 20_000
"""In one call, about what a minute suffices for. A page that ends there is not full, but has a
token."""


ReadEvent = tuple[str, ProgressEvent | None, Position]
"""The id and position of an event, and the event unless it is unreadable."""
Read = Callable[[Position | None, int], list[ReadEvent]]
"""The next events after a position, at most so many."""


def find_events_near(uid: str, request: FindEventsNear) -> Page[NearEvent]:
    """A page of the events within a radius, the newest first; viewers.

    One read, and one for each event in the cells that cover the circle, until a page is full and
    it is known whether another follows. The cells are up to six times as large as the circle, and
    for a radius from 10 to 20 m up to ten times. It reads fewer than should suffice by those that
    it has read, and then goes on, so where events lie evenly it reads fewer than ten for each that
    it returns on pages of five or more. A page takes one to eight requests.
    """
    client = clients.firestore()
    require_role(client, request.workspace_id, uid, Role.VIEWER, what="workspace")
    query = store.query_events_near(
        client,
        {
            "workspaceId": request.workspace_id,
            "experienceProgressId": request.experience_id
            and store.progress_id(request.workspace_id, request.experience_id),
            "eventType": request.event_type,
        },
        cells_covering(request.lat, request.lng, request.radius_meters),
        request.since,
    )
    return collect(request, lambda after, limit: _read(client, query, after, limit))


def collect(request: FindEventsNear, read: Read) -> Page[NearEvent]:
    """A page of what `read` gives and lies within the radius.

    The next page begins right before its first event: what lies between the pages is read once.
    """
    at = Position.parse(request.page_token, request.scope) if request.page_token else None
    found: list[NearEvent] = []
    reads = 0
    while len(found) <= request.page_size and reads < MAX_READS:
        limit = _limit(request.page_size + 1 - len(found), len(found), reads)
        batch = read(at, limit)
        reads += len(batch)
        for event_id, event, position in batch:
            if event and (distance := request.distance_to(event)) is not None:
                found.append(NearEvent.of(event_id, event, distance))
                if len(found) > request.page_size:
                    break
            at = position
        else:
            if len(batch) < limit:
                at = None
                break
    return Page[NearEvent](
        items=found[: request.page_size],
        next_page_token=at.token(request.scope) if at else None,
    )


def _limit(missing: int, found: int, reads: int) -> int:
    """How many to read next: fewer than should suffice, as what is read in excess is read again.

    By those that were read so far, and at most as many again: it may have been by chance. The
    reads until so many are found scatter by the square root of their number.
    """
    for_each = (reads + 2) / (found + 1)
    enough = max(missing - math.sqrt(missing), 1 / 3) * for_each
    return min(math.ceil(enough), reads or MAX_BATCH, MAX_BATCH)


def _read(client: Client, query: Any, after: Position | None, limit: int) -> list[ReadEvent]:
    """The next events of a query. One read each."""
    if after is not None:
        query = query.start_after(
            {"timestamp": after.timestamp, "__name__": client.document(after.path)}
        )
    return [
        (
            snapshot.id,
            parse_or_log(snapshot, ProgressEvent),
            Position(int(snapshot.get("timestamp")), snapshot.reference.path),
        )
        for snapshot in query.limit(limit).stream()
    ]
