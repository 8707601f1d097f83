"""Calls of who looks at what players did: contents, and events near a place."""

from typing import Any

from emulator.demo.client import Client
from tools.contract.recorder import Recorder


def play(workspace: str, experience: str, operator: Client, recorder: Recorder) -> None:
    """Read what one player, the operator, did at a gate."""
    where = {"workspaceId": workspace, "experienceId": experience}
    at = {"locationLat": 52.5163, "locationLng": 13.3777}
    visited = {"eventId": "gate-1", "eventType": "waypoint_visited", "contentId": "gate", **at}
    operator.call("trackProgressEvents", **where, events=[visited])

    def call(name: str, /, **data: Any) -> Any:
        return recorder.call("a viewer", operator, name, **data)

    call("getContentAnalytics", **where, days=7)
    near = {"lat": 52.5163, "lng": 13.3777, "radiusMeters": 100}
    call("findEventsNear", workspaceId=workspace, **near)
