"""Callables about players: what they did, where they stand, and what operators see of it."""

from experience import reasons
from experience.firebase.callables import Caller, callable_function
from experience.pages import Page
from experience.players.models.leaderboard import GetLeaderboard, Leaderboard
from experience.players.models.lists import (
    ListProgress,
    ListProgressEvents,
    ProgressEventView,
    ProgressSummary,
)
from experience.players.usecases import leaderboard, lists

# Boards and lists


@callable_function(
    GetLeaderboard,
    refuses=[
        reasons.EXPERIENCE_NOT_FOUND,
        reasons.EXPERIENCE_UNAVAILABLE,
    ],
)
def get_leaderboard(caller: Caller, request: GetLeaderboard) -> Leaderboard:
    """The first hundred of an experience and the caller's own place; everybody who is signed in."""
    return leaderboard.get_leaderboard(caller.uid, request)


@callable_function(
    ListProgress,
    refuses=[
        reasons.WORKSPACE_NOT_FOUND,
    ],
)
def list_progress(caller: Caller, request: ListProgress) -> Page[ProgressSummary]:
    """The experience's players, by when they last played or how far they came; members."""
    return lists.list_progress(caller.uid, request)


@callable_function(
    ListProgressEvents,
    refuses=[
        reasons.WORKSPACE_NOT_FOUND,
    ],
)
def list_progress_events(caller: Caller, request: ListProgressEvents) -> Page[ProgressEventView]:
    """What the experience's players did, the newest first; members."""
    return lists.list_progress_events(caller.uid, request)
