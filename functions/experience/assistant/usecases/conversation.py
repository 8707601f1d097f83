"""The rounds of one message: the model speaks, asks for tools, reads their results, speaks on."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from experience.assistant.models.chat import (
    MAX_RESPONSE_CHARACTERS,
    ChatError,
    ChatErrorCode,
    ChatMessage,
    MessageRole,
    Proposal,
)
from experience.assistant.models.prompts import proposal_data
from experience.assistant.usecases import writer
from experience.assistant.usecases.chunks import read_chunks
from experience.assistant.usecases.writer import MessageWriter
from experience.errors import ResourceExhausted
from experience.language_models.models import (
    Completion,
    FinishReason,
    LanguageModel,
    Message,
    ModelErrorCode,
    ModelFailed,
    Role,
    Tool,
    ToolCall,
    Usage,
)
from experience.workspaces.models import TokenReservation
from experience.workspaces.usecases.tokens import reserve_tokens

MAX_SECONDS = 120
"""How long a message may be written."""

MAX_ROUNDS = 8
"""How often a model is called for one message."""

MAX_CALLS = 8
"""How many tools a model may call in one round; those beyond are not run."""

MAX_OUTPUT_TOKENS = 2000
"""Of one round."""

MAX_HISTORY_MESSAGES = 30
MAX_HISTORY_TOKENS = 12_000
"""The model reads so much of what was said before; what is older it does not know."""

_NO_TEXT = "…"
"""Stands for a message without text, which vendors do not take."""


class Outcome(Protocol):
    """What a tool returned for the model, or what it needs the user's consent for."""

    @property
    def content(self) -> str: ...
    @property
    def proposal(self) -> Proposal | None: ...


@dataclass(frozen=True)
class Toolbox:
    """The tools of a chat, and what runs one of them as the caller."""

    tools: tuple[Tool, ...]
    run: Callable[[ToolCall], Outcome]


class ChatFailed(Exception):  # noqa: N818
    """The message cannot be ended, and it is not the model's fault."""

    def __init__(self, code: ChatErrorCode, message: str) -> None:
        super().__init__(message)
        self.error = ChatError(code=code.value, message=message)


class Reservations:
    """The day's tokens that a message holds, by day: it may go on past midnight."""

    def __init__(self, workspace_id: str, first: TokenReservation) -> None:
        self.of_day = {first.day: first.tokens}
        self._workspace_id = workspace_id

    def cover(self, tokens: int) -> None:
        """Reserve what is missing. Two reads and one write, or nothing. ChatFailed."""
        missing = tokens - sum(self.of_day.values())
        if missing <= 0:
            return
        try:
            further = reserve_tokens(self._workspace_id, missing)
        except ResourceExhausted as refused:
            raise ChatFailed(ChatErrorCode.TOKEN_BUDGET, refused.message) from refused
        self.of_day[further.day] = self.of_day.get(further.day, 0) + further.tokens


class Conversation:
    """One message of the assistant, in up to `MAX_ROUNDS` calls of its model."""

    def __init__(
        self,
        model: LanguageModel,
        messages: Sequence[Message],
        toolbox: Toolbox,
        message_writer: MessageWriter,
        reservations: Reservations,
    ) -> None:
        self.usage = Usage()
        """What was used so far. That of a round which is broken off is estimated."""
        self._model = model
        self._messages = list(messages)
        self._toolbox = toolbox
        self._writer = message_writer
        self._reservations = reservations
        self._until = time.monotonic() + MAX_SECONDS

    def run(self) -> Proposal | None:
        """Have the model write the message, through its writer; what it proposes, if it does.

        Raises ModelFailed, ChatFailed, and what the writer raises.
        """
        for _ in range(MAX_ROUNDS):
            self._poll()
            completion = self._round()
            if completion.finish_reason is not FinishReason.TOOL_CALLS:
                _require_text(completion, self._writer.text)
                return None
            if proposal := self._run_tools(completion):
                return proposal
        message = f"The model called tools in {MAX_ROUNDS} rounds and did not come to an end."
        raise ChatFailed(ChatErrorCode.TOO_MANY_ROUNDS, message)

    def _poll(self) -> None:
        if time.monotonic() >= self._until:
            message = f"It was not finished in {MAX_SECONDS} seconds."
            raise ChatFailed(ChatErrorCode.TIMEOUT, message)
        self._writer.poll()

    def _round(self) -> Completion:
        """One call of the model."""
        tools, messages = self._toolbox.tools, tuple(self._messages)
        input_tokens = self._model.count(messages, tools=tools)
        self._reservations.cover(self.usage.tokens + input_tokens + MAX_OUTPUT_TOKENS)
        before, used = self._writer.text, None
        try:
            for chunk in read_chunks(
                lambda: self._model.stream(messages, tools=tools, max_tokens=MAX_OUTPUT_TOKENS),
                writer.FLUSH_SECONDS,
            ):
                if chunk and chunk.delta:
                    self._write(chunk.delta, is_first=self._writer.text == before)
                if chunk and chunk.completion:
                    used = chunk.completion.usage
                    return chunk.completion
                self._poll()
            raise ModelFailed("The model's text broke off.")
        except ModelFailed as failed:
            used = failed.usage
            raise
        finally:
            if used is None:  # it was broken off here: its vendor charges what it wrote by then
                written = [Message(Role.ASSISTANT, self._writer.text.removeprefix(before))]
                used = Usage(input_tokens=input_tokens, output_tokens=self._model.count(written))
            self.usage = self.usage.plus(used)

    def _write(self, delta: str, *, is_first: bool) -> None:
        """Write a part of a round's text: a paragraph of its own. ChatFailed."""
        text = f"\n\n{delta}" if is_first and self._writer.text else delta
        room = MAX_RESPONSE_CHARACTERS - len(self._writer.text)
        self._writer.append(text[:room])
        if len(text) > room:
            raise ChatFailed(ChatErrorCode.TOO_LONG, "The model wrote more than a message holds.")

    def _run_tools(self, completion: Completion) -> Proposal | None:
        """Run what the model asks for, in its order, until something needs the user's consent."""
        calls = completion.tool_calls[:MAX_CALLS]
        self._messages.append(Message(Role.ASSISTANT, completion.text, tool_calls=calls))
        for call in calls:
            self._poll()
            outcome = self._toolbox.run(call)
            if outcome.proposal:
                return outcome.proposal
            self._messages.append(Message(Role.TOOL, outcome.content, tool_call_id=call.id))
        return None


def _require_text(completion: Completion, text: str) -> None:
    """Raise ModelFailed unless the model said all that it had to say. Its reason decides first."""
    match completion.finish_reason:
        case FinishReason.STOP if text.strip():
            return
        case FinishReason.STOP:
            message, code = "The model said nothing.", ModelErrorCode.INVALID_OUTPUT
        case FinishReason.MAX_TOKENS:
            message = "The model's text was cut at its limit."
            code = ModelErrorCode.OUTPUT_TRUNCATED
        case FinishReason.SAFETY:
            message = "The model's safety filter refused this."
            code = ModelErrorCode.SAFETY_FILTERED
        case other:
            message = f"The model stopped early: {other.value}."
            code = ModelErrorCode.PROVIDER_ERROR
    raise ModelFailed(message, code=code)


def model_messages(
    model: LanguageModel, system: str, history: Sequence[ChatMessage], content: str
) -> list[Message]:
    """What the model reads: what it is, the newest messages that fit, and what the user says now.

    The first message after the system's is always a user's.
    """
    said = Message(Role.USER, content)
    fitting: list[Message] = []
    tokens = 0
    for each in reversed(history):
        message = _shown(each)
        tokens += model.count([message])
        if tokens > MAX_HISTORY_TOKENS:
            break
        fitting.insert(0, message)
    while fitting and fitting[0].role is not Role.USER:
        fitting.pop(0)
    return [Message(Role.SYSTEM, system), *fitting, said]


def _shown(message: ChatMessage) -> Message:
    """A message of the history, with what became of its proposal."""
    role = Role.USER if message.role is MessageRole.USER else Role.ASSISTANT
    content = message.content if message.content.strip() else _NO_TEXT
    if message.proposal:
        content = f"{content}\n{proposal_data(message.proposal)}"
    return Message(role, content)
