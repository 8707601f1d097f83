"""A mail as the extension Trigger Email takes it, and its id."""

from datetime import UTC, datetime, timedelta
from typing import Any

from experience.documents import Document, Sparse
from experience.ids import derived_id

KEPT = timedelta(days=30)
"""How long a mail's document is kept, sent or not, if nothing deletes it before."""

MAX_MAILS_PER_ADDRESS = 10
"""How many mails an address gets of one project, or of one event, within `LIMIT_TIME`."""
LIMIT_TIME = timedelta(days=1)


class Message(Document):
    """What a mail says: one line, a plain text, and the same as a page."""

    subject: str
    text: str
    html: str


class Mail(Document):
    """`/mail/{id}`: the address of a picture, for the guest who it was made for.

    `to`, `message` and `delivery` are the extension's, which writes `delivery` as it sends:
    https://extensions.dev/extensions/firebase/firestore-send-email. The other fields say what the
    mail is of. A TTL policy deletes it at `expire_at`.
    """

    to: str
    message: Message
    project_id: Sparse[str] = None
    event_id: Sparse[str] = None
    session_id: str
    created_at: int
    expire_at: datetime
    delivery: Sparse[dict[str, Any]] = None


def mail_of(to: str, message: Message, session_id: str, now: int, **parent: str) -> Mail:
    """A new mail of a session (Unix ms); `parent` is its project or its event."""
    return Mail(
        to=to,
        message=message,
        session_id=session_id,
        created_at=now,
        expire_at=datetime.fromtimestamp(now / 1000, UTC) + KEPT,
        **parent,
    )


def mail_id_of(project_id: str, session_id: str) -> str:
    """The id of the one mail that a main session can have."""
    return derived_id("mail", project_id, session_id)


def event_mail_id_of(event_id: str, session_id: str) -> str:
    """The id of the one mail that a session of an event can have."""
    return derived_id("mail", "events", event_id, session_id)
