"""Giving a session another title."""

from google.cloud.firestore import Transaction

from experience import clients, clock, transactions
from experience.assistant import store
from experience.assistant.models.chat import ChatSession
from experience.assistant.models.requests import RenameChatSession
from experience.assistant.models.views import ChatSessionView
from experience.workspaces.models import Role
from experience.workspaces.usecases.access import require_role


def rename_chat_session(uid: str, request: RenameChatSession) -> ChatSessionView:
    """Give a session another title; viewers, of their own sessions. Two reads, one write. NotFound.

    The title that it has already changes nothing.
    """
    client, workspace = clients.firestore(), request.workspace_id

    def body(transaction: Transaction) -> ChatSession:
        require_role(client, workspace, uid, Role.VIEWER, what="workspace", transaction=transaction)
        session = store.get_own_session(
            client, workspace, request.chat_session_id, uid, transaction
        )
        renamed = session.renamed(request.title, clock.now_ms())
        if fields := session.difference(renamed):
            reference = store.session_ref(client, workspace, session.id)
            transaction.update(reference, fields)
        return renamed

    return ChatSessionView.of(transactions.run_optimistic(client, body))
