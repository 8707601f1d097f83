"""Events within a radius against brute force, in true pages, for few reads."""

import math
import random
from collections.abc import Callable
from typing import Any

import pytest
from google.cloud.firestore import Client as Database

from emulator.demo.client import Client
from experience.players.models.near import FindEventsNear, Position
from experience.players.usecases import near
from tests.experience.progress.test_cover import position_at
from tests.support.builders.workspaces import a_member, a_workspace
from tests.support.calling import issue_paths, refused
from tests.support.players.scattered_events import START, Find, ScatteredEvents, pages

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


def scattered(workspace: str, count: int) -> ScatteredEvents:
    """Events around places where maps end, and in between."""
    chosen = random.Random(3)
    positions = [
        (
            max(-90.0, min(90.0, lat + chosen.gauss(0, 0.25))),
            (lng + chosen.gauss(0, 0.25 if abs(lat) < 80 else 90) + 540) % 360 - 180,
        )
        for lat, lng in MIDDLES
        for _ in range(count)
    ]
    return ScatteredEvents(workspace, [*positions, *MIDDLES, (-17.8, 180.0)], chosen)


def as_viewer(db: Database, workspace: str) -> Find:
    """How a viewer of the workspace finds events that are stored."""
    viewer = a_member(db, workspace, "viewer")
    return lambda request: near.find_events_near(viewer, request)


class TestInMemory:
    def test_finds_what_brute_force_finds_at_hundreds_of_places(self) -> None:
        events, chosen, total = scattered("w", 40), random.Random(11), 0
        for _ in range(120):
            lat, lng = chosen.choice(MIDDLES)
            lat = max(-90.0, min(90.0, lat + chosen.gauss(0, 0.4)))
            lng = (lng + chosen.gauss(0, 0.4) + 540) % 360 - 180
            more: dict[str, Any] = {"pageSize": chosen.choice([1, 5, 100])}
            if chosen.random() < 0.3:
                more |= {"experienceId": "a", "since": START + 4000}
            radius = chosen.choice([100, 3000, 12_000, 50_000])
            total += events.check(events.find, lat, lng, radius, **more)
        assert total > 500

    @pytest.mark.parametrize("lat", [0.0, 48.0, 60.0, -75.0])
    def test_reads_fewer_than_ten_for_each_that_it_returns(self, lat: float) -> None:
        """Of events that lie evenly, on each page, whatever the radius."""
        chosen = random.Random(5)
        even = [(lat + n % 60 * 0.001, 179.97 + n // 60 * 0.001) for n in range(1800)]
        events = ScatteredEvents("w", [(a, (b + 540) % 360 - 180) for a, b in even], chosen)
        asked = {"workspaceId": "w", "lat": lat + 0.03, "lng": 179.985, "pageSize": 10}
        for radius in (300, 500, 1000):
            for page in pages(events.find, FindEventsNear.load({**asked, "radiusMeters": radius})):
                assert events.reads < 10 * max(len(page), 1)
                events.reads = 0

    @pytest.mark.parametrize(
        ("lat", "radius"),
        [
            (0.0, 10),
            (-89.9, 10),
            (52.0, 1000),
            (80.0, 30),
            (-89.9, 50_000),
            (90.0, 300),
            *(
                pytest.param(lat, radius, marks=pytest.mark.exhaustive)
                for lat in (0.0, 52.0, 80.0, -85.2, -89.9, 90.0)
                for radius in (10, 15, 30, 100, 1000, 10_000, 50_000)
            ),
        ],
    )
    def test_reads_fewer_than_ten_for_each_of_a_page_at_every_latitude(
        self, lat: float, radius: int
    ) -> None:
        """On both sides of the antimeridian, whatever is asked for, in pages of five or more.

        At 0° N 180° E four cells meet, which is the worst place for a small circle.
        """
        chosen = random.Random(17)
        span, count = 2.5 * radius + 45, int(110 * (2.5 + 45 / radius) ** 2)
        even = [
            position_at(lat, 180.0, span * math.sqrt((n + 0.5) / count), n * math.pi * 1.236068)
            for n in range(count)  # as the seeds of a sunflower
        ]
        events = ScatteredEvents("w", even, chosen)
        asked = {"workspaceId": "w", "lat": lat, "lng": 180.0, "radiusMeters": radius}
        one = {"experienceId": "a", "eventType": "npc_dialogue"}
        others: list[dict[str, Any]] = [{"experienceId": "b"}, one, {"since": START + 3000}]
        sizes: list[dict[str, Any]] = [{"pageSize": size} for size in (5, 10, 50)]
        for more in [
            *sizes,
            *(others if radius >= 15 else []),
        ]:  # what is drawn by lot lies less evenly
            request = FindEventsNear.load({**asked, **more})
            expected, events.reads = events.expected(request), 0
            assert [each for page in pages(events.find, request) for each in page] == expected
            assert len(expected) > 15
            assert events.reads < 10 * len(expected)

    def test_reads_between_two_pages_only_what_the_next_one_begins_with_again(self) -> None:
        """Of ten that lie in the circle's cells one lies within it."""
        request = FindEventsNear.load(
            {"workspaceId": "w", "lat": 0.0, "lng": 0.0, "radiusMeters": 1000, "pageSize": 1}
        )
        chosen = random.Random(1)
        corners = ScatteredEvents("w", [(0.0089, 0.0089)] * 45, chosen).events
        inside = ScatteredEvents("w", [(0.0, 0.0)] * 5, chosen).events
        mixed = [each for n in range(50) for each in [(inside if n % 10 == 9 else corners).pop()]]
        stored: list[near.ReadEvent] = [(each.path[-20:], event, each) for each, event in mixed]
        again, furthest = 0, 0

        def read(after: Position | None, limit: int) -> list[near.ReadEvent]:
            nonlocal again, furthest
            begin = [each[2] for each in stored].index(after) + 1 if after else 0
            found = stored[begin : begin + limit]
            again += max(0, furthest - begin)
            furthest = begin + len(found)
            return found

        tokens = []
        while True:
            page = near.collect(request, read)
            assert len(page.items) == 1
            if page.next_page_token is None:
                break
            tokens.append(page.next_page_token)
            request = request.model_copy(update={"page_token": tokens[-1]})
        assert len(tokens) == 4
        assert again <= 4 * 6

    @pytest.mark.parametrize("limit", [1, 3, 20])
    def test_a_call_that_reads_too_much_ends_with_a_token(
        self, monkeypatch: pytest.MonkeyPatch, limit: int
    ) -> None:
        monkeypatch.setattr(near, "MAX_READS", limit)
        monkeypatch.setattr(near, "MAX_BATCH", limit)
        events = scattered("w", 40)
        asked = {"workspaceId": "w", "lat": 52.52, "lng": 13.405, "radiusMeters": 9000}
        some: list[dict[str, Any]] = [{"pageSize": 1}, {"pageSize": 4, "experienceId": "a"}]
        for more in [*some, {"pageSize": 100, "since": START + 5000}]:
            request = FindEventsNear.load({**asked, **more})
            expected, seen = events.expected(request), events.reads
            found: list[str] = []
            for page in pages(events.find, request):
                assert 1 <= events.reads - seen <= 2 * limit or page == []  # it goes on
                seen = events.reads
                found += page
                assert len(page) <= request.page_size
            assert found == expected != []

    def test_a_call_that_finds_nothing_for_long_goes_on_behind_it(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Forty that lie in the circle's cells but not in it, and then one that does."""
        monkeypatch.setattr(near, "MAX_READS", 10)
        monkeypatch.setattr(near, "MAX_BATCH", 10)
        request = FindEventsNear.load(
            {"workspaceId": "w", "lat": 0.0, "lng": 0.0, "radiusMeters": 1000, "pageSize": 2}
        )
        corners = [(0.0089, 0.0089)] * 40
        events = ScatteredEvents("w", corners, random.Random(1))
        [(at, last)] = ScatteredEvents("w", [(0.0, 0.0)], random.Random(1)).events
        stored: list[near.ReadEvent] = [
            (each.path[-20:], event, each) for each, event in events.events
        ]
        stored.append((at.path[-20:], last, at))
        found = []

        def read(after: Position | None, limit: int) -> list[near.ReadEvent]:
            begin = [each[2] for each in stored].index(after) + 1 if after else 0
            return stored[begin : begin + limit]

        for _ in range(6):
            page = near.collect(request, read)
            found.append(len(page.items))
            if page.next_page_token is None:
                break
            request = request.model_copy(update={"page_token": page.next_page_token})
        assert found == [0, 0, 0, 1]


class TestStored:
    @pytest.mark.exhaustive
    def test_firestore_finds_what_brute_force_finds(self, quiet_db: Database) -> None:
        workspace = a_workspace(quiet_db)
        events, find = scattered(workspace, 8), as_viewer(quiet_db, workspace)
        events.store(quiet_db)
        for lat, lng in MIDDLES[1:5]:
            assert events.check(find, lat, lng, 50_000, pageSize=4)
        lat, lng = MIDDLES[0]
        for more in (
            {"experienceId": "a", "pageSize": 2},
            {"experienceId": "b", "eventType": "npc_dialogue", "since": START + 3000},
        ):
            assert events.check(find, lat, lng, 50_000, **more)
        assert events.check(find, 10.0, 10.0, 50_000) == 0

    @pytest.mark.exhaustive
    def test_at_every_place_and_with_every_radius(self, quiet_db: Database) -> None:
        workspace = a_workspace(quiet_db)
        events, find = scattered(workspace, 40), as_viewer(quiet_db, workspace)
        events.store(quiet_db)
        for lat, lng in MIDDLES:
            for radius in (50, 9000, 50_000):
                for size in (7, 100):  # the emulator takes seconds for a query with many cells
                    events.check(find, lat, lng, radius, pageSize=size)


class TestFindEventsNear:
    def test_is_for_viewers_and_names_what_is_wrong(self, db: Database, signed_in: SignIn) -> None:
        name, workspace = "findEventsNear", a_workspace(db)
        ScatteredEvents(workspace, [(52.52, 13.405)] * 3, random.Random(1)).store(db)
        asked: dict[str, Any] = {"workspaceId": workspace, "lat": 52.52, "lng": 13.405}
        asked |= {"radiusMeters": 20, "pageSize": 2}
        assert refused(signed_in(None), name, **asked).reason == "unauthenticated"
        assert refused(signed_in("visitor"), name, **asked).reason == "workspace_not_found"
        viewer = signed_in(a_member(db, workspace, "viewer"))
        page = viewer.call(name, **asked)
        [first, _] = page["items"]
        assert (first["workspaceId"], first["distanceMeters"]) == (workspace, 0)
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
        last = viewer.call(name, **asked, pageToken=page["nextPageToken"])
        assert (len(last["items"]), last["nextPageToken"]) == (1, None)
