"""Choosing the journey that an event's guests go through."""

from google.cloud.firestore import Transaction

from experience import clients, clock, transactions
from experience.errors import FailedPrecondition, VersionConflict
from experience.events import store
from experience.events.models.event import Event
from experience.events.models.journey import Journey
from experience.events.models.requests import SetActiveJourney
from experience.events.usecases.save import require_passable, require_steps
from experience.store import field_updates, parse, require
from experience.workspaces.models import Role
from experience.workspaces.usecases.access import require_role


def set_active_journey(uid: str, request: SetActiveJourney) -> Event:
    """Choose an active journey of the event, or none. Three reads and one for each step, one write.

    With locks: the journey must not be deleted meanwhile. Nothing is written where it is chosen
    already. Raises NotFound, VersionConflict, and FailedPrecondition `journey_deleted`,
    `journey_empty` or `steps_missing`.
    """
    client = clients.firestore()
    reference = store.event_ref(client, request.event_id)
    references = [reference]
    if request.journey_id is not None:
        references.append(store.journey_ref(client, request.event_id, request.journey_id))

    def body(transaction: Transaction) -> Event:
        read = transactions.read(client, references, transaction)
        event = store.require_event(client, parse(read[0], Event))
        require_role(
            client, event.workspace_id, uid, Role.EDITOR, what="event", transaction=transaction
        )
        if event.active_journey_id == request.journey_id:
            return event
        if request.expected_version != event.version:
            raise VersionConflict(event.version)
        if request.journey_id is not None:
            journey = require(parse(read[1], Journey), what="journey")
            if not journey.is_active:
                raise FailedPrecondition("journey_deleted", "This journey was deleted.")
            require_passable(journey)
            require_steps(client, transaction, journey)
        changed = event.model_copy(
            update={
                "active_journey_id": request.journey_id,
                "version": event.version + 1,
                "updated_at": clock.now_ms(),
            }
        )
        transaction.update(reference, field_updates(event, changed))
        return changed

    return transactions.run(client, body)
