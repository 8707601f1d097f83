"""Writing the mail with the picture of a visit, once."""

from collections.abc import Callable
from datetime import timedelta

from google.api_core.exceptions import AlreadyExists
from google.cloud.firestore import Client, DocumentReference, Transaction

from experience import clients, clock, logs, transactions
from experience.guests.models import Guest
from experience.guests.store import guest_ref
from experience.mails.models.due import email_of, may_be_mailed
from experience.mails.models.mail import LIMIT_TIME, MAX_MAILS_PER_ADDRESS, mail_of
from experience.mails.models.message import message_of
from experience.mails.store import mail_ref, query_recent
from experience.projects.models import Phase, Project
from experience.projects.store import project_ref, unless_deleted
from experience.sessions.models.session import Session
from experience.sessions.store import find_linked, session_ref
from experience.shares.models.share import SharedPicture, share_id_of
from experience.shares.usecases.create import ensure_share
from experience.store import find, parse
from experience.sweeps import count_up_to


def write_mail(project_id: str, session_id: str, known: Session | None = None) -> bool:
    """Write the mail with the picture of a main session, and return whether this call did.

    Two reads (the session, unless it is `known` from its event, and the search for its pregate and
    preshare), and one more for each of those. Where there is an address five reads (its mails of
    the day, session, guest, project, share) and one write, and one more for a picture without a
    share. A main session has one mail, because the mail's id derives from it. None is written
    without the guest's consent to the present text, for a picture whose addresses were revoked,
    once the project is closed, a week after the visit, to an address that had too many
    (`write_once`), or for a guest who is erased meanwhile: the transaction locks the guest. Safe to
    repeat, and to do many times at once.
    """
    client = clients.firestore()
    session = known or find(client, session_ref(client, project_id, session_id), Session)
    if session is None or session.result_media is None or session.phase is not Phase.MAIN:
        return False
    to = email_of(session, _linked(client, session))
    if to is None:
        return False

    def body(transaction: Transaction) -> bool:
        return _write(client, transaction, session, to)

    reference = mail_ref(client, project_id, session_id)
    return write_once(client, reference, to, ("projectId", project_id), body)


def write_once(
    client: Client,
    reference: DocumentReference,
    to: str,
    parent: tuple[str, str],
    body: Callable[[Transaction], bool],
) -> bool:
    """Run a transaction that creates a mail; False where there is one, or none is to be.

    None is where the address had `MAX_MAILS_PER_ADDRESS` mails of the parent (`projectId` or
    `eventId`, and its id) within `LIMIT_TIME`: anybody can give a stranger's address, from as many
    accounts as they like. The mails are counted before the transaction, for one read, so a few more
    are written where several are at the same moment. What the limit left out is not tried again.
    """
    since = clock.now_ms() - LIMIT_TIME // timedelta(milliseconds=1)
    recent = query_recent(client, to, since, parent)
    if count_up_to(recent, MAX_MAILS_PER_ADDRESS) >= MAX_MAILS_PER_ADDRESS:
        if not reference.get().exists:
            field, parent_id = parent
            logs.warning("mail limit reached", **{field: parent_id})
        return False
    try:
        is_written = transactions.run(client, body)
    except AlreadyExists:
        return False
    if is_written:
        logs.info("mail written")
    return is_written


def _linked(client: Client, session: Session) -> list[Session]:
    """The pregate and the preshares of a main session, also a pregate whose link is on its way."""
    linked = find_linked(client, session.project_id, session.id)
    named = session.pregate_session_id
    if named and all(each.id != named for each in linked):
        pregate = find(client, session_ref(client, session.project_id, named), Session)
        if pregate and pregate.phase is Phase.PREGATE and pregate.main_session_id is None:
            linked.append(pregate)
    return linked


def _write(client: Client, transaction: Transaction, session: Session, to: str) -> bool:
    """Create the mail, unless something has changed since that keeps it from being written."""
    first, second, third = transactions.read(
        client,
        [
            session_ref(client, session.project_id, session.id),
            guest_ref(client, session.project_id, str(session.created_by)),
            project_ref(client, session.project_id),
        ],
        transaction,
    )
    current, guest = parse(first, Session), parse(second, Guest)
    project = unless_deleted(client, parse(third, Project))
    share_id = share_id_of(current) if current else None
    now = clock.now_ms()
    if current is None or share_id is None or guest is None or project is None:
        return False
    if not may_be_mailed(current, project, project.config().consent, guest.consent, now):
        return False
    parent = {"project_id": project.id}
    ensure_share(client, transaction, share_id, current.id, now, **parent)
    picture = SharedPicture.of(current, project)
    message = message_of(picture, f"{clients.public_origin()}/s/{share_id}", guest.locale)
    mail = mail_of(to, message, current.id, now, **parent)
    transaction.create(mail_ref(client, project.id, current.id), mail.dump())
    return True
