"""What is asked of a language model, what it responds, and the type in which it fails. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

from pydantic import BaseModel, Field

from experience.documents import Document, Request


class Role(StrEnum):
    """Whose words a message holds."""

    SYSTEM = "system"
    USER = "user"
    ASSISTANT = "assistant"
    TOOL = "tool"


@dataclass(frozen=True)
class ToolCall:
    """A tool that the model wants called. `arguments` are as the model wrote them: unchecked."""

    id: str
    name: str
    arguments: dict[str, Any] = field(default_factory=dict)
    signature: str | None = None
    """What its vendor wants back with the call, unread: Gemini's thought signature in base64."""


@dataclass(frozen=True)
class Message:
    """One message of a conversation.

    The assistant's may hold `tool_calls`; a tool's holds the result of the call `tool_call_id`.
    """

    role: Role
    content: str
    tool_calls: tuple[ToolCall, ...] = ()
    tool_call_id: str | None = None


@dataclass(frozen=True)
class Tool:
    """A tool that the model may ask for. Its arguments are those of `parameters`."""

    name: str
    description: str
    parameters: type[Request]


class FinishReason(StrEnum):
    """Why a model stopped. It decides before the text does."""

    STOP = "stop"
    """It said all that it had to say."""
    TOOL_CALLS = "tool_calls"
    """It waits for the results of its tools."""
    MAX_TOKENS = "max_tokens"
    """Its text was cut at the limit."""
    SAFETY = "safety"
    """Its vendor filtered the request or the text."""
    OTHER = "other"
    """Something else, such as a text that repeats another one."""


class Usage(Document):
    """Tokens, and what they cost in micro-dollars as far as the prices are known."""

    input_tokens: int = Field(default=0, ge=0)
    output_tokens: int = Field(default=0, ge=0)
    cost_micros: int = Field(default=0, ge=0)

    @property
    def tokens(self) -> int:
        """What counts against the workspace's day."""
        return self.input_tokens + self.output_tokens

    def plus(self, other: "Usage") -> "Usage":
        """Both together."""
        return Usage(
            input_tokens=self.input_tokens + other.input_tokens,
            output_tokens=self.output_tokens + other.output_tokens,
            cost_micros=self.cost_micros + other.cost_micros,
        )


@dataclass(frozen=True)
class Completion:
    """What a model said, and why it stopped there."""

    text: str
    finish_reason: FinishReason
    usage: Usage = field(default_factory=Usage)
    tool_calls: tuple[ToolCall, ...] = ()


@dataclass(frozen=True)
class Chunk:
    """A part of a text as it is written. The last one holds the whole completion."""

    delta: str
    completion: Completion | None = None


class ModelErrorCode(StrEnum):
    """What a call of a language model can end with."""

    OUTPUT_TRUNCATED = "OUTPUT_TRUNCATED"
    """Its text was cut at the limit, twice."""
    SAFETY_FILTERED = "SAFETY_FILTERED"
    """Its vendor will not say this."""
    INVALID_OUTPUT = "INVALID_OUTPUT"
    """Its text was not what it was asked for, also after it saw the errors."""
    PROVIDER_ERROR = "PROVIDER_ERROR"
    """It could not be reached, refused the account, or said what nobody can read."""
    TIMEOUT = "TIMEOUT"
    """It took too long."""


class ModelFailed(Exception):  # noqa: N818  (what a call of a model can end with)
    """The model did not do what it was asked to; `retryable`: it may do it next time.

    `usage` is what was used all the same, and `attempts` how often the model was called.
    """

    def __init__(
        self,
        message: str,
        *,
        code: ModelErrorCode = ModelErrorCode.PROVIDER_ERROR,
        retryable: bool = True,
        retry_after_seconds: float | None = None,
        usage: Usage | None = None,
        attempts: int = 1,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.retryable = retryable
        self.retry_after_seconds = retry_after_seconds
        self.usage = usage or Usage()
        self.attempts = attempts


class LanguageModel(Protocol):
    """What every language model can do. Each operation raises ModelFailed, and has no effect."""

    name: str
    """Stored with what the model made, such as `local/1`."""

    def complete(
        self,
        messages: Sequence[Message],
        *,
        schema: type[BaseModel] | None = None,
        tools: Sequence[Tool] = (),
        max_tokens: int,
    ) -> Completion:
        """The next message. With a `schema` its text is JSON of that schema, if all goes well."""

    def stream(
        self,
        messages: Sequence[Message],
        *,
        tools: Sequence[Tool] = (),
        max_tokens: int,
    ) -> Iterator[Chunk]:
        """The next message in parts. The last chunk, and no other, holds the completion."""

    def count(self, messages: Sequence[Message], *, tools: Sequence[Tool] = ()) -> int:
        """How many input tokens these messages are, or an upper bound of it."""
