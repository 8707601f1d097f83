"""Writing the mail with the picture of an event's session, once."""

from google.cloud.firestore import Client, Transaction

from experience import clients, clock, transactions
from experience.events.models.event import Event
from experience.events.store import event_ref, unless_deleted
from experience.journeys.models.guest import EventGuest
from experience.journeys.models.session import EventSession
from experience.journeys.store import event_guest_ref, event_session_ref, find_steps
from experience.mails.models.due import may_be_mailed, one_address
from experience.mails.models.mail import mail_of
from experience.mails.models.message import message_of
from experience.mails.store import event_mail_ref
from experience.mails.usecases.write import write_once
from experience.shares.models.share import SharedPicture, share_id_of_event
from experience.shares.usecases.create import ensure_share
from experience.steps.questions import EmailStep
from experience.steps.values import TextInput
from experience.store import find, parse


def follow(event_id: str, session_id: str) -> None:
    """What follows a picture that is ready, or an address given for one."""
    write_event_mail(event_id, session_id)


def write_event_mail(event_id: str, session_id: str) -> bool:
    """Write the mail with the picture of an event's session, and return whether this call did.

    As `write_mail`. One read, and one for each step of whose input it can be; where there is an
    address five reads (its mails of the day, session, guest, event, share), one write, and one more
    for a picture without a share.
    """
    client = clients.firestore()
    session = find(client, event_session_ref(client, event_id, session_id), EventSession)
    if session is None or share_id_of_event(session) is None:
        return False
    step_id = _email_step(client, session)
    to = _address(session, step_id) if step_id else None
    if step_id is None or to is None:
        return False

    def body(transaction: Transaction) -> bool:
        return _write(client, transaction, session, step_id)

    reference = event_mail_ref(client, event_id, session_id)
    return write_once(client, reference, to, ("eventId", event_id), body)


def _email_step(client: Client, session: EventSession) -> str | None:
    """The last step of the journey that asked for an e-mail address and got one."""
    given = [key for key in session.data or {} if _address(session, key)]
    order = session.step_order or given
    found = find_steps(client, session.event_id, given) if given else {}
    asked = [each for each in order if isinstance(found.get(each), EmailStep)]
    return asked[-1] if asked else None


def _address(session: EventSession, step_id: str) -> str | None:
    given = session.input_of(step_id)
    return one_address(given.value) if isinstance(given, TextInput) else None


def _write(client: Client, transaction: Transaction, session: EventSession, step_id: str) -> bool:
    """Create the mail, unless something has changed since that keeps it from being written."""
    first, second, third = transactions.read(
        client,
        [
            event_session_ref(client, session.event_id, session.id),
            event_guest_ref(client, session.event_id, str(session.created_by)),
            event_ref(client, session.event_id),
        ],
        transaction,
    )
    current, guest = parse(first, EventSession), parse(second, EventGuest)
    event = unless_deleted(client, parse(third, Event))
    share_id = share_id_of_event(current) if current else None
    to = _address(current, step_id) if current else None
    now = clock.now_ms()
    if current is None or share_id is None or to is None or guest is None or event is None:
        return False
    if not may_be_mailed(current, event, event.consent, guest.consent, now):
        return False
    parent = {"event_id": event.id}
    ensure_share(client, transaction, share_id, current.id, now, **parent)
    picture = SharedPicture.of_event(current, event)
    message = message_of(picture, f"{clients.public_origin()}/s/{share_id}", current.locale)
    mail = mail_of(to, message, current.id, now, **parent)
    transaction.create(event_mail_ref(client, event.id, current.id), mail.dump())
    return True
