"""Own profile and progress: read, listed, with preferences and a nickname."""

from google.cloud.firestore import Transaction

from experience import clients, clock, pages, transactions
from experience.errors import InvalidArgument, NotFound
from experience.parts import merge
from experience.players import store
from experience.players.models.lifecycle.own import (
    GetExperienceProgress,
    GetPlayerProfile,
    ListExperienceProgress,
    SetNickname,
    UpdatePreferences,
    require_storable,
)
from experience.players.models.profile import PlayerProfile, PlayerStats
from experience.players.models.progress import ExperienceProgress, ProgressView
from experience.players.usecases import access
from experience.players.usecases.lifecycle.gate import find_writable
from experience.store import find, get, parse, require
from experience.workspaces.models import Role
from experience.workspaces.usecases.access import require_role


def get_player_profile(uid: str, _request: GetPlayerProfile) -> PlayerProfile:
    """The caller's profile. One read. NotFound before they have played anything."""
    client = clients.firestore()
    return get(client, store.player_ref(client, uid), PlayerProfile, what="player")


def update_preferences(uid: str, request: UpdatePreferences) -> PlayerProfile:
    """The caller's profile with changed preferences. One read, two before the first; one write.

    Makes the profile if need be. Raises InvalidArgument if there would be too many of them, and
    FailedPrecondition `player_erased` or `player_merged`.
    """
    client = clients.firestore()

    def body(transaction: Transaction) -> PlayerProfile:
        now = clock.now_ms()
        stored = find_writable(client, uid, transaction)
        profile = stored or PlayerProfile(created_at=now, updated_at=now)
        merged = merge(profile.stats.preferences, request.preferences)
        try:
            require_storable(merged)
        except ValueError as error:
            raise InvalidArgument(("preferences", str(error))) from error
        stats = PlayerStats.load({**profile.stats.dump(), "preferences": merged})
        changed = profile.model_copy(update={"stats": stats, "updated_at": now})
        reference = store.player_ref(client, uid)
        if stored is None:
            transaction.create(reference, changed.dump())
        elif merged != profile.stats.preferences:
            transaction.update(reference, {"stats.preferences": merged, "updatedAt": now})
        else:
            return profile
        return changed

    return transactions.run(client, body)


def set_nickname(uid: str, request: SetNickname) -> ProgressView:
    """The caller's progress with what boards show of them. One read, at most one write.

    NotFound before the caller has begun the experience, FailedPrecondition
    `experience_unavailable` where that was deleted, and `player_merged`.
    """
    client = clients.firestore()
    access.require_kept(client, request.workspace_id, request.experience_id)
    reference = store.progress_ref(client, uid, request.workspace_id, request.experience_id)

    def body(transaction: Transaction) -> ProgressView:
        [snapshot] = transactions.read(client, [reference], transaction)
        stored = require(parse(snapshot, ExperienceProgress), what="progress")
        if stored.merged_into is not None:
            raise access.merged()
        if stored.nickname == request.nickname:
            return ProgressView.of(uid, stored)
        changed = stored.model_copy(
            update={
                "nickname": request.nickname,
                "version": stored.version + 1,
                "updated_at": max(clock.now_ms(), stored.updated_at + 1),
            }
        )
        transaction.update(reference, stored.difference(changed))
        return ProgressView.of(uid, changed)

    return transactions.run_optimistic(client, body)


def get_experience_progress(uid: str, request: GetExperienceProgress) -> ProgressView:
    """The caller's progress, or for an operator that of a player.

    One read, and one more for an operator. NotFound, also where an account has taken it over.
    """
    client = clients.firestore()
    player_id = request.player_id or uid
    if player_id == uid:
        access.require_kept_workspace(client, request.workspace_id)
    else:
        require_role(client, request.workspace_id, uid, Role.VIEWER, what="progress")
    reference = store.progress_ref(client, player_id, request.workspace_id, request.experience_id)
    found = require(find(client, reference, ExperienceProgress), what="progress")
    if found.merged_into is not None:
        raise NotFound("progress")
    return ProgressView.of(player_id, found)


def list_experience_progress(uid: str, request: ListExperienceProgress) -> pages.Page[ProgressView]:
    """A page of the caller's progress, by when it began. One read for each, and one more.

    What an account has taken over is left out.
    """
    client = clients.firestore()
    page = pages.newest_first(
        store.player_ref(client, uid).collection("experienceProgress"),
        {},
        request.page_size,
        request.page_token,
        ExperienceProgress,
    )
    items = [ProgressView.of(uid, each) for each in page.items if each.merged_into is None]
    return pages.Page(items=items, next_page_token=page.next_page_token)
