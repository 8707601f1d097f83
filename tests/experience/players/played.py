"""A player in an experience, and what lies in the database of them."""

from typing import Any

from google.cloud.firestore import Client as Database

from experience.clock import now_ms
from experience.ids import new_id
from experience.players import store
from experience.players.models.tracking import TrackedProgress, TrackProgressEvents
from experience.players.usecases import record
from experience.players.usecases.track import track_progress_events
from experience.progress.calendar import day_of
from tests.support.builders.workspaces import a_step, an_experience

DAY = 24 * 3_600_000
RULES: dict[str, Any] = {
    "completion": {"waypoints": {"gate": 1, "tower": 1}, "quests": {}, "items": {}},
    "xp": {"waypoint_visited": 100},
    "achievements": [{"id": "explorer", "counter": "waypoints", "tiers": [1, 2]}],
    "caps": {"waypoint_visited": 10},
    "serverOnly": ["game_completed"],
    "timeZone": "Europe/Berlin",
}


class Played:
    """A player in an experience, and what lies in the database of them."""

    def __init__(self, db: Database, workspace: str, experience: str) -> None:
        self.db, self.workspace, self.experience = db, workspace, experience
        self.uid = f"player-{new_id()}"
        self.own = store.progress_ref(db, self.uid, workspace, experience)

    def track(self, *events: dict[str, Any], uid: str = "", **fields: Any) -> TrackedProgress:
        request = TrackProgressEvents.load(
            {
                "workspaceId": self.workspace,
                "experienceId": self.experience,
                "events": list(events),
                **fields,
            }
        )
        return track_progress_events(uid or self.uid, request)

    def progress(self) -> dict[str, Any]:
        return self.own.get().to_dict() or {}

    def profile(self) -> dict[str, Any]:
        return store.player_ref(self.db, self.uid).get().to_dict() or {}

    def log(self) -> dict[str, dict[str, Any]]:
        events = self.own.collection("progressEvents").stream()
        return {each.id: each.to_dict() or {} for each in events}

    def rollup(self, day: str = "") -> dict[str, Any]:
        day = day or day_of(now_ms(), "Europe/Berlin")
        shard = record.shard_of(self.uid)
        found = store.rollup_ref(self.db, self.workspace, self.experience, day, shard).get()
        return found.to_dict() or {}

    def visitor(self, content: str) -> dict[str, Any] | None:
        path = (self.db, self.workspace, self.experience, content, self.uid)
        return store.visitor_ref(*path).get().to_dict()


def an_event(kind: str = "waypoint_visited", content: str | None = "gate", **fields: Any) -> Any:
    named = {} if content is None else {"contentId": content}
    return {"eventId": new_id(), "eventType": kind, **named, **fields}


def a_trail(db: Database, workspace: str, **rules: Any) -> str:
    config = {"steps": [a_step("name")], "transform": None, "progress": RULES | rules}
    return an_experience(db, workspace, draft=config)
