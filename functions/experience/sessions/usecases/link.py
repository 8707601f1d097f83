"""Giving a completed pregate the main session that it led to: once, and never another."""

from google.cloud.firestore import Client, Transaction

from experience import clients, clock, logs, transactions
from experience.projects.models import Phase
from experience.sessions import store
from experience.sessions.models.session import Session, SessionStatus
from experience.store import parse

# Two servers stamp the end of a pregate and the start of its main session, each by its own clock.
CLOCK_SKEW_MS = 5_000


def link_pregate(main: Session) -> bool:
    """Set `mainSessionId` on the pregate that this main session came from.

    That is the one that the session names in `pregateSessionId`, or else the guest's newest
    completed one that no main session has yet. One query, and more only where there is something
    to link. Safe to repeat, and to run late: a pregate goes to the first main session after it
    that has none. Whether one was linked now.
    """
    if main.phase is not Phase.MAIN or main.created_by is None:
        return False
    client = clients.firestore()
    if main.pregate_session_id:
        named = _link(client, main, main.pregate_session_id)
        if named is not None:
            return named
    found = store.find_unlinked_pregates(client, main.project_id, main.created_by)
    unlinked = [pregate for pregate in found if _precedes(pregate, main)]
    if not unlinked:
        return False
    pregates = store.find_completed_pregates(client, main.project_id, main.created_by)
    taken = {pregate.main_session_id for pregate in pregates}
    if main.id in taken:
        return False
    newest = max(unlinked, key=lambda pregate: pregate.completed_at or 0)
    mains = store.find_mains(client, main.project_id, main.created_by, main.mode)
    first = min(
        (each for each in [*mains, main] if each.id not in taken and _precedes(newest, each)),
        key=lambda each: (each.created_at, each.id),
    )
    return bool(_link(client, first, newest.id))


def _precedes(pregate: Session, main: Session) -> bool:
    """Whether the main session can have followed from this pregate."""
    completed_at = pregate.completed_at or 0
    return pregate.mode is main.mode and completed_at <= main.created_at + CLOCK_SKEW_MS


def _link(client: Client, main: Session, pregate_id: str) -> bool | None:
    """True: linked now. False: linked before. None: cannot be linked. Two reads, one write."""
    pregate_reference = store.session_ref(client, main.project_id, pregate_id)
    main_reference = store.session_ref(client, main.project_id, main.id)

    def body(transaction: Transaction) -> bool | None:
        snapshots = transactions.read(client, [pregate_reference, main_reference], transaction)
        pregate, current = (parse(snapshot, Session) for snapshot in snapshots)
        if not pregate or not current:
            return None
        if pregate.main_session_id == current.id:
            return False
        if not _linkable(pregate, current):
            return None
        transaction.update(
            pregate_reference, {"mainSessionId": current.id, "updatedAt": clock.now_ms()}
        )
        return True

    linked = transactions.run_optimistic(client, body)
    if linked:
        logs.info("pregate linked", pregate=pregate_id, main=main.id)
    return linked


def _linkable(pregate: Session, main: Session) -> bool:
    """The same guest's in the same mode, completed, and without a main session."""
    return (
        pregate.phase is Phase.PREGATE
        and main.phase is Phase.MAIN
        and pregate.created_by == main.created_by
        and pregate.mode is main.mode
        and pregate.status is SessionStatus.COMPLETED
        and pregate.main_session_id is None
    )
