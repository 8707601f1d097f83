"""Plays whose calls die at their commit, or meet locks all the time: no prize twice, none lost."""

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from typing import Any

import pytest
import requests

from emulator.demo.chaos import RETRYABLE
from emulator.demo.client import CallError
from experience.ids import new_id
from operations.checks.campaign_invariants import CAMPAIGN_INVARIANTS
from operations.checks.data import read
from tests.support.builders.workspaces import a_member, a_workspace
from tests.support.campaigns.builders import a_campaign, a_sure_win, stock_of
from tests.support.faulty_suite import FaultySuite
from tests.support.waiting import eventually

pytestmark = pytest.mark.exhaustive

MAX_TRIES = 60
PLAYERS = 200
MAX_WORKERS = 24


class Booth:
    """A campaign in which every play draws the prize, and pages that try everything again."""

    def __init__(self, faulty_suite: FaultySuite, stock: int, **prize: Any) -> None:
        self.faulty_suite = faulty_suite
        self.db = faulty_suite.db
        self.workspace = a_workspace(self.db)
        self.owner = a_member(self.db, self.workspace, "owner")
        game = a_sure_win(stock=stock, **prize)
        self.campaign = a_campaign(self.db, self.workspace, "live", game)
        self.ids = {"workspaceId": self.workspace, "campaignId": self.campaign}

    def call(self, uid: str, name: str, **data: Any) -> Any:
        client = self.faulty_suite.client(uid)
        for attempt in range(MAX_TRIES):
            try:
                return client.call(name, **self.ids, **data)
            except CallError as error:
                if error.status not in RETRYABLE:
                    raise
            except (requests.RequestException, ValueError):
                pass
            time.sleep(min(1, 0.05 * attempt))
        raise AssertionError(f"{name} did not succeed in {MAX_TRIES} tries")

    def play(self, uid: str) -> Any:
        return self.call(uid, "playCampaign", termsVersion="1")

    def violations(self) -> list[Any]:
        data = read(self.db)
        return [
            found
            for each in CAMPAIGN_INVARIANTS
            for found in each(data)
            if self.campaign in found[0]
        ]


def test_two_hundred_at_once_on_a_stock_of_three_win_three(faulty_suite: FaultySuite) -> None:
    booth = Booth(faulty_suite, stock=3)
    uids = [f"one-of-many-{number}-{new_id()}" for number in range(PLAYERS)]
    faulty_suite.faults(abort=0.1, only="playCampaign")

    with ThreadPoolExecutor(MAX_WORKERS) as pool:
        first = list(pool.map(booth.play, uids))
        again = list(pool.map(booth.play, uids))

    faulty_suite.faults()
    won = [each for each in first if each["prize"]]
    assert len(won) == 3
    assert len({each["claim"]["code"] for each in won}) == 3
    assert again == first
    assert stock_of(booth.db, booth.workspace, booth.campaign, "mug") == (3, 0)
    assert booth.violations() == []


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize(
    "prize", [{}, {"perDay": 1, "codes": "uploaded"}], ids=["generated", "uploaded and capped"]
)
def test_a_play_that_dies_at_its_commit_wins_once(
    faulty_suite: FaultySuite, when: str, prize: dict[str, Any]
) -> None:
    booth, uid = Booth(faulty_suite, stock=8, **prize), f"killed-{new_id()}"
    if prize:
        codes = [f"CODE-{number}" for number in range(16)]
        booth.call(booth.owner, "uploadCodes", prizeId="mug", codes=codes)
    faulty_suite.faults(killAtCommit=1, killWhen=when, only="playCampaign")
    first = booth.play(uid)
    eventually(lambda: faulty_suite.suite.faults.kill_at_commit is None)
    faulty_suite.faults()

    assert booth.play(uid) == first
    assert first["prize"]["id"] == "mug"
    assert stock_of(booth.db, booth.workspace, booth.campaign, "mug") == (1, 7)
    assert booth.violations() == []


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("function", ["redeemClaim", "voidClaim", "updateCampaign"])
def test_an_operator_s_call_that_dies_at_its_commit_leaves_nothing_half_done(
    faulty_suite: FaultySuite, function: str, when: str
) -> None:
    booth, uid = Booth(faulty_suite, stock=8), f"won-{new_id()}"
    won = booth.play(uid)
    asked: dict[str, dict[str, Any]] = {
        "redeemClaim": {"code": won["claim"]["code"]},
        "voidClaim": {"playId": won["playId"], "reason": "a mistake"},
        "updateCampaign": {"expectedVersion": 2, "config": {"game": a_sure_win(stock=20)}},
    }
    faulty_suite.faults(killAtCommit=1, killWhen=when, only=function)
    # a scan that was counted and whose answer was lost is a second scan
    is_lost = (function, when) == ("redeemClaim", "after")
    with pytest.raises(CallError, match="already_redeemed") if is_lost else nullcontext():
        booth.call(booth.owner, function, **asked[function])
    eventually(lambda: faulty_suite.suite.faults.kill_at_commit is None)
    faulty_suite.faults()

    stock = {"redeemClaim": (1, 7), "voidClaim": (0, 8), "updateCampaign": (1, 19)}
    assert stock_of(booth.db, booth.workspace, booth.campaign, "mug") == stock[function]
    assert booth.violations() == []
