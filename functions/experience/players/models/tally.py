"""A player's progress while the events of one batch are counted into it, one after the other."""

from collections.abc import Callable
from typing import Any

from experience.errors import FailedPrecondition, ResourceExhausted
from experience.players.models.event import SESSION_COMPLETED, ProgressEvent
from experience.players.models.progress import (
    MAX_STATE_ENTRIES,
    Achievement,
    DailyCaps,
    ExperienceProgress,
    PlayerState,
    Position,
)
from experience.progress.geography import distance_meters
from experience.progress.rules import SET_COUNTERS, ProgressRules

MAX_TIME_SPENT_SECONDS = 3600
MAX_METERS_PER_SECOND = 70
MAX_QUANTITY = 1_000_000
CAPPED = "capped"
LATE_POSITION = "late_position"
IMPLAUSIBLE_SPEED = "implausible_speed"
DERIVED_FLAGS = (CAPPED, LATE_POSITION, IMPLAUSIBLE_SPEED)
"""What counting finds out; the other flags of an event are known when it comes."""


class Tally:
    """What the events of a batch change. Made from the progress, and turned into the next one."""

    def __init__(self, progress: ExperienceProgress, rules: ProgressRules, today: str) -> None:
        state = progress.state
        self.rules = rules
        self.xp = progress.xp
        self.playtime = progress.playtime_seconds
        self.distance = progress.distance_meters
        self.location = progress.current_location
        self.position = progress.last_position
        self.inventory = list(state.inventory)
        self.quantities = dict(state.inventory_quantities)
        self.collected = list(progress.collected)
        self.visited = list(state.visited_waypoints)
        self.completed = list(state.completed_quests)
        self.active = list(state.active_quests)
        self.areas = list(state.unlocked_areas)
        self.maps = {
            "collectibles": dict(state.collectibles),
            "flags": dict(state.flags),
            "choices": dict(state.choices),
        }
        self.counts = dict(progress.counts)
        self.achievements = {each.id: each for each in progress.achievements}
        self.is_over = False
        kept = progress.caps
        self.caps = kept
        if rules.caps and (kept is None or kept.day != today):
            self.caps = DailyCaps(day=today)
        self._counted = dict(self.caps.counts) if self.caps else {}
        self._named = {each.counter for each in rules.achievements} - set(SET_COUNTERS)
        self._known = {*EFFECTS, *rules.xp, *self._named}

    def count(self, event: ProgressEvent) -> list[str]:
        """Count one event and return its derived flags.

        Raises ResourceExhausted `progress_full` and FailedPrecondition `not_enough_items`.
        """
        kind, flags = event.event_type, []
        if self._is_over_cap(kind):
            flags.append(CAPPED)
        else:
            self.xp += self.rules.xp.get(kind, 0)
            if kind in self._named:
                self.counts[kind] = self.counts.get(kind, 0) + 1
        if kind in self._known:
            self.playtime += time_spent(event) or 0
            flags += self._move(event)
        if effect := EFFECTS.get(kind):
            effect(self, event)
        return flags

    def state(self) -> PlayerState:
        """The state of the game by now."""
        return PlayerState(
            inventory=self.inventory,
            inventory_quantities=self.quantities,
            visited_waypoints=self.visited,
            completed_quests=self.completed,
            active_quests=self.active,
            unlocked_areas=self.areas,
            **self.maps,
        )

    def daily_caps(self) -> DailyCaps | None:
        """How many events of capped types have come today."""
        return self.caps and self.caps.model_copy(update={"counts": self._counted})

    def unlock(self, achievement: Achievement) -> None:
        """Keep an achievement at this tier, unless it has reached a higher one."""
        held = self.achievements.get(achievement.id)
        if held is None:
            _require_room(self.achievements, "achievements")
        if held is None or held.tier < achievement.tier:
            self.achievements[achievement.id] = achievement

    def _is_over_cap(self, kind: str) -> bool:
        if kind not in self.rules.caps:
            return False
        self._counted[kind] = self._counted.get(kind, 0) + 1
        return self._counted[kind] > self.rules.caps[kind]

    def _move(self, event: ProgressEvent) -> list[str]:
        if event.location_lat is None or event.location_lng is None:
            return []
        before, at = self.position, event.timestamp
        if before and at < before.at:
            return [LATE_POSITION]
        lat, lng = event.location_lat, event.location_lng
        self.position = Position(lat=lat, lng=lng, at=at)
        if before is None:
            return []
        meters = distance_meters(before.lat, before.lng, lat, lng)
        if meters * 1000 > MAX_METERS_PER_SECOND * (at - before.at):
            return [IMPLAUSIBLE_SPEED]
        self.distance += meters
        return []

    def hold(self, item: str, quantity: int) -> None:
        """Have the player hold so many of an item."""
        if quantity > MAX_QUANTITY:
            raise _full("inventoryQuantities")
        if quantity == 0:
            self.quantities.pop(item, None)
            if item in self.inventory:
                self.inventory.remove(item)
            return
        _add(self.collected, item, "collected")
        _add(self.inventory, item, "inventory")
        self.quantities[item] = quantity


def _waypoint_visited(tally: Tally, event: ProgressEvent) -> None:
    _add(tally.visited, _content(event), "visitedWaypoints")
    tally.location = event.content_id


def _location_reached(tally: Tally, event: ProgressEvent) -> None:
    tally.location = event.content_id


def _location_updated(tally: Tally, event: ProgressEvent) -> None:
    tally.location = event.data.get("currentLocation", tally.location)


def _quest_started(tally: Tally, event: ProgressEvent) -> None:
    if event.content_id not in tally.completed:
        _add(tally.active, _content(event), "activeQuests")


def _quest_completed(tally: Tally, event: ProgressEvent) -> None:
    quest = _content(event)
    _add(tally.completed, quest, "completedQuests")
    if quest in tally.active:
        tally.active.remove(quest)


def _item_collected(tally: Tally, event: ProgressEvent) -> None:
    item = _content(event)
    tally.hold(item, tally.quantities.get(item, 0) + event.data.get("quantity", 1))


def _area_unlocked(tally: Tally, event: ProgressEvent) -> None:
    _add(tally.areas, _content(event), "unlockedAreas")


def _game_completed(tally: Tally, _event: ProgressEvent) -> None:
    tally.is_over = True


def _state_changed(tally: Tally, event: ProgressEvent) -> None:
    for name, kept in tally.maps.items():
        for key, value in (event.data.get(name) or {}).items():
            if value is None:
                kept.pop(key, None)
                continue
            if key not in kept:
                _require_room(kept, name)
            kept[key] = value


def _inventory_updated(tally: Tally, event: ProgressEvent) -> None:
    for each in event.data["operations"]:
        item, quantity = each["itemId"], each["quantity"]
        held = tally.quantities.get(item, 0)
        match each["op"]:
            case "add":
                tally.hold(item, held + quantity)
            case "set":
                tally.hold(item, quantity)
            case "remove":
                if quantity > held:
                    raise FailedPrecondition(
                        "not_enough_items",
                        "There are fewer of this item.",
                        itemId=item,
                        held=held,
                        needed=quantity,
                    )
                tally.hold(item, held - quantity)


def _achievement_unlocked(tally: Tally, event: ProgressEvent) -> None:
    tier, at = event.data.get("tier", 1), event.received_at
    tally.unlock(Achievement(id=_content(event), tier=tier, unlocked_at=at))


def _nothing(_tally: Tally, _event: ProgressEvent) -> None:
    """It is known, but changes nothing by itself."""


EFFECTS: dict[str, Callable[[Tally, ProgressEvent], None]] = {
    "waypoint_visited": _waypoint_visited,
    "quest_started": _quest_started,
    "quest_completed": _quest_completed,
    "item_collected": _item_collected,
    "achievement_unlocked": _achievement_unlocked,
    "location_reached": _location_reached,
    "interaction_performed": _nothing,
    "npc_dialogue": _nothing,
    "area_unlocked": _area_unlocked,
    "player_death": _nothing,
    "game_completed": _game_completed,
    "state_changed": _state_changed,
    "inventory_updated": _inventory_updated,
    "location_updated": _location_updated,
    SESSION_COMPLETED: _nothing,
}
"""The types of events that are known, and what each does to the state."""


def _content(event: ProgressEvent) -> str:
    """The content id that requests of such a type must have."""
    assert event.content_id is not None, event.event_type
    return event.content_id


def time_spent(event: ProgressEvent) -> int | None:
    """The seconds that an event says were spent, within limits; None if it says nothing."""
    seconds = event.data.get("time_spent")
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        return None
    return int(min(max(seconds, 0), MAX_TIME_SPENT_SECONDS))


def _add(ids: list[str], new: str, name: str) -> None:
    if new not in ids:
        _require_room(ids, name)
        ids.append(new)


def _require_room(kept: list[str] | dict[str, Any], name: str) -> None:
    if len(kept) >= MAX_STATE_ENTRIES:
        raise _full(name)


def _full(name: str) -> ResourceExhausted:
    return ResourceExhausted("progress_full", f"There is no room for more {name}.", field=name)
