"""The day's tokens of a workspace: exact, however many calls there are at once."""

from typing import Any

import pytest
from google.cloud import firestore

from experience.errors import ResourceExhausted
from experience.language_models.models import Message, ModelFailed, Role, Usage
from experience.workspaces.models import TokenReservation, require_tokens, token_day_of
from experience.workspaces.usecases.tokens import BudgetedModel, reserve_tokens, settle_tokens
from tests.support.builders.workspaces import a_workspace
from tests.support.calling import at_once
from tests.support.vendors.scripted_model import USAGE, ScriptedModel

NOON = 1_767_268_800_000  # 2026-01-01T12:00:00Z


def usage_of(db: firestore.Client, workspace: str) -> dict[str, Any]:
    [snapshot] = db.collection("workspaces", workspace, "tokenUsage").stream()
    fields = snapshot.to_dict() or {}
    assert fields["day"] == snapshot.id
    return fields


def limited(db: firestore.Client, limit: int | None) -> str:
    workspace = a_workspace(db)
    db.document("workspaces", workspace).update({"dailyTokenLimit": limit})
    return workspace


def reserve(workspace: str, tokens: int) -> TokenReservation | str:
    try:
        return reserve_tokens(workspace, tokens)
    except ResourceExhausted as refused:
        return refused.reason


def settle(db: firestore.Client, workspace: str, held: TokenReservation, usage: Usage) -> None:
    batch = db.batch()
    settle_tokens(db, batch, workspace, held, usage)
    batch.commit()


def test_the_refusal_names_the_limit_and_the_seconds_to_midnight() -> None:
    require_tokens(60, 40, 100, NOON)
    with pytest.raises(ResourceExhausted) as caught:
        require_tokens(60, 41, 100, NOON)
    expected = {"reason": "token_budget", "retryAfterSeconds": 12 * 3600 + 1, "limit": 100}
    assert caught.value.details == expected
    assert token_day_of(NOON) == "20260101"


def test_calls_at_once_reserve_no_more_than_the_limit(db: firestore.Client) -> None:
    workspace = limited(db, 100)
    answers = at_once(10, lambda _: reserve(workspace, 30))
    reserved = [each for each in answers if isinstance(each, TokenReservation)]
    assert len(reserved) == 3
    assert answers.count("token_budget") == 7
    assert usage_of(db, workspace)["tokens"] == 90

    used = Usage(input_tokens=4, output_tokens=1, cost_micros=7)
    at_once(3, lambda number: settle(db, workspace, reserved[number], used))
    usage = usage_of(db, workspace)
    counted = [usage[name] for name in ("tokens", "inputTokens", "outputTokens", "costMicros")]
    assert counted == [15, 12, 3, 21]
    assert isinstance(reserve(workspace, 85), TokenReservation)
    assert reserve(workspace, 1) == "token_budget"


def test_each_call_of_a_model_with_a_budget_takes_what_it_used(db: firestore.Client) -> None:
    workspace, asked = limited(db, 200), [Message(Role.USER, "twenty characters ..")]
    model = ScriptedModel("yes", ModelFailed("It is gone.", usage=USAGE), "no", "more")
    budgeted = BudgetedModel(model, workspace)
    assert budgeted.complete(asked, max_tokens=100).text == "yes"
    with pytest.raises(ModelFailed):
        budgeted.complete(asked, max_tokens=100)
    assert usage_of(db, workspace)["tokens"] == 2 * USAGE.tokens
    *parts, last = budgeted.stream(asked, max_tokens=100)
    assert ("".join(each.delta for each in parts), last.completion is not None) == ("no", True)
    assert usage_of(db, workspace)["tokens"] == 3 * USAGE.tokens

    next(budgeted.stream(asked, max_tokens=100))  # whoever reads it goes away
    assert usage_of(db, workspace)["tokens"] == 3 * USAGE.tokens + 120
    with pytest.raises(ResourceExhausted):
        budgeted.complete(asked, max_tokens=100)
    assert model.lines == []
    assert (budgeted.name, budgeted.count(asked)) == ("scripted/1", 20)


def test_without_a_limit_of_its_own_a_workspace_has_the_deployment_s(
    db: firestore.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOKENS_PER_WORKSPACE_AND_DAY", "10")
    assert reserve(limited(db, None), 11) == "token_budget"
    assert isinstance(reserve(limited(db, None), 10), TokenReservation)
    assert isinstance(reserve(limited(db, 11), 11), TokenReservation)
    assert reserve(limited(db, 0), 1) == "token_budget"
