"""Why calls of the assistant are refused."""

from experience import errors
from experience.errors import Reason

CHAT_SESSION_NOT_FOUND = Reason(
    errors.NotFound,
    "chat_session_not_found",
    "there is no such chat session, or it is another user's, or it was deleted",
)
CHAT_MESSAGE_NOT_FOUND = Reason(
    errors.NotFound, "chat_message_not_found", "the session has no such message"
)
CHAT_BUSY = Reason(
    errors.Busy, "chat_busy", "the assistant still writes its last message; wait, or stop it"
)
PROPOSAL_NOT_FOUND = Reason(errors.NotFound, "proposal_not_found", "the message proposes nothing")
PROPOSAL_EXPIRED = Reason(
    errors.FailedPrecondition,
    "proposal_expired",
    "the proposal could be confirmed until `expiresAt`, in Unix milliseconds; ask for it again",
    {"expiresAt": int},
)
PROPOSAL_FAILED = Reason(
    errors.FailedPrecondition,
    "proposal_failed",
    "it was confirmed before and refused, as the proposal's `result` says; ask for it again",
)
