"""Callables of the assistant, and its sweep."""

from experience import reasons
from experience.assistant.models.requests import (
    ConfirmProposal,
    DeleteChatSession,
    GetChatMessages,
    ListChatSessions,
    RenameChatSession,
    SendChatMessage,
    StopChatMessage,
)
from experience.assistant.models.views import (
    ChatDelta,
    ChatMessageView,
    ChatSent,
    ChatSessionDeleted,
    ChatSessionView,
)
from experience.assistant.usecases import confirm, delete, read, rename, send, stop, sweep
from experience.firebase.callables import Caller, callable_function
from experience.firebase.schedules import schedule
from experience.firebase.streaming import Emit
from experience.pages import Page
from experience.reasons import ai_generations, assistant, campaigns

_OF_SESSION = (reasons.WORKSPACE_NOT_FOUND, assistant.CHAT_SESSION_NOT_FOUND)


@callable_function(
    SendChatMessage,
    consumes_token=True,
    streams=ChatDelta,
    refuses=[
        *_OF_SESSION,
        assistant.CHAT_BUSY,
        reasons.REQUEST_ID_REUSED,
        ai_generations.MODEL_NOT_CONFIGURED,
        ai_generations.TOKEN_BUDGET,
        reasons.CONTENTION,
    ],
    timeout_seconds=180,
)
def send_chat_message(caller: Caller, request: SendChatMessage, emit: Emit[ChatDelta]) -> ChatSent:
    """Say something to the assistant, which streams what it says to it; members."""
    return send.send_chat_message(caller, request, emit)


@callable_function(
    StopChatMessage,
    refuses=[*_OF_SESSION, assistant.CHAT_MESSAGE_NOT_FOUND, reasons.CONTENTION],
)
def stop_chat_message(caller: Caller, request: StopChatMessage) -> ChatMessageView:
    """Have the assistant write no more of a message; its user."""
    return stop.stop_chat_message(caller.uid, request)


@callable_function(
    ConfirmProposal,
    refuses=[
        *_OF_SESSION,
        assistant.CHAT_MESSAGE_NOT_FOUND,
        assistant.PROPOSAL_NOT_FOUND,
        assistant.PROPOSAL_EXPIRED,
        assistant.PROPOSAL_FAILED,
        reasons.ROLE_REQUIRED,
        reasons.VERSION_CONFLICT,
        reasons.RUN_NOT_FOUND,
        campaigns.CAMPAIGN_NOT_FOUND,
        campaigns.CAMPAIGN_STATUS,
        campaigns.CAMPAIGN_DELETED,
        campaigns.CAMPAIGN_CLOSED,
        campaigns.CAMPAIGN_INCOMPLETE,
        campaigns.CAMPAIGN_SECRET_MISSING,
        reasons.CONTENTION,
    ],
)
def confirm_proposal(caller: Caller, request: ConfirmProposal) -> ChatMessageView:
    """Carry out what the assistant proposed, once; its user, with the role that it needs."""
    return confirm.confirm_proposal(caller.uid, request)


@callable_function(ListChatSessions, refuses=[reasons.WORKSPACE_NOT_FOUND])
def list_chat_sessions(caller: Caller, request: ListChatSessions) -> Page[ChatSessionView]:
    """The caller's own sessions, the one that was last written to first; members."""
    return read.list_chat_sessions(caller.uid, request)


@callable_function(GetChatMessages, refuses=_OF_SESSION)
def get_chat_messages(caller: Caller, request: GetChatMessages) -> Page[ChatMessageView]:
    """The messages of a session, the oldest first; its user."""
    return read.get_chat_messages(caller.uid, request)


@callable_function(RenameChatSession, refuses=[*_OF_SESSION, reasons.CONTENTION])
def rename_chat_session(caller: Caller, request: RenameChatSession) -> ChatSessionView:
    """Give a session another title; its user."""
    return rename.rename_chat_session(caller.uid, request)


@callable_function(DeleteChatSession, refuses=[*_OF_SESSION, reasons.CONTENTION])
def delete_chat_session(caller: Caller, request: DeleteChatSession) -> ChatSessionDeleted:
    """Delete a session with all its messages; its user."""
    return delete.delete_chat_session(caller.uid, request)


@schedule(every="5 minutes")
def sweep_chats() -> None:
    """Finalize messages whose worker died, resume deletions, delete sessions after their time."""
    sweep.sweep_chats()
