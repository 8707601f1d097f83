"""`/players/{uid}/experienceProgress/{workspaceId}~{experienceId}`: a player in one experience."""

from typing import Any, Self

from pydantic import Field

from experience.documents import Document

MAX_STATE_ENTRIES = 1000
"""Of each list and map of a player's state; one more is resource-exhausted `progress_full`."""
MAX_PROGRESS_BYTES = 900_000
"""Firestore takes a MiB for each document."""
MAX_REMEMBERED_REQUESTS = 10


class PlayerState(Document):
    """What a game keeps of a player. `inventory` has the ids of what they hold, each once."""

    inventory: list[str] = []
    inventory_quantities: dict[str, int] = {}
    visited_waypoints: list[str] = []
    completed_quests: list[str] = []
    active_quests: list[str] = []
    unlocked_areas: list[str] = []
    collectibles: dict[str, Any] = {}
    flags: dict[str, Any] = {}
    choices: dict[str, Any] = {}


class Achievement(Document):
    """What a player has unlocked: the highest tier reached, from 1, and when (server's time)."""

    id: str
    tier: int = Field(ge=1)
    unlocked_at: int


class Position(Document):
    """Where a player was last seen, in degrees, and when (the event's time)."""

    lat: float
    lng: float
    at: int


class BoardValue(Document):
    """A value of a board and when the player reached it: of equal ones the earlier stands first."""

    value: float
    at: int


class PeriodBoards(Document):
    """What a player has earned in one day, week or month, named by `key`."""

    key: str
    xp: BoardValue | None = None
    distance_meters: BoardValue | None = None


class RunningBoards(PeriodBoards):
    """The period in which the player last earned something, and the one before that.

    A closed period is found in either: nothing has to be reset when a period ends.
    """

    previous: PeriodBoards | None = None


class AllBoards(Document):
    """What a player has earned altogether. `fastest_completion` is in milliseconds."""

    xp: BoardValue | None = None
    distance_meters: BoardValue | None = None
    completion: BoardValue | None = None
    fastest_completion: BoardValue | None = None


class Boards(Document):
    """A player's values on the experience's boards, which are queries over these fields."""

    all: AllBoards = AllBoards()
    day: RunningBoards | None = None
    week: RunningBoards | None = None
    month: RunningBoards | None = None


class DailyCaps(Document):
    """How many events of each capped type have come on `day`, by the server's clock."""

    day: str
    counts: dict[str, int] = {}


class HourlyRate(Document):
    """How many events have come in the hour that began at `hour` (Unix ms)."""

    hour: int
    count: int


class Streak(Document):
    """Days in a row on which the player did something, up to `day`, and the longest such row."""

    day: str
    days: int = Field(ge=1)
    longest: int = Field(ge=1)


class RememberedRequest(Document):
    """A batch or request that was carried out: a repeat gets its response again, no writes."""

    id: str
    fingerprint: str
    response: dict[str, Any]


class ExperienceProgress(Document):
    """A player's progress in one experience: one document for each pair of them.

    Clients see the fields down to `updated_at`. The server keeps the rest beside them: `boards`;
    `seen`, by `content_hash`, the day of the last visit that analytics counted; `caps` and `rate`;
    `streak`; `counts` of the event types that achievements name; `collected`, every item that the
    player ever had; and the newest requests with their responses.

    `merged_into` is the account that took this over, counted into its own progress after what that
    had received up to `merged_at`; by then the account's had begun at `account_started_at`, if it
    had one. What was taken over has no boards and no `experience_id` any more, so no query of an
    experience's players finds it.
    """

    workspace_id: str
    experience_id: str = ""
    experience_version: int
    nickname: str | None = None
    started_at: int
    completed_at: int | None = None
    last_played_at: int
    playtime_seconds: int = 0
    distance_meters: float = 0.0
    xp: int = 0
    level: int = Field(default=1, ge=1, le=100)
    achievements: list[Achievement] = []
    completion_percentage: float = Field(default=0.0, ge=0, le=100)
    current_location: str | None = None
    last_position: Position | None = None
    version: int = Field(default=1, ge=1)
    state: PlayerState = PlayerState()
    created_at: int
    updated_at: int

    boards: Boards = Boards()
    seen: dict[str, str] = {}
    caps: DailyCaps | None = None
    rate: HourlyRate | None = None
    streak: Streak | None = None
    counts: dict[str, int] = {}
    collected: list[str] = []
    requests: list[RememberedRequest] = []
    merged_into: str | None = None
    merged_at: int | None = None
    account_started_at: int | None = None


class ProgressSummary(Document):
    """A player's progress without the state, which may be large: what lists show."""

    player_id: str
    workspace_id: str
    experience_id: str
    experience_version: int
    nickname: str | None
    started_at: int
    completed_at: int | None
    last_played_at: int
    playtime_seconds: int
    distance_meters: float
    xp: int
    level: int
    achievements: list[Achievement]
    completion_percentage: float
    current_location: str | None
    last_position: Position | None
    version: int
    created_at: int
    updated_at: int

    @classmethod
    def of(cls, player_id: str, progress: ExperienceProgress) -> Self:
        """The visible fields of a player's progress."""
        shown = {name: getattr(progress, name) for name in cls.model_fields if name != "player_id"}
        return cls(player_id=player_id, **shown)

    @classmethod
    def stored_fields(cls) -> list[str]:
        """What has to be read of a progress document."""
        return [field.alias or name for name, field in cls.model_fields.items()]


class ProgressView(ProgressSummary):
    """What a player and the workspace's operators see of it."""

    state: PlayerState
