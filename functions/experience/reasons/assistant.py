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
