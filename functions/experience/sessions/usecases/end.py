"""Ending a session without completing it: abandoned, or failed in its client."""

from collections.abc import Callable
from typing import Any

from google.cloud.firestore import DELETE_FIELD, Transaction

from experience import clients, clock, transactions
from experience.errors import NotFound
from experience.guests.models import Guest
from experience.guests.store import active_session_path, guest_ref
from experience.projects.usecases.access import require_open
from experience.sessions import store
from experience.sessions.models.requests import AbandonSession, FailSession
from experience.sessions.models.session import Session, SessionError, SessionStatus
from experience.sessions.models.views import SessionView
from experience.sessions.usecases import adopt
from experience.sessions.usecases.access import require_active
from experience.store import parse, require


def abandon_session(uid: str, request: AbandonSession) -> SessionView:
    """Abandon an active session, so that a new one can begin. Two reads, two writes.

    Abandoning again returns the same. Raises FailedPrecondition `session_not_active` and
    `project_not_live`.
    """
    require_open(clients.firestore(), request.project_id)

    def decide(session: Session) -> dict[str, Any]:
        if session.status is SessionStatus.ABANDONED:
            return {}
        require_active(session)
        return {"status": SessionStatus.ABANDONED}

    return SessionView.of(end_session(uid, request.project_id, request.session_id, decide))


def fail_session(uid: str, request: FailSession) -> SessionView:
    """Record that a client could not go on. Two reads, two writes.

    Failing again returns the same. Raises FailedPrecondition `session_not_active` and
    `project_not_live`.
    """
    require_open(clients.firestore(), request.project_id)

    def decide(session: Session) -> dict[str, Any]:
        if session.status is SessionStatus.ERROR:
            return {}
        require_active(session)
        error = SessionError(code=request.code, message=request.message)
        return {"status": SessionStatus.ERROR, "error": error}

    return SessionView.of(end_session(uid, request.project_id, request.session_id, decide))


def end_session(
    uid: str, project_id: str, session_id: str, decide: Callable[[Session], dict[str, Any]]
) -> Session:
    """Change a session's status and release the guest's claim on it, in one transaction."""
    client = clients.firestore()

    def body(transaction: Transaction) -> Session:
        references = [store.session_ref(client, project_id, session_id)]
        if uid:
            references.append(guest_ref(client, project_id, uid))
        snapshots = transactions.read(client, references, transaction)
        session = require(parse(snapshots[0], Session), what="session")
        if (session.created_by or "") != uid:
            raise NotFound("session")
        changes = decide(session)
        if not changes:
            return session
        ended = session.model_copy(update={**changes, "updated_at": clock.now_ms()})
        transaction.update(references[0], session.difference(ended))
        guest = parse(snapshots[1], Guest) if uid else None
        claim = guest.active_sessions.get(session.claim) if guest else None
        if claim and claim.session_id == session.id:
            path = active_session_path(session.claim)
            transaction.update(references[1], {path: DELETE_FIELD})
        return ended

    return adopt.with_adoption(lambda: transactions.run_optimistic(client, body))
