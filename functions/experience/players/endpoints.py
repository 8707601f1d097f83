"""Callables of players: what they did, hold and where they are, and what is made of it."""

from experience import reasons
from experience.firebase.callables import Caller, callable_function
from experience.players.models.audit import AuditProgress, ProgressAudit
from experience.players.models.progress import ProgressView
from experience.players.models.tracking import (
    TrackedProgress,
    TrackProgressEvents,
    UpdateInventory,
    UpdateLocation,
)
from experience.players.usecases import audit, inventory, location, track

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

# ---- What players do -------------------------------------------------------------------------


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


@callable_function(
    AuditProgress,
    refuses=[
        reasons.WORKSPACE_NOT_FOUND,
        reasons.PROGRESS_NOT_FOUND,
        reasons.EXPERIENCE_VERSION_NOT_FOUND,
        reasons.ROLE_REQUIRED,
        reasons.CONTENTION,
    ],
)
def audit_progress(caller: Caller, request: AuditProgress) -> ProgressAudit:
    """Recompute a player's progress from the log, and report each drift: there is none."""
    return audit.audit_progress(caller.uid, request)
