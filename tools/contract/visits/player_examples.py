"""Calls of a player who walks a trail, and of an operator who looks at what was counted."""

from typing import Any

from emulator.demo.client import Client, unsigned_token
from tools.contract.recorder import Recorder

TRAIL = "city-trail"
RULES = {
    "completion": {"waypoints": {"gate": 1, "tower": 1}},
    "xp": {"waypoint_visited": 100},
    "achievements": [{"id": "explorer", "counter": "waypoints", "tiers": [1, 10]}],
}


def play(workspace: str, operator: Client, player: Client, recorder: Recorder) -> None:
    """Publish a trail, play on it, look at it all, and erase the player."""
    ids = {"workspaceId": workspace, "experienceId": TRAIL}
    draft = {"steps": [{"id": "name", "type": "short_text"}], "progress": RULES}
    operator.call("saveExperience", **ids, expectedVersion=0, name="Trail", draft=draft)
    operator.call("publishExperience", **ids, expectedVersion=1)

    def call(name: str, /, **data: Any) -> Any:
        return recorder.call("a player", player, name, **ids, **data)

    visit = {
        "eventId": "visit-1",
        "eventType": "waypoint_visited",
        "contentId": "gate",
        "data": {"time_spent": 120},
        "locationLat": 52.5163,
        "locationLng": 13.3777,
    }
    progress = call("trackProgressEvents", batchId="batch-1", events=[visit])["progress"]
    key = {"op": "add", "itemId": "key", "quantity": 1}
    call("updateInventory", operations=[key], requestId="key-1")
    call("updateLocation", currentLocation="square", locationLat=52.5163, locationLng=13.3777)
    call("setNickname", nickname="Ada")
    saved = call("saveState", slot=1, data={"chapter": 2})
    call("getState", slot=saved["slot"])
    call("getExperienceProgress")
    call("getLeaderboard", metric="xp", period="week", around=True)
    for name, data in (
        ("listExperienceProgress", {"pageSize": 10}),
        ("updatePreferences", {"preferences": {"difficulty": "normal"}}),
        ("getPlayerProfile", {}),
        ("mergePlayer", {"fromIdToken": unsigned_token(player.project, f"{player.uid}-before")}),
        ("exportPlayerData", {}),
    ):
        recorder.call("a player", player, name, **data)
    _look_after(ids, progress["playerId"], operator, recorder)
    recorder.call("a player", player, "erasePlayer")


def _look_after(ids: dict[str, str], player_id: str, operator: Client, recorder: Recorder) -> None:
    def call(name: str, /, **data: Any) -> Any:
        return recorder.call("a member of the workspace", operator, name, **data)

    call("auditProgress", **ids, playerId=player_id)
    call("getContentAnalytics", **ids, days=7)
    circle = {"lat": 52.5163, "lng": 13.3777, "radiusMeters": 100}
    call("findEventsNear", workspaceId=ids["workspaceId"], **circle)
    call("listProgress", **ids, visited="gate")
    call("listProgressEvents", **ids, playerId=player_id)
