"""Calls of an operator who runs a campaign, of a player, and of an attendant at the desk."""

from typing import Any

from google.cloud.firestore import Client as Database

from emulator.demo.client import Client
from tests.support.campaigns.builders import a_campaign, a_sure_win
from tools.contract.recorder import Recorder

LIVE, BUILT = "summer-spin", "spring-spin"
OPERATOR, PLAYER = "a member of the workspace", "a player"


def play(
    database: Database, workspace: str, operator: Client, player: Client, recorder: Recorder
) -> None:
    """Draft a campaign, build another one, and play a third one until it is closed."""
    there = {"workspaceId": workspace}

    def call(name: str, /, **data: Any) -> Any:
        return recorder.call(OPERATOR, operator, name, **there, **data)

    new = {"name": "Winter spin", "templateId": "spin_wheel", "requestId": "winter"}
    draft = {"campaignId": call("createCampaign", **new)["id"]}
    config = {"theme": {"primaryColor": "#5b3df5"}, "copy": {"headline": "Spin the wheel!"}}
    call("updateCampaign", **draft, expectedVersion=1, config=config)
    call("getCampaign", **draft)
    call("listCampaigns", namePrefix="winter", pageSize=10)
    call("deleteCampaign", **draft, expectedVersion=2)
    call("undeleteCampaign", **draft, expectedVersion=3)

    a_campaign(database, workspace, campaign=BUILT)
    call("generateCampaign", campaignId=BUILT, expectedVersion=1)
    recorder.suite.settle()
    call("getEmbedCode", campaignId=BUILT)

    game = a_sure_win(stock=100, codes="uploaded")
    window = {"opensAt": 1_780_000_000_000, "closesAt": 4_000_000_000_000, "timeZone": "UTC"}
    a_campaign(database, workspace, "live", game | {"window": window}, campaign=LIVE)
    live = {"campaignId": LIVE}
    call("archiveCampaign", **live, expectedVersion=2)
    call("restoreCampaign", **live, expectedVersion=3)
    call("uploadCodes", **live, prizeId="mug", codes=[f"MUG-2026-{n}" for n in range(16)])
    batch = call("createTickets", **live, count=2, requestId="door")
    call("revokeTickets", **live, batchId=batch["batchId"])
    _play(call, {**there, **live}, player, recorder)
    call("closeCampaign", **live, expectedVersion=4)


def _play(call: Any, ids: dict[str, str], player: Client, recorder: Recorder) -> None:
    """Play twice, have one prize handed out and the other one taken back."""
    played = recorder.call(PLAYER, player, "playCampaign", **ids, termsVersion="1")
    recorder.call(PLAYER, player, "getPlay", **ids, playId=played["playId"])
    live = {"campaignId": ids["campaignId"]}
    if played["claim"]:
        call("redeemClaim", **live, code=played["claim"]["code"])
    other = recorder.client("bea").call("playCampaign", **ids, termsVersion="1")
    call("voidClaim", **live, playId=other["playId"], reason="Won by a colleague")
    call("listPlays", **live, pageSize=1)
    call("getCampaignFunnel", **live, days=7)
    call("exportPlays", **live)
