"""Generations whose calls die at each commit: none stays pending, one campaign of each."""

from typing import Any

import pytest
import requests

from emulator.demo.client import CallError
from experience.clock import now_ms
from experience.ids import new_id
from tests.support.builders.workspaces import a_member, a_workspace
from tests.support.campaigns.builders import a_campaign
from tests.support.faulty_suite import FaultySuite
from tests.support.waiting import eventually

pytestmark = pytest.mark.exhaustive

HOUR_MS = 3_600_000


class Desktop:
    """An editor's page, which calls again by the same requestId when an answer is lost."""

    def __init__(self, faulty_suite: FaultySuite) -> None:
        self.faulty_suite = faulty_suite
        self.db = faulty_suite.db
        self.workspace = a_workspace(self.db)
        a_member(self.db, self.workspace, "owner")
        self.client = faulty_suite.client(a_member(self.db, self.workspace, "editor"))

    def call(self, name: str, **data: Any) -> Any:
        """What the call returns, or None where its answer is lost."""
        try:
            return self.client.call(name, workspaceId=self.workspace, **data)
        except (CallError, requests.RequestException, ValueError):
            return None

    def generate(self, **fields: Any) -> Any:
        params = {"brief": "A wheel for Café Luna"}
        asked = {"generationType": "plan", "params": params, "requestId": "one", **fields}
        return self.call("createAiGeneration", **asked)

    def stored(self, collection: str) -> list[dict[str, Any]]:
        found = self.db.collection("workspaces", self.workspace, collection).stream()
        return [each.to_dict() or {} for each in found]

    def killed(self, name: str, commit: int, when: str) -> None:
        self.faulty_suite.faults(killAtCommit=commit, killWhen=when, only=name)

    def was_killed(self) -> None:
        eventually(lambda: self.faulty_suite.suite.faults.kill_at_commit is None)
        self.faulty_suite.faults()


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("commit", [1, 2])
def test_a_generation_ends_wherever_its_call_dies(
    faulty_suite: FaultySuite, commit: int, when: str
) -> None:
    desktop = Desktop(faulty_suite)
    desktop.killed("createAiGeneration", commit, when)
    assert desktop.generate() is None
    desktop.was_killed()

    again = desktop.generate()
    expected = {(1, "before"): "completed", (1, "after"): "pending", (2, "before"): "pending"}
    assert again["status"] == expected.get((commit, when), "completed")
    for each in desktop.db.collection("workspaces", desktop.workspace, "aiGenerations").stream():
        if each.get("status") == "pending":
            each.reference.update({"createdAt": now_ms() - HOUR_MS})
    faulty_suite.sweep("sweepAiGenerations")

    [generation] = desktop.stored("aiGenerations")
    is_lost = again["status"] == "pending"
    assert generation["status"] == ("failed" if is_lost else "completed")
    [usage] = desktop.stored("tokenUsage")
    used = usage["inputTokens"] + usage["outputTokens"]
    assert usage["tokens"] > used == 0 if is_lost else usage["tokens"] == used > 0
    assert desktop.generate()["id"] == generation["id"]


@pytest.mark.parametrize("when", ["before", "after"])
def test_an_acceptance_that_dies_makes_one_campaign(faulty_suite: FaultySuite, when: str) -> None:
    desktop = Desktop(faulty_suite)
    ids = {"generationId": desktop.generate()["id"]}
    desktop.killed("acceptAiGeneration", 1, when)
    assert desktop.call("acceptAiGeneration", **ids) is None
    desktop.was_killed()

    assert len(desktop.stored("campaigns")) == (1 if when == "after" else 0)
    accepted = desktop.call("acceptAiGeneration", **ids)
    [campaign] = desktop.stored("campaigns")
    assert (accepted["campaignId"], campaign["version"]) == (campaign["id"], 1)
    assert desktop.call("acceptAiGeneration", **ids) == accepted


@pytest.mark.parametrize("fault", ["duplicate", "drop", "killed before", "killed after"])
def test_generations_let_go_of_a_deleted_campaign_however_its_event_comes(
    faulty_suite: FaultySuite, fault: str
) -> None:
    desktop = Desktop(faulty_suite)
    campaign = a_campaign(desktop.db, desktop.workspace)
    for number in range(2):
        desktop.generate(campaignId=campaign, requestId=f"{number}-{new_id()}")
    if fault.startswith("killed"):
        desktop.killed("onCampaignDeleted", 1, fault.split()[1])
    else:
        faulty_suite.faults(**{fault: 1}, only="onCampaignDeleted")
    assert desktop.call("deleteCampaign", campaignId=campaign, expectedVersion=1)
    if fault.startswith("killed"):
        desktop.was_killed()
    faulty_suite.suite.settle()
    faulty_suite.faults()
    if fault == "drop":
        kept = [each["campaignId"] for each in desktop.stored("aiGenerations")]
        assert kept == [campaign, campaign]
        faulty_suite.sweep("sweepAiGenerations")
    assert [each["campaignId"] for each in desktop.stored("aiGenerations")] == [None, None]
