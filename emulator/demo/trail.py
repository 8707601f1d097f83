"""A trail through the woods: its waypoints, what its experience counts, and walks along it."""

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

EXPERIENCE = "wylding-woods"
STEP_METERS = 12.0
METERS_A_DEGREE = 111_195.0


@dataclass(frozen=True)
class Waypoint:
    """A point of the trail: metres east and north of the trail's start."""

    id: str
    name: str
    east: float
    north: float
    weight: int = 1


START = (37.905696, -122.547701)
"""Latitude and longitude of the trail's start."""
WAYPOINTS = (
    Waypoint("gate", "The gate", 0, 0),
    Waypoint("hollow-oak", "Hollow oak", 130, 70),
    Waypoint("mirror-pond", "Mirror pond", 250, -10, weight=2),
    Waypoint("owl-rock", "Owl rock", 340, 120),
    Waypoint("lantern-grove", "Lantern grove", 210, 210, weight=2),
    Waypoint("gravity-car", "Gravity car", 60, 230, weight=3),
)
QUEST, ITEM = "light-the-lanterns", "brass-key"
RULES: dict[str, Any] = {
    "completion": {
        "waypoints": {each.id: each.weight for each in WAYPOINTS},
        "quests": {QUEST: 3},
        "items": {ITEM: 1},
    },
    "xp": {"waypoint_visited": 10, "quest_completed": 100, "item_collected": 25},
    "achievements": [
        {"id": "explorer", "counter": "waypoints", "tiers": [3, 6]},
        {"id": "walker", "counter": "distanceMeters", "tiers": [500]},
    ],
    "timeZone": "America/Los_Angeles",
}


def draft() -> dict[str, Any]:
    """The experience as its author saves it."""
    welcome = {"id": "welcome", "type": "info", "title": "The Wylding Woods"}
    return {"steps": [welcome], "transform": None, "progress": RULES}


def position(east: float, north: float) -> tuple[float, float]:
    """Latitude and longitude of a point so many metres from the start."""
    lat, lng = START
    wide = METERS_A_DEGREE * math.cos(math.radians(lat))
    return lat + north / METERS_A_DEGREE, lng + east / wide


def walk(number: int, count: int, now: int) -> Iterator[dict[str, Any]]:
    """The events of a visitor who passes so many waypoints and arrives at the last one now.

    Between two waypoints a phone reports where it is. `number` decides the visitor's own path.
    """
    chance = random.Random(number)  # noqa: S311  (the same walks each time)
    passed = WAYPOINTS[:count]
    events: list[dict[str, Any]] = []
    seconds = 0.0
    for before, waypoint in zip((None, *passed), passed, strict=False):
        if before:
            for east, north in _between(before, waypoint, chance):
                seconds += STEP_METERS / 1.2
                events.append({"eventType": "interaction_performed", **_at(east, north, seconds)})
        stay = chance.randint(20, 180)
        visit = {"eventType": "waypoint_visited", "contentId": waypoint.id}
        at = _at(waypoint.east, waypoint.north, seconds)
        events.append({**visit, "data": {"time_spent": stay}, **at})
        seconds += stay
        if waypoint.id == "mirror-pond":
            events.append({"eventType": "item_collected", "contentId": ITEM, "seconds": seconds})
        if waypoint.id == "owl-rock":
            events.append({"eventType": "quest_started", "contentId": QUEST, "seconds": seconds})
        if waypoint.id == "gravity-car":
            events.append({"eventType": "quest_completed", "contentId": QUEST, "seconds": seconds})
            events.append({"eventType": "game_completed", "seconds": seconds})
    began = now - int(seconds * 1000)
    for index, event in enumerate(events):
        occurred = began + int(event.pop("seconds") * 1000)
        yield {"eventId": f"walk-{number}-{index}", **event, "occurredAt": occurred}


def _between(
    first: Waypoint, last: Waypoint, chance: random.Random
) -> Iterator[tuple[float, float]]:
    length = math.hypot(last.east - first.east, last.north - first.north)
    for step in range(1, int(length / STEP_METERS)):
        part = step * STEP_METERS / length
        east = first.east + (last.east - first.east) * part + chance.uniform(-8, 8)
        north = first.north + (last.north - first.north) * part + chance.uniform(-8, 8)
        yield east, north


def _at(east: float, north: float, seconds: float) -> dict[str, Any]:
    lat, lng = position(east, north)
    return {"locationLat": lat, "locationLng": lng, "seconds": seconds}
