"""Transforms per day: the limits of a project and of a guest, and the refusals of a full day."""

from datetime import UTC, datetime, timedelta

from experience.errors import ResourceExhausted
from experience.guests.models import CompletedExperience, Guest, Rate
from experience.projects.models import Phase, Project, ProjectConfig
from experience.sessions.models.session import Session

DAY_MS = 24 * 3_600_000

MAX_RUNNING_PER_GUEST = 2
"""How many transforms of one guest run at once. The others wait in their order."""

RESERVED_FRACTION = 5
"""One in so many of a project's day is for guests who have had none yet."""

MIN_SHARDS = 8
MAX_SHARDS = 200
"""Of a day's count. Each takes a write a second for long, so all of them 12,000 a minute."""

SHARE = 50
"""How much of a day one document counts, until there are `MAX_SHARDS` of them."""

NEAR_PERCENT = 80
"""How much of a day's limit is used when a log line says so."""


def day_of(now: int) -> str:
    """`yyyymmdd` in UTC."""
    return datetime.fromtimestamp(now / 1000, UTC).strftime("%Y%m%d")


def shares_of(limit: int) -> list[int]:
    """How much of a day's limit each of its shards may count; together exactly the limit.

    A higher limit leaves no shard less than a lower one does, so raising it during a day is safe.
    """
    if limit <= MIN_SHARDS * SHARE:
        return _divided(limit, MIN_SHARDS)
    if limit >= MAX_SHARDS * SHARE:
        return _divided(limit, MAX_SHARDS)
    full, rest = divmod(limit, SHARE)
    return [SHARE] * full + [rest] * (rest > 0)


def _divided(limit: int, shards: int) -> list[int]:
    """Equal shares, without those of nothing."""
    share, rest = divmod(limit, shards)
    return [share + 1] * rest + [share] * (shards - rest if share else 0)


def config_of(project: Project) -> ProjectConfig:
    """The config that limits a project, whatever config a session is answered against."""
    return project.published_config or project.draft_config


def transforms_today(
    guest: Guest, project: Project, now: int, *, before: Session | None = None
) -> int:
    """How many transforms a guest had today: one for each main session, and one for each retry.

    `before`: only those of sessions that the guest completed before this one. So the order in which
    events arrive decides nothing, and nothing is counted in a document of its own.
    """
    latest = (before.completed_at or now, before.id) if before else (now + 1, "")
    sessions = [
        entry
        for entry in _main_sessions(guest, project)
        if day_of(entry.completed_at) == day_of(now)
        and (entry.completed_at, entry.session_id) < latest
    ]
    retries = guest.rates.get("retries")
    return len(sessions) + (retries.count if retries and _is_of_today(retries, now) else 0)


def may_have_others(guest: Guest, project: Project, now: int) -> bool:
    """Whether two transforms may be on their way for a guest who has just completed a session.

    Those of the last day and of retries, since none is on its way for longer.
    """
    retries = guest.rates.get("retries")
    if retries and now - retries.since < 2 * DAY_MS:
        return True
    recent = [each for each in _main_sessions(guest, project) if now - each.completed_at < DAY_MS]
    return len(recent) > MAX_RUNNING_PER_GUEST


def next_retries(guest: Guest, now: int) -> Rate:
    """The guest's retries of today with one more."""
    retries = guest.rates.get("retries")
    if retries is None or not _is_of_today(retries, now):
        return Rate(since=now, count=1)
    return retries.model_copy(update={"count": retries.count + 1})


def open_limit(limit: int, made: int) -> int:
    """How much of a project's day is open to a guest who had so many transforms today.

    The rest is for guests who had none, so that a few guests cannot use up the day.
    """
    return limit - -(-limit // RESERVED_FRACTION) if made else limit


def is_near(limit: int, shard: int, count: int) -> bool:
    """Whether a day comes near its limit with this count of a shard.

    The first shard stands for all, so that it is said once a day, and no other shard is read.
    """
    return shard == 0 and count == -(-shares_of(limit)[0] * NEAR_PERCENT // 100)


def exhausted(limit: int, now: int) -> ResourceExhausted:
    """The refusal of a project whose day is full; it begins anew at midnight UTC."""
    return ResourceExhausted(
        "daily_limit_reached",
        "Today's pictures are used up.",
        retryAfterSeconds=_seconds_to_midnight(now),
        limit=limit,
    )


def guest_exhausted(limit: int, now: int) -> ResourceExhausted:
    """The refusal of a guest who had all pictures that one guest can have in a day."""
    return ResourceExhausted(
        "guest_daily_limit_reached",
        "You have had all the pictures that one guest can have today.",
        retryAfterSeconds=_seconds_to_midnight(now),
        limit=limit,
    )


def _main_sessions(guest: Guest, project: Project) -> list[CompletedExperience]:
    """The entries of main sessions, also of experiences that the project has no more."""
    experiences = config_of(project).experiences
    return [
        entry
        for entry in guest.completed_experiences
        if experiences.phase_of(entry.experience_id, even_disabled=True) in (Phase.MAIN, None)
    ]


def _is_of_today(rate: Rate, now: int) -> bool:
    return day_of(rate.since) == day_of(now)


def _seconds_to_midnight(now: int) -> int:
    moment = datetime.fromtimestamp(now / 1000, UTC)
    midnight = moment.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    return int((midnight - moment).total_seconds()) + 1
