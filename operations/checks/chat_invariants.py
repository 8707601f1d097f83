"""What is true of chats with the assistant."""

from collections import defaultdict
from collections.abc import Iterator

from experience.assistant.models.chat import (
    ChatMessage,
    MessageRole,
    MessageStatus,
    ProposalStatus,
)
from experience.assistant.usecases.tools.registry import find_tool
from operations.checks.data import Data

Found = Iterator[tuple[str, str]]


def a_chat_s_messages_alternate(data: Data) -> Found:
    """A session has the messages 1 to `messageCount`, the odd ones its user's."""
    of_session: dict[str, list[ChatMessage]] = defaultdict(list)
    for path, message in data.chat_messages.items():
        session_path, _, name = path.rpartition("/chatMessages/")
        of_session[session_path].append(message)
        session = data.chat_sessions.get(session_path)
        if name != str(message.number) or message.id != name:
            yield path, f"has the number {message.number} and the id {message.id}"
        if session is None:
            yield path, "is of no session"
        elif (message.user_id, message.tenant_id) != (session.user_id, session.tenant_id):
            yield path, f"is {message.user_id}'s, in a session of {session.user_id}"
        expected = MessageRole.USER if message.number % 2 else MessageRole.ASSISTANT
        if message.role is not expected:
            yield path, f"is the {message.role}'s"
    for path, session in data.chat_sessions.items():
        if path != f"workspaces/{session.tenant_id}/chatSessions/{session.id}":
            yield path, f"has the id {session.id} of {session.tenant_id}"
        messages = sorted(of_session[path], key=lambda each: each.number)
        numbers = [each.number for each in messages]
        if numbers != list(range(1, session.message_count + 1)) or len(numbers) % 2:
            yield path, f"counts {session.message_count} messages, and has {numbers}"
        elif messages and session.last_message_at != messages[-1].created_at:
            yield path, "was written to at another time than its last message"
        if session.deleted_at is not None and (session.title or session.deleting_since is not None):
            yield path, "is deleted, and something of it is left"


def every_chat_message_has_ended(data: Data) -> Found:
    """No message is being written, and one that failed says why."""
    for path, session in data.chat_sessions.items():
        if session.streaming_message is not None:
            yield path, f"writes its message {session.streaming_message}"
    for path, message in data.chat_messages.items():
        if message.is_streaming:
            yield path, "is still being written"
        elif (message.worker, message.lease_until, message.reservation) != (None, None, None):
            yield path, "has a worker or holds tokens, and has ended"
        if (message.error is not None) != (message.status is MessageStatus.FAILED):
            yield path, f"is {message.status}, with the error {message.error}"


def a_proposal_ends_as_it_was_confirmed(data: Data) -> Found:
    """Only complete messages of the assistant propose; what has a result was confirmed."""
    for path, message in data.chat_messages.items():
        proposal = message.proposal
        if proposal is None:
            continue
        if message.role is MessageRole.USER or message.status is not MessageStatus.COMPLETE:
            yield path, f"proposes something, and is {message.role}'s and {message.status}"
        if find_tool(proposal.tool) is None:
            yield path, f"proposes the unknown tool {proposal.tool}"
        if (proposal.result is None) != (proposal.status is ProposalStatus.OPEN):
            yield (
                path,
                f"has a proposal that is {proposal.status}, with the result {proposal.result}",
            )
        if proposal.status is not ProposalStatus.OPEN and proposal.confirmed_at is None:
            yield path, f"proposes what is {proposal.status}, and was never confirmed"


CHAT_INVARIANTS = (
    a_chat_s_messages_alternate,
    every_chat_message_has_ended,
    a_proposal_ends_as_it_was_confirmed,
)
