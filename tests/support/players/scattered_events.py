"""Events at places, stored or in memory, and what brute force finds among them."""

import random
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any

from google.cloud.firestore import Client

from experience.clock import now_ms
from experience.ids import new_id
from experience.pages import Page
from experience.players.models.event import ProgressEvent, event_key
from experience.players.models.near import FindEventsNear, NearEvent, Position
from experience.players.store import progress_id
from experience.players.usecases import near
from experience.progress.cover import cells_covering
from experience.progress.geography import cells_of, distance_meters

START = now_ms() - 1_000_000
Find = Callable[[FindEventsNear], Page[NearEvent]]


class ScatteredEvents:
    """Events of one workspace, at the times of twelve moments."""

    def __init__(
        self, workspace: str, positions: list[tuple[float, float]], chosen: random.Random
    ) -> None:
        self.workspace = workspace
        self.reads = 0
        """How many events were read from memory."""
        self._found: dict[str, list[near.ReadEvent]] = {}
        self._places: dict[str, dict[Position, int]] = {}
        self.events = sorted(
            (self._event(lat, lng, chosen) for lat, lng in positions), reverse=True
        )
        self._by_cell: dict[str, list[int]] = defaultdict(list)
        for number, (_, event) in enumerate(self.events):
            for cell in event.cells:
                self._by_cell[cell].append(number)

    def _event(
        self, lat: float, lng: float, chosen: random.Random
    ) -> tuple[Position, ProgressEvent]:
        at, uid, experience = START + chosen.randrange(12) * 1000, f"p{chosen.randrange(5)}", "a"
        if chosen.random() < 0.5:
            experience = "b"
        progress = progress_id(self.workspace, experience)
        event = ProgressEvent(
            experience_progress_id=progress,
            player_id=uid,
            workspace_id=self.workspace,
            experience_id=experience,
            event_type=chosen.choice(["waypoint_visited", "npc_dialogue"]),
            location_lat=lat,
            location_lng=lng,
            cells=cells_of(lat, lng),
            timestamp=at,
            received_at=at,
        )
        path = f"players/{uid}/experienceProgress/{progress}/progressEvents/{event_key(new_id())}"
        return Position(at, path), event

    def store(self, db: Client) -> None:
        """Write them."""
        for begin in range(0, len(self.events), 400):
            batch = db.batch()
            for position, event in self.events[begin : begin + 400]:
                batch.set(db.document(position.path), event.dump())
            batch.commit()

    def find(self, request: FindEventsNear) -> Page[NearEvent]:
        """The page that the use case makes of them in memory; `reads` counts what it reads."""
        within = self._within(request)
        places = self._places[request.scope]

        def read(after: Position | None, limit: int) -> list[near.ReadEvent]:
            begin = 0 if after is None else places[after] + 1
            found = within[begin : begin + limit]
            self.reads += len(found)
            return found

        return near.collect(request, read)

    def _within(self, request: FindEventsNear) -> list[near.ReadEvent]:
        """What the query finds, as it is found."""
        if request.scope not in self._found:
            cover = cells_covering(request.lat, request.lng, request.radius_meters)
            within = sorted({number for cell in cover for number in self._by_cell[cell]})
            self._found[request.scope] = [
                (position.path.rpartition("/")[2], event, position)
                for position, event in map(self.events.__getitem__, within)
                if _is_of(request, event)
            ]
            self._places[request.scope] = {
                each[2]: number for number, each in enumerate(self._found[request.scope])
            }
        return self._found[request.scope]

    def expected(self, request: FindEventsNear) -> list[str]:
        """The ids that brute force finds, in their order."""
        return [
            position.path.rpartition("/")[2]
            for position, event in self.events
            if _is_of(request, event)
            and distance_meters(
                request.lat, request.lng, event.location_lat or 0, event.location_lng or 0
            )
            <= request.radius_meters
        ]

    def check(self, find: Find, lat: float, lng: float, radius: float, **more: Any) -> int:
        """Compare all pages with brute force; how many events there were."""
        asked = {"workspaceId": self.workspace, "lat": lat, "lng": lng, "radiusMeters": radius}
        request = FindEventsNear.load({**asked, **more})
        expected = self.expected(request)
        found = list(pages(find, request))
        assert [each for page in found for each in page] == expected
        assert all(len(page) == request.page_size for page in found[:-1])
        assert found[-1] or not expected
        return len(expected)


def pages(find: Find, request: FindEventsNear) -> Iterator[list[str]]:
    """The ids, page by page."""
    while True:
        page = find(request)
        yield [each.id for each in page.items]
        if page.next_page_token is None:
            return
        request = request.model_copy(update={"page_token": page.next_page_token})


def _is_of(request: FindEventsNear, event: ProgressEvent) -> bool:
    return (
        request.experience_id in (None, event.experience_id)
        and request.event_type in (None, event.event_type)
        and event.timestamp >= (request.since or 0)
    )
