"""Leaderboards: what is asked for, the stored top of a board, and what a reader gets."""

from collections.abc import Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import Literal, Self

from pydantic import Field, model_validator

from experience.documents import Document, Request
from experience.ids import DocumentId, fingerprint
from experience.players.models.progress import Boards, BoardValue, PeriodBoards
from experience.progress.calendar import DAY_MS, Period

MAX_EXACT_RANK = 10_000
"""Of a player further down it is only known that so many are above."""
MAX_TOP = 100
MAX_WIDE_TOP = 1000
"""Neighbours are shown to players down to this place."""
CLAIM_MS = 10_000
"""After so long the reader who began to renew a board is taken to have failed."""
NEIGHBOURS = 5
"""So many above the caller, and so many below."""


class Metric(StrEnum):
    """What a board ranks by."""

    XP = "xp"
    DISTANCE = "distanceMeters"
    COMPLETION = "completion"
    FASTEST_COMPLETION = "fastestCompletion"

    @property
    def ascends(self) -> bool:
        """Whether the smallest value stands first."""
        return self is Metric.FASTEST_COMPLETION


KEPT_DAYS = {Period.DAY: 3, Period.WEEK: 15, Period.MONTH: 63, Period.ALL: 366}
"""A board that nobody has renewed for so long is of no interest to anybody: its period and the
next one have ended."""

PERIODICAL = (Metric.XP, Metric.DISTANCE)


class GetLeaderboard(Request):
    """The board of an experience; `closed` asks for the last period that has ended."""

    workspace_id: DocumentId
    experience_id: DocumentId
    metric: Metric
    period: Period = Period.ALL
    closed: bool = False
    around: bool = False

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if self.period is not Period.ALL and self.metric not in PERIODICAL:
            raise ValueError("only xp and distanceMeters have boards of a day, week or month")
        if self.closed and self.period is Period.ALL:
            raise ValueError("only a day, a week or a month can be closed")
        return self


class Standing(Document):
    """A player's place as it is kept. `player` stands for the uid, in this experience alone."""

    player: str
    nickname: str | None
    value: float
    at: int


class Board(Document):
    """`/workspaces/{w}/boards/{…}`: the first of a board as of a moment, which readers renew.

    `claimed_at` is when the last reader began to renew it. A TTL policy deletes it at `expire_at`.
    """

    workspace_id: str
    experience_id: str
    metric: Metric
    key: str
    as_of: int | None = None
    claimed_at: int
    standings: list[Standing] = []
    expire_at: datetime

    def is_claimed(self, now: int) -> bool:
        """Whether a reader is renewing it, or gave up only a moment ago."""
        return self.claimed_at > (self.as_of or 0) and now - self.claimed_at < CLAIM_MS


def expire_at(period: Period, now: int) -> datetime:
    """When a board that is renewed now may go, as a timestamp, which TTL policies need."""
    return datetime.fromtimestamp((now + KEPT_DAYS[period] * DAY_MS) / 1000, UTC)


class LeaderboardEntry(Document):
    """A player's place. Equal values share a rank, and the earlier one stands first."""

    rank: int
    nickname: str | None
    player: str
    value: float
    is_me: bool


class OwnPlace(Document):
    """The caller's own place at this moment: without a rank, more than `above` are better."""

    rank: int | None
    above: int | None
    nickname: str | None
    player: str
    value: float


class Neighbours(Document):
    """The caller with five above and five below, who stand as of a moment."""

    as_of: int
    entries: list[LeaderboardEntry]


class Leaderboard(Document):
    """The first hundred as of a moment, and the caller's own place now if they have one.

    `around` is there where it was asked for and the caller is among the first thousand. `key` names
    the period: `2026-11-29`, `2026-W48`, `2026-11` or `all`.
    """

    workspace_id: str
    experience_id: str
    metric: Metric
    period: Literal["all", "day", "week", "month"]
    key: str
    as_of: int
    entries: list[LeaderboardEntry] = Field(max_length=MAX_TOP)
    me: OwnPlace | None
    around: Neighbours | None


def public_hash(workspace_id: str, experience_id: str, uid: str) -> str:
    """What stands for a player on an experience's boards: another one in each experience."""
    return fingerprint("player", workspace_id, experience_id, uid)[:20]


def in_order(standings: Sequence[Standing], metric: Metric) -> list[Standing]:
    """The best first, and of equal ones the earlier."""
    sign = 1 if metric.ascends else -1
    return sorted(standings, key=lambda each: (sign * each.value, each.at))


def ranked(standings: Sequence[Standing], me: str) -> list[LeaderboardEntry]:
    """Standings in order, with their ranks: 1, 1, 3."""
    entries: list[LeaderboardEntry] = []
    for position, each in enumerate(standings, 1):
        shared = entries and entries[-1].value == each.value
        entries.append(
            LeaderboardEntry(
                rank=entries[-1].rank if shared else position,
                nickname=each.nickname,
                player=each.player,
                value=each.value,
                is_me=each.player == me,
            )
        )
    return entries


def ranked_with(
    standings: Sequence[Standing], me: Standing, metric: Metric
) -> tuple[int, list[LeaderboardEntry]]:
    """The place from 0, and all entries, with the caller among them as they stand now."""
    if me not in standings:
        others = [each for each in standings if each.player != me.player]
        standings = in_order([*others, me], metric)
    entries = ranked(standings, me.player)
    return next(place for place, each in enumerate(entries) if each.is_me), entries


def neighbours(place: int, entries: Sequence[LeaderboardEntry]) -> list[LeaderboardEntry]:
    """Who stands at this place, with five above and five below."""
    return list(entries[max(place - NEIGHBOURS, 0) : place + NEIGHBOURS + 1])


class OwnBoards(Document):
    """What boards need of a player's progress."""

    nickname: str | None = None
    boards: Boards = Boards()


def own_value(boards: Boards, metric: Metric, period: Period, key: str) -> BoardValue | None:
    """What a player has on a board, if anything."""
    if period is Period.ALL:
        return _value(boards.all, metric)
    running = getattr(boards, period.value)
    candidates: list[PeriodBoards | None] = [running, running and running.previous]
    found = next((each for each in candidates if each and each.key == key), None)
    return _value(found, metric) if found else None


def _value(values: Document, metric: Metric) -> BoardValue | None:
    names = {
        Metric.XP: "xp",
        Metric.DISTANCE: "distance_meters",
        Metric.COMPLETION: "completion",
        Metric.FASTEST_COMPLETION: "fastest_completion",
    }
    found: BoardValue | None = getattr(values, names[metric])
    return found
