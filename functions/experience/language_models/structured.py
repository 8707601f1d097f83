"""Asking a model for a value of a schema, and checking what it says before anyone uses it. Pure."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from pydantic import BaseModel, ValidationError

from experience.documents import load_strictly
from experience.errors import issues_of
from experience.language_models.models import (
    Completion,
    FinishReason,
    LanguageModel,
    Message,
    ModelErrorCode,
    ModelFailed,
    Role,
    Usage,
)
from experience.language_models.schemas import with_schema

M = TypeVar("M", bound=BaseModel)

MAX_REPAIR_CHARACTERS = 8000
"""Of a wrong text, so many characters are shown to the model again."""

LARGER = 2
"""A text that was cut is asked for once more with so many times the limit."""


@dataclass(frozen=True)
class Structured(Generic[M]):
    """A value that passed its checks, what it used, and how often the model was called."""

    value: M
    usage: Usage
    attempts: int


class _Invalid(Exception):  # noqa: N818
    """What is wrong with a text."""


def max_usage(
    model: LanguageModel, messages: Sequence[Message], schema: type[BaseModel], max_tokens: int
) -> int:
    """The most tokens that `complete` can use, all its calls included.

    Three calls at most: the first one, a larger one where that was cut, and a repair, which also
    reads what it repairs.
    """
    written = max_tokens * (1 + 2 * LARGER)
    return 3 * model.count(with_schema(messages, schema)) + max_tokens * LARGER + written


def complete(
    model: LanguageModel, messages: Sequence[Message], schema: type[M], max_tokens: int
) -> Structured[M]:
    """A value of the schema. Up to three calls of the model. Raises ModelFailed.

    The finish reason decides first. A text that was cut is asked for once more, with a larger
    limit and without the cut text, which would only invite the model to continue it. A text that
    is no JSON of the schema is repaired once, by a model that sees the text and its errors.
    """
    return _Conversation(model, schema, max_tokens).run(tuple(messages))


class _Conversation(Generic[M]):
    def __init__(self, model: LanguageModel, schema: type[M], max_tokens: int) -> None:
        self.model = model
        self.schema = schema
        self.max_tokens = max_tokens
        self.usage = Usage()
        self.attempts = 0
        self.was_cut = False

    def run(self, messages: tuple[Message, ...]) -> Structured[M]:
        text = self._text(messages)
        try:
            value = _value(self.schema, text)
        except _Invalid as invalid:
            repaired = self._text((*messages, *_repair(text, str(invalid))))
            try:
                value = _value(self.schema, repaired)
            except _Invalid as still:
                message = f"The model's output is not what was asked for: {still}"
                raise self._failed(message, ModelErrorCode.INVALID_OUTPUT) from still
        return Structured(value, self.usage, self.attempts)

    def _text(self, messages: tuple[Message, ...]) -> str:
        """What the model says to this in full."""
        while True:
            completion = self._call(messages)
            match completion.finish_reason:
                case FinishReason.STOP:
                    return completion.text
                case FinishReason.MAX_TOKENS if not self.was_cut:
                    self.was_cut = True
                    self.max_tokens *= LARGER
                case FinishReason.MAX_TOKENS:
                    message = "The model's output was cut at its limit."
                    raise self._failed(message, ModelErrorCode.OUTPUT_TRUNCATED)
                case FinishReason.SAFETY:
                    message = "The model's safety filter refused this."
                    raise self._failed(message, ModelErrorCode.SAFETY_FILTERED)
                case other:
                    message = f"The model stopped early: {other.value}."
                    raise self._failed(message, ModelErrorCode.PROVIDER_ERROR)

    def _call(self, messages: tuple[Message, ...]) -> Completion:
        self.attempts += 1
        try:
            completion = self.model.complete(
                messages, schema=self.schema, max_tokens=self.max_tokens
            )
        except ModelFailed as failed:
            failed.usage = self.usage.plus(failed.usage)
            failed.attempts = self.attempts
            raise
        self.usage = self.usage.plus(completion.usage)
        return completion

    def _failed(self, message: str, code: ModelErrorCode) -> ModelFailed:
        retryable = code is not ModelErrorCode.SAFETY_FILTERED
        return ModelFailed(
            message, code=code, retryable=retryable, usage=self.usage, attempts=self.attempts
        )


def _value(schema: type[M], text: str) -> M:
    try:
        data = json.loads(_without_code_fence(text))
    except (ValueError, RecursionError) as error:
        raise _Invalid(f"it is no JSON ({error})") from error
    try:
        return load_strictly(schema, data)
    except (ValidationError, ValueError) as error:
        raise _Invalid(_issues(error, data)) from error


def _issues(error: ValueError, data: object) -> str:
    if not isinstance(error, ValidationError):
        return str(error)
    found = issues_of(error, data)
    return "; ".join(f"{path}: {message}" if path else message for path, message in found[:20])


def _without_code_fence(text: str) -> str:
    """Some models wrap their JSON as Markdown does, whatever they are asked."""
    stripped = text.strip()
    if stripped.startswith("```") and stripped.endswith("```") and "\n" in stripped:
        return stripped.partition("\n")[2].removesuffix("```")
    return stripped


def _repair(text: str, errors: str) -> tuple[Message, Message]:
    asked = (
        f"This is not valid: {errors}\nRespond with the whole corrected JSON value, nothing else."
    )
    return (
        Message(Role.ASSISTANT, text[:MAX_REPAIR_CHARACTERS]),
        Message(Role.USER, asked),
    )
