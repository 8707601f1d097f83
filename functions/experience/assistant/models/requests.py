"""What callers ask of chats."""

from typing import Annotated

from pydantic import Field

from experience.assistant.models.chat import MAX_CONTENT_CHARACTERS
from experience.documents import Request
from experience.ids import DocumentId, RequestId

Content = Annotated[str, Field(min_length=1, max_length=MAX_CONTENT_CHARACTERS, pattern=r"\S")]


class SendChatMessage(Request):
    """Say something to the assistant, in a new session without `chat_session_id`.

    A repeated call with the same `request_id` in the same session, or twice without one, returns
    the first one's messages as they are by then.
    """

    workspace_id: DocumentId
    chat_session_id: DocumentId | None = None
    content: Content
    request_id: RequestId | None = None


class OfChatSession(Request):
    """The base of what is asked of one session."""

    workspace_id: DocumentId
    chat_session_id: DocumentId


class OfChatMessage(OfChatSession):
    """The base of what is asked of one message. Its id is its number."""

    message_id: DocumentId


class StopChatMessage(OfChatMessage):
    """Have the assistant write no more of a message."""


class ConfirmProposal(OfChatMessage):
    """Carry out what a message of the assistant proposes."""


class RenameChatSession(OfChatSession):
    """Give a session another title."""

    title: Annotated[str, Field(min_length=1, max_length=500, pattern=r"\S")]


class DeleteChatSession(OfChatSession):
    """Delete a session with all its messages."""


class ListChatSessions(Request):
    """The caller's own sessions of a workspace, the one that was last written to first."""

    workspace_id: DocumentId
    page_size: int = Field(default=50, ge=1, le=100)
    page_token: str | None = Field(default=None, max_length=3000)


class GetChatMessages(OfChatSession):
    """The messages of a session, the oldest first."""

    page_size: int = Field(default=50, ge=1, le=100)
    page_token: str | None = Field(default=None, max_length=3000)
