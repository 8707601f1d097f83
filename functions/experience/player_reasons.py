"""The reasons of players' callables, as `reasons` has them for all others."""

from experience import errors
from experience.errors import Reason

PROGRESS_NOT_FOUND = Reason(
    errors.NotFound,
    "progress_not_found",
    "the player has not begun this experience, or it is none of this caller's",
)
PLAYER_NOT_FOUND = Reason(
    errors.NotFound, "player_not_found", "the caller has not played anything yet"
)
SAVE_NOT_FOUND = Reason(errors.NotFound, "save_not_found", "nothing was saved in this slot")
PLAYER_ERASED = Reason(
    errors.FailedPrecondition, "player_erased", "the player was erased, so nothing is kept of them"
)
PLAYER_MERGED = Reason(
    errors.FailedPrecondition,
    "player_merged",
    "the player became part of another one, who goes on instead",
)
NOT_ENOUGH_ITEMS = Reason(
    errors.FailedPrecondition,
    "not_enough_items",
    "more of `itemId` would be removed than the player holds",
    {"itemId": str, "held": int, "needed": int},
)
SERVER_ONLY_EVENT = Reason(
    errors.PermissionDenied,
    "server_only_event",
    "an event is of a type that the server or an attendant writes; `path` names it",
    {"path": str},
)
PROGRESS_FULL = Reason(
    errors.ResourceExhausted,
    "progress_full",
    "`field` of the player's progress holds as much as it can",
    {"field": str},
)
