"""What campaigns cost: their operators, what is generated, and above all each play."""

from tests.support.builders.workspaces import a_member, a_workspace
from tests.support.campaigns.builders import a_campaign, a_game, a_sure_win
from tools.cost.stage import Stage

BRIEF = {"brief": "A wheel for Café Luna"}


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
    states = {
        "generateCampaign": "a first build",
        "runStep": "campaign.build's twelve steps in seven tasks",
    }
    first = {**built, "expectedVersion": 1}
    with stage.one_at_a_time("runStep"):
        stage.measure(states, lambda: stage.caller(admin).call("generateCampaign", **first))
    assert stage.caller(admin).call("getCampaign", **built)["status"] == "live"
    stage.call(admin, "generateCampaign", "with nothing to build anew", **built, expectedVersion=2)
    stage.call(admin, "getEmbedCode", "", **built)
    _operate(stage, admin, {**there, "campaignId": a_campaign(stage.db, workspace, "live")})
    _play(stage, workspace, admin)
    _generate(stage)


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
    stage.call(admin, "getCampaignFunnel", "one play", **_ids(won))
    second = stage.caller("bea").call("playCampaign", **won)
    stage.call("ada", "getPlay", "", **_ids(won), playId=first["playId"])
    code = {"code": first["claim"]["code"]}
    stage.call(admin, "redeemClaim", "", **_ids(won), **code)
    voided = {"playId": second["playId"], "reason": "a mistake"}
    stage.call(admin, "voidClaim", "", **_ids(won), **voided)
    stage.call(admin, "listPlays", "two", **_ids(won))
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


def _generate(stage: Stage) -> None:
    workspace = a_workspace(stage.db)
    stage.warm(workspaceId=workspace)
    editor = a_member(stage.db, workspace, "editor")
    ids = {"workspaceId": workspace}
    plan = {**ids, "generationType": "plan", "params": BRIEF, "requestId": "plan"}
    made = stage.call(editor, "createAiGeneration", "a plan", **plan)
    stage.call(editor, "createAiGeneration", "again", **plan)
    of_plan = {**ids, "generationId": made["id"]}
    stage.call(editor, "getAiGeneration", "", **of_plan)
    stage.call(editor, "rejectAiGeneration", "", **of_plan)
    stage.call(editor, "rejectAiGeneration", "again", **of_plan)
    stage.call(editor, "acceptAiGeneration", "a plan without a campaign", **of_plan)
    stage.call(editor, "acceptAiGeneration", "again", **of_plan)

    image = {**ids, "generationType": "theme_image", "params": BRIEF}
    stage.call(editor, "createAiGeneration", "a theme with its image", **image)
    campaign = a_campaign(stage.db, workspace)
    copy = {**ids, "generationType": "copy", "params": BRIEF, "campaignId": campaign}
    written = stage.call(editor, "createAiGeneration", "copy for a campaign", **copy)
    of_copy = {**ids, "generationId": written["id"]}
    stage.call(editor, "acceptAiGeneration", "copy of a draft", **of_copy)
    stage.call(editor, "listAiGenerations", "a page of three", **ids)
    deletion = {**ids, "campaignId": campaign, "expectedVersion": 2}
    stage.measure(
        {"deleteCampaign": "with a generation", "onCampaignDeleted": "one generation"},
        lambda: stage.caller(editor).call("deleteCampaign", **deletion),
    )
    renamed = {**ids, "campaignId": a_campaign(stage.db, workspace), "expectedVersion": 1}
    stage.measure(
        {"updateCampaign": "another name", "onCampaignDeleted": "another name"},
        lambda: stage.caller(editor).call("updateCampaign", **renamed, name="Autumn"),
    )
