"""Callables of a player in the middle of an experience."""

from experience import reasons
from experience.firebase.callables import Caller, callable_function
from experience.pages import Page
from experience.players.models.lifecycle.own import (
    GetExperienceProgress,
    GetPlayerProfile,
    GetState,
    ListExperienceProgress,
    SavedStateView,
    SaveState,
    SetNickname,
    UpdatePreferences,
)
from experience.players.models.profile import PlayerProfile
from experience.players.models.progress import ProgressView
from experience.players.models.tracking import (
    TrackedProgress,
    TrackProgressEvents,
    UpdateInventory,
    UpdateLocation,
)
from experience.players.usecases import inventory, location, track
from experience.players.usecases.lifecycle import own, saves

_WRITING = (
    reasons.EXPERIENCE_NOT_FOUND,
    reasons.EXPERIENCE_VERSION_NOT_FOUND,
    reasons.EXPERIENCE_UNAVAILABLE,
    reasons.PLAYER_ERASED,
    reasons.PLAYER_MERGED,
    reasons.RATE_LIMITED,
    reasons.PROGRESS_FULL,
    reasons.CONTENTION,
)


@callable_function(
    TrackProgressEvents,
    refuses=[
        *_WRITING,
        reasons.WORKSPACE_NOT_FOUND,
        reasons.PROGRESS_NOT_FOUND,
        reasons.ROLE_REQUIRED,
        reasons.SERVER_ONLY_EVENT,
        reasons.REQUEST_ID_REUSED,
    ],
)
def track_progress_events(caller: Caller, request: TrackProgressEvents) -> TrackedProgress:
    """Count what a player did, once however often it is sent, with all that follows from it."""
    return track.track_progress_events(caller.uid, request)


@callable_function(
    UpdateInventory,
    refuses=[
        *_WRITING,
        reasons.NOT_ENOUGH_ITEMS,
        reasons.SERVER_ONLY_EVENT,
        reasons.VERSION_CONFLICT,
        reasons.REQUEST_ID_REUSED,
    ],
)
def update_inventory(caller: Caller, request: UpdateInventory) -> ProgressView:
    """Add, remove and set items that the caller holds, all of it or nothing."""
    return inventory.update_inventory(caller.uid, request)


@callable_function(UpdateLocation, refuses=_WRITING)
def update_location(caller: Caller, request: UpdateLocation) -> ProgressView:
    """Say where the caller is; the distance counts unless it is impossibly fast."""
    return location.update_location(caller.uid, request)


@callable_function(GetPlayerProfile, refuses=[reasons.PLAYER_NOT_FOUND])
def get_player_profile(caller: Caller, request: GetPlayerProfile) -> PlayerProfile:
    """The caller across all experiences."""
    return own.get_player_profile(caller.uid, request)


@callable_function(
    UpdatePreferences,
    refuses=[reasons.PLAYER_ERASED, reasons.PLAYER_MERGED, reasons.CONTENTION],
)
def update_preferences(caller: Caller, request: UpdatePreferences) -> PlayerProfile:
    """Change the caller's preferences."""
    return own.update_preferences(caller.uid, request)


@callable_function(
    SetNickname,
    refuses=[
        reasons.PROGRESS_NOT_FOUND,
        reasons.EXPERIENCE_UNAVAILABLE,
        reasons.PLAYER_MERGED,
        reasons.CONTENTION,
    ],
)
def set_nickname(caller: Caller, request: SetNickname) -> ProgressView:
    """Choose what the boards of an experience show of the caller."""
    return own.set_nickname(caller.uid, request)


@callable_function(
    GetExperienceProgress, refuses=[reasons.PROGRESS_NOT_FOUND, reasons.ROLE_REQUIRED]
)
def get_experience_progress(caller: Caller, request: GetExperienceProgress) -> ProgressView:
    """The caller's progress in an experience; for members that of any player."""
    return own.get_experience_progress(caller.uid, request)


@callable_function(ListExperienceProgress)
def list_experience_progress(caller: Caller, request: ListExperienceProgress) -> Page[ProgressView]:
    """The caller's progress in all experiences, the newest first."""
    return own.list_experience_progress(caller.uid, request)


@callable_function(
    SaveState,
    refuses=[
        reasons.PROGRESS_NOT_FOUND,
        reasons.EXPERIENCE_UNAVAILABLE,
        reasons.PLAYER_ERASED,
        reasons.PLAYER_MERGED,
        reasons.VERSION_CONFLICT,
        reasons.CONTENTION,
    ],
)
def save_state(caller: Caller, request: SaveState) -> SavedStateView:
    """Save anything in one of ten slots of an experience."""
    return saves.save_state(caller.uid, request)


@callable_function(GetState, refuses=[reasons.SAVE_NOT_FOUND, reasons.PROGRESS_NOT_FOUND])
def get_state(caller: Caller, request: GetState) -> SavedStateView:
    """What the caller saved in a slot of an experience."""
    return saves.get_state(caller.uid, request)
