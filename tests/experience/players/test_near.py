"""Events within a radius against brute force, in true pages, for few reads."""

import random
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest
from google.cloud.firestore import Client as Database

from emulator.demo.client import Client
from experience.clock import now_ms
from experience.players.models.near import FindEventsNear
from experience.players.usecases import near
from experience.progress.geography import cells_of, distance_meters
from tests.support.builders.players import a_progress_event
from tests.support.builders.workspaces import a_member, a_workspace
from tests.support.calling import issue_paths, refused

SignIn = Callable[[str | None], Client]
MIDDLES = [
    (52.52, 13.405),
    (-17.8, 179.98),  # the antimeridian
    (-17.8, -180.0),
    (89.9, 40.0),
    (90.0, 0.0),
    (-89.8, -170.0),
    (0.0, 0.0),
]
START = now_ms() - 1_000_000


class Stored(NamedTuple):
    """An event as a test wrote it."""

    path: str
    lat: float
    lng: float
    at: int
    experience: str
    event_type: str

    @property
    def id(self) -> str:
        return self.path.rpartition("/")[2]


class Map:
    """Events of a workspace of its own, and who looks at them."""

    def __init__(self, db: Database) -> None:
        self.db = db
        self.workspace = a_workspace(db)
        self.viewer = a_member(db, self.workspace, "viewer")
        self.events: list[Stored] = []

    def scatter(self, positions: list[tuple[float, float]], chosen: random.Random) -> None:
        """Store an event at each position. Many share a time."""
        for begin in range(0, len(positions), 400):
            batch = self.db.batch()
            for lat, lng in positions[begin : begin + 400]:
                at = START + chosen.randrange(12) * 1000
                uid, experience = f"p{chosen.randrange(5)}", chosen.choice("ab")
                event_type = chosen.choice(["waypoint_visited", "npc_dialogue"])
                fields = {"locationLat": lat, "locationLng": lng, "cells": cells_of(lat, lng)}
                fields |= {"timestamp": at, "receivedAt": at, "eventType": event_type}
                key = a_progress_event(
                    self.db, uid, self.workspace, experience, batch=batch, **fields
                )
                path = f"players/{uid}/experienceProgress/{self.workspace}~{experience}"
                self.events.append(
                    Stored(f"{path}/progressEvents/{key}", lat, lng, at, experience, event_type)
                )
            batch.commit()

    def expected(self, lat: float, lng: float, radius: float, **more: Any) -> list[str]:
        """The ids that brute force finds, in their order."""
        found = [
            each
            for each in self.events
            if distance_meters(lat, lng, each.lat, each.lng) <= radius
            and each.experience == more.get("experienceId", each.experience)
            and each.event_type == more.get("eventType", each.event_type)
            and each.at >= more.get("since", 0)
        ]
        return [each.id for each in sorted(found, key=lambda e: (e.at, e.path), reverse=True)]

    def pages(self, lat: float, lng: float, radius: float, **more: Any) -> Iterator[list[str]]:
        """The ids, page by page."""
        asked = {"workspaceId": self.workspace, "lat": lat, "lng": lng, "radiusMeters": radius}
        token = None
        while True:
            request = FindEventsNear.load({**asked, **more, "pageToken": token})
            page = near.find_events_near(self.viewer, request)
            yield [each.id for each in page.items]
            token = page.next_page_token
            if token is None:
                return


@pytest.fixture(scope="module")
def around(db: Database) -> Map:
    """Events around places where maps end, and in between."""
    chosen, found = random.Random(3), Map(db)
    positions = [
        (
            max(-90.0, min(90.0, lat + chosen.gauss(0, 0.25))),
            (lng + chosen.gauss(0, 0.25 if abs(lat) < 80 else 90) + 540) % 360 - 180,
        )
        for lat, lng in MIDDLES
        for _ in range(40)
    ]
    found.scatter([*positions, *MIDDLES, (-17.8, 180.0)], chosen)
    return found


def check(found: Map, lat: float, lng: float, radius: float, **more: Any) -> int:
    expected = found.expected(lat, lng, radius, **more)
    pages = list(found.pages(lat, lng, radius, **more))
    assert [each for page in pages for each in page] == expected
    size = more.get("pageSize", 50)
    assert all(len(page) == size for page in pages[:-1])
    assert pages[-1] or not expected
    return len(expected)


class TestFindEventsNear:
    def test_finds_what_brute_force_finds_everywhere(self, around: Map) -> None:
        total = 0
        for lat, lng in MIDDLES:
            total += check(around, lat, lng, 50_000, pageSize=7)
            total += check(around, lat + (0.1 if lat < 0 else -0.1), lng, 20_000)
        assert total > 200
        lat, lng = MIDDLES[0]
        for more in (
            {"experienceId": "a", "pageSize": 3},
            {"experienceId": "b", "eventType": "npc_dialogue", "since": START + 5000},
            {"since": START + 11_000},
        ):
            assert check(around, lat, lng, 40_000, **more)
        assert check(around, 10.0, 10.0, 50_000) == 0

    @pytest.mark.exhaustive
    def test_finds_what_brute_force_finds_at_hundreds_of_places(self, around: Map) -> None:
        chosen = random.Random(11)
        for _ in range(400):
            lat, lng = chosen.choice(MIDDLES)
            lat = max(-90.0, min(90.0, lat + chosen.gauss(0, 0.4)))
            lng = (lng + chosen.gauss(0, 0.4) + 540) % 360 - 180
            radius = chosen.choice([100, 3000, 12_000, 50_000])
            check(around, lat, lng, radius, pageSize=chosen.choice([1, 5, 100]))

    def test_reads_fewer_than_ten_for_each_that_it_returns(
        self, db: Database, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """300 events that lie evenly, at a latitude where cells are half as wide."""
        chosen, found = random.Random(5), Map(db)
        even = [(60 + n % 20 * 0.001, 11 + n // 20 * 0.002) for n in range(300)]
        found.scatter(even, chosen)
        reads: list[int] = []
        read = near._read

        def counted(*arguments: Any) -> Any:
            batch = read(*arguments)
            reads.append(len(batch))
            return batch

        monkeypatch.setattr(near, "_read", counted)
        returned = 0
        for radius in (300, 500, 800):
            for page in found.pages(60.01, 11.015, radius, pageSize=10):
                assert sum(reads) < 10 * max(len(page), 1)
                returned += len(page)
                reads.clear()
        assert returned > 100

    def test_a_call_that_reads_too_much_ends_with_a_token(
        self, around: Map, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(near, "MAX_READS", 20)
        monkeypatch.setattr(near, "MAX_BATCH", 20)
        pages = list(around.pages(90.0, 0.0, 5000))
        assert len(pages) > 3
        found = [each for page in pages for each in page]
        assert found == around.expected(90.0, 0.0, 5000) != []

    def test_is_for_viewers_and_names_what_is_wrong(
        self, db: Database, around: Map, signed_in: SignIn
    ) -> None:
        name = "findEventsNear"
        asked: dict[str, Any] = {"workspaceId": around.workspace, "lat": 52.52, "lng": 13.405}
        asked |= {"radiusMeters": 50_000, "pageSize": 2}
        assert refused(signed_in("visitor"), name, **asked).reason == "workspace_not_found"
        viewer = signed_in(around.viewer)
        page = viewer.call(name, **asked)
        [first, _] = page["items"]
        assert (first["workspaceId"], first["distanceMeters"] <= 50_000) == (around.workspace, True)
        assert "cells" not in first
        wrongs: list[tuple[dict[str, Any], list[str]]] = [
            ({"lat": 90.1}, ["lat"]),
            ({"lng": -181}, ["lng"]),
            ({"radiusMeters": 50_001}, ["radiusMeters"]),
            ({"radiusMeters": 0}, ["radiusMeters"]),
            ({"eventType": "npc_dialogue"}, [""]),
            ({"pageToken": page["nextPageToken"], "radiusMeters": 5}, ["pageToken"]),
            ({"pageToken": "…"}, ["pageToken"]),
        ]
        for wrong, paths in wrongs:
            assert issue_paths(refused(viewer, name, **{**asked, **wrong})) == paths
        more = viewer.call(name, **asked, pageToken=page["nextPageToken"])
        assert {each["id"] for each in more["items"]}.isdisjoint(
            each["id"] for each in page["items"]
        )
