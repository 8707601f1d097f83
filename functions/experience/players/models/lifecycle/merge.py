"""What becomes of two players' progress in one experience when an account takes the other over.

Pure, like the counting of events: an audit merges what it has replayed from both logs.
"""

from typing import Any, TypeVar

from pydantic import Field

from experience.documents import Request
from experience.errors import ResourceExhausted
from experience.players.models.boards import Gains, boards_after
from experience.players.models.effects import (
    MAX_SEEN_CONTENTS,
    Effects,
    completion_of,
    unlock_tiers,
)
from experience.players.models.profile import (
    MAX_PROFILE_BYTES,
    PlayerProfile,
    PlayerStats,
)
from experience.players.models.progress import (
    MAX_PROGRESS_BYTES,
    MAX_STATE_ENTRIES,
    Achievement,
    AllBoards,
    Boards,
    BoardValue,
    DailyCaps,
    ExperienceProgress,
    HourlyRate,
    PeriodBoards,
    PlayerState,
    RunningBoards,
    Streak,
)
from experience.players.models.tally import MAX_QUANTITY, Tally
from experience.progress.calendar import day_of
from experience.progress.rules import ProgressRules
from experience.progress.storable import stored_bytes

MAX_MERGED_PLAYERS = 100


V = TypeVar("V")


class MergePlayer(Request):
    """The ID token of the anonymous player who becomes a part of the caller."""

    from_id_token: str = Field(min_length=1, max_length=10_000)


def merged_stats(own: PlayerStats, other: PlayerStats) -> PlayerStats:
    """Lists of both; of preferences and custom stats the account's own, then the other's.

    Achievements come with the progress in which they were reached.
    """
    return own.model_copy(
        update={
            "preferences": {**other.preferences, **own.preferences},
            "global_inventory": _union(own.global_inventory, other.global_inventory),
            "custom_stats": {**other.custom_stats, **own.custom_stats},
        }
    )


def require_small(merging: PlayerProfile, other: PlayerProfile) -> None:
    """Raise ResourceExhausted where the profile is too large with the other's achievements."""
    achievements = _union(merging.stats.achievements, other.stats.achievements)
    stats = merging.stats.model_copy(update={"achievements": achievements})
    if stored_bytes(merging.model_copy(update={"stats": stats}).dump()) > MAX_PROFILE_BYTES:
        raise _full("achievements")


def profile_with(
    profile: PlayerProfile,
    own: ExperienceProgress | None,
    other: ExperienceProgress,
    merged: ExperienceProgress,
) -> PlayerProfile:
    """The account's profile after the other's progress became a part of its own."""
    xp = profile.xp + merged.xp - (own.xp if own else 0)
    prefix = f"{merged.workspace_id}~{merged.experience_id}"
    reached = [f"{prefix}~{each.id}" for each in merged.achievements]
    achievements = _union(profile.stats.achievements, reached)
    return profile.model_copy(
        update={
            "total_experiences_played": profile.total_experiences_played + (own is None),
            "total_playtime_seconds": profile.total_playtime_seconds + other.playtime_seconds,
            "total_distance_meters": profile.total_distance_meters + other.distance_meters,
            "xp": xp,
            "account_level": PlayerProfile.level_at(xp),
            "stats": profile.stats.model_copy(update={"achievements": achievements}),
            "updated_at": max(profile.updated_at, merged.updated_at),
        }
    )


def merged_progress(
    uid: str,
    own: ExperienceProgress | None,
    other: ExperienceProgress,
    rules: ProgressRules,
    now: int,
) -> Effects:
    """The account's progress with the other's in it, by the rules of the account's version.

    xp, playtime, distance, quantities and counts are sums, lists are unions. Completion, level and
    achievements follow from them: a tier that neither had reached is logged, and counts, as one
    that a batch of events reaches. Raises ResourceExhausted `progress_full`.
    """
    if own is None:
        taken = {"requests": [], "version": other.version + 1, "updated_at": now}
        return Effects(other.model_copy(update=taken), [], [], [])
    state = _merged_state(own.state, other.state)
    sums = own.model_copy(
        update={
            "nickname": own.nickname if own.nickname is not None else other.nickname,
            "started_at": min(own.started_at, other.started_at),
            "completed_at": _earliest(own.completed_at, other.completed_at),
            "last_played_at": max(own.last_played_at, other.last_played_at),
            "playtime_seconds": own.playtime_seconds + other.playtime_seconds,
            "distance_meters": own.distance_meters + other.distance_meters,
            "xp": own.xp + other.xp,
            "achievements": _highest(own.achievements, other.achievements),
            "current_location": own.current_location or other.current_location,
            "last_position": own.last_position or other.last_position,
            "version": max(own.version, other.version) + 1,
            "state": state,
            "created_at": min(own.created_at, other.created_at),
            "updated_at": now,
            "seen": _newest_days(own.seen, other.seen),
            "caps": _merged_caps(own.caps, other.caps),
            "rate": _merged_rate(own.rate, other.rate),
            "streak": _merged_streak(own.streak, other.streak),
            "counts": _sums(own.counts, other.counts),
            "collected": _union(own.collected, other.collected),
        }
    )
    tally = Tally(sums, rules, day_of(now, rules.time_zone))
    logged = unlock_tiers(tally, sums.streak, sums, uid, now) if sums.streak else []
    completion = completion_of(rules, tally)
    completed_at = now if sums.completed_at is None and completion == 100 else sums.completed_at
    achievements = list(tally.achievements.values())
    merged = sums.model_copy(
        update={
            "xp": tally.xp,
            "level": rules.level_at(tally.xp),
            "achievements": achievements,
            "completion_percentage": completion,
            "completed_at": completed_at,
            "caps": tally.daily_caps(),
        }
    )
    gains = Gains(
        at=now,
        xp=tally.xp - sums.xp,
        meters=0,
        all_xp=merged.xp,
        all_meters=merged.distance_meters,
        completion=completion,
        fastest=None if completed_at is None else completed_at - merged.started_at,
    )
    boards = boards_after(_merged_boards(own.boards, other.boards, gains), gains, rules.time_zone)
    merged = merged.model_copy(update={"boards": boards})
    _require_room(merged)
    unlocked = [each for each in achievements if each not in sums.achievements]
    return Effects(merged, logged, unlocked, [])


def _merged_state(own: PlayerState, other: PlayerState) -> PlayerState:
    quantities = _sums(own.inventory_quantities, other.inventory_quantities)
    completed = _union(own.completed_quests, other.completed_quests)
    active = _union(own.active_quests, other.active_quests)
    return own.model_copy(
        update={
            "inventory": _union(own.inventory, other.inventory),
            "inventory_quantities": {
                item: min(quantity, MAX_QUANTITY) for item, quantity in quantities.items()
            },
            "visited_waypoints": _union(own.visited_waypoints, other.visited_waypoints),
            "completed_quests": completed,
            "active_quests": [each for each in active if each not in completed],
            "unlocked_areas": _union(own.unlocked_areas, other.unlocked_areas),
            "collectibles": {**other.collectibles, **own.collectibles},
            "flags": {**other.flags, **own.flags},
            "choices": {**other.choices, **own.choices},
        }
    )


def _merged_boards(mine: Boards, theirs: Boards, gains: Gains) -> Boards:
    """Periods are sums where their key is the same. A value that is of neither is reached now."""
    now = gains.at

    def of_all(name: str, value: float | None) -> BoardValue | None:
        before: list[BoardValue | None] = [getattr(mine.all, name), getattr(theirs.all, name)]
        found = next((each for each in before if each and each.value == value), None)
        return found or (BoardValue(value=value, at=now) if value else None)

    values = {
        "xp": of_all("xp", gains.all_xp),
        "distance_meters": of_all("distance_meters", gains.all_meters),
        "completion": of_all("completion", gains.completion),
        "fastest_completion": of_all("fastest_completion", gains.fastest),
    }
    return mine.model_copy(
        update={
            "all": AllBoards.model_validate(values),
            "day": _merged_periods(mine.day, theirs.day, now),
            "week": _merged_periods(mine.week, theirs.week, now),
            "month": _merged_periods(mine.month, theirs.month, now),
        }
    )


def _merged_periods(
    own: RunningBoards | None, other: RunningBoards | None, now: int
) -> RunningBoards | None:
    """The newest period of both, and the one before it."""
    found: dict[str, PeriodBoards] = {}
    for running in (own, other):
        for each in (running, running and running.previous):
            if each is None:
                continue
            before = found.get(each.key)
            found[each.key] = PeriodBoards(
                key=each.key,
                xp=_summed(before.xp if before else None, each.xp, now),
                distance_meters=_summed(
                    before.distance_meters if before else None, each.distance_meters, now
                ),
            )
    newest = [found[key] for key in sorted(found, reverse=True)]
    if not newest:
        return None
    previous = newest[1] if len(newest) > 1 else None
    return RunningBoards(previous=previous, **dict(newest[0]))


def _summed(one: BoardValue | None, two: BoardValue | None, now: int) -> BoardValue | None:
    if one is None or two is None:
        return one or two
    return BoardValue(value=one.value + two.value, at=now)


def _merged_caps(own: DailyCaps | None, other: DailyCaps | None) -> DailyCaps | None:
    if own and other and own.day == other.day:
        return own.model_copy(update={"counts": _sums(own.counts, other.counts)})
    return max((each for each in (own, other) if each), key=lambda each: each.day, default=None)


def _merged_rate(own: HourlyRate | None, other: HourlyRate | None) -> HourlyRate | None:
    if own and other and own.hour == other.hour:
        return own.model_copy(update={"count": own.count + other.count})
    return max((each for each in (own, other) if each), key=lambda each: each.hour, default=None)


def _merged_streak(own: Streak | None, other: Streak | None) -> Streak | None:
    """The account's own run goes on, unless it has none; the longest is that of either."""
    if own is None or other is None:
        return own or other
    return own.model_copy(update={"longest": max(own.longest, other.longest)})


def _highest(own: list[Achievement], other: list[Achievement]) -> list[Achievement]:
    """Each achievement at the highest tier of both, and at the earlier time of equal ones."""
    kept = {each.id: each for each in own}
    for each in other:
        held = kept.get(each.id)
        if held is None or (each.tier, -each.unlocked_at) > (held.tier, -held.unlocked_at):
            kept[each.id] = each
    return list(kept.values())


def _newest_days(own: dict[str, str], other: dict[str, str]) -> dict[str, str]:
    days = {name: max(own.get(name, ""), other.get(name, "")) for name in {**own, **other}}
    kept = sorted(days.items(), key=lambda each: (each[1], each[0]), reverse=True)
    return dict(kept[:MAX_SEEN_CONTENTS])


def _require_room(progress: ExperienceProgress) -> None:
    state = progress.state.dump()
    for name, kept in {**state, "collected": progress.collected}.items():
        if len(kept) > MAX_STATE_ENTRIES:
            raise _full(name)
    if stored_bytes(progress.dump()) > MAX_PROGRESS_BYTES:
        raise _full("state")


def _full(name: str) -> ResourceExhausted:
    return ResourceExhausted("progress_full", f"There is no room for more {name}.", field=name)


def _union(own: list[str], other: list[str]) -> list[str]:
    return list(dict.fromkeys([*own, *other]))


def _sums(own: dict[str, int], other: dict[str, int]) -> dict[str, int]:
    return {name: own.get(name, 0) + other.get(name, 0) for name in {**own, **other}}


def _earliest(*moments: int | None) -> int | None:
    known: list[Any] = [each for each in moments if each is not None]
    return min(known, default=None)
