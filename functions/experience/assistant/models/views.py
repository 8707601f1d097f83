"""Chats as their user sees them, without what is for the server alone."""

from pydantic import Field

from experience.assistant.models.chat import ChatMessage, ChatSession
from experience.documents import Document
from experience.workspaces.models import TokenReservation


class ChatSessionView(ChatSession):
    """A session as its user sees it."""

    streaming_message: int | None = Field(default=None, exclude=True)
    deleted_at: int | None = Field(default=None, exclude=True)
    deleting_since: int | None = Field(default=None, exclude=True)

    @classmethod
    def of(cls, session: ChatSession) -> "ChatSessionView":
        """Without what is for the server alone."""
        return cls.load(session.dump())


class ChatMessageView(ChatMessage):
    """A message as its user sees it."""

    worker: str | None = Field(default=None, exclude=True)
    lease_until: int | None = Field(default=None, exclude=True)
    stop_requested_at: int | None = Field(default=None, exclude=True)
    reservation: TokenReservation | None = Field(default=None, exclude=True)
    request_id: str | None = Field(default=None, exclude=True)
    request: str | None = Field(default=None, exclude=True)

    @classmethod
    def of(cls, message: ChatMessage) -> "ChatMessageView":
        """Without what is for the server alone."""
        return cls.load(message.dump())


class ChatSent(Document):
    """What the user said and what the assistant says to it, in their session."""

    session: ChatSessionView
    user_message: ChatMessageView
    assistant_message: ChatMessageView

    @classmethod
    def of(cls, session: ChatSession, user: ChatMessage, assistant: ChatMessage) -> "ChatSent":
        """Without what is for the server alone."""
        return cls(
            session=ChatSessionView.of(session),
            user_message=ChatMessageView.of(user),
            assistant_message=ChatMessageView.of(assistant),
        )


class ChatDelta(Document):
    """A further part of the message that is being written."""

    delta: str


class ChatSessionDeleted(Document):
    """A session that is gone, or whose messages are being deleted. A repeat returns the same."""

    chat_session_id: str
    deleted_at: int
