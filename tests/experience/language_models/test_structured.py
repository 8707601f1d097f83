"""Truncation, filters, JSON, validation and one repair."""

from typing import Annotated

import pytest
from pydantic import Field

from experience.documents import Request
from experience.language_models import structured
from experience.language_models.models import (
    FinishReason,
    Message,
    ModelErrorCode,
    ModelFailed,
    Role,
)
from tests.support.vendors.scripted_model import USAGE, Line, ScriptedModel

ASKED = (Message(Role.USER, "Say it."),)


class Wanted(Request):
    """What the tests ask for."""

    word: Annotated[str, Field(max_length=5)]


def complete(*lines: Line) -> tuple[structured.Structured[Wanted], ScriptedModel]:
    model = ScriptedModel(*lines)
    return structured.complete(model, ASKED, Wanted, 100), model


def failing(*lines: Line) -> tuple[ModelFailed, ScriptedModel]:
    model = ScriptedModel(*lines)
    with pytest.raises(ModelFailed) as caught:
        structured.complete(model, ASKED, Wanted, 100)
    return caught.value, model


@pytest.mark.parametrize("text", ['{"word": "yes"}', '```json\n{"word": "yes"}\n```\n'])
def test_a_valid_output_takes_one_call(text: str) -> None:
    found, model = complete(text)
    assert (found.value, found.usage, found.attempts) == (Wanted(word="yes"), USAGE, 1)
    assert model.asked == [ASKED]


def test_a_cut_output_is_asked_for_again_with_a_larger_limit_and_without_the_cut_text() -> None:
    found, model = complete(FinishReason.MAX_TOKENS, '{"word": "yes"}')
    assert model.limits == [100, 200]
    assert model.asked == [ASKED, ASKED]
    assert (found.attempts, found.usage) == (2, USAGE.plus(USAGE))


def test_an_output_that_is_cut_twice_is_truncated() -> None:
    failed, model = failing(FinishReason.MAX_TOKENS, FinishReason.MAX_TOKENS)
    assert failed.code is ModelErrorCode.OUTPUT_TRUNCATED
    assert (failed.attempts, failed.usage) == (2, USAGE.plus(USAGE))
    assert not model.lines


@pytest.mark.parametrize(
    ("reason", "code", "is_retryable"),
    [
        (FinishReason.SAFETY, ModelErrorCode.SAFETY_FILTERED, False),
        (FinishReason.OTHER, ModelErrorCode.PROVIDER_ERROR, True),
        (FinishReason.TOOL_CALLS, ModelErrorCode.PROVIDER_ERROR, True),
    ],
)
def test_the_finish_reason_decides_before_the_text(
    reason: FinishReason, code: ModelErrorCode, is_retryable: bool
) -> None:
    failed, _ = failing(reason)
    assert (failed.code, failed.retryable, failed.attempts) == (code, is_retryable, 1)


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ("{}", "word: is required"),
        ('{"word": "too long"}', "at most 5 characters"),
        ('{"word": "yes", "more": 1}', "more: is not a field"),
        ('{"word": 3}', "valid string"),
        ("[" * 100_000, "no JSON"),
        ("no JSON at all", "no JSON"),
        ('{"word": NaN}', "valid string"),
    ],
)
def test_a_wrong_output_is_repaired_once_by_a_model_that_sees_the_errors(
    wrong: str, error: str
) -> None:
    found, model = complete(wrong, '{"word": "yes"}')
    assert found.value == Wanted(word="yes")
    assert found.attempts == 2
    shown, asked = model.asked[1][1:]
    assert shown == Message(Role.ASSISTANT, wrong[: structured.MAX_REPAIR_CHARACTERS])
    assert asked.role is Role.USER
    assert error in asked.content


def test_an_output_that_is_wrong_twice_fails() -> None:
    failed, model = failing("nonsense", '{"word": "too long"}')
    assert failed.code is ModelErrorCode.INVALID_OUTPUT
    assert failed.attempts == 2
    assert not model.lines


def test_a_repair_that_is_cut_is_asked_for_again_once_in_all() -> None:
    found, model = complete("nonsense", FinishReason.MAX_TOKENS, '{"word": "yes"}')
    assert model.limits == [100, 100, 200]
    assert found.attempts == 3
    failed, _ = failing(FinishReason.MAX_TOKENS, "nonsense", FinishReason.MAX_TOKENS)
    assert failed.code is ModelErrorCode.OUTPUT_TRUNCATED


def test_no_conversation_uses_more_than_is_reserved_for_it() -> None:
    cut = FinishReason.MAX_TOKENS
    for lines in ((cut, "nonsense", "nonsense"), ("nonsense", cut, cut), (cut, "nonsense", cut)):
        _, model = failing(*lines)
        repaired = len("nonsense")
        used = sum(model.limits) + 3 * model.count(ASKED) + repaired
        assert used <= structured.max_usage(model, ASKED, Wanted, 100)


def test_a_failed_call_counts_what_was_used_before() -> None:
    failed, _ = failing("nonsense", ModelFailed("gone", code=ModelErrorCode.TIMEOUT, usage=USAGE))
    assert failed.code is ModelErrorCode.TIMEOUT
    assert (failed.attempts, failed.usage) == (2, USAGE.plus(USAGE))
