"""The invariants of AI generations: each is broken and reported; a whole workspace breaks none."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from experience.ai_generations.models import AiGeneration
from experience.campaigns.models.campaign import Campaign
from experience.workspaces.models import TokenUsage
from operations.checks.data import Data
from operations.checks.generation_invariants import GENERATION_INVARIANTS

GENERATION, CAMPAIGN = "workspaces/w/aiGenerations/g", "workspaces/w/campaigns/c"
DAY = "workspaces/w/tokenUsage/20260101"
ERROR = {"code": "TIMEOUT", "message": "Late.", "retryable": True}
HELD = {"day": "20260101", "tokens": 7}


def whole(**fields: Any) -> Data:
    """A workspace with a completed generation for a campaign, changed in these fields."""
    times = {"createdAt": 1, "updatedAt": 1}
    own = {"tenantId": "w", "userId": "u", **times}
    generation = {
        "id": "g", "campaignId": "c", "generationType": "copy", "status": "completed",
        "inputParams": {}, "output": {}, "promptVersion": "copy/1", **own, **fields,
    }  # fmt: skip
    campaign = {"id": "c", "name": "C", "templateId": "spin_wheel", "nameKey": "c", **own}
    usage = {"day": "20260101", "tokens": 5, "inputTokens": 3, "outputTokens": 2}
    return Data(
        ai_generations={GENERATION: AiGeneration.load(generation)},
        campaigns={CAMPAIGN: Campaign.load(campaign)},
        token_usage={DAY: TokenUsage.load({**usage, "expireAt": datetime.now(UTC)})},
    )


def reported(data: Data) -> list[tuple[str, str, str]]:
    return [
        (invariant.__name__, path, message)
        for invariant in GENERATION_INVARIANTS
        for path, message in invariant(data)
    ]


BROKEN: list[tuple[dict[str, Any], str, str]] = [
    ({"id": "h"}, "every_ai_generation_has_ended", "the id h of w"),
    ({"status": "pending"}, "every_ai_generation_has_ended", "still pending"),
    ({"output": None}, "every_ai_generation_has_ended", "another output and error"),
    ({"error": ERROR}, "every_ai_generation_has_ended", "another output and error"),
    (
        {"status": "failed", "output": None, "error": ERROR, "accepted": True},
        "every_ai_generation_has_ended",
        "accepted without",
    ),
    ({"accepted": True, "rejectedAt": 1}, "every_ai_generation_has_ended", "it is rejected"),
    ({"reservation": HELD}, "every_ai_generation_has_ended", "holds tokens"),
    ({"campaignId": "d"}, "an_ai_generation_s_campaign_is_there", "names the campaign d"),
]


def test_a_whole_workspace_breaks_none() -> None:
    assert reported(whole()) == []
    assert reported(whole(accepted=True)) == []
    assert reported(whole(campaignId=None, status="failed", output=None, error=ERROR)) == []


@pytest.mark.parametrize(("fields", "invariant", "message"), BROKEN)
def test_what_is_broken_is_reported(fields: dict[str, Any], invariant: str, message: str) -> None:
    found = reported(whole(**fields))
    assert [each for each in found if each[:2] == (invariant, GENERATION) and message in each[2]]


def test_a_deleted_campaign_and_a_wrong_count_are_reported() -> None:
    data = whole()
    gone = {
        path: each.model_copy(update={"deleted": True}) for path, each in data.campaigns.items()
    }
    [found] = reported(replace(data, campaigns=gone))
    assert found[:2] == ("an_ai_generation_s_campaign_is_there", GENERATION)
    for change, message in (({"tokens": 4}, "fewer than were used"), ({"day": "1"}, "the day 1")):
        usage = {path: each.model_copy(update=change) for path, each in data.token_usage.items()}
        [found] = reported(replace(data, token_usage=usage))
        assert found[:2] == ("tokens_are_counted", DAY)
        assert message in found[2]
