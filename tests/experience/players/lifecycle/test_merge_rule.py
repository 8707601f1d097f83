"""What a merged progress has of both players."""

from typing import Any

import pytest

from experience.errors import ResourceExhausted
from experience.players.models.lifecycle.merge import merged_progress
from experience.players.models.progress import ExperienceProgress
from experience.progress.rules import ProgressRules

RULES: dict[str, Any] = {
    "completion": {"waypoints": {"lake": 1, "hill": 1}},
    "xp": {"waypoint_visited": 10},
    "achievements": [{"id": "walker", "counter": "waypoints", "tiers": [1, 2]}],
}


def progress(**fields: Any) -> ExperienceProgress:
    times = dict.fromkeys(("startedAt", "lastPlayedAt", "createdAt", "updatedAt"), 100)
    base = {"workspaceId": "w", "experienceId": "e", "experienceVersion": 1}
    return ExperienceProgress.load({**base, **times, **fields})


def merged(own: dict[str, Any], other: dict[str, Any], now: int = 1000) -> dict[str, Any]:
    rules = ProgressRules.load(RULES)
    return merged_progress("ada", progress(**own), progress(**other), rules, now).progress.dump()


def test_sums_and_unions_what_both_did() -> None:
    found = merged(
        {"xp": 150, "playtimeSeconds": 5, "distanceMeters": 1.5, "startedAt": 50, "version": 7,
         "state": {"inventory": ["a"], "inventoryQuantities": {"a": 2}, "activeQuests": ["q"],
                   "flags": {"x": 1}}},
        {"xp": 250, "playtimeSeconds": 6, "distanceMeters": 2.5, "startedAt": 20, "version": 3,
         "nickname": "Ada", "completedAt": 90,
         "state": {"inventory": ["a", "b"], "inventoryQuantities": {"a": 1, "b": 1},
                   "completedQuests": ["q"], "flags": {"x": 2, "y": 3}}},
    )  # fmt: skip
    assert (found["xp"], found["playtimeSeconds"], found["distanceMeters"]) == (400, 11, 4.0)
    assert (found["level"], found["version"], found["nickname"]) == (3, 8, "Ada")
    assert (found["startedAt"], found["completedAt"]) == (20, 90)
    state = found["state"]
    assert (state["inventory"], state["inventoryQuantities"]) == (["a", "b"], {"a": 3, "b": 1})
    assert (state["activeQuests"], state["completedQuests"]) == ([], ["q"])
    assert state["flags"] == {"x": 1, "y": 3}


def test_recomputes_completion_and_achievements_from_both() -> None:
    one, day = {"state": {"visitedWaypoints": ["lake"]}}, {"day": "2026-01-01"}
    first = {"id": "walker", "tier": 1, "unlockedAt": 5}
    streak = {**day, "days": 1, "longest": 1}
    found = merged(
        {**one, "streak": streak, "achievements": [first]},
        {"state": {"visitedWaypoints": ["hill"]}, "streak": {**streak, "longest": 4}},
    )  # fmt: skip
    assert (found["completionPercentage"], found["completedAt"]) == (100, 1000)
    assert found["achievements"] == [{"id": "walker", "tier": 2, "unlockedAt": 1000}]
    assert found["streak"] == {**streak, "longest": 4}
    assert found["boards"]["all"]["completion"] == {"value": 100, "at": 1000}


def test_sums_boards_of_the_same_period_and_keeps_the_newer_of_others() -> None:
    def period(key: str, xp: int, at: int, previous: Any = None) -> dict[str, Any]:
        return {"key": key, "xp": {"value": xp, "at": at}, "previous": previous}

    found = merged(
        {"xp": 3, "boards": {
            "day": period("2026-01-02", 3, 7), "week": period("2026-W01", 3, 7)}},
        {"xp": 4, "boards": {
            "day": period("2026-01-03", 4, 8, period("2026-01-02", 2, 6)),
            "week": period("2026-W01", 4, 8)}},
    )["boards"]  # fmt: skip
    assert (found["day"]["key"], found["day"]["xp"]["value"]) == ("2026-01-03", 4)
    previous = found["day"]["previous"]
    assert (previous["key"], previous["xp"]["value"]) == ("2026-01-02", 5)
    assert found["week"]["xp"] == {"value": 7, "at": 1000}
    assert found["all"]["xp"] == {"value": 7, "at": 1000}


def test_refuses_what_has_no_room() -> None:
    lists = [[f"{name}{n}" for n in range(501)] for name in "ab"]
    own, other = ({"state": {"visitedWaypoints": each}} for each in lists)
    with pytest.raises(ResourceExhausted, match="room"):
        merged(own, other)


def test_counts_of_the_same_day_and_hour_are_sums_and_of_others_the_newer() -> None:
    def counts(day: str, hour: int, number: int) -> dict[str, Any]:
        caps, rate = {"day": day, "counts": {"a": number}}, {"hour": hour, "count": number}
        return {"caps": caps, "rate": rate, "seen": {"x": day}}

    same = merged(counts("2026-01-01", 50, 2), counts("2026-01-01", 50, 3))
    assert (same["caps"]["counts"], same["rate"]["count"]) == ({"a": 5}, 5)
    for mine, theirs in ((1, 2), (2, 1)):
        one, two = (counts(f"2026-01-0{each}", 50 * each, each) for each in (mine, theirs))
        found = merged(one, two)
        assert {name: found[name] for name in one} == counts("2026-01-02", 100, 2)


def test_of_both_the_later_play_the_earlier_unlocking_and_the_longest_streak() -> None:
    def lived(at: int, longest: int, name: str) -> dict[str, Any]:
        medal = {"id": "medal", "tier": 1, "unlockedAt": at}
        streak = {"day": "2026-01-01", "days": 1, "longest": longest}
        held = {"inventoryQuantities": {"coin": 600_000}}
        kept = {"choices": {name: 1}, "collectibles": {name: 1}, **held}
        play = {"lastPlayedAt": at, "achievements": [medal], "streak": streak}
        return {**play, "state": kept}

    one, two = lived(300, 2, "x"), lived(200, 7, "y")
    for found in (merged(one, two), merged(two, one)):
        assert found["lastPlayedAt"] == 300
        assert found["achievements"] == [{"id": "medal", "tier": 1, "unlockedAt": 200}]
        assert found["streak"]["longest"] == 7
        assert found["state"]["choices"] == found["state"]["collectibles"] == {"x": 1, "y": 1}
        assert found["state"]["inventoryQuantities"] == {"coin": 1_000_000}


def test_the_rest_is_the_account_s_own() -> None:
    own = {"currentLocation": "lake", "requests": [], "counts": {"a": 1}, "collected": ["a"]}
    found = merged(own, {**own, "currentLocation": "hill", "collected": ["b"]})
    assert (found["currentLocation"], found["counts"]) == ("lake", {"a": 2})
    assert found["collected"] == ["a", "b"]
