"""What an experience counts: a part of its config, published and pinned with it."""

import math
from bisect import bisect_right
from typing import Annotated, Self

from pydantic import AfterValidator, ConfigDict, Field, field_validator, model_validator

from experience.documents import Document
from experience.progress.calendar import TimeZone
from experience.progress.storable import storable_name

MAX_LEVEL = 100
MAX_RULED_CONTENTS = 1000
"""Of each kind: as many ids as a list of a player's state holds."""
SET_COUNTERS = ("waypoints", "quests", "items", "distanceMeters", "streakDays")
"""What an achievement may count besides the events of one type."""
SERVER_TYPES = ("achievement_unlocked", "inventory_updated", "location_updated")
"""The server writes events of these types itself."""


class CompletionRules(Document):
    """How much each waypoint, quest or item counts towards completion: `{id: weight}`."""

    waypoints: dict[str, float] = {}
    quests: dict[str, float] = {}
    items: dict[str, float] = {}


class AchievementRule(Document):
    """An achievement, unlocked in tiers: one for each threshold that its counter reaches."""

    id: str
    counter: str
    tiers: list[float]


class ProgressRules(Document):
    """What an experience counts. All of it can be recomputed from the event log.

    `xp`: points for an event of a type. `levels`: the points at which level 2, 3 … begin. `caps`:
    how many events of a type earn something in a day. `server_only`: types that guests cannot send.
    `time_zone` decides days, ISO weeks, months and streaks.
    """

    completion: CompletionRules = CompletionRules()
    xp: dict[str, int] = {}
    levels: list[int] = []
    achievements: list[AchievementRule] = []
    caps: dict[str, int] = {}
    server_only: list[str] = []
    time_zone: str = "UTC"

    def level_at(self, xp: int) -> int:
        """The level that so many points give: 1 to 100."""
        if self.levels:
            return bisect_right(self.levels, xp) + 1
        return default_level(xp)

    def names_content(self, content_id: str) -> bool:
        """Whether the rules name a waypoint, quest or item by this id."""
        kinds = (self.completion.waypoints, self.completion.quests, self.completion.items)
        return any(content_id in kind for kind in kinds)


def default_level(xp: int) -> int:
    """⌊√(xp/100)⌋ + 1, at most 100."""
    return min(math.isqrt(max(xp, 0) // 100) + 1, MAX_LEVEL)


EventTypeName = Annotated[str, Field(min_length=1, max_length=50), AfterValidator(storable_name)]
ContentName = Annotated[str, Field(min_length=1, max_length=255), AfterValidator(storable_name)]
"""A waypoint, quest or item, as the experience calls it: it becomes the name of a field."""
Weights = Annotated[
    dict[ContentName, Annotated[float, Field(gt=0, le=1_000_000)]],
    Field(max_length=MAX_RULED_CONTENTS),
]


class AuthoredCompletion(CompletionRules):
    """Weights as an author sends them."""

    model_config = ConfigDict(extra="forbid")

    waypoints: Weights = {}
    quests: Weights = {}
    items: Weights = {}


class AuthoredAchievement(AchievementRule):
    """An achievement as an author sends it."""

    model_config = ConfigDict(extra="forbid")

    id: str = Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")
    counter: EventTypeName
    tiers: list[Annotated[float, Field(gt=0, le=1_000_000_000)]] = Field(
        min_length=1, max_length=20
    )

    @field_validator("counter")
    @classmethod
    def _not_of_the_server(cls, counter: str) -> str:
        if counter in SERVER_TYPES:
            raise ValueError(f"'{counter}' is written by the server and cannot be counted")
        return counter

    @field_validator("tiers")
    @classmethod
    def _ascending(cls, tiers: list[float]) -> list[float]:
        if sorted(set(tiers)) != tiers:
            raise ValueError("must be ascending")
        return tiers


class AuthoredProgressRules(ProgressRules):
    """Rules as an author sends them."""

    model_config = ConfigDict(extra="forbid")

    completion: AuthoredCompletion = AuthoredCompletion()
    xp: dict[EventTypeName, Annotated[int, Field(ge=0, le=1_000_000)]] = Field(
        default={}, max_length=100
    )
    levels: list[Annotated[int, Field(gt=0, le=2**50)]] = Field(
        default=[], max_length=MAX_LEVEL - 1
    )
    achievements: list[AuthoredAchievement] = Field(default=[], max_length=100)  # type: ignore[assignment]
    caps: dict[EventTypeName, Annotated[int, Field(ge=0, le=100_000)]] = Field(
        default={}, max_length=100
    )
    server_only: list[EventTypeName] = Field(default=[], max_length=100)
    time_zone: TimeZone = "UTC"

    @field_validator("levels")
    @classmethod
    def _ascending(cls, levels: list[int]) -> list[int]:
        if sorted(set(levels)) != levels:
            raise ValueError("must be ascending")
        return levels

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        ids = [each.id for each in self.achievements]
        if twice := sorted({each for each in ids if ids.count(each) > 1}):
            raise ValueError(f"achievements need ids of their own: {', '.join(twice)}")
        return self
