"""What a player's batches of events cost, cold, warm, repeated and in part known.

And what it costs to count the completed sessions of guests.
"""

from typing import Any

from experience.clock import now_ms
from tests.support.builders.guests import a_guest
from tests.support.builders.projects import a_project
from tests.support.builders.sessions import a_session
from tests.support.builders.workspaces import a_member, a_step, a_workspace, an_experience
from tools.cost.stage import Stage

UID = "player"
RULES = {
    "completion": {"waypoints": {"gate": 1, "tower": 1}},
    "achievements": [{"id": "explorer", "counter": "waypoints", "tiers": [2]}],
}


def measure(stage: Stage) -> None:
    workspace = a_workspace(stage.db)
    draft = {"steps": [a_step("name")], "transform": None, "progress": RULES}
    experience = an_experience(stage.db, workspace, draft=draft)
    ids = {"workspaceId": workspace, "experienceId": experience}

    def track(state: str, *events: dict[str, Any], uid: str = UID, **fields: Any) -> None:
        stage.call(uid, "trackProgressEvents", state, **ids, events=list(events), **fields)

    deaths = [_event(f"d{number}", "player_death") for number in range(10)]
    track("ten events, the first in an experience, cold", *deaths)
    more = [_event(f"e{number}", "player_death") for number in range(10)]
    track("ten events, warm", *more, batchId="b")
    track("a batchId again", *more, batchId="b")
    track("ten known events", *more)
    track("ten events, half of them known", *more[:5], *(_event(f"f{n}") for n in range(5)))
    gate = _event("g1", "waypoint_visited", contentId="gate")
    track("two events, one of them a first visit", gate, _event("g2"))
    tower = _event("h1", "waypoint_visited", contentId="tower")
    track("two events, a first visit and an achievement", tower, _event("h2"))
    track("two events, of two days", _event("i1"), _event("i2", occurredAt=_DAYS_AGO))
    named = _event("j1", contentId="by nobody")
    track("an event with a content that no rules name, cold", named)
    attendant = a_member(stage.db, workspace, "attendant")
    track("an event, by an attendant", _event("k"), uid=attendant, playerId=UID)
    change = [{"op": "add", "itemId": "key", "quantity": 1}]
    named_request = {**ids, "operations": change, "requestId": "r"}
    stage.call(UID, "updateInventory", "", **named_request)
    stage.call(UID, "updateInventory", "a requestId again", **named_request)
    stage.call(UID, "updateLocation", "", **ids, locationLat=52.5, locationLng=13.4)
    viewer = a_member(stage.db, workspace, "viewer")
    stage.call(viewer, "auditProgress", "36 events", **ids, playerId=UID)

    completed_sessions(stage, workspace, experience)


def completed_sessions(stage: Stage, workspace: str, experience: str) -> None:
    project = a_project(stage.db, workspace, [experience])
    uid = a_guest(stage.db, project)
    for state in ("counted, the guest's first", "counted"):
        session = a_session(stage.db, project, uid, experience, workspaceId=workspace)
        ids = {"projectId": project, "sessionId": session}
        stage.measure(
            {"onSessionCompleted": state},
            lambda: stage.caller(uid).call("completeSession", **ids),  # noqa: B023
        )
    lost = {"workspaceId": workspace, "status": "completed", "completedAt": now_ms() - 600_000}
    with stage.without_events():
        a_session(stage.db, project, uid, experience, **lost, progressPending=True)
    stage.run_schedule("sweepProgress", "one session whose event was lost")
    stage.call(uid, "eraseGuest", "three sessions, which counted", projectId=project)


_DAYS_AGO = 1_700_000_000_000
"""Clamped to thirty days ago."""


def _event(event_id: str, kind: str = "player_death", **fields: Any) -> dict[str, Any]:
    return {"eventId": event_id, "eventType": kind, **fields}
