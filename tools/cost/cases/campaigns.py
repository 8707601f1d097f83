"""What campaigns cost: their operators, and above all each play."""

from tests.support.builders.workspaces import a_member, a_workspace
from tests.support.campaigns.builders import a_campaign, a_game, a_sure_win
from tools.cost.stage import Stage


def measure(stage: Stage) -> None:
    workspace = a_workspace(stage.db)
    stage.warm(workspaceId=workspace)
    admin = a_member(stage.db, workspace, "admin")
    there = {"workspaceId": workspace}
    new = {**there, "name": "Spin", "templateId": "spin_wheel", "requestId": "r"}
    campaign = stage.call(admin, "createCampaign", "", **new)["id"]
    stage.call(admin, "createCampaign", "a requestId again", **new)
    draft = {**there, "campaignId": campaign}
    stage.call(admin, "updateCampaign", "a draft", **draft, expectedVersion=1, name="Spin!")
    stage.call(admin, "getCampaign", "", **draft)
    stage.call(admin, "listCampaigns", "one", **there)
    stage.call(admin, "deleteCampaign", "a draft", **draft, expectedVersion=2)
    stage.call(admin, "undeleteCampaign", "", **draft, expectedVersion=3)
    built = {**there, "campaignId": a_campaign(stage.db, workspace)}
    stage.call(admin, "generateCampaign", "a first build", **built, expectedVersion=1)
    stage.call(admin, "generateCampaign", "with nothing to build anew", **built, expectedVersion=2)
    stage.call(admin, "getEmbedCode", "", **built)
    _operate(stage, admin, {**there, "campaignId": a_campaign(stage.db, workspace, "live")})
    _play(stage, workspace, admin)


def _operate(stage: Stage, admin: str, live: dict[str, str]) -> None:
    stage.call(admin, "updateCampaign", "a live one's name", **live, expectedVersion=2, name="S")
    game = a_game()
    game["prizes"][0]["stock"] = 20
    change = {**live, "expectedVersion": 3, "config": {"game": game}}
    stage.call(admin, "updateCampaign", "a live one's stock", **change)
    stage.call(admin, "archiveCampaign", "", **live, expectedVersion=4)
    stage.call(admin, "restoreCampaign", "", **live, expectedVersion=5)
    stage.call(admin, "createTickets", "two", **live, count=2, requestId="t")
    batch = stage.caller(admin).call("createTickets", **live, count=2, requestId="t")["batchId"]
    stage.call(admin, "revokeTickets", "", **live, batchId=batch)


def _play(stage: Stage, workspace: str, admin: str) -> None:
    never = a_game()
    for prize in never["prizes"]:
        prize["weightPpm"] = 0
    there = {"workspaceId": workspace, "termsVersion": "1"}
    lost = {**there, "campaignId": a_campaign(stage.db, workspace, "live", never)}
    stage.caller("warm").call("playCampaign", **lost)
    stage.call("ada", "playCampaign", "nothing drawn", **lost)
    stage.call("ada", "playCampaign", "again", **lost)
    won = {**there, "campaignId": a_campaign(stage.db, workspace, "live", a_sure_win(stock=99))}
    first = stage.call("ada", "playCampaign", "a prize", **won)
    second = stage.caller("bea").call("playCampaign", **won)
    stage.call("ada", "getPlay", "", **_ids(won), playId=first["playId"])
    code = {"code": first["claim"]["code"]}
    stage.call(admin, "redeemClaim", "", **_ids(won), **code)
    voided = {"playId": second["playId"], "reason": "a mistake"}
    stage.call(admin, "voidClaim", "", **_ids(won), **voided)
    stage.call(admin, "listPlays", "two", **_ids(won))
    stage.call(admin, "getCampaignFunnel", "two plays of a day", **_ids(won))
    stage.call(admin, "exportPlays", "two", **_ids(won))
    game = a_sure_win(stock=99, codes="uploaded", perDay=9)
    coded = {**there, "campaignId": a_campaign(stage.db, workspace, "live", game)}
    codes = [f"CODE-{number}" for number in range(16)]
    stage.call(admin, "uploadCodes", "sixteen", **_ids(coded), prizeId="mug", codes=codes)
    stage.call("ada", "playCampaign", "a prize with a daily cap and an uploaded code", **coded)
    closing = {**_ids(won), "expectedVersion": 2}
    stage.call(admin, "closeCampaign", "", **closing)
    closed = stage.db.document("workspaces", workspace, "campaigns", won["campaignId"])
    closed.update({"closedAt": closed.get().get("closedAt") - 200_000})
    stage.measure({"revealDraws": "one draw"}, lambda: stage.deliver("revealDraws", _ids(won)))


def _ids(asked: dict[str, str]) -> dict[str, str]:
    return {name: asked[name] for name in ("workspaceId", "campaignId")}
