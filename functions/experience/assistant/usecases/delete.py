"""Deleting sessions with their messages: by their user, after their time, or with their user."""

from collections import Counter
from typing import Any

from google.cloud.firestore import Client, DocumentReference, Transaction

from experience import clients, clock, transactions
from experience.assistant import store
from experience.assistant.models.chat import ChatSession
from experience.assistant.models.requests import DeleteChatSession
from experience.assistant.models.views import ChatSessionDeleted
from experience.errors import Contention, NotFound
from experience.players.usecases.lifecycle.erase import ERASERS
from experience.store import find
from experience.workspaces.models import Role
from experience.workspaces.usecases.access import require_role

MAX_BATCH = 200


def delete_chat_session(uid: str, request: DeleteChatSession) -> ChatSessionDeleted:
    """Delete a session with its messages; viewers, their own sessions. NotFound.

    Two reads and one write mark it, and from then on it does not exist for anybody. Then a read and
    a delete for each message, in commits of `MAX_BATCH`, and one write. What breaks off the sweep
    resumes. Safe to repeat: what stays of the session returns the same.
    """
    client, workspace = clients.firestore(), request.workspace_id
    reference = store.session_ref(client, workspace, request.chat_session_id)

    def body(transaction: Transaction) -> ChatSession:
        require_role(client, workspace, uid, Role.VIEWER, what="workspace", transaction=transaction)
        session = find(client, reference, ChatSession, transaction)
        if session is None or session.user_id != uid:
            raise NotFound("chat session")
        if session.deleted_at is not None:
            return session
        deleted = session.deleted(clock.now_ms())
        transaction.update(reference, session.difference(deleted))
        return deleted

    session = transactions.run_optimistic(client, body)
    assert session.deleted_at is not None
    if session.deleting_since is not None:
        delete_messages(client, reference)
    return ChatSessionDeleted(chat_session_id=session.id, deleted_at=session.deleted_at)


def delete_messages(client: Client, reference: DocumentReference) -> int:
    """Delete the messages of a session that is marked, and then the mark; how many there were.

    Safe to repeat and to break off. A worker that writes a message meanwhile finds it gone: it only
    updates.
    """
    deleted = _delete_all(client, reference.collection("chatMessages"))
    transactions.retry(lambda: reference.update({"deletingSince": None}))
    return deleted


def erase_session(client: Client, reference: DocumentReference, until: int | None = None) -> int:
    """Delete a session with its messages, and leave nothing of it; how many documents there were.

    None of a session with a message after `until`. The mark comes first, so that nothing is written
    to it any more. Safe to repeat, to run twice at once, and to break off.
    """

    def body(transaction: Transaction) -> bool:
        session = find(client, reference, ChatSession, transaction)
        if session is None or (until is not None and session.last_message_at > until):
            return False
        deleted = session.deleted(clock.now_ms())
        transaction.update(reference, session.difference(deleted))
        return True

    if not transactions.run_optimistic(client, body):
        return 0
    deleted = _delete_all(client, reference.collection("chatMessages"))
    transactions.retry(reference.delete)
    return deleted + 1


def _delete_all(client: Client, query: Any) -> int:
    """Delete the messages that a query finds, in pages; how many."""
    messages = query.select([]).limit(MAX_BATCH)
    deleted = 0
    while page := list(messages.stream()):
        batch = client.batch()
        for each in page:
            batch.delete(each.reference)
        transactions.retry(batch.commit)
        deleted += len(page)
        if len(page) < MAX_BATCH:  # nothing is written to a session that is marked
            break
    return deleted


def erase_chats(client: Client, uid: str, until: int) -> Counter[str]:
    """Delete a person's sessions with their messages, in all workspaces. Counts the sessions.

    A query, and for each session what `erase_session` costs. Contention when the time is over.
    """
    count = 0
    for snapshot in list(store.query_sessions_of(client, uid).select([]).stream()):
        if clock.now_ms() >= until:
            raise Contention
        erase_session(client, snapshot.reference)
        count += 1
    return +Counter(chats=count)


def erase_messages(client: Client, uid: str, _until: int) -> Counter[str]:
    """Delete a person's messages whose session is gone: there are none. A query. Counts nothing."""
    _delete_all(client, store.query_messages_of(client, uid))
    return Counter()


ERASERS["workspaces/chatSessions"] = erase_chats
ERASERS["workspaces/chatSessions/chatMessages"] = erase_messages
