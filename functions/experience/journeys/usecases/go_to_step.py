"""Moving through a journey."""

from typing import Any

from google.cloud.firestore import Transaction

from experience import clients, clock, transactions
from experience.errors import InvalidArgument
from experience.journeys import store
from experience.journeys.models.inputs import require_answered
from experience.journeys.models.requests import GoToStep
from experience.journeys.models.session import EventSessionView
from experience.journeys.usecases.access import require_guest, require_step_order
from experience.store import field_updates


def go_to_step(uid: str, request: GoToStep) -> EventSessionView:
    """Go back to any step, or forward past answered required ones. One read, one write.

    One read more for each step that is passed; a step that is gone or unknown holds nobody up.
    Raises InvalidArgument for an index past the end, FailedPrecondition `steps_incomplete` and
    `no_journey`.
    """
    client = clients.firestore()

    def body(transaction: Transaction) -> EventSessionView:
        session = store.get_event_session(client, request.event_id, request.session_id, transaction)
        require_guest(client, session, uid)
        order = require_step_order(client, session, transaction)
        if request.index > len(order):
            raise InvalidArgument(("index", f"the journey has {len(order)} steps"))
        here = session.current_step_index or 0
        if passed := order[here : request.index]:
            found = store.find_steps(client, session.event_id, passed, transaction)
            require_answered(session, found.values())
        changes: dict[str, Any] = {"current_step_index": request.index}
        if session.step_order is None:
            changes["step_order"] = order
        moved = session.model_copy(update=changes)
        if moved.dump() == session.dump():
            return EventSessionView.of(session)
        moved = moved.model_copy(update={"updated_at": clock.now_ms()})
        reference = store.event_session_ref(client, session.event_id, session.id)
        transaction.update(reference, field_updates(session, moved))
        return EventSessionView.of(moved)

    return transactions.run_optimistic(client, body)
