"""What a player's calls about themselves cost, up to their erasure."""

from typing import Any

from emulator.demo.client import unsigned_token
from experience.clock import now_ms
from experience.players.store import accounts_state_ref
from tests.support.builders.workspaces import a_member, a_step, a_workspace, an_experience
from tools.cost.stage import Stage

UID, GUEST = "player-of-profiles", "guest-of-profiles"
EVENT = {"eventType": "waypoint_visited", "contentId": "gate"}


def measure(stage: Stage) -> None:
    workspace = a_workspace(stage.db)
    stage.warm(workspaceId=workspace)
    draft: dict[str, Any] = {"steps": [a_step("name")], "transform": None, "progress": {}}
    ids = {
        "workspaceId": workspace,
        "experienceId": an_experience(stage.db, workspace, draft=draft),
    }
    for uid in (UID, GUEST):
        stage.caller(uid).call("trackProgressEvents", **ids, events=[{**EVENT, "eventId": "e"}])
    stage.call(UID, "getPlayerProfile", "")
    stage.call(UID, "updatePreferences", "", preferences={"difficulty": "normal"})
    stage.call(UID, "setNickname", "", **ids, nickname="Ada")
    stage.call(UID, "getExperienceProgress", "", **ids)
    viewer = a_member(stage.db, workspace, "viewer")
    stage.call(viewer, "getExperienceProgress", "by a member", **ids, playerId=UID)
    stage.call(UID, "listExperienceProgress", "one experience")
    stage.call(UID, "saveState", "the first in a slot", **ids, slot=1, data={"chapter": 2})
    stage.call(UID, "getState", "", **ids, slot=1)
    token = unsigned_token(stage.suite.project, GUEST)
    stage.call(UID, "mergePlayer", "one experience, which both played", fromIdToken=token)
    stage.call(UID, "exportPlayerData", "two experiences, of two players in one")
    stage.call(UID, "erasePlayer", "the same, and what remained of the other")
    stage.run_schedule("sweepPlayers", "nothing to do")
    accounts_state_ref(stage.db).set({"run": now_ms()})
    stage.run_schedule("sweepAccounts", "no run due")
