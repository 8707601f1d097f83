"""`/players/{uid}`: one person across experiences and workspaces."""

from collections.abc import Iterable
from typing import Any

from pydantic import Field

from experience.documents import Document
from experience.progress.rules import default_level
from experience.progress.storable import stored_bytes

MAX_ACHIEVEMENTS = 1000
"""In a profile; those that rules name have room beyond it: authors name at most 100 each."""
MAX_ACHIEVEMENTS_BYTES = 256 * 1024
MAX_PROFILE_BYTES = 900_000


class PlayerStats(Document):
    """What evolves: achievements as `{workspaceId}~{experienceId}~{id}`, preferences, and so on."""

    achievements: list[str] = []
    preferences: dict[str, Any] = {}
    global_inventory: list[str] = []
    custom_stats: dict[str, Any] = {}

    def has_room_for(self, achievements: Iterable[str]) -> bool:
        """Whether so many more of them, some of which may be known, stay within the limits."""
        known = set(self.achievements)
        together = list(known.union(achievements))
        return len(together) == len(known) or (
            len(together) <= MAX_ACHIEVEMENTS and stored_bytes(together) <= MAX_ACHIEVEMENTS_BYTES
        )


class PlayerProfile(Document):
    """`/players/{uid}`: the sums over a player's experiences. Nobody but the player reads it.

    `account_level` comes from `xp` by the default formula. `merged_from` has the uids whose
    progress was taken over, `merged_into` the one who took over this one's: then nothing is
    written here any more, but what is `merge_pending` until all of it was taken over.
    """

    total_experiences_played: int = 0
    total_playtime_seconds: int = 0
    total_distance_meters: float = 0.0
    account_level: int = Field(default=1, ge=1, le=100)
    xp: int = 0
    stats: PlayerStats = PlayerStats()
    merged_from: list[str] = []
    merged_into: str | None = None
    merge_pending: bool = False
    created_at: int
    updated_at: int

    @staticmethod
    def level_at(xp: int) -> int:
        """The account level that so many points give."""
        return default_level(xp)
