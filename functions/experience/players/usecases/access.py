"""Whether something may be written about a player now."""

from contextlib import suppress

from google.cloud.firestore import Client

from experience import config
from experience.errors import FailedPrecondition, NotFound, ResourceExhausted
from experience.players.models.effects import HOUR_MS, rate_after
from experience.players.models.profile import PlayerProfile
from experience.players.models.progress import ExperienceProgress, HourlyRate
from experience.progress.rules import ProgressRules
from experience.workspaces import store as workspaces


def require_open(client: Client, workspace_id: str, experience_id: str) -> int:
    """The published version of an experience that players can play.

    Two reads in this process within `STATUS_SECONDS`, and none in between. Raises NotFound and
    FailedPrecondition `experience_unavailable`.
    """
    status, version = workspaces.get_experience_status(client, workspace_id, experience_id)
    if status == "deleted" or version is None:
        raise _unavailable("deleted" if status == "deleted" else "unpublished")
    return version


def require_kept(client: Client, workspace_id: str, experience_id: str) -> None:
    """Raise FailedPrecondition `experience_unavailable` where the experience was deleted.

    Reads as `require_open`. Raises NotFound where its workspace was.
    """
    require_kept_workspace(client, workspace_id)
    with suppress(NotFound):  # then there is no progress in it either
        status, _ = workspaces.get_experience_status(client, workspace_id, experience_id)
        if status == "deleted":
            raise _unavailable(status)


def require_kept_workspace(client: Client, workspace_id: str) -> None:
    """Raise NotFound if the workspace was deleted, as of a minute ago. Mostly no read."""
    if workspaces.is_deleted(client, workspace_id):
        raise NotFound("progress")


def _unavailable(state: str) -> FailedPrecondition:
    return FailedPrecondition(
        "experience_unavailable", "This experience cannot be played.", state=state
    )


def rules_of(client: Client, progress: ExperienceProgress) -> ProgressRules:
    """The rules of the version that the player began with. One read in this process. NotFound."""
    version = workspaces.get_version(
        client, progress.workspace_id, progress.experience_id, progress.experience_version
    )
    return version.progress or ProgressRules()


def erased() -> FailedPrecondition:
    """The refusal of what is to be written about a player who was erased."""
    return FailedPrecondition("player_erased", "This player was erased.")


def require_unmerged(profile: PlayerProfile) -> None:
    """Raise FailedPrecondition `player_merged` for a player whom an account has taken over."""
    if profile.merged_into is not None:
        raise merged()


def merged() -> FailedPrecondition:
    """The refusal of what is to be written about a player whom an account has taken over."""
    return FailedPrecondition("player_merged", "This player is part of an account now.")


def require_within_rate(rate: HourlyRate | None, count: int, now: int) -> None:
    """Raise ResourceExhausted `rate_limited` where so many events are too many for this hour."""
    limit = config.EVENTS_PER_PLAYER_AND_HOUR.value
    if rate_after(rate, count, now).count > limit:
        seconds = (HOUR_MS - now % HOUR_MS + 999) // 1000
        raise ResourceExhausted(
            "rate_limited", "Too many in this hour.", retryAfterSeconds=seconds, limit=limit
        )
