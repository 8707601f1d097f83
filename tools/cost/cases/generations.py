"""What AI generations cost."""

from tests.support.builders.workspaces import a_member, a_workspace
from tests.support.campaigns.builders import a_campaign
from tools.cost.stage import Stage

BRIEF = {"brief": "A wheel for Café Luna"}


def measure(stage: Stage) -> None:
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
