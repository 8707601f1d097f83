"""Saying something to the assistant, and having it say something back."""

import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from google.cloud.firestore import Client, Transaction

from experience import clients, clock, logs, transactions
from experience.assistant import store
from experience.assistant.models.chat import (
    ChatError,
    ChatErrorCode,
    ChatMessage,
    ChatSession,
    error_of,
    new_messages,
    title_of,
)
from experience.assistant.models.prompts import system_prompt
from experience.assistant.models.requests import SendChatMessage
from experience.assistant.models.views import ChatDelta, ChatSent
from experience.assistant.usecases.conversation import (
    MAX_HISTORY_MESSAGES,
    MAX_OUTPUT_TOKENS,
    ChatFailed,
    Conversation,
    Reservations,
    Toolbox,
    model_messages,
)
from experience.assistant.usecases.finalization import finalize_message
from experience.assistant.usecases.tools.registry import TOOLS, run_tool
from experience.assistant.usecases.writer import LeaseLost, MessageWriter, Stopped
from experience.errors import AlreadyExists, Busy, NotFound
from experience.firebase.callables import Caller
from experience.ids import derived_id, fingerprint, new_id
from experience.language_models import registry
from experience.language_models.models import LanguageModel, Message, ModelFailed
from experience.store import find, parse, require
from experience.workspaces.models import Role
from experience.workspaces.usecases.access import require_role
from experience.workspaces.usecases.tokens import read_token_budget

Emit = Callable[[ChatDelta], None]


@dataclass(frozen=True)
class _Sent:
    """The two messages of a call, as they are stored; `messages` are for the model."""

    session: ChatSession
    user: ChatMessage
    assistant: ChatMessage
    messages: Sequence[Message] = ()

    @property
    def is_new(self) -> bool:
        """Whether this call wrote them."""
        return bool(self.messages)


def send_chat_message(
    caller: Caller, request: SendChatMessage, emit: Emit, toolbox: Toolbox | None = None
) -> ChatSent:
    """Store what the user says and what the assistant says to it; viewers.

    Four reads and one for each of the last `MAX_HISTORY_MESSAGES` messages, a requestId one more,
    and four writes before the model is called. Each second with new text is a write, each one
    without it a read; two reads and three writes at the end. A further round that needs more tokens
    than are reserved is two reads and a write.

    Called again under one requestId it returns the first call's messages as they are: also while
    they are written, in which case the document shows the rest. A model that fails ends the
    message, not the call. Raises Busy `chat_busy`, ResourceExhausted `token_budget`,
    FailedPrecondition `model_not_configured`, and AlreadyExists `request_id_reused`.
    """
    client = clients.firestore()
    model = registry.language_model()
    toolbox = toolbox or _toolbox_of(caller, request.workspace_id)
    sent = _begin(client, caller.uid, request, toolbox, model)
    if not sent.is_new:
        return ChatSent.of(sent.session, sent.user, sent.assistant)
    writer = MessageWriter(client, sent.assistant, emit)
    session, assistant = _respond(client, sent, model, toolbox, writer)
    if session is None or assistant is None or session.deleted_at is not None:
        raise NotFound("chat session")
    return ChatSent.of(session, sent.user, assistant)


def _toolbox_of(caller: Caller, workspace_id: str) -> Toolbox:
    """All tools, run as the caller."""
    tools = tuple(each.tool for each in TOOLS)
    return Toolbox(tools, lambda call: run_tool(caller, workspace_id, call, clock.now_ms()))


def _respond(
    client: Client,
    sent: _Sent,
    model: LanguageModel,
    toolbox: Toolbox,
    writer: MessageWriter,
) -> tuple[ChatSession | None, ChatMessage | None]:
    """Have the model write the message, and finalize it however that ends."""
    message = sent.assistant
    assert message.reservation is not None
    reservations = Reservations(message.tenant_id, message.reservation)
    conversation = Conversation(model, sent.messages, toolbox, writer, reservations)
    try:
        proposal = conversation.run()
        text = writer.text or (proposal.summary if proposal else "")
        ended = message.completed(text, conversation.usage, clock.now_ms(), proposal)
    except (Stopped, LeaseLost):
        ended = message.stopped(writer.text, conversation.usage, clock.now_ms())
    except ModelFailed as failed:
        ended = message.failed(error_of(failed), writer.text, conversation.usage, clock.now_ms())
    except ChatFailed as failed:
        ended = message.failed(failed.error, writer.text, conversation.usage, clock.now_ms())
    except Exception:  # noqa: BLE001  (a tool or a model with a bug ends its message, not the chat)
        logs.error(
            "chat message failed", session=message.chat_session_id, exc=traceback.format_exc()
        )
        error = ChatError(code=ChatErrorCode.INTERNAL, message="Something went wrong on our side.")
        ended = message.failed(error, writer.text, conversation.usage, clock.now_ms())
    return finalize_message(client, message, ended, reservations.of_day, conversation.usage)


def _begin(
    client: Client,
    uid: str,
    request: SendChatMessage,
    toolbox: Toolbox,
    model: LanguageModel,
) -> _Sent:
    """Store both messages, with the tokens that the first round may use, in one commit."""
    workspace, asked = request.workspace_id, request.request_id
    session_id = request.chat_session_id or (
        derived_id("chat_session", workspace, uid, asked) if asked else new_id()
    )
    mark = fingerprint(request.model_dump(mode="json", exclude={"request_id"})) if asked else None
    worker = new_id()

    def body(transaction: Transaction) -> _Sent:
        require_role(client, workspace, uid, Role.VIEWER, what="workspace", transaction=transaction)
        stored = _find_session(client, uid, request, session_id, transaction)
        if stored and asked and (first := _find_repeated(client, stored, asked, mark)):
            return first
        now = clock.now_ms()
        session = stored or _new_session(uid, request, session_id, now)
        history = store.get_history(client, session, MAX_HISTORY_MESSAGES, transaction)
        if session.streaming_message is not None:
            session = _free(client, transaction, session, history[-1], now)
        messages = model_messages(model, system_prompt(now), history, request.content)
        budget = read_token_budget(client, transaction, workspace, now)
        tokens = model.count(messages, tools=toolbox.tools) + MAX_OUTPUT_TOKENS
        reservation = budget.reserve(transaction, tokens)
        changed = session.with_messages(now)
        user, assistant = new_messages(
            changed,
            request.content,
            model.name,
            reservation,
            worker=worker,
            request_id=asked,
            request=mark,
        )
        reference = store.session_ref(client, workspace, session_id)
        if stored:
            transaction.update(reference, stored.difference(changed))
        else:
            transaction.create(reference, changed.dump())
        for each in (user, assistant):
            path = store.message_ref(client, workspace, session_id, each.number)
            transaction.create(path, each.dump())
        return _Sent(changed, user, assistant, messages)

    return transactions.run_optimistic(client, body)


def _find_session(
    client: Client, uid: str, request: SendChatMessage, session_id: str, transaction: Transaction
) -> ChatSession | None:
    """The session that is written to, or None for a new one. NotFound."""
    reference = store.session_ref(client, request.workspace_id, session_id)
    session = find(client, reference, ChatSession, transaction)
    if session is None and request.chat_session_id is None:
        return None
    return store.require_own(session, uid)


def _new_session(uid: str, request: SendChatMessage, session_id: str, now: int) -> ChatSession:
    return ChatSession(
        id=session_id,
        tenant_id=request.workspace_id,
        user_id=uid,
        title=title_of(request.content),
        last_message_at=now,
        created_at=now,
        updated_at=now,
    )


def _find_repeated(
    client: Client, session: ChatSession, request_id: str, mark: str | None
) -> _Sent | None:
    """What a call with this requestId wrote, as it is now. One read, and one more if there is any.

    Whoever writes to the session meanwhile changes it, and then this runs again. AlreadyExists.
    """
    for found in store.query_request(client, session, request_id).stream():
        user = parse(found, ChatMessage)
        assert user is not None
        if user.request != mark:
            raise AlreadyExists("request_id_reused", "This requestId belongs to another request.")
        path = store.message_ref(client, session.tenant_id, session.id, user.number + 1)
        assistant = require(find(client, path, ChatMessage), what="chat session")
        return _Sent(session, user, assistant)
    return None


def _free(
    client: Client,
    transaction: Transaction,
    session: ChatSession,
    message: ChatMessage,
    now: int,
) -> ChatSession:
    """The session without the message that is being written, if its worker died. Busy."""
    if not message.is_lost(now):
        raise Busy("chat_busy", "The assistant still writes its last message.")
    path = store.message_ref(client, session.tenant_id, session.id, message.number)
    transaction.update(path, message.difference(message.lost(now)))
    return session.with_message_ended(message.number, now)
