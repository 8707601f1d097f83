"""What a player's values on the boards are after a batch. A period ends without a job."""

from dataclasses import dataclass

from experience.players.models.progress import (
    AllBoards,
    Boards,
    BoardValue,
    PeriodBoards,
    RunningBoards,
)
from experience.progress.calendar import Period, key_of


@dataclass(frozen=True)
class Gains:
    """What a batch that came `at` brought, and what the player has in all after it."""

    at: int
    xp: int
    meters: float
    all_xp: int
    all_meters: float
    completion: float
    fastest: int | None


def boards_after(boards: Boards, gains: Gains, zone: str) -> Boards:
    """The boards with what was gained. A value keeps its time until it changes."""
    changed: dict[str, AllBoards | RunningBoards | None] = {"all": _all_after(boards.all, gains)}
    for period in (Period.DAY, Period.WEEK, Period.MONTH):
        running: RunningBoards | None = getattr(boards, period.value)
        changed[period.value] = _period_after(running, gains, key_of(period, gains.at, zone))
    return boards.model_copy(update=changed)


def _all_after(values: AllBoards, gains: Gains) -> AllBoards:
    return values.model_copy(
        update={
            "xp": _value(values.xp, gains.all_xp, gains.at),
            "distance_meters": _value(values.distance_meters, gains.all_meters, gains.at),
            "completion": _value(values.completion, gains.completion, gains.at),
            "fastest_completion": _value(values.fastest_completion, gains.fastest, gains.at),
        }
    )


def _period_after(running: RunningBoards | None, gains: Gains, key: str) -> RunningBoards | None:
    if not gains.xp and not gains.meters:
        return running
    if running is None or running.key != key:
        previous = running and PeriodBoards(
            key=running.key, xp=running.xp, distance_meters=running.distance_meters
        )
        running = RunningBoards(key=key, previous=previous)
    return running.model_copy(
        update={
            "xp": _more(running.xp, gains.xp, gains.at),
            "distance_meters": _more(running.distance_meters, gains.meters, gains.at),
        }
    )


def _value(before: BoardValue | None, value: float | None, at: int) -> BoardValue | None:
    """The value with the time at which it was reached. Nothing is not on a board."""
    if value is None or value == (before.value if before else 0):
        return before
    return BoardValue(value=value, at=at)


def _more(before: BoardValue | None, gained: float, at: int) -> BoardValue | None:
    return _value(before, (before.value if before else 0) + gained, at)
