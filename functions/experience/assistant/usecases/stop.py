"""Stopping a message while it is written."""

from google.cloud.firestore import Transaction

from experience import clients, clock, transactions
from experience.assistant import store
from experience.assistant.models.chat import ChatMessage
from experience.assistant.models.requests import StopChatMessage
from experience.assistant.models.views import ChatMessageView
from experience.assistant.usecases.finalization import finalize_lost
from experience.workspaces.models import Role
from experience.workspaces.usecases.access import require_role


def stop_chat_message(uid: str, request: StopChatMessage) -> ChatMessageView:
    """Have a message end with the text so far; viewers, of their own sessions.

    Three reads, one write. Its worker sees the mark within a second and ends the message; until
    then the returned one is `streaming`. If the worker died the message ends here: two reads and
    two writes more. A message that has ended stays as it is. NotFound.
    """
    client = clients.firestore()
    workspace = request.workspace_id

    def body(transaction: Transaction) -> ChatMessage:
        require_role(client, workspace, uid, Role.VIEWER, what="workspace", transaction=transaction)
        _session, message = store.get_own_message(
            client, workspace, request.chat_session_id, request.message_id, uid, transaction
        )
        marked = message.with_stop(clock.now_ms())
        if fields := message.difference(marked):
            reference = store.message_ref(
                client, workspace, request.chat_session_id, message.number
            )
            transaction.update(reference, fields)
        return marked

    message = transactions.run_optimistic(client, body)
    if message.is_lost(clock.now_ms()):
        message = finalize_lost(client, message) or message
    return ChatMessageView.of(message)
