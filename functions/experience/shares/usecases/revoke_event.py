"""Revoking the download URL of a picture of an event, as `revoke` does for those of projects."""

from google.api_core.exceptions import NotFound as ObjectNotFound
from google.cloud.firestore import Client, Transaction

from experience import clients, clock, transactions
from experience.errors import FailedPrecondition
from experience.events import store as event_store
from experience.journeys import store as journey_store
from experience.journeys.models.session import EventSession, EventSessionView
from experience.media.store import download_urls
from experience.media.store.download_urls import NewDownloadUrl
from experience.media.store.objects import event_result_path
from experience.shares.models.share import RevokeEventShare, share_id_of_event
from experience.shares.store import share_ref
from experience.workspaces.models import Role
from experience.workspaces.usecases.access import require_role

GENERATION = "&generation="
"""What follows the download URL of an object at a path that is written again."""


def revoke_event_share(uid: str, request: RevokeEventShare) -> EventSessionView:
    """Give the picture of an event's session a new download URL, and revoke all earlier ones.

    As `revoke_share`: for the session's guest and for attendants, also once the event is archived.
    Two reads, two more for an attendant; one write, one delete. Raises FailedPrecondition
    `no_result`.
    """
    client = clients.firestore()
    session = journey_store.get_event_session(client, request.event_id, request.session_id)
    _require_attended(client, session, uid)
    if share_id_of_event(session) is None:
        raise _no_result()
    path = event_result_path(session.event_id, session.id)
    try:
        added = download_urls.add(path, [str(session.result_image_path)])
    except ObjectNotFound as error:  # its time was over, and retention is about to delete it
        raise _no_result() from error

    def body(transaction: Transaction) -> EventSession:
        current = journey_store.get_event_session(
            client, request.event_id, request.session_id, transaction
        )
        shared = share_id_of_event(current)
        if shared is None:
            raise _no_result()
        now = clock.now_ms()
        url = _current_url(current, added)
        changed = current.model_copy(
            update={"result_image_path": url, "revoked_at": now, "updated_at": now}
        )
        if shared != share_id_of_event(changed):
            transaction.delete(share_ref(client, shared))
        reference = journey_store.event_session_ref(client, request.event_id, request.session_id)
        transaction.update(reference, current.difference(changed))
        return changed

    shown = transactions.run_optimistic(client, body)
    held = str(shown.result_image_path).partition(GENERATION)[0]
    download_urls.revoke_others(added, held)
    return EventSessionView.of(shown)


def _require_attended(client: Client, session: EventSession, uid: str) -> None:
    """Raise NotFound or PermissionDenied unless it is the caller's own, or they attend to it."""
    if session.created_by == uid:
        event_store.get_status(client, session.event_id)
        return
    event = event_store.get_event(client, session.event_id)
    require_role(client, event.workspace_id, uid, Role.ATTENDANT, what="session")


def _current_url(session: EventSession, added: NewDownloadUrl) -> str:
    """The new URL in place of an earlier one, of the same generation of the picture."""
    held, mark, generation = str(session.result_image_path).partition(GENERATION)
    return added.in_place_of(held) + mark + generation


def _no_result() -> FailedPrecondition:
    return FailedPrecondition("no_result", "This session has no picture.")
