"""The game of a campaign: its segments, prizes and limits."""

from enum import StrEnum
from itertools import accumulate
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from experience.documents import Document
from experience.ids import DocumentId
from experience.progress.calendar import TimeZone

PPM = 1_000_000
"""Weights are parts of a million: the rest is no prize."""
MIN_SEGMENTS = 2
MAX_SEGMENTS = 24
MAX_PRIZES = MAX_SEGMENTS - 1
MAX_PLAYS = 10
MAX_STOCK = 10_000_000


class PrizeKind(StrEnum):
    """A code that is redeemed anywhere, or a thing that is handed out."""

    CODE = "code"
    PHYSICAL = "physical"


class Codes(StrEnum):
    """Whether the server makes the codes of a prize, or operators upload them."""

    GENERATED = "generated"
    UPLOADED = "uploaded"


class Person(StrEnum):
    """What counts as one person."""

    UID = "uid"
    SESSION = "session"
    TICKET = "ticket"


class Segment(Document):
    """A part of the wheel; `prize_id` None: no prize."""

    id: str
    label: str
    prize_id: str | None = None


class Prize(Document):
    """What can be won. `stock` None: as much as is won. `per_day` None: no cap for a day.

    `weight_ppm`: how likely a play draws it, in parts of a million.
    """

    id: str
    name: str
    kind: PrizeKind = PrizeKind.CODE
    weight_ppm: int = 0
    stock: int | None = None
    per_day: int | None = None
    codes: Codes = Codes.GENERATED


class Window(Document):
    """When it can be played, in Unix milliseconds, and the zone in which a day begins."""

    opens_at: int
    closes_at: int
    time_zone: str = "UTC"


class Limit(Document):
    """How many plays and wins a person has, in the whole campaign or in a day.

    `wins` None: as many as they play.
    """

    per: Literal["campaign", "day"] = "campaign"
    plays: int = 1
    wins: int | None = None


class Terms(Document):
    """What a player accepts before they play."""

    version: str
    url: str
    minimum_age: int | None = None


class Game(Document):
    """How a campaign is played. A draft may have it incomplete: `issues_of`."""

    segments: list[Segment] = []
    prizes: list[Prize] = []
    window: Window | None = None
    limit: Limit = Limit()
    person: Person = Person.UID
    terms: Terms | None = None

    def prize(self, prize_id: str | None) -> Prize | None:
        """The prize of this id, if there is one."""
        return next((each for each in self.prizes if each.id == prize_id), None)

    def drawn(self, roll: int) -> Prize | None:
        """The prize whose range has the roll: prizes take ranges in the order of the config."""
        ends = accumulate(each.weight_ppm for each in self.prizes)
        pairs = zip(self.prizes, ends, strict=True)
        return next((prize for prize, end in pairs if roll < end), None)

    def segment(self, prize_id: str | None, roll: int) -> Segment:
        """Where the wheel stops for a result: one of its segments, by the roll."""
        fitting = [each for each in self.segments if each.prize_id == prize_id]
        return fitting[roll % len(fitting)]

    def odds(self) -> dict[str, Any]:
        """What decides what is won: the segments and the prizes, as JSON values."""
        shown = self.shown()
        return {"segments": shown["segments"], "prizes": shown["prizes"]}


def issues_of(game: Game) -> list[tuple[str, str]]:
    """Why a game cannot be played: each field, and what it lacks. None for one that can."""
    return [*_segment_issues(game), *_prize_issues(game), *_rule_issues(game)]


def _segment_issues(game: Game) -> list[tuple[str, str]]:
    issues = []
    if len(game.segments) < MIN_SEGMENTS:
        issues.append(("segments", f"must be at least {MIN_SEGMENTS}"))
    if game.segments and all(each.prize_id is not None for each in game.segments):
        issues.append(("segments", "must have at least one without a prize"))
    issues += _repeated("segments", [each.id for each in game.segments])
    known = {each.id for each in game.prizes}
    issues += [
        (f"segments[{number}].prizeId", f"there is no prize {each.prize_id}")
        for number, each in enumerate(game.segments)
        if each.prize_id is not None and each.prize_id not in known
    ]
    return issues


def _prize_issues(game: Game) -> list[tuple[str, str]]:
    on_the_wheel = {each.prize_id for each in game.segments}
    issues = _repeated("prizes", [each.id for each in game.prizes])
    issues += [
        (f"prizes[{number}].id", "must be the prize of a segment")
        for number, each in enumerate(game.prizes)
        if each.id not in on_the_wheel
    ]
    weights = sum(each.weight_ppm for each in game.prizes)
    if weights > PPM:
        issues.append(("prizes", f"weights must be at most {PPM} together, and are {weights}"))
    issues += [
        (f"prizes[{number}].codes", "only codes can be uploaded, and only with a stock")
        for number, each in enumerate(game.prizes)
        if each.codes is Codes.UPLOADED and (each.kind is not PrizeKind.CODE or each.stock is None)
    ]
    return issues


def _rule_issues(game: Game) -> list[tuple[str, str]]:
    issues = []
    if game.window is None:
        issues.append(("window", "is required"))
    elif game.window.closes_at <= game.window.opens_at:
        issues.append(("window.closesAt", "must be after opensAt"))
    if game.terms is None:
        issues.append(("terms", "are required"))
    if game.person is Person.TICKET and game.limit.plays != 1:
        issues.append(("limit.plays", "must be 1 for tickets"))
    return issues


def _repeated(path: str, ids: list[str]) -> list[tuple[str, str]]:
    return [
        (f"{path}[{number}].id", f"{each} is there twice")
        for number, each in enumerate(ids)
        if each in ids[:number]
    ]


class AuthoredSegment(Segment):
    """A segment as an author sends it."""

    model_config = ConfigDict(extra="forbid")

    id: DocumentId
    label: str = Field(min_length=1, max_length=60)
    prize_id: DocumentId | None = None


class AuthoredPrize(Prize):
    """A prize as an author sends it."""

    model_config = ConfigDict(extra="forbid")

    id: Annotated[DocumentId, Field(max_length=64)]
    name: str = Field(min_length=1, max_length=100)
    weight_ppm: int = Field(ge=0, le=PPM)
    stock: int | None = Field(default=None, ge=0, le=MAX_STOCK)
    per_day: int | None = Field(default=None, ge=1, le=MAX_STOCK)


class AuthoredWindow(Window):
    """A window as an author sends it."""

    model_config = ConfigDict(extra="forbid")

    opens_at: int = Field(ge=0, le=2**50)
    closes_at: int = Field(ge=0, le=2**50)
    time_zone: TimeZone = "UTC"


class AuthoredLimit(Limit):
    """A limit as an author sends it."""

    model_config = ConfigDict(extra="forbid")

    plays: int = Field(default=1, ge=1, le=MAX_PLAYS)
    wins: int | None = Field(default=None, ge=1, le=MAX_PLAYS * 1000)


class AuthoredTerms(Terms):
    """Terms as an author sends them."""

    model_config = ConfigDict(extra="forbid")

    version: str = Field(min_length=1, max_length=50)
    url: str = Field(pattern=r"^https://[^\s\"'<>]+$", max_length=2000)
    minimum_age: int | None = Field(default=None, ge=0, le=99)


class AuthoredGame(Game):
    """A game as an author sends it, complete or not."""

    model_config = ConfigDict(extra="forbid")

    segments: list[AuthoredSegment] = Field(default=[], max_length=MAX_SEGMENTS)  # type: ignore[assignment]
    prizes: list[AuthoredPrize] = Field(default=[], max_length=MAX_PRIZES)  # type: ignore[assignment]
    window: AuthoredWindow | None = None
    limit: AuthoredLimit = AuthoredLimit()
    terms: AuthoredTerms | None = None
