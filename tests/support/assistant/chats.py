"""A user who chats in this process, with a model whose rounds a test writes.

A round has parts of text, pauses and calls of tools.
"""

import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest
from google.cloud.firestore import Client as Database

from experience.assistant.models.requests import SendChatMessage
from experience.assistant.models.views import ChatDelta, ChatSent
from experience.assistant.usecases import send
from experience.assistant.usecases.conversation import Toolbox
from experience.firebase.callables import Caller
from experience.language_models.models import (
    Chunk,
    Completion,
    FinishReason,
    Message,
    Tool,
    ToolCall,
    Usage,
)
from tests.support.builders.workspaces import a_member, a_workspace
from tests.support.vendors.scripted_model import ScriptedModel

USAGE = Usage(input_tokens=10, output_tokens=5, cost_micros=7)

Part = str | Completion | Exception | Callable[[], object]
"""A part of the text, how it ends, how it fails, or what happens in between."""


def replies(*parts: Part) -> tuple[Part, ...]:
    """A round that ends with all of its text."""
    text = "".join(each for each in parts if isinstance(each, str))
    return (*parts, Completion(text, FinishReason.STOP, USAGE))


def calls(*names: str, text: str = "") -> tuple[Part, ...]:
    """A round that asks for tools."""
    asked = tuple(ToolCall(f"call-{number}", name) for number, name in enumerate(names))
    return text, Completion(text, FinishReason.TOOL_CALLS, USAGE, asked)


class ChattingModel(ScriptedModel):
    """Goes through its rounds, the last one again and again. A round has its own parts."""

    name = "chatting/1"

    def __init__(self, *rounds: Sequence[Part]) -> None:
        super().__init__()
        self.rounds = list(rounds)
        self.read: list[tuple[Message, ...]] = []
        self.has_ended = threading.Event()

    def stream(
        self, messages: Sequence[Message], *, tools: Sequence[Tool] = (), max_tokens: int
    ) -> Iterator[Chunk]:
        self.read.append(tuple(messages))
        parts = self.rounds.pop(0) if len(self.rounds) > 1 else self.rounds[0]
        try:
            for part in parts:
                if isinstance(part, Exception):
                    raise part
                if isinstance(part, str):
                    yield Chunk(part)
                elif isinstance(part, Completion):
                    yield Chunk("", part)
                else:
                    part()
        finally:
            self.has_ended.set()


NO_TOOLS = Toolbox((), lambda call: pytest.fail(f"nobody has the tool {call.name}"))

Speak = Callable[..., ChattingModel]


class Chatter:
    """A viewer who chats in this process."""

    def __init__(
        self, db: Database, workspace: str | None = None, toolbox: Toolbox = NO_TOOLS
    ) -> None:
        self.db = db
        self.workspace = workspace or a_workspace(db)
        self.uid = a_member(db, self.workspace, "viewer")
        self.toolbox = toolbox
        self.deltas: list[str] = []
        self.shown: Callable[[], object] = lambda: None
        """Called after each delta."""

    def send(self, content: str, chat: str | None = None, request: str | None = None) -> ChatSent:
        fields = {"chatSessionId": chat, "requestId": request}
        given = {name: value for name, value in fields.items() if value}
        asked = SendChatMessage.load({"workspaceId": self.workspace, "content": content, **given})
        return send.send_chat_message(Caller(self.uid), asked, self._emit, self.toolbox)

    def _emit(self, chunk: ChatDelta) -> None:
        self.deltas.append(chunk.delta)
        self.shown()

    def session(self, chat: str) -> dict[str, Any]:
        found = self.db.document("workspaces", self.workspace, "chatSessions", chat).get()
        return found.to_dict() or {}

    def messages(self, chat: str) -> list[dict[str, Any]]:
        path = ("workspaces", self.workspace, "chatSessions", chat, "chatMessages")
        found = [each.to_dict() or {} for each in self.db.collection(*path).stream()]
        return sorted(found, key=lambda each: each["number"])

    def tokens(self) -> dict[str, Any]:
        found = self.db.collection("workspaces", self.workspace, "tokenUsage").stream()
        return next((each.to_dict() or {} for each in found), {})


def outcome_of(call: Callable[[], Any]) -> Any:
    """What a call returns, or what it raises."""
    try:
        return call()
    except Exception as error:  # noqa: BLE001
        return error
