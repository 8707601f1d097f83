"""Where chats live."""

from typing import Any

from google.cloud.firestore import (
    Client,
    CollectionReference,
    DocumentReference,
    FieldFilter,
    Query,
    Transaction,
)

from experience import transactions
from experience.assistant.models.chat import ChatMessage, ChatSession
from experience.errors import NotFound
from experience.store import parse, require


def sessions_ref(client: Client, workspace_id: str) -> CollectionReference:
    """`/workspaces/{w}/chatSessions`"""
    return client.collection("workspaces", workspace_id, "chatSessions")


def session_ref(client: Client, workspace_id: str, session_id: str) -> DocumentReference:
    """`/workspaces/{w}/chatSessions/{c}`"""
    return client.document("workspaces", workspace_id, "chatSessions", session_id)


def messages_ref(client: Client, workspace_id: str, session_id: str) -> CollectionReference:
    """`/workspaces/{w}/chatSessions/{c}/chatMessages`"""
    path = ("workspaces", workspace_id, "chatSessions", session_id, "chatMessages")
    return client.collection(*path)


def message_ref(
    client: Client, workspace_id: str, session_id: str, number: int | str
) -> DocumentReference:
    """`/workspaces/{w}/chatSessions/{c}/chatMessages/{number}`"""
    path = ("workspaces", workspace_id, "chatSessions", session_id)
    return client.document(*path, "chatMessages", str(number))


def require_own(session: ChatSession | None, uid: str) -> ChatSession:
    """The session, if it is this user's and was not deleted. NotFound."""
    if session is None or session.user_id != uid or session.deleted_at is not None:
        raise NotFound("chat session")
    return session


def get_own_session(
    client: Client,
    workspace_id: str,
    session_id: str,
    uid: str,
    transaction: Transaction | None = None,
) -> ChatSession:
    """A user's own session. One read. NotFound."""
    reference = session_ref(client, workspace_id, session_id)
    [snapshot] = transactions.read(client, [reference], transaction)
    return require_own(parse(snapshot, ChatSession), uid)


def get_own_message(
    client: Client,
    workspace_id: str,
    session_id: str,
    message_id: str,
    uid: str,
    transaction: Transaction | None = None,
) -> tuple[ChatSession, ChatMessage]:
    """A message of a user's own session, with the session. Two reads. NotFound."""
    references = [
        session_ref(client, workspace_id, session_id),
        message_ref(client, workspace_id, session_id, message_id),
    ]
    first, second = transactions.read(client, references, transaction)
    session = require_own(parse(first, ChatSession), uid)
    return session, require(parse(second, ChatMessage), what="chat message")


def get_history(
    client: Client, session: ChatSession, count: int, transaction: Transaction | None = None
) -> list[ChatMessage]:
    """The last messages of a session, the oldest first. One read each, in one request."""
    first = max(1, session.message_count - count + 1)
    numbers = range(first, session.message_count + 1)
    references = [message_ref(client, session.tenant_id, session.id, each) for each in numbers]
    if not references:
        return []
    found = transactions.read(client, references, transaction)
    return [message for each in found if (message := parse(each, ChatMessage))]


def query_request(client: Client, session: ChatSession, request_id: str) -> Any:
    """Query: the user's message that a call with this requestId wrote."""
    messages = messages_ref(client, session.tenant_id, session.id)
    return messages.where(filter=FieldFilter("requestId", "==", request_id)).limit(1)


def query_own(client: Client, workspace_id: str, uid: str) -> Any:
    """Query: a user's sessions that were not deleted, in no order yet."""
    return (
        sessions_ref(client, workspace_id)
        .where(filter=FieldFilter("userId", "==", uid))
        .where(filter=FieldFilter("deletedAt", "==", None))
    )


def query_sessions_of(client: Client, uid: str) -> Any:
    """Query: a user's sessions in all workspaces, with those that were deleted."""
    return client.collection_group("chatSessions").where(filter=FieldFilter("userId", "==", uid))


def query_messages_of(client: Client, uid: str) -> Any:
    """Query: the messages of a user's sessions in all workspaces."""
    return client.collection_group("chatMessages").where(filter=FieldFilter("userId", "==", uid))


def query_lost(client: Client, now: int) -> Any:
    """Query: the messages whose worker's lease has run out, in all workspaces."""
    return (
        client.collection_group("chatMessages")
        .where(filter=FieldFilter("leaseUntil", "<=", now))
        .order_by("leaseUntil")
    )


def query_since(created: Any, since: int) -> Any:
    """Query: what was created then (Unix ms) or later, the newest first."""
    return created.where(filter=FieldFilter("createdAt", ">=", since)).order_by(
        "createdAt", direction=Query.DESCENDING
    )


def query_deleting(client: Client, until: int) -> Any:
    """Query: the sessions whose deletion began by then (Unix ms) and has not ended."""
    return (
        client.collection_group("chatSessions")
        .where(filter=FieldFilter("deletingSince", "<=", until))
        .order_by("deletingSince")
    )


def query_silent(client: Client, until: int) -> Any:
    """Query: the sessions that have had no message since then (Unix ms), in all workspaces."""
    return (
        client.collection_group("chatSessions")
        .where(filter=FieldFilter("lastMessageAt", "<=", until))
        .order_by("lastMessageAt")
    )
