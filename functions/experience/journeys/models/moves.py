"""The state machine of an event session, as data: the docs draw it, and every change asks it."""

from typing import NamedTuple

from experience.errors import FailedPrecondition
from experience.journeys.models.session import SessionState

CREATED, CAPTURED, TRANSFORMING, READY, ERROR = SessionState


class Move(NamedTuple):
    """A way from one state to another, and what takes it."""

    before: SessionState
    after: SessionState
    by: str


MOVES = (
    Move(CREATED, CAPTURED, "saveCapture"),
    Move(CAPTURED, CAPTURED, "saveCapture (retake)"),
    Move(CAPTURED, TRANSFORMING, "triggerTransform"),
    Move(TRANSFORMING, READY, "picture made"),
    Move(TRANSFORMING, ERROR, "transform failed"),
    Move(ERROR, CREATED, "retryJourney (photo lost)"),
    Move(ERROR, CAPTURED, "retryJourney, triggerTransform, saveCapture"),
)

_ALLOWED = {(move.before, move.after) for move in MOVES}


def is_move(before: SessionState, after: SessionState) -> bool:
    """Whether a session may go from one of these states to the other."""
    return (before, after) in _ALLOWED


def require_move(before: SessionState, after: SessionState) -> None:
    """Raise FailedPrecondition `move_not_allowed`, with `from` and `to`, unless it is a move."""
    if not is_move(before, after):
        raise FailedPrecondition(
            "move_not_allowed",
            f"A session that is {before} cannot become {after}.",
            **{"from": before.value, "to": after.value},
        )
