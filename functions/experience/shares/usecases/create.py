"""Giving a picture a short address."""

from google.cloud.firestore import Client, Transaction

from experience import clients, clock, transactions
from experience.errors import FailedPrecondition, InvalidArgument
from experience.journeys import store as journey_store
from experience.journeys.usecases.access import require_guest
from experience.sessions import store as session_store
from experience.sessions.usecases.access import require_owner
from experience.shares.models.share import (
    CreateShare,
    Share,
    ShareView,
    share_id_of,
    share_id_of_event,
    share_of,
)
from experience.shares.store import share_ref
from experience.store import find


def create_share(uid: str, request: CreateShare) -> ShareView:
    """The short address of a session's picture, for the session's guest. Two reads, one write.

    None is written where there is one already; one that is over begins anew. It is written only as
    long as the session has this picture: the transaction locks it. Raises NotFound, and
    FailedPrecondition `no_result`, `project_not_live` and `event_not_live`.
    """
    if (request.project_id is None) == (request.event_id is None):
        raise InvalidArgument(("projectId", "name either a project or an event"))
    client = clients.firestore()

    def body(transaction: Transaction) -> ShareView:
        share_id, parent = _shared(client, transaction, uid, request)
        if share_id is None:
            raise FailedPrecondition("no_result", "This session has no picture.")
        now = clock.now_ms()
        share = ensure_share(client, transaction, share_id, request.session_id, now, **parent)
        return ShareView.of(share_id, share)

    return transactions.run(client, body)


def _shared(
    client: Client, transaction: Transaction, uid: str, request: CreateShare
) -> tuple[str | None, dict[str, str]]:
    """The id that the share of the caller's session has, and what the session is of. One read."""
    if request.project_id is not None:
        session = session_store.get_session(
            client, request.project_id, request.session_id, transaction
        )
        require_owner(client, session, uid)
        return share_id_of(session), {"project_id": request.project_id}
    event_id = str(request.event_id)
    own = journey_store.get_event_session(client, event_id, request.session_id, transaction)
    require_guest(client, own, uid)
    return share_id_of_event(own), {"event_id": event_id}


def ensure_share(
    client: Client,
    transaction: Transaction,
    share_id: str,
    session_id: str,
    now: int,
    **parent: str,
) -> Share:
    """The share of a session, as `share_of` makes it if there is none yet, or one that is over.

    One read, at most one write. The transaction has read the session, from which the id derives.
    """
    reference = share_ref(client, share_id)
    share = find(client, reference, Share, transaction)
    if share is None or share.is_over(now):
        share = share_of(session_id, now, **parent)
        transaction.set(reference, share.dump())
    return share
