"""Giving a picture a short address."""

from google.cloud.firestore import Client, Transaction

from experience import clients, clock, transactions
from experience.errors import FailedPrecondition
from experience.sessions import store as session_store
from experience.sessions.usecases.access import require_owner
from experience.shares.models.share import CreateShare, Share, ShareView, share_id_of, share_of
from experience.shares.store import share_ref
from experience.store import find


def create_share(uid: str, request: CreateShare) -> ShareView:
    """The short address of a session's picture, for the session's guest. Two reads, one write.

    None is written where there is one already; one that is over begins anew. It is written only as
    long as the session has this picture: the transaction locks it. Raises NotFound, and
    FailedPrecondition `no_result` and `project_not_live`.
    """
    client = clients.firestore()

    def body(transaction: Transaction) -> ShareView:
        project_id, session_id = request.project_id, request.session_id
        session = session_store.get_session(client, project_id, session_id, transaction)
        require_owner(client, session, uid)
        share_id = share_id_of(session)
        if share_id is None:
            raise FailedPrecondition("no_result", "This session has no picture.")
        share = ensure_share(
            client, transaction, share_id, session_id, clock.now_ms(), project_id=project_id
        )
        return ShareView.of(share_id, share)

    return transactions.run(client, body)


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
