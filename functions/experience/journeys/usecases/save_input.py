"""Keeping what a guest puts into a step."""

from google.api_core.exceptions import NotFound as GoogleNotFound

from experience import clients, clock, transactions
from experience.errors import NotFound
from experience.journeys import store
from experience.journeys.models.inputs import data_changes
from experience.journeys.models.requests import SaveStepInput
from experience.journeys.models.session import EventSessionView, SessionState
from experience.journeys.usecases import followers
from experience.journeys.usecases.access import require_guest, require_own_step
from experience.steps.questions import EmailStep
from experience.steps.values import is_blank


def save_step_input(uid: str, request: SaveStepInput) -> EventSessionView:
    """Check an input against its step as it is now, and keep it. Two reads, one write.

    Only the step's own key of `data` is written, so that two tabs lose nothing. The same input
    again writes nothing. An e-mail address for a picture that is ready gets its mail at once.
    Raises InvalidArgument, and FailedPrecondition `no_journey`.
    """
    client = clients.firestore()
    session = store.get_event_session(client, request.event_id, request.session_id)
    require_guest(client, session, uid)
    step = require_own_step(client, session, request.step_id)
    changes = data_changes(step, request.input)
    data = session.data or {}
    if all(data.get(key) == value for key, value in changes.items()):
        return EventSessionView.of(session)
    now = clock.now_ms()
    reference = store.event_session_ref(client, session.event_id, session.id)
    updates = {**store.data_fields(changes), "updatedAt": now}
    given = isinstance(step, EmailStep) and not is_blank(request.input.content)
    is_ready = session.state is SessionState.READY
    if given:
        updates |= {"hasEmail": True, **({"mailDueAt": now} if is_ready else {})}
    try:
        transactions.retry(lambda: reference.update(updates))
    except GoogleNotFound as erased:
        raise NotFound("session") from erased
    if given and is_ready:
        followers.follow("event picture", session.event_id, session.id)
    kept = {"data": {**data, **changes}, "updated_at": now}
    return EventSessionView.of(session.model_copy(update=kept))
