"""Where counting a batch changes from one answer to another, without a database."""

from typing import Any

import pytest

from experience.errors import ResourceExhausted
from experience.players.models.boards import Gains, boards_after
from experience.players.models.effects import (
    HOUR_MS,
    MAX_SEEN_CONTENTS,
    Arrival,
    begun,
    rate_after,
)
from experience.players.models.event import content_hash
from experience.players.models.progress import Boards, HourlyRate, Streak
from experience.players.models.tally import MAX_QUANTITY
from tests.experience.players.test_effects import DAY, NOON, RULES, an_arrival, count


def flags_of(effects: Any) -> list[list[str]]:
    """Of the events that came, not of the tiers that they reached."""
    return [each.event.flags for each in effects.logged if not each.is_unlocked_tier]


@pytest.mark.parametrize(
    ("spent", "seconds"), [(-5, 0), (7.9, 7), (3600, 3600), (9e9, 3600), (True, 0), ("9", 0)]
)
def test_a_time_is_a_number_of_seconds_within_an_hour(spent: Any, seconds: int) -> None:
    after = count(an_arrival("a", "npc_dialogue", data={"time_spent": spent})).progress
    assert after.playtime_seconds == seconds


def test_a_player_holds_at_most_a_million_of_an_item() -> None:
    def collected(quantity: int) -> Arrival:
        return an_arrival("a", "item_collected", "coin", data={"quantity": quantity})

    full = count(collected(MAX_QUANTITY)).progress
    assert full.state.inventory_quantities == {"coin": MAX_QUANTITY}
    with pytest.raises(ResourceExhausted):
        count(collected(1), progress=full)


def test_of_positions_at_one_time_the_last_one_is_where_the_player_is() -> None:
    def at(key: str, lat: float) -> Arrival:
        return an_arrival(key, "player_death", location_lat=lat, location_lng=0.0)

    after = count(at("a", 1.0), at("b", 1.0), at("c", 1.5))
    assert flags_of(after) == [[], [], ["implausible_speed"]]
    assert after.progress.last_position
    assert after.progress.last_position.lat == 1.5
    assert after.progress.distance_meters == 0


def test_of_what_happened_at_one_time_the_order_is_that_of_the_keys() -> None:
    later, sooner = (an_arrival(key, "waypoint_visited", key) for key in "ba")
    assert count(later, sooner).progress.state.visited_waypoints == ["a", "b"]


def test_flags_that_counting_finds_are_found_anew() -> None:
    event = an_arrival("a", "npc_dialogue", flags=["clamped_past", "capped", "late_position"])
    assert flags_of(count(event)) == [["clamped_past"]]


def test_an_achievement_never_falls_to_a_lower_tier() -> None:
    def unlocked(key: str, tier: int) -> Arrival:
        return an_arrival(key, "achievement_unlocked", "medal", data={"tier": tier})

    after = count(unlocked("a", 3), unlocked("b", 2)).progress
    assert [(each.id, each.tier) for each in after.achievements] == [("medal", 3)]


def test_there_is_room_for_a_thousand_achievements() -> None:
    def unlocked(name: str, at: int = NOON) -> Arrival:
        return an_arrival(name, "achievement_unlocked", name, at=at, data={"tier": 1})

    full = count(*(unlocked(str(number)) for number in range(1000))).progress
    again = an_arrival("again", "achievement_unlocked", "5", data={"tier": 2})
    assert len(count(again, progress=full).progress.achievements) == 1000
    with pytest.raises(ResourceExhausted):
        count(unlocked("new"), progress=full)


def test_a_full_map_takes_new_values_of_what_it_has() -> None:
    def changed(flags: dict[str, Any]) -> Arrival:
        return an_arrival("a", "state_changed", data={"flags": flags})

    full = count(changed({str(number): 1 for number in range(1000)})).progress
    assert count(changed({"5": 2}), progress=full).progress.state.flags["5"] == 2
    assert len(count(changed({"5": None, "new": 1}), progress=full).progress.state.flags) == 1000
    with pytest.raises(ResourceExhausted):
        count(changed({"new": 1}), progress=full)


def test_a_location_stays_where_an_update_names_none() -> None:
    first = count(an_arrival("a", "location_updated", data={"currentLocation": "hall"})).progress
    after = count(an_arrival("b", "location_updated"), progress=first).progress
    assert after.current_location == "hall"


@pytest.mark.parametrize(
    ("days", "expected"), [(0, (2, 2)), (1, (3, 3)), (2, (1, 2)), (-1, (2, 2))]
)
def test_a_streak_goes_on_with_the_next_day_alone(days: int, expected: tuple[int, int]) -> None:
    before = begun("w", "e", 1, NOON).model_copy(
        update={"streak": Streak(day="2025-11-30", days=2, longest=2)}
    )
    at = NOON + days * DAY
    streak = count(an_arrival("a", "player_death", at=at), progress=before, at=at).progress.streak
    assert streak
    assert (streak.days, streak.longest) == expected
    assert streak.day == ("2025-11-30" if days < 1 else f"2025-12-0{days}")


def test_who_has_completed_it_once_has_completed_it_then() -> None:
    first = count(an_arrival("a", "game_completed")).progress
    after = count(an_arrival("b", "game_completed"), progress=first, at=NOON + 5).progress
    assert (first.completed_at, after.completed_at) == (NOON, NOON)


def test_nothing_but_all_of_it_is_a_hundred_percent() -> None:
    weights = {"gate": 1e6, "tower": 1e-12}
    rules = RULES | {"completion": {"waypoints": weights, "quests": {}, "items": {}}}
    first = count(an_arrival("a", "waypoint_visited", "gate"), rules=rules).progress
    assert 99.99 < first.completion_percentage < 100
    second = an_arrival("b", "waypoint_visited", "tower")
    assert count(second, progress=first, rules=rules).progress.completion_percentage == 100


def test_an_hour_counts_for_itself() -> None:
    first = rate_after(None, 3, NOON)
    assert first == HourlyRate(hour=NOON - NOON % HOUR_MS, count=3)
    assert rate_after(first, 2, first.hour + HOUR_MS - 1).count == 5
    assert rate_after(first, 2, first.hour + HOUR_MS) == HourlyRate(
        hour=first.hour + HOUR_MS, count=2
    )


def test_the_contents_of_the_newest_days_are_remembered() -> None:
    seen = {f"{number:04}": "2025-11-29" for number in range(MAX_SEEN_CONTENTS)}
    full = begun("w", "e", 1, NOON).model_copy(update={"seen": seen})
    same = an_arrival("a", "npc_dialogue", "elf", timestamp=NOON - DAY)
    counted = count(same, progress=full)  # the newest day that is known, of a content that is not
    assert [each.day for each in counted.visits] == ["2025-11-29"]
    after = count(an_arrival("b", "npc_dialogue", "orc"), progress=full).progress.seen
    assert after[content_hash("orc")] == "2025-11-30"
    assert len(after) == MAX_SEEN_CONTENTS
    assert "0000" not in after


def test_boards_of_a_period_need_no_points_and_keep_their_time() -> None:
    def gains(at: int, xp: int, meters: float) -> Gains:
        return Gains(at, xp, meters, 5 + xp, meters, completion=0, fastest=None)

    first = boards_after(Boards(), gains(NOON, 0, 2.5), "UTC")
    assert first.day
    assert first.day.distance_meters
    assert (first.day.xp, first.day.distance_meters.value) == (None, 2.5)
    after = boards_after(first, gains(NOON + 1, 3, 0), "UTC")
    assert after.day
    assert after.day.distance_meters == first.day.distance_meters
    assert after.day.xp
    assert after.day.xp.at == NOON + 1
    earlier = boards_after(first, gains(NOON - DAY, 3, 0), "UTC")  # a clock that was set back
    assert earlier.day
    assert earlier.day.key == "2025-11-29"
