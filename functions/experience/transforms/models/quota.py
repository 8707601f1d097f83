"""A project's transforms per day: its limit, its days, and the refusal of one that is full."""

from datetime import UTC, datetime, timedelta

from experience.errors import ResourceExhausted
from experience.projects.models import Project


def day_of(now: int) -> str:
    """`yyyymmdd` in UTC."""
    return datetime.fromtimestamp(now / 1000, UTC).strftime("%Y%m%d")


def limit_of(project: Project) -> int | None:
    """A project's transforms per day, whatever config a session is answered against."""
    return (project.published_config or project.draft_config).daily_transform_limit


def exhausted(limit: int, now: int) -> ResourceExhausted:
    """The refusal of a project whose day is full; it begins anew at midnight UTC."""
    moment = datetime.fromtimestamp(now / 1000, UTC)
    midnight = moment.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    seconds = int((midnight - moment).total_seconds()) + 1
    return ResourceExhausted(
        "daily_limit_reached",
        "This project's pictures for today are used up.",
        retryAfterSeconds=seconds,
        limit=limit,
    )
