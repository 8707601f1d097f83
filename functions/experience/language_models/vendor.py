"""What the models of all vendors have in common: tries, failures, and the counting of tokens."""

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from experience.language_models.models import (
    Message,
    ModelErrorCode,
    ModelFailed,
    Tool,
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


def usage_of(name: str, read: int, written: int) -> Usage:
    """So many tokens of a model such as `gemini/NAME`, with their price as far as it is known."""
    vendor, _, model = name.partition("/")
    cost = prices.of_tokens(vendor, model, read, written)
    return Usage(input_tokens=read, output_tokens=written, cost_micros=cost or 0)


def whole_number(value: Any) -> int:
    """A count as a vendor reports it; 0 for what is none."""
    return value if isinstance(value, int) and value > 0 else 0


def retried(http: Http, once: Callable[[Http], T]) -> T:
    """What `once` returns, retried as `Http.retry` does it. Raises ProviderFailed.

    All tries together have the timeout of one: `once` gets the API with the time that is left.
    """
    deadline = time.monotonic() + http.timeout_seconds

    def one() -> T:
        left = max(deadline - time.monotonic(), 0.001)
        return once(replace(http, timeout_seconds=left))

    return http.retry(one)


def failure(failed: ProviderFailed, usage: Usage | None = None) -> ModelFailed:
    """A vendor's failure as one of a language model, with what was used all the same."""
    return ModelFailed(
        failed.message,
        code=_CODES.get(failed.code, ModelErrorCode.PROVIDER_ERROR),
        retryable=failed.retryable,
        retry_after_seconds=failed.retry_after_seconds,
        usage=usage,
    )


def malformed_call(usage: Usage) -> ModelFailed:
    """The failure of a model that asked for a tool in a way that nobody can read."""
    message = "The model called a tool with arguments that are no JSON object."
    return ModelFailed(message, code=ModelErrorCode.INVALID_OUTPUT, usage=usage)


def _texts(messages: Sequence[Message], tools: Sequence[Tool]) -> list[str]:
    calls = [call for each in messages for call in each.tool_calls]
    return [
        *(each.content for each in messages),
        *(each.name + json.dumps(each.arguments) + (each.signature or "") for each in calls),
        *(each.name + each.description + json.dumps(schema_of(each.parameters)) for each in tools),
    ]


def _size(text: str) -> int:
    return len(text.encode())
