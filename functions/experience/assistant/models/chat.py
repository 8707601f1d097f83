"""Chats: `/workspaces/{w}/chatSessions/{c}` and their messages, `…/chatMessages/{number}`. Pure."""

import unicodedata
from enum import StrEnum
from typing import Any

from experience.documents import Document
from experience.language_models.models import ModelFailed, Usage
from experience.workspaces.models import TokenReservation

MAX_CONTENT_CHARACTERS = 8000
"""Of what a user writes."""

MAX_RESPONSE_CHARACTERS = 60_000
"""Of what a model writes in one message: a document holds a MiB, and a character has 4 bytes."""

MAX_TITLE_CHARACTERS = 60
"""Of a title that is made from the first message."""

LEASE_MS = 30_000
"""How long a worker may be silent before its message counts as lost."""


class MessageRole(StrEnum):
    """Who wrote a message."""

    USER = "user"
    ASSISTANT = "assistant"


class MessageStatus(StrEnum):
    """How far a message is. Only `streaming` changes."""

    STREAMING = "streaming"
    COMPLETE = "complete"
    FAILED = "failed"
    STOPPED = "stopped"


class ProposalStatus(StrEnum):
    """What became of a proposal. Only `open` changes."""

    OPEN = "open"
    CONFIRMED = "confirmed"
    FAILED = "failed"


class Proposal(Document):
    """A call of a tool that runs only once the user has confirmed it.

    `summary` says in words what it does. It can be confirmed until `expires_at`; `result` is what
    came of it.
    """

    tool: str
    arguments: dict[str, Any]
    summary: str
    expires_at: int
    status: ProposalStatus = ProposalStatus.OPEN
    result: str | None = None
    confirmed_at: int | None = None


class ChatError(Document):
    """Why a message has no end: a `ModelErrorCode`, or a code of `ChatErrorCode`."""

    code: str
    message: str


class ChatErrorCode(StrEnum):
    """What can end a message besides its model."""

    TOKEN_BUDGET = "TOKEN_BUDGET"  # noqa: S105
    """The workspace's tokens of the day did not suffice for a further round."""
    TOO_MANY_ROUNDS = "TOO_MANY_ROUNDS"
    """The model kept asking for tools."""
    TOO_LONG = "TOO_LONG"
    """The model wrote more than a message holds."""
    TIMEOUT = "TIMEOUT"
    """It took longer than a message may."""
    WORKER_LOST = "WORKER_LOST"
    """The instance that wrote it died."""
    INTERNAL = "INTERNAL"
    """Something broke on our side."""


class ChatSession(Document):
    """One conversation of one user, which nobody else sees.

    `streaming_message` is the number of the message that is being written. A deleted session stays
    without title and messages, so that its id is not used again; `deleting_since` is set until its
    messages are gone.
    """

    id: str
    tenant_id: str
    user_id: str
    title: str
    message_count: int = 0
    last_message_at: int
    streaming_message: int | None = None
    deleted_at: int | None = None
    deleting_since: int | None = None
    created_at: int
    updated_at: int

    def with_messages(self, now: int) -> "ChatSession":
        """The session with two further messages, the last of which is being written."""
        at = max(now, self.updated_at)
        number = self.message_count + 2
        changed = {"message_count": number, "streaming_message": number}
        return self.model_copy(update={**changed, "last_message_at": at, "updated_at": at})

    def with_message_ended(self, number: int, now: int) -> "ChatSession":
        """The session once that message is written. Unchanged if it is not the one."""
        if self.streaming_message != number:
            return self
        at = max(now, self.updated_at)
        return self.model_copy(update={"streaming_message": None, "updated_at": at})

    def renamed(self, title: str, now: int) -> "ChatSession":
        """The session under another title."""
        if title == self.title:
            return self
        return self.model_copy(update={"title": title, "updated_at": max(now, self.updated_at)})

    def deleted(self, now: int) -> "ChatSession":
        """The session while its messages are deleted."""
        at = max(now, self.updated_at)
        ended = {"title": "", "streaming_message": None, "message_count": 0}
        times = {"deleted_at": at, "deleting_since": at, "updated_at": at}
        return self.model_copy(update={**ended, **times})


class ChatMessage(Document):
    """One message: the odd numbers are the user's, the even ones the assistant's.

    `content` is all of it, or what there is so far. `llm_model` and `usage` are the assistant's.
    `worker` writes it and has its lease until `lease_until`; `stop_requested_at`: the user wants no
    more of it. `reservation`: the day's tokens that its first round holds. `request_id` and
    `request`, the fingerprint of the call, are the user's.
    """

    id: str
    number: int
    chat_session_id: str
    tenant_id: str
    user_id: str
    role: MessageRole
    content: str
    status: MessageStatus = MessageStatus.COMPLETE
    error: ChatError | None = None
    llm_model: str | None = None
    usage: Usage | None = None
    proposal: Proposal | None = None
    worker: str | None = None
    lease_until: int | None = None
    stop_requested_at: int | None = None
    reservation: TokenReservation | None = None
    request_id: str | None = None
    request: str | None = None
    created_at: int
    updated_at: int

    @property
    def is_streaming(self) -> bool:
        """Whether it is being written."""
        return self.status is MessageStatus.STREAMING

    def is_lost(self, now: int) -> bool:
        """Whether its worker has not been heard of for too long."""
        return self.is_streaming and (self.lease_until or 0) <= now

    def with_content(self, content: str, now: int) -> "ChatMessage":
        """The message with the text so far, and its lease renewed."""
        at = max(now, self.updated_at)
        changed = {"content": content, "lease_until": at + LEASE_MS, "updated_at": at}
        return self.model_copy(update=changed)

    def with_stop(self, now: int) -> "ChatMessage":
        """The message that its user wants no more of. Unchanged if it has ended or is marked."""
        if not self.is_streaming or self.stop_requested_at is not None:
            return self
        at = max(now, self.updated_at)
        return self.model_copy(update={"stop_requested_at": at, "updated_at": at})

    def completed(
        self, content: str, usage: Usage, now: int, proposal: Proposal | None = None
    ) -> "ChatMessage":
        """The message with all of its text, or with a proposal."""
        return self._ended(
            MessageStatus.COMPLETE, now, content=content, usage=usage, proposal=proposal
        )

    def stopped(self, content: str, usage: Usage, now: int) -> "ChatMessage":
        """The message as its user stopped it, with the text so far."""
        return self._ended(MessageStatus.STOPPED, now, content=content, usage=usage)

    def failed(self, error: ChatError, content: str, usage: Usage, now: int) -> "ChatMessage":
        """The message that cannot be ended, with the text so far."""
        return self._ended(MessageStatus.FAILED, now, content=content, usage=usage, error=error)

    def lost(self, now: int) -> "ChatMessage":
        """The message whose worker died, with the text that it flushed; what it used is unknown."""
        if self.stop_requested_at is not None:
            return self._ended(MessageStatus.STOPPED, now)
        error = ChatError(code=ChatErrorCode.WORKER_LOST, message="It was not written to its end.")
        return self._ended(MessageStatus.FAILED, now, error=error)

    def _ended(self, status: MessageStatus, now: int, **fields: Any) -> "ChatMessage":
        at = max(now, self.updated_at)
        server = {"worker": None, "lease_until": None, "reservation": None}
        return self.model_copy(update={"status": status, **fields, **server, "updated_at": at})


def new_messages(
    session: ChatSession,
    content: str,
    model_name: str,
    reservation: TokenReservation,
    *,
    worker: str,
    request_id: str | None = None,
    request: str | None = None,
) -> tuple[ChatMessage, ChatMessage]:
    """The last two messages of a session: what its user said, and what is being written to it."""
    own = {
        "chat_session_id": session.id,
        "tenant_id": session.tenant_id,
        "user_id": session.user_id,
    }
    times = {"created_at": session.last_message_at, "updated_at": session.last_message_at}
    number = session.message_count - 1
    user = ChatMessage.model_validate(
        {
            **own,
            **times,
            "id": str(number),
            "number": number,
            "role": MessageRole.USER,
            "content": content,
            "request_id": request_id,
            "request": request,
        }
    )
    assistant = ChatMessage.model_validate(
        {
            **own,
            **times,
            "id": str(number + 1),
            "number": number + 1,
            "role": MessageRole.ASSISTANT,
            "content": "",
            "status": MessageStatus.STREAMING,
            "llm_model": model_name,
            "worker": worker,
            "lease_until": session.last_message_at + LEASE_MS,
            "reservation": reservation,
        }
    )
    return user, assistant


def error_of(failure: ModelFailed) -> ChatError:
    """How a message shows that its model failed."""
    return ChatError(code=failure.code.value, message=failure.message)


def title_of(content: str) -> str:
    """A title made from a message: one line of whole words, at most `MAX_TITLE_CHARACTERS`.

    Only a first word that is longer than that is cut, as a text without spaces is.
    """
    shown = "".join(" " if unicodedata.category(each) == "Cc" else each for each in content)
    line = " ".join(shown.split())
    if len(line) <= MAX_TITLE_CHARACTERS:
        return line or "…"
    words = line[: MAX_TITLE_CHARACTERS + 1].rpartition(" ")[0]
    return words or _cut(line, MAX_TITLE_CHARACTERS - 1) + "…"


def _cut(text: str, length: int) -> str:
    """The first characters of a text; what is one character to its reader stays whole."""
    while length > 1 and (_continues(text[length]) or text[length - 1] == "\u200d"):
        length -= 1
    return text[:length]


def _continues(character: str) -> bool:
    """Whether a character belongs to the one before: accents, joiners, tones of skin."""
    return unicodedata.category(character) in {"Mn", "Me", "Mc", "Cf"} or (
        "\U0001f3fb" <= character <= "\U0001f3ff"
    )
