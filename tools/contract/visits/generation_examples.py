"""Calls of AI generations: a brief becomes a campaign, and its copy is written anew."""

from typing import Any

from emulator.demo.client import Client
from tools.contract.recorder import Recorder

BRIEF = "A wheel for the opening of Café Luna. Prizes: a free espresso, a mug and a weekend trip."


def play(workspace: str, operator: Client, recorder: Recorder) -> None:
    """Plan a campaign and accept it, and reject another copy."""

    def call(name: str, /, **data: Any) -> Any:
        return recorder.call("an editor", operator, name, workspaceId=workspace, **data)

    params = {"brief": BRIEF, "tone": "playful"}
    plan = call("createAiGeneration", generationType="plan", params=params)
    accepted = call("acceptAiGeneration", generationId=plan["id"])
    of_campaign = {"campaignId": accepted["campaignId"]}
    copy = {"generationType": "copy", "params": params | {"locale": "de"}}
    written = call("createAiGeneration", **of_campaign, **copy)
    call("rejectAiGeneration", generationId=written["id"])
    call("getAiGeneration", generationId=written["id"])
    call("listAiGenerations", **of_campaign, pageSize=10)
