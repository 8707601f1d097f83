"""An erasure of a player: what is left to show that it happened, and its receipt."""

from typing import Literal

from experience.documents import Document, Request
from experience.players.models.profile import PlayerProfile, PlayerStats
from experience.players.models.progress import ExperienceProgress


class ErasePlayer(Request):
    """The caller wants to be forgotten as a player, for good."""


class PlayerTombstone(Document):
    """`/playerTombstones/{sha256(uid)}`: this player was erased; nothing is written any more.

    `pending` has the uids whose documents are still to go, the player's own and those that they
    took over. When nothing is left, the uids go too.
    """

    erased_at: int
    status: Literal["pending", "erased"] = "erased"
    pending: list[str] | None = None


class PlayerErasure(Document):
    """The receipt of an erasure: how much of each kind is gone. It names nobody.

    Another call finds nothing more, and its receipt says so. `boards` are lists that showed the
    player and are made anew without them. `plays` of campaigns stay, without the player.
    """

    receipt_id: str
    erased_at: int
    players: int
    progress: int
    events: int
    saves: int
    visitors: int
    boards: int
    plays: int = 0
    chats: int = 0
    objects: int


def profile_without(
    profile: PlayerProfile, progress: ExperienceProgress, now: int
) -> PlayerProfile | None:
    """The profile after a progress is gone; None where it then holds nothing of the player."""
    prefix = f"{progress.workspace_id}~{progress.experience_id}~"
    kept = [each for each in profile.stats.achievements if not each.startswith(prefix)]
    stats = profile.stats.model_copy(update={"achievements": kept})
    played = profile.total_experiences_played - 1
    if played <= 0 and stats == PlayerStats():
        return None
    xp = profile.xp - progress.xp
    sums = {
        "total_experiences_played": played,
        "total_playtime_seconds": profile.total_playtime_seconds - progress.playtime_seconds,
        "total_distance_meters": profile.total_distance_meters - progress.distance_meters,
        "xp": xp,
        "account_level": PlayerProfile.level_at(xp),
        "stats": stats,
        "updated_at": max(now, profile.updated_at),
    }
    return profile.model_copy(update=sums)
