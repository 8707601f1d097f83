"""Finding sessions whose event was lost, or whose client went away."""

from typing import Any

from experience import clients, clock, config, logs, sweeps
from experience.sessions import store
from experience.sessions.models.session import Session, SessionStatus
from experience.sessions.usecases import end
from experience.sessions.usecases.adopt import adopt_and_link


def sweep_sessions() -> None:
    """Adopt the sessions whose event was lost, and abandon those that nobody touched for a day."""
    sweep_unadopted()
    sweep_idle()


def sweep_unadopted() -> int:
    """Adopt the sessions whose event was lost, and return how many. One read for each."""

    def found(fields: dict[str, Any]) -> bool:
        return adopt_and_link(Session.load(fields))

    pages = sweeps.query_pages(store.query_unadopted(clients.firestore()))
    swept = sum(sweeps.repair_each(page, found)[0] for page in pages)
    if swept:
        logs.warning("sessions adopted late", count=swept)
    return swept


def sweep_idle() -> int:
    """Abandon every active session that nobody touched for a day, and return how many.

    One read for each, then two reads and two writes. A session that its guest touches at that
    moment stays active.
    """
    before = clock.now_ms() - int(config.SESSION_IDLE_HOURS.value) * 3_600_000

    def decide(current: Session) -> dict[str, Any]:
        idle = current.is_active and current.updated_at <= before
        return {"status": SessionStatus.ABANDONED} if idle else {}

    def forget(fields: dict[str, Any]) -> bool:
        session = Session.load(fields)
        after = end.end_session(session.created_by or "", session.project_id, session.id, decide)
        return after.status is SessionStatus.ABANDONED

    found = sweeps.query_pages(store.query_idle(clients.firestore(), before))
    swept = sum(sweeps.repair_each(page, forget)[0] for page in found)
    if swept:
        logs.info("sessions abandoned", count=swept)
    return swept
