"""Keeping what a guest answers while a session is active."""

from google.cloud.firestore import Transaction

from experience import clients, clock, transactions
from experience.sessions import store
from experience.sessions.models import progress
from experience.sessions.models.requests import UpdateSessionProgress
from experience.sessions.models.session import Session
from experience.sessions.models.views import SessionView
from experience.sessions.usecases import adopt
from experience.sessions.usecases.access import require_active, require_owner


def update_session_progress(uid: str, request: UpdateSessionProgress) -> SessionView:
    """Merge answers, outputs and the position into an active session. One read, one write.

    Nothing is written where nothing changed. Raises FailedPrecondition `session_not_active` and
    InvalidArgument for values that do not fit their steps.
    """
    client = clients.firestore()
    reference = store.session_ref(client, request.project_id, request.session_id)

    def body(transaction: Transaction) -> Session:
        session = store.get_session(client, request.project_id, request.session_id, transaction)
        require_owner(client, session, uid)
        require_active(session)
        now = clock.now_ms()
        changed = progress.with_progress(
            session, store.get_pinned_config(client, session), request, now
        )
        if difference := session.difference(changed):
            transaction.update(reference, {**difference, "updatedAt": now})
            changed = changed.model_copy(update={"updated_at": now})
        return changed

    return SessionView.of(adopt.with_adoption(lambda: transactions.run_optimistic(client, body)))
