"""What the models of all vendors have in common: tries, failures, and the counting of tokens."""

import json
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from experience.language_models.models import (
    Completion,
    FinishReason,
    Message,
    ModelErrorCode,
    ModelFailed,
    Tool,
    ToolCall,
    Usage,
)
from experience.language_models.schemas import schema_of
from experience.providers import prices
from experience.providers.http import Http
from experience.providers.models import FailureCode, ProviderFailed

T = TypeVar("T")

UNREADABLE = "The model's response cannot be read."
CUT = "The model's response ended in the middle."

_CODES = {
    FailureCode.TIMEOUT: ModelErrorCode.TIMEOUT,
    FailureCode.SAFETY_FILTERED: ModelErrorCode.SAFETY_FILTERED,
}

_TOKENS_PER_PART = 16
"""Roles and separators, which a model's template adds to a message, a call or a tool."""

_TOKENS_PER_REQUEST = 64
_MAX_COUNT = 10**9
"""Of tokens: no call of any model uses so many."""

_MAX_ARGUMENT_DEPTH = 20
_BYTES_PER_TOKEN = 4


def max_tokens_of(messages: Sequence[Message], tools: Sequence[Tool] = ()) -> int:
    """The most tokens that these messages can be.

    A token has at least one byte, because tokenizers fall back to bytes. So this is an upper bound
    for all of them, about four times what English takes. Asking the vendor instead would cost a
    request before each request, and servers of one's own cannot be asked.
    """
    texts = _texts(messages, tools)
    return sum(map(_size, texts)) + _TOKENS_PER_PART * len(texts) + _TOKENS_PER_REQUEST


def estimated_tokens(messages: Sequence[Message], tools: Sequence[Tool] = ()) -> int:
    """About how many tokens these messages are, where their vendor does not say."""
    return sum(map(estimated, _texts(messages, tools)))


def estimated(text: str) -> int:
    """About how many tokens a text has."""
    return -(-_size(text) // _BYTES_PER_TOKEN)


def whole_number(value: Any) -> int:
    """A count as a vendor reports it; 0 for what is none, or what cannot be stored."""
    is_count = isinstance(value, int) and not isinstance(value, bool)
    return value if is_count and 0 < value <= _MAX_COUNT else 0


def valid_text(text: str) -> str:
    """A text in which halves of surrogate pairs are joined, and lone ones replaced.

    JSON can hold them, but neither UTF-8 nor Firestore can.
    """
    if text.isascii():
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def valid_arguments(value: Any, depth: int = 0) -> Any:
    """A tool call's arguments with valid texts. Raises ValueError where they are too deep."""
    if depth > _MAX_ARGUMENT_DEPTH:
        raise ValueError("too deep")
    if isinstance(value, str):
        return valid_text(value)
    if isinstance(value, dict):
        return {valid_text(str(k)): valid_arguments(v, depth + 1) for k, v in value.items()}
    if isinstance(value, list):
        return [valid_arguments(each, depth + 1) for each in value]
    return value


def opened(http: Http, stack: ExitStack, once: Callable[[Http, ExitStack], T]) -> T:
    """What `once` returns, retried as `Http.retry` does it. Raises ProviderFailed.

    All tries together have the timeout of one: `once` gets the API with the time that is left. It
    opens its connection on a stack of its own, which the given one takes over from the last try.
    """
    deadline = time.monotonic() + http.timeout_seconds

    def one() -> T:
        left = max(deadline - time.monotonic(), 0.001)
        with ExitStack() as own:
            found = once(replace(http, timeout_seconds=left), own)
            stack.enter_context(own.pop_all())
            return found

    return http.retry(one)


@dataclass
class Draft:
    """A model's message as far as it was received. Vendors add to it in words of their own."""

    name: str
    input_tokens: int
    """Estimated, for servers that report no usage."""
    text: str = ""
    reason: FinishReason | None = None
    reported: tuple[int, int] = (0, 0)
    """The tokens that were read and written, as far as the vendor reports them."""
    calls: list[ToolCall] = field(default_factory=list)

    @property
    def usage(self) -> Usage:
        """What the vendor reports, or an estimate."""
        read, written = self.reported
        if not written:
            # a count of the input alone is that of a response without output
            written = 0 if read else estimated(self.text + self.called)
        read = read or self.input_tokens
        vendor, _, model = self.name.partition("/")
        cost = prices.of_tokens(vendor, model, read, written)
        return Usage(input_tokens=read, output_tokens=written, cost_micros=cost or 0)

    @property
    def called(self) -> str:
        """The tool calls as far as they were received."""
        return "".join(each.name + json.dumps(each.arguments) for each in self.calls)

    def completion(self) -> Completion:
        """The whole message. Raises ModelFailed where it has no end."""
        if self.reason is None:
            raise self.unreadable(CUT if self.text or self.called else UNREADABLE)
        reason = self.reason
        if reason is FinishReason.STOP and self.calls:
            reason = FinishReason.TOOL_CALLS
        if reason is FinishReason.TOOL_CALLS and not self.calls:
            raise self.malformed_call()
        calls = self._valid_calls() if reason is FinishReason.TOOL_CALLS else ()
        return Completion(self.text, reason, self.usage, calls)

    def _valid_calls(self) -> tuple[ToolCall, ...]:
        """The calls, in texts that can be stored and sent. Raises ModelFailed."""
        try:
            return tuple(
                replace(
                    each,
                    id=valid_text(each.id),
                    name=valid_text(each.name),
                    arguments=valid_arguments(each.arguments),
                )
                for each in self.calls
            )
        except ValueError as error:
            raise self.malformed_call() from error

    def failure(self, failed: ProviderFailed) -> ModelFailed:
        """A vendor's failure as one of a language model.

        In the middle of a message, or without a response in time, tokens were used all the same.
        """
        is_used = self.text or self.called or failed.code is FailureCode.TIMEOUT
        return ModelFailed(
            valid_text(failed.message),
            code=_CODES.get(failed.code, ModelErrorCode.PROVIDER_ERROR),
            retryable=failed.retryable,
            retry_after_seconds=failed.retry_after_seconds,
            usage=self.usage if is_used else None,
        )

    def unreadable(self, message: str = UNREADABLE) -> ModelFailed:
        """The failure of a model whose response nobody can read."""
        return ModelFailed(valid_text(message), usage=self.usage)

    def malformed_call(self) -> ModelFailed:
        """The failure of a model that called a tool in a way that nobody can read."""
        message = "The model called a tool with arguments that are no JSON object."
        return ModelFailed(message, code=ModelErrorCode.INVALID_OUTPUT, usage=self.usage)


def _texts(messages: Sequence[Message], tools: Sequence[Tool]) -> list[str]:
    calls = [call for each in messages for call in each.tool_calls]
    return [
        *(each.content for each in messages),
        *(each.name + json.dumps(each.arguments) + (each.signature or "") for each in calls),
        *(each.name + each.description + json.dumps(schema_of(each.parameters)) for each in tools),
    ]


def _size(text: str) -> int:
    return len(text.encode(errors="surrogatepass"))
