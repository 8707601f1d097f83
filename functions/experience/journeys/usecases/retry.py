"""Going on with an event session after an error."""

from typing import Any

from google.cloud.firestore import (
    DELETE_FIELD,
    Client,
    DocumentReference,
    DocumentSnapshot,
    Transaction,
)

from experience import clients, clock, transactions
from experience.events.models.event import Event
from experience.events.store import event_ref, require_event
from experience.events.usecases.access import require_unarchived
from experience.journeys import store
from experience.journeys.models.moves import require_move
from experience.journeys.models.session import EventSession, EventSessionView, SessionState
from experience.journeys.models.transform import (
    RetryJourney,
    changed_session,
    without_photos,
)
from experience.media.store import objects
from experience.store import parse, require
from experience.workspaces.models import Role
from experience.workspaces.usecases.access import require_role

ENDED_BY_RETRY = ("error", "errorCode", "resultImagePath")
"""What a session loses that leaves `error`."""


def retry_journey(uid: str, request: RetryJourney) -> EventSessionView:
    """Leave `error`: for `captured` where the photo still stands, else for `created`.

    Two reads, one more before them, one request to the storage, and one write. One read more for an
    attendant. A repeated call returns the session as it is. Raises FailedPrecondition
    `move_not_allowed` for a session that was never in `error`.
    """
    client = clients.firestore()
    photo = find_standing_photo(
        store.get_event_session(client, request.event_id, request.session_id)
    )

    def body(transaction: Transaction) -> EventSession:
        session, _, _ = get_session_and_event(
            client, transaction, uid, request.event_id, request.session_id
        )
        if session.state in (SessionState.CREATED, SessionState.CAPTURED):
            return session
        after = SessionState.CREATED if photo is None else SessionState.CAPTURED
        require_move(session.state, after)
        changes: dict[str, Any] = {"state": after.value, "updatedAt": clock.now_ms()}
        ended, paths = list(ENDED_BY_RETRY), list(ENDED_BY_RETRY)
        if photo is None:
            ended += ["inputImagePath", "captureGeneration"]
            paths = [*ended, *store.data_fields(dict.fromkeys(session.photo_steps))]
        else:
            changes["captureGeneration"] = photo
        reference = store.event_session_ref(client, request.event_id, request.session_id)
        transaction.update(reference, {**changes, **dict.fromkeys(paths, DELETE_FIELD)})
        changed = changed_session(session, changes, ended)
        return changed if photo is not None else without_photos(changed)

    return EventSessionView.of(transactions.run_optimistic(client, body))


def find_standing_photo(session: EventSession) -> int | None:
    """The generation of a session's photo if it lies where it was saved; else None.

    One request to the storage, and none for a session without a photo. An upload that nobody saved
    has replaced the photo. Earlier sessions say nothing of the generation.
    """
    path = objects.capture_path(session.event_id, session.id)
    if session.input_image_path != path:
        return None
    found = objects.find(path)
    if found is None or session.capture_generation not in (None, found.generation):
        return None
    return found.generation


def get_session_and_event(
    client: Client,
    transaction: Transaction,
    uid: str,
    event_id: str,
    session_id: str,
    *further: DocumentReference,
) -> tuple[EventSession, Event, list[DocumentSnapshot[Any]]]:
    """A session of the caller, its event, and what else is asked for, in one request.

    One read more for an attendant. Raises NotFound, also for another guest's session,
    PermissionDenied for viewers, and FailedPrecondition for an archived event.
    """
    references = [
        store.event_session_ref(client, event_id, session_id),
        event_ref(client, event_id),
        *further,
    ]
    first, second, *others = transactions.read(client, references, transaction)
    session = require(parse(first, EventSession), what="session")
    event = require_event(client, parse(second, Event))
    if session.created_by != uid:
        require_role(client, event.workspace_id, uid, Role.ATTENDANT, what="session")
    require_unarchived(event.status)
    return session, event, others
