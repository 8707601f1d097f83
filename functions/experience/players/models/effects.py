"""What a batch of events does to a player's progress. Pure: the audit replays it from the log."""

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from experience.errors import ResourceExhausted
from experience.players.models.boards import Gains, boards_after
from experience.players.models.event import ProgressEvent, content_hash, server_event_key
from experience.players.models.progress import (
    Achievement,
    ExperienceProgress,
    HourlyRate,
    Streak,
)
from experience.players.models.tally import DERIVED_FLAGS, Tally
from experience.progress.calendar import day_of, days_between
from experience.progress.rules import ProgressRules

HOUR_MS = 3_600_000
MAX_SEEN_CONTENTS = 2000
ACHIEVEMENT = "achievement_unlocked"


@dataclass(frozen=True)
class Arrival:
    """An event of the log and the id of its document. `path` names it in the request."""

    key: str
    event: ProgressEvent
    path: str | None = None

    @property
    def is_unlocked_tier(self) -> bool:
        """Whether counting made this event: an achievement's tier that was reached."""
        tier = self.event.data.get("tier")
        own = server_event_key(ACHIEVEMENT, self.event.content_id, tier)
        return self.event.event_type == ACHIEVEMENT and self.key == own


@dataclass(frozen=True)
class Visit:
    """The day of a player's visit of a content that the visitor document does not have yet."""

    content_id: str
    day: str


@dataclass(frozen=True)
class Effects:
    """The progress after a batch, all events to log, and what else is new."""

    progress: ExperienceProgress
    logged: list[Arrival]
    unlocked: list[Achievement]
    visits: list[Visit]


def begun(
    workspace_id: str, experience_id: str, experience_version: int, now: int
) -> ExperienceProgress:
    """The progress of a player who has done nothing yet."""
    return ExperienceProgress(
        workspace_id=workspace_id,
        experience_id=experience_id,
        experience_version=experience_version,
        started_at=now,
        last_played_at=now,
        version=1,
        created_at=now,
        updated_at=now,
    )


def effects_of(
    progress: ExperienceProgress,
    rules: ProgressRules,
    arrived: Iterable[Arrival],
    received_at: int,
    *,
    is_new: bool = False,
) -> Effects:
    """Count the events that came at one moment, in the order in which they happened.

    Of those that happened at the same time the order is that of their keys. A player who `is_new`
    has started with the first of them. Raises
    ResourceExhausted `progress_full`, with the path of the event that finds no room, and
    FailedPrecondition `not_enough_items`.
    """
    zone = rules.time_zone
    today = day_of(received_at, zone)
    tally = Tally(progress, rules, today)
    arrived = list(arrived)
    if is_new:
        first = min([received_at, *(each.event.timestamp for each in arrived)])
        progress = progress.model_copy(update={"started_at": first})
    ordered = sorted(arrived, key=lambda each: (each.event.timestamp, each.key))
    logged = [_counted(tally, each) for each in ordered]
    streak = _streak_after(progress.streak, today)
    player_id = logged[0].event.player_id
    logged += unlock_tiers(tally, streak, progress, player_id, received_at)
    achievements = list(tally.achievements.values())
    unlocked = [each for each in achievements if each not in progress.achievements]
    completion = completion_of(rules, tally)
    completed_at = progress.completed_at
    if completed_at is None and (tally.is_over or completion == 100):
        completed_at = received_at
    gains = Gains(
        at=received_at,
        xp=tally.xp - progress.xp,
        meters=tally.distance - progress.distance_meters,
        all_xp=tally.xp,
        all_meters=tally.distance,
        completion=completion,
        fastest=None if completed_at is None else completed_at - progress.started_at,
    )
    visits, seen = _visits(progress.seen, (each.event for each in logged), zone)
    changed = progress.model_copy(
        update={
            "completed_at": completed_at,
            "last_played_at": received_at,
            "playtime_seconds": tally.playtime,
            "distance_meters": tally.distance,
            "xp": tally.xp,
            "level": rules.level_at(tally.xp),
            "achievements": achievements,
            "completion_percentage": completion,
            "current_location": tally.location,
            "last_position": tally.position,
            "version": progress.version + (0 if is_new else 1),
            "state": progress.state.model_copy(update=dict(tally.state())),
            "updated_at": received_at,
            "boards": boards_after(progress.boards, gains, zone),
            "seen": seen,
            "caps": tally.daily_caps(),
            "rate": rate_after(progress.rate, len(ordered), received_at),
            "streak": streak,
            "counts": tally.counts,
            "collected": tally.collected,
        }
    )
    return Effects(changed, logged, unlocked, visits)


def completion_of(rules: ProgressRules, tally: Tally) -> float:
    """The weight done over the weight there is, in percent."""
    done: list[float] = []
    total: list[float] = []
    for weights, ids in (
        (rules.completion.waypoints, tally.visited),
        (rules.completion.quests, tally.completed),
        (rules.completion.items, tally.collected),
    ):
        total += weights.values()
        done += [weights[each] for each in ids if each in weights]
    if not total:
        return 0.0
    if len(done) == len(total):
        return 100.0
    # fsum is exact: the order in which the weights are stored does not matter
    return min(math.fsum(done) / math.fsum(total) * 100, math.nextafter(100, 0))


def rate_after(rate: HourlyRate | None, count: int, now: int) -> HourlyRate:
    """The hour's rate with so many events more."""
    hour = now - now % HOUR_MS
    before = rate.count if rate and rate.hour == hour else 0
    return HourlyRate(hour=hour, count=before + count)


def _counted(tally: Tally, arrival: Arrival) -> Arrival:
    event = arrival.event
    known = [each for each in event.flags if each not in DERIVED_FLAGS]
    try:
        flags = [*known, *tally.count(event)]
    except ResourceExhausted as full:
        if arrival.path is not None:
            full.details["path"] = arrival.path
        raise
    return Arrival(arrival.key, event.model_copy(update={"flags": flags}))


def _streak_after(streak: Streak | None, today: str) -> Streak:
    if streak is None:
        return Streak(day=today, days=1, longest=1)
    if today <= streak.day:
        return streak
    days = streak.days + 1 if days_between(streak.day, today) == 1 else 1
    return Streak(day=today, days=days, longest=max(days, streak.longest))


def unlock_tiers(
    tally: Tally, streak: Streak, progress: ExperienceProgress, player_id: str, now: int
) -> list[Arrival]:
    """Count the server's event of each tier that was reached; these events."""
    reached = list(_tiers_reached(tally, streak, now))
    return [_counted(tally, _unlocking(progress, player_id, *each)) for each in reached]


def _tiers_reached(tally: Tally, streak: Streak, now: int) -> Iterator[tuple[Achievement, float]]:
    """Each tier above the one held, with its threshold."""
    for rule in tally.rules.achievements:
        held = tally.achievements.get(rule.id)
        value = _counter(rule.counter, tally, streak)
        for tier, threshold in enumerate(rule.tiers, start=1):
            if value >= threshold and tier > (held.tier if held else 0):
                yield Achievement(id=rule.id, tier=tier, unlocked_at=now), threshold


def _counter(name: str, tally: Tally, streak: Streak) -> float:
    counters: Mapping[str, float] = {
        "waypoints": len(tally.visited),
        "quests": len(tally.completed),
        "items": len(tally.collected),
        "distanceMeters": tally.distance,
        "streakDays": streak.longest,
    }
    return counters[name] if name in counters else tally.counts.get(name, 0)


def _unlocking(
    progress: ExperienceProgress, player_id: str, achievement: Achievement, threshold: float
) -> Arrival:
    """The server's event of a tier that was reached."""
    at = achievement.unlocked_at
    event = ProgressEvent(
        experience_progress_id=f"{progress.workspace_id}~{progress.experience_id}",
        player_id=player_id,
        workspace_id=progress.workspace_id,
        experience_id=progress.experience_id,
        event_type=ACHIEVEMENT,
        content_id=achievement.id,
        data={"tier": achievement.tier, "threshold": threshold},
        timestamp=at,
        received_at=at,
    )
    return Arrival(server_event_key(ACHIEVEMENT, achievement.id, achievement.tier), event)


def _visits(
    seen: Mapping[str, str], events: Iterable[ProgressEvent], zone: str
) -> tuple[list[Visit], dict[str, str]]:
    """What the visitor documents lack, and the days that are known now.

    Beyond the number of contents that are remembered, the ones of the earliest days are forgotten.
    A content that is not remembered then counts on the newest day alone, so that no visitor
    document goes back.
    """
    newest: dict[str, str] = {}
    for event in events:
        if event.content_id is not None and event.event_type != ACHIEVEMENT:
            day = day_of(event.timestamp, zone)
            newest[event.content_id] = max(day, newest.get(event.content_id, day))
    known = dict(seen)
    latest = max(known.values(), default="")
    is_full = len(known) >= MAX_SEEN_CONTENTS
    visits = []
    for content, day in newest.items():
        name = content_hash(content)
        before = known.get(name, latest if is_full and day < latest else "")
        if day > before:
            visits.append(Visit(content, day))
            known[name] = day
    if len(known) > MAX_SEEN_CONTENTS:
        kept = sorted(known.items(), key=lambda each: (each[1], each[0]), reverse=True)
        known = dict(kept[:MAX_SEEN_CONTENTS])
    return visits, known
