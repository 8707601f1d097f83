"""What a batch of events does to a player's progress, without a database."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from experience.errors import FailedPrecondition, ResourceExhausted
from experience.players.models.effects import (
    MAX_SEEN_CONTENTS,
    Arrival,
    Effects,
    begun,
    effects_of,
)
from experience.players.models.event import ProgressEvent
from experience.players.models.progress import ExperienceProgress
from experience.progress.rules import ProgressRules
from tests.experience.players.brute_force import expected

NOON = 1_764_504_000_000  # 2025-11-30T12:00Z, a Sunday and the month's last day
DAY = 24 * 3_600_000
RULES: dict[str, Any] = {
    "completion": {"waypoints": {"gate": 1, "tower": 2}, "quests": {"find": 3}, "items": {}},
    "xp": {"waypoint_visited": 10, "npc_dialogue": 1, "custom": 5},
    "achievements": [
        {"id": "walker", "counter": "distanceMeters", "tiers": [50, 500]},
        {"id": "explorer", "counter": "waypoints", "tiers": [1, 2, 3]},
        {"id": "talker", "counter": "npc_dialogue", "tiers": [2]},
        {"id": "regular", "counter": "streakDays", "tiers": [2, 3]},
        {"id": "hoarder", "counter": "items", "tiers": [2]},
    ],
    "caps": {"npc_dialogue": 2},
    "timeZone": "Europe/Berlin",
}


def an_arrival(key: str, kind: str, content: str | None = None, **fields: Any) -> Arrival:
    at = fields.pop("at", NOON)
    event = ProgressEvent(
        experience_progress_id="w~e",
        player_id="p",
        workspace_id="w",
        experience_id="e",
        event_type=kind,
        content_id=content,
        timestamp=fields.pop("timestamp", at),
        received_at=at,
        **fields,
    )
    return Arrival(key, event)


def count(
    *arrived: Arrival,
    progress: ExperienceProgress | None = None,
    rules: dict[str, Any] = RULES,
    at: int = NOON,
) -> Effects:
    before = progress or begun("w", "e", 1, at)
    return effects_of(before, ProgressRules.load(rules), arrived, at, is_new=progress is None)


def test_each_known_type_has_its_effect() -> None:
    after = count(
        an_arrival("a", "waypoint_visited", "gate"),
        an_arrival("b", "quest_started", "find"),
        an_arrival("c", "quest_started", "seek"),
        an_arrival("d", "quest_completed", "find"),
        an_arrival("e", "quest_started", "find"),
        an_arrival("f", "item_collected", "key", data={"quantity": 2}),
        an_arrival("g", "area_unlocked", "yard"),
        an_arrival("h", "location_reached", "tower"),
        an_arrival("i", "npc_dialogue", data={"time_spent": 9000}),
        an_arrival("j", "state_changed", data={"flags": {"x": True, "y": None}, "choices": {}}),
        an_arrival("k", "unheard_of", data={"time_spent": 5}, location_lat=1, location_lng=1),
        an_arrival("l", "game_completed"),
    ).progress
    assert after.state.dump() == {
        "inventory": ["key"],
        "inventoryQuantities": {"key": 2},
        "visitedWaypoints": ["gate"],
        "completedQuests": ["find"],
        "activeQuests": ["seek"],
        "unlockedAreas": ["yard"],
        "collectibles": {},
        "flags": {"x": True},
        "choices": {},
    }
    assert (after.current_location, after.playtime_seconds) == ("tower", 3600)
    assert (after.completed_at, after.last_position) == (NOON, None)
    assert after.completion_percentage == pytest.approx(4 / 6 * 100)
    assert after.version == 1


def test_what_is_over_its_cap_holds_but_earns_nothing() -> None:
    talks = [an_arrival(str(number), "npc_dialogue") for number in range(3)]
    effects = count(*talks)
    assert [each.event.flags for each in effects.logged[:3]] == [[], [], ["capped"]]
    assert (effects.progress.xp, effects.progress.counts) == (2, {"npc_dialogue": 2})
    again = count(*talks, progress=effects.progress, at=NOON + DAY)
    assert again.progress.xp == 4


def test_positions_that_are_late_or_impossibly_fast_do_not_count() -> None:
    def at(key: str, seconds: int, lat: float) -> Arrival:
        when = NOON + seconds * 1000
        kind = "interaction_performed"
        return an_arrival(key, kind, timestamp=when, location_lat=lat, location_lng=0.0)

    first = count(at("a", 0, 0), at("b", 100, 0.001), at("c", 101, 1))
    assert [each.event.flags for each in first.logged[:3]] == [[], [], ["implausible_speed"]]
    assert first.progress.distance_meters == pytest.approx(111.2, abs=0.1)
    late = count(at("d", 50, 2), at("e", 201, 1.001), progress=first.progress, at=NOON + 1)
    assert late.progress.last_position
    assert late.progress.last_position.lat == 1.001
    assert late.progress.distance_meters == pytest.approx(222.4, abs=0.2)
    assert late.logged[0].event.flags == ["late_position"]


def test_each_tier_is_logged_once_by_the_server() -> None:
    first = count(
        an_arrival("a", "waypoint_visited", "gate"), an_arrival("b", "waypoint_visited", "x")
    )
    made = [each for each in first.logged if each.is_unlocked_tier]
    assert [(each.event.content_id, each.event.data["tier"]) for each in made] == [
        ("explorer", 1),
        ("explorer", 2),
    ]
    assert [(each.id, each.tier) for each in first.unlocked] == [("explorer", 2)]
    again = count(an_arrival("c", "waypoint_visited", "gate"), progress=first.progress, at=NOON + 1)
    assert not again.unlocked
    assert len(again.logged) == 1


def test_boards_keep_the_period_before_and_need_no_reset() -> None:
    first = count(an_arrival("a", "waypoint_visited", "gate")).progress
    assert first.boards.day
    assert first.boards.day.key == "2025-11-30"
    later = NOON + DAY  # a Monday, and the first of December
    idle = count(an_arrival("b", "player_death"), progress=first, at=later).progress
    assert idle.boards.day == first.boards.day
    second = count(an_arrival("c", "waypoint_visited", "x"), progress=idle, at=later + 5).progress
    boards = second.boards
    assert boards.all.xp
    assert (boards.all.xp.value, boards.all.xp.at) == (20, later + 5)
    for period, key, before in (
        (boards.day, "2025-12-01", "2025-11-30"),
        (boards.week, "2025-W49", "2025-W48"),
        (boards.month, "2025-12", "2025-11"),
    ):
        assert period
        assert period.previous
        assert period.xp
        assert period.previous.xp
        assert (period.key, period.previous.key) == (key, before)
        assert (period.xp.value, period.previous.xp.value) == (10, 10)
        assert period.distance_meters is None


def test_the_fastest_completion_is_when_everything_is_done() -> None:
    first = count(an_arrival("a", "waypoint_visited", "gate")).progress
    assert first.boards.all.fastest_completion is None
    later = NOON + 5000
    done = [
        an_arrival("b", "waypoint_visited", "tower"),
        an_arrival("c", "quest_completed", "find"),
    ]
    after = count(*done, progress=first, at=later).progress
    assert (after.completion_percentage, after.completed_at) == (100, later)
    assert after.boards.all.fastest_completion
    assert after.boards.all.fastest_completion.value == 5000


def test_inventory_operations_go_in_order_and_never_below_nothing() -> None:
    def operations(*steps: tuple[str, str, int]) -> Arrival:
        listed = [{"op": op, "itemId": item, "quantity": n} for op, item, n in steps]
        return an_arrival("i", "inventory_updated", data={"operations": listed})

    after = count(operations(("add", "key", 2), ("remove", "key", 1), ("set", "map", 3))).progress
    assert after.state.inventory_quantities == {"key": 1, "map": 3}
    empty = count(operations(("remove", "key", 1), ("set", "map", 0)), progress=after).progress
    assert (empty.state.inventory, empty.state.inventory_quantities) == ([], {})
    assert empty.collected == ["key", "map"]
    with pytest.raises(FailedPrecondition) as refused:
        count(operations(("set", "key", 2), ("remove", "key", 3)), progress=after)
    assert refused.value.details == {
        "reason": "not_enough_items",
        "itemId": "key",
        "held": 2,
        "needed": 3,
    }


def test_a_list_holds_a_thousand_ids() -> None:
    full = count(*(an_arrival(str(n), "area_unlocked", str(n)) for n in range(1000))).progress
    count(an_arrival("again", "area_unlocked", "5"), progress=full)
    with pytest.raises(ResourceExhausted, match="no room"):
        count(an_arrival("new", "area_unlocked", "new"), progress=full)


def test_visits_are_new_once_a_day_and_never_go_back() -> None:
    first = count(an_arrival("a", "npc_dialogue", "elf"), an_arrival("b", "npc_dialogue", "elf"))
    assert [(each.content_id, each.day) for each in first.visits] == [("elf", "2025-11-30")]
    late = an_arrival("c", "npc_dialogue", "elf", timestamp=NOON - DAY)
    assert not count(late, progress=first.progress, at=NOON + 1).visits
    seen = {str(number): "2025-11-30" for number in range(MAX_SEEN_CONTENTS)}
    full = first.progress.model_copy(update={"seen": seen})
    new = an_arrival("d", "npc_dialogue", "orc", timestamp=NOON - DAY)
    assert not count(new, progress=full, at=NOON + 1).visits
    today = count(an_arrival("e", "npc_dialogue", "orc"), progress=full, at=NOON + 1)
    assert len(today.visits) == 1
    assert len(today.progress.seen) == MAX_SEEN_CONTENTS


CONTENTS = ("gate", "tower", "find", "x")
KINDS = (
    "waypoint_visited",
    "quest_started",
    "quest_completed",
    "item_collected",
    "npc_dialogue",
    "custom",
    "unheard_of",
    "player_death",
)
EVENTS = st.fixed_dictionaries(
    {
        "type": st.sampled_from(KINDS),
        "content": st.sampled_from(CONTENTS),
        "data": st.fixed_dictionaries(
            {},
            optional={
                "quantity": st.integers(1, 5),
                "time_spent": st.integers(-10, 5000) | st.floats(0, 4000),
            },
        ),
        "ago": st.integers(0, 3 * DAY) | st.integers(0, 60_000),
        "position": st.none()
        | st.tuples(st.floats(0, 0.01), st.floats(179.99, 180) | st.floats(-180, -179.99)),
    }
)
HISTORIES = st.lists(
    st.tuples(st.integers(1, 2 * DAY), st.lists(EVENTS, min_size=1, max_size=6)),
    min_size=1,
    max_size=8,
)


@settings(max_examples=60, deadline=None)
@given(HISTORIES)
def test_any_history_adds_up_as_counted_from_its_whole(history: list[Any]) -> None:
    check_history(history)


@pytest.mark.exhaustive
@settings(max_examples=5000, deadline=None)
@given(HISTORIES)
def test_many_histories_add_up_as_counted_from_their_whole(history: list[Any]) -> None:
    check_history(history)


def check_history(history: list[Any]) -> None:
    at, batches, progress, number = NOON, [], None, 0
    logged: list[Arrival] = []
    for pause, events in history:
        at += pause
        batch = []
        for each in events:
            number += 1
            batch.append(
                {**each, "key": f"{number * 7919 % 1000:03}", "timestamp": at - each["ago"]}
            )
        arrived = [
            an_arrival(
                each["key"],
                each["type"],
                each["content"],
                data=each["data"],
                at=at,
                timestamp=each["timestamp"],
                location_lat=each["position"] and each["position"][0],
                location_lng=each["position"] and each["position"][1],
            )
            for each in batch
        ]
        effects = count(*arrived, progress=progress, at=at)
        progress = effects.progress
        logged += effects.logged
        batches.append((at, batch))
    assert progress is not None
    want = expected(batches, RULES)
    assert progress.state.visited_waypoints == want["visited"]
    assert progress.state.completed_quests == want["completed"]
    assert progress.state.inventory_quantities == want["quantities"]
    assert progress.playtime_seconds == want["playtime"]
    assert progress.distance_meters == pytest.approx(want["distance"])
    assert progress.xp == want["xp"]
    assert progress.level == min(100, int((want["xp"] / 100) ** 0.5) + 1)
    assert {each.id: each.tier for each in progress.achievements} == want["tiers"]
    assert progress.completion_percentage == pytest.approx(want["completion"])
    assert progress.streak
    assert progress.streak.longest == want["longest"]
    if progress.boards.week and want["week_xp"]:
        assert progress.boards.week.xp
        assert progress.boards.week.xp.value == want["week_xp"]
    made = [each for each in logged if each.is_unlocked_tier]
    assert len(logged) - len(made) == want["events"]
    assert len({each.key for each in made}) == len(made) == sum(want["tiers"].values())
