"""Callables about players: what they did, where they stand, and what operators see of it."""

from experience import reasons
from experience.firebase.callables import Caller, callable_function
from experience.players.models.leaderboard import GetLeaderboard, Leaderboard
from experience.players.usecases import leaderboard

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
