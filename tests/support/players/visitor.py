"""Guests whose completed sessions count for them as players."""

from typing import Any

from google.cloud.firestore import Client as Database

from experience import clock
from experience.ids import new_id
from experience.players import store
from experience.progress.calendar import day_of
from experience.sessions.models.session import Session
from tests.support.builders.guests import a_guest
from tests.support.builders.projects import a_project
from tests.support.builders.sessions import a_session, stored_session
from tests.support.builders.workspaces import a_workspace
from tests.support.players.builders import a_counting_experience

RULES: dict[str, Any] = {
    "xp": {"session_completed": 100},
    "achievements": [{"id": "regular", "counter": "session_completed", "tiers": [1, 3]}],
}


class Visitor:
    """A guest of a project whose experience has rules of progress, and what is stored of them."""

    def __init__(self, db: Database, **project: Any) -> None:
        self.db, self.uid = db, f"visitor-{new_id()}"
        self.workspace = a_workspace(db)
        self.experience = a_counting_experience(db, self.workspace, **RULES)
        self.project = self.guest_of(**project)
        self.own = store.progress_ref(db, self.uid, self.workspace, self.experience)

    def guest_of(self, **project: Any) -> str:
        """The id of a new project with the experience, of which the visitor is a guest."""
        made = a_project(self.db, self.workspace, [self.experience], **project)
        a_guest(self.db, made, self.uid)
        return made

    def completed(self, project: str = "", **fields: Any) -> Session:
        """A completed session of which no event was delivered."""
        then = clock.now_ms() - 5000
        times = dict.fromkeys(("createdAt", "updatedAt", "completedAt"), then)
        marked = {"workspaceId": self.workspace, "status": "completed", "progressPending": True}
        where = project or self.project
        made = a_session(self.db, where, self.uid, self.experience, **(marked | times | fields))
        return Session.load(stored_session(self.db, where, made))

    def is_pending(self, session: Session) -> bool:
        return "progressPending" in stored_session(self.db, session.project_id, session.id)

    def progress(self) -> dict[str, Any]:
        return self.own.get().to_dict() or {}

    def profile(self) -> dict[str, Any]:
        return store.player_ref(self.db, self.uid).get().to_dict() or {}

    def log(self) -> list[dict[str, Any]]:
        return [each.to_dict() or {} for each in self.own.collection("progressEvents").stream()]

    def counted(self) -> tuple[int, int, int, int]:
        """How often sessions count in progress, profile, log and today's rollup."""
        kinds = [each["eventType"] for each in self.log()]
        day = day_of(clock.now_ms() - 5000, "UTC")
        rollups = store.read_rollups(self.db, self.workspace, self.experience, day, None)
        events = [each["events"].get("session_completed", 0) for each in rollups]
        xp = [each.get("xp", 0) // 100 for each in (self.progress(), self.profile())]
        return xp[0], xp[1], kinds.count("session_completed"), sum(events)
