"""Finding sessions whose event was lost, or whose client went away."""

from typing import Any

from experience import clients, clock, config, sweeps
from experience.sessions import store
from experience.sessions.models.session import Session, SessionStatus
from experience.sessions.usecases import end
from experience.sessions.usecases.adopt import adopt_and_link

RUN_MS = 720_000
"""How long a run lasts; the function has 840 s. An evening leaves many sessions idle."""


def sweep_sessions(milliseconds: int = RUN_MS) -> dict[str, int]:
    """Adopt the sessions whose event was lost, abandon those idle for a day; how many of each.

    As `sweeps.run` with two queries. A session that is adopted is a read, one that is abandoned is
    one, then two reads and two writes. A session that its guest touches at that moment stays
    active. Safe to repeat, and to run twice at once.
    """
    client = clients.firestore()
    idle_ms = int(config.SESSION_IDLE_HOURS.value) * 3_600_000
    before = clock.now_ms() - idle_ms

    def decide(current: Session) -> dict[str, Any]:
        idle = current.is_active and current.updated_at <= before
        return {"status": SessionStatus.ABANDONED} if idle else {}

    def abandon(fields: dict[str, Any]) -> bool:
        session = Session.load(fields)
        after = end.end_session(session.created_by or "", session.project_id, session.id, decide)
        return after.status is SessionStatus.ABANDONED

    def adopt(fields: dict[str, Any]) -> bool:
        return adopt_and_link(Session.load(fields))

    return sweeps.run(
        "sweepSessions",
        sweeps.Part(
            "adopted", store.query_unadopted(client), sweeps.of_project(adopt), ("__name__",)
        ),
        sweeps.Part(
            "abandoned",
            store.query_idle(client, before),
            sweeps.of_project(abandon),
            ("updatedAt",),
            idle_ms,
        ),
        milliseconds=milliseconds,
    )
