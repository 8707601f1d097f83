"""What a history of events adds up to, counted once more from the whole history, the slow way.

It shares no code with what it checks but the distance of two positions.
"""

import math
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from experience.progress.geography import distance_meters

KNOWN = [
    "waypoint_visited",
    "quest_started",
    "quest_completed",
    "item_collected",
    "achievement_unlocked",
    "location_reached",
    "interaction_performed",
    "npc_dialogue",
    "area_unlocked",
    "player_death",
    "game_completed",
    "state_changed",
]

History = list[tuple[int, list[dict[str, Any]]]]
"""Batches: when each was received, and its events with a key, type, content, data, position."""


def day_of(at: int, zone: str) -> date:
    return datetime.fromtimestamp(at / 1000, ZoneInfo(zone)).date()


def expected(history: History, rules: dict[str, Any]) -> dict[str, Any]:
    """The fields that do not depend on how the counting is done."""
    zone = rules.get("timeZone", "UTC")
    batches = [(at, sorted(b, key=lambda e: (e["timestamp"], e["key"]))) for at, b in history]
    events = [(at, each) for at, batch in batches for each in batch]
    known = {*KNOWN, *rules["xp"], *(a["counter"] for a in rules["achievements"])}
    seen: dict[tuple[date, str], int] = {}
    earned = []
    for at, each in events:
        slot = day_of(at, zone), each["type"]
        seen[slot] = seen.get(slot, 0) + 1
        if seen[slot] <= rules["caps"].get(each["type"], math.inf):
            earned.append((at, each))

    def contents(kind: str) -> list[str]:
        return list(dict.fromkeys(e["content"] for _, e in events if e["type"] == kind))

    visited, quests = contents("waypoint_visited"), contents("quest_completed")
    items = contents("item_collected")
    quantities = {
        item: sum(
            e["data"].get("quantity", 1)
            for _, e in events
            if (e["type"], e["content"]) == ("item_collected", item)
        )
        for item in items
    }
    distances = walked([(at, e) for at, e in events if e["type"] in known])
    days = sorted({day_of(at, zone) for at, _ in events})
    longest = max(
        sum(1 for n in range(len(days)) if all(d + timedelta(k) in days for k in range(n + 1)))
        for d in days
    )
    weights = rules["completion"]
    total = sum(w for kind in weights.values() for w in kind.values())
    done = sum(
        weights.get(kind, {}).get(each, 0)
        for kind, ids in (("waypoints", visited), ("quests", quests), ("items", items))
        for each in ids
    )
    counters = {
        "waypoints": len(visited),
        "quests": len(quests),
        "items": len(items),
        "distanceMeters": sum(meters for _, meters in distances),
        "streakDays": longest,
    }
    tiers = {}
    for rule in rules["achievements"]:
        own = sum(1 for _, e in earned if e["type"] == rule["counter"])
        value = counters.get(rule["counter"], own)
        if reached := sum(1 for tier in rule["tiers"] if tier <= value):
            tiers[rule["id"]] = reached
    xp = [(at, rules["xp"].get(e["type"], 0)) for at, e in earned]
    last = events[-1][0]
    return {
        "visited": visited,
        "completed": quests,
        "quantities": quantities,
        "playtime": sum(
            max(0, min(3600, int(e["data"].get("time_spent", 0))))
            for _, e in events
            if e["type"] in known
        ),
        "distance": counters["distanceMeters"],
        "xp": sum(points for _, points in xp),
        "tiers": tiers,
        "completion": 100 * done / total if total else 0,
        "longest": longest,
        "week_xp": sum(
            points
            for at, points in xp
            if day_of(at, zone).isocalendar()[:2] == day_of(last, zone).isocalendar()[:2]
        ),
        "events": len(events),
    }


def walked(events: list[tuple[int, dict[str, Any]]]) -> list[tuple[int, float]]:
    """The meters of each move that counts, with when it was received."""
    moves, here = [], None
    for at, each in events:
        if each["position"] is None or (here and each["timestamp"] < here["timestamp"]):
            continue
        if here:
            meters = distance_meters(*here["position"], *each["position"])
            if meters <= 70 * (each["timestamp"] - here["timestamp"]) / 1000:
                moves.append((at, meters))
        here = each
    return moves
