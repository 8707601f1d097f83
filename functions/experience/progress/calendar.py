"""Days, ISO weeks and months of an instant, in the time zone of an experience's rules."""

from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Annotated
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, Field

DAY_MS = 24 * 3_600_000
OF_THE_MACHINE = ("localtime", "posixrules", "Factory")
"""Names in the database that mean another zone on each machine, or none."""


def _known_zone(name: str) -> str:
    if name not in available_timezones() or name in OF_THE_MACHINE:
        raise ValueError("must be the name of a time zone, such as Europe/Berlin")
    return name


TimeZone = Annotated[str, Field(max_length=100), AfterValidator(_known_zone)]
"""The name of a time zone in IANA's database, as an author sends it."""


class Period(StrEnum):
    """What a board counts over: everything, or one day, ISO week or month."""

    ALL = "all"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


def day_of(at_ms: int, zone: str) -> str:
    """The calendar day of an instant: `2026-11-29`."""
    return _date_of(at_ms, zone).isoformat()


def key_of(period: Period, at_ms: int, zone: str) -> str:
    """What a period is named by: `2026-11-29`, `2026-W48`, `2026-11`, and `all` for everything."""
    return _key(period, _date_of(at_ms, zone))


def closed_key_of(period: Period, at_ms: int, zone: str) -> str:
    """The name of the last period that has ended. Everything has not ended: ValueError."""
    today = _date_of(at_ms, zone)
    match period:
        case Period.DAY:
            return _key(period, today - timedelta(days=1))
        case Period.WEEK:
            return _key(period, today - timedelta(days=7))
        case Period.MONTH:
            return _key(period, today.replace(day=1) - timedelta(days=1))
        case Period.ALL:
            raise ValueError("only a day, a week or a month can be closed")


def day_after(day: str, count: int = 1) -> str:
    """The day so many days later; a negative count goes back."""
    return (date.fromisoformat(day) + timedelta(days=count)).isoformat()


def days_between(first: str, last: str) -> int:
    """How many days lie between two days: 1 from a day to the next."""
    return (date.fromisoformat(last) - date.fromisoformat(first)).days


def _key(period: Period, day: date) -> str:
    match period:
        case Period.DAY:
            return day.isoformat()
        case Period.WEEK:
            year, week, _ = day.isocalendar()
            return f"{year}-W{week:02}"
        case Period.MONTH:
            return f"{day:%Y-%m}"
        case Period.ALL:
            return "all"


def _date_of(at_ms: int, zone: str) -> date:
    return datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(_zone(zone)).date()


def next_day_ms(at_ms: int, zone: str) -> int:
    """The first instant of the next calendar day: local midnight, or when a day without one begins.

    Computed in UTC from the local wall clock, so that a day of 23 or 25 hours ends when it ends.
    """
    tomorrow = _date_of(at_ms, zone) + timedelta(days=1)
    local = datetime(tomorrow.year, tomorrow.month, tomorrow.day, tzinfo=_zone(zone))
    return int(local.timestamp() * 1000)


@lru_cache(maxsize=1000)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)
