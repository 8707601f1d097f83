"""Reading one's own chats."""

from typing import Any

from experience import clients, pages
from experience.assistant import store
from experience.assistant.models.requests import GetChatMessages, ListChatSessions
from experience.assistant.models.views import ChatMessageView, ChatSessionView
from experience.ids import fingerprint
from experience.pages import Page, PageOrder
from experience.store import parse_or_log
from experience.workspaces.models import Role
from experience.workspaces.usecases.access import require_role


def list_chat_sessions(uid: str, request: ListChatSessions) -> Page[ChatSessionView]:
    """A page of the caller's sessions, the one last written to first; viewers.

    One read and one for each session.
    """
    client, workspace = clients.firestore(), request.workspace_id
    require_role(client, workspace, uid, Role.VIEWER, what="workspace")
    sessions = store.sessions_ref(client, workspace)
    order = PageOrder("lastMessageAt", fingerprint("chat_sessions", workspace, uid)[:16], sessions)
    query = store.query_own(client, workspace, uid)
    shown, token = pages.read_page(query, order, request.page_size, request.page_token)
    items = [item for each in shown if (item := parse_or_log(each, ChatSessionView))]
    return Page(items=items, next_page_token=token)


def get_chat_messages(uid: str, request: GetChatMessages) -> Page[ChatMessageView]:
    """A page of the messages of a session, the oldest first; viewers, of their own sessions.

    Two reads and one for each message. NotFound.
    """
    client, workspace, session = clients.firestore(), request.workspace_id, request.chat_session_id
    require_role(client, workspace, uid, Role.VIEWER, what="workspace")
    store.get_own_session(client, workspace, session, uid)
    messages: Any = store.messages_ref(client, workspace, session)
    scope = fingerprint("chat_messages", workspace, session)[:16]
    order = PageOrder("number", scope, messages, is_ascending=True)
    shown, token = pages.read_page(messages, order, request.page_size, request.page_token)
    items = [item for each in shown if (item := parse_or_log(each, ChatMessageView))]
    return Page(items=items, next_page_token=token)
