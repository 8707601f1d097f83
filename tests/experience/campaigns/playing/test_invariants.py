"""The invariants of campaigns: each is broken and reported, and what was played breaks none."""

from collections.abc import Callable
from typing import Any

import pytest
from google.cloud.firestore import Client as Database

from emulator.demo.client import Client
from experience.ids import new_id
from operations.checks.campaign_invariants import CAMPAIGN_INVARIANTS
from operations.checks.data import Data, read
from tests.support.builders.workspaces import a_workspace
from tests.support.campaigns.builders import a_campaign, a_sure_win


@pytest.fixture
def played(db: Database, signed_in: Callable[[str | None], Client]) -> tuple[str, list[str]]:
    """The path of a live campaign with a stock of two, and the plays of three people."""
    workspace = a_workspace(db)
    campaign = a_campaign(db, workspace, "live", a_sure_win(stock=2))
    asked = {"workspaceId": workspace, "campaignId": campaign, "termsVersion": "1"}
    plays = [signed_in(f"p-{new_id()}").call("playCampaign", **asked)["playId"] for _ in range(3)]
    return f"workspaces/{workspace}/campaigns/{campaign}", plays


@pytest.mark.exhaustive
def test_each_is_broken_and_reported(db: Database, played: tuple[str, list[str]]) -> None:
    path, plays = played
    campaign_id = path.rpartition("/")[2]

    def reported() -> dict[str, list[tuple[str, str]]]:
        data = read(db)
        about = {
            each.__name__: [found for found in each(data) if campaign_id in found[0]]
            for each in CAMPAIGN_INVARIANTS
        }
        return {name: found for name, found in about.items() if found}

    def broken(at: str, **fields: Any) -> dict[str, list[tuple[str, str]]]:
        """What is reported while a document has these fields."""
        stored = db.document(at).get()
        before = {name: stored.get(name) for name in fields}
        db.document(at).update(fields)
        found = reported()
        db.document(at).update(before)
        return found

    assert isinstance(read(db), Data)
    assert reported() == {}
    lost = next(
        f"{path}/plays/{each}"
        for each in plays
        if db.document(f"{path}/plays/{each}").get().get("denied")
    )
    stock = "awarded_and_left_are_offered"
    assert broken(f"{path}/stockShards/mug-7", left=1) == {
        stock: [(path, "offers 2 of mug: 2 awarded, 1 left")]
    }
    assert broken(f"{path}/stockShards/mug-7", left=-1)[stock][-1][0].endswith("mug-7")
    won = {"prizeId": "mug", "status": "won", "claimHash": "x"}
    assert broken(lost, **won) == {stock: [(path, "awarded 2 of mug, won by 3 plays")]}
    twin = f"publicCampaigns/{campaign_id}"
    assert list(broken(twin, version=9)) == ["a_live_campaign_has_its_twin"]
    assert list(broken(path, status="archived")) == ["a_live_campaign_has_its_twin"]
    assert list(broken(lost, draw=7)) == ["a_play_is_of_a_draw"]
    assert list(broken(lost, status="won")) == ["a_play_is_of_a_draw"]
    assert list(broken(path, pendingRunId="gone")) == ["no_build_is_left"]
    assert "no_build_is_left" in broken(path, status="generating")
    assert reported() == {}
