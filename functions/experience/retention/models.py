"""When a guest's time is over, and what an erasure is answered with."""

from experience.documents import Document, Request
from experience.guests.models import Guest
from experience.ids import DocumentId, Uid

DAY_MS = 24 * 3_600_000

UPLOAD_KEPT_MS = DAY_MS
"""How long an upload waits for its confirmation. Its session is abandoned by then."""

RECHECKED_MS = 3 * DAY_MS
"""How long after an object's last write its session is looked up. Whatever wrote to it while its
session was deleted has ended by then, and a sweep that failed has been repeated."""


def kept_since(days: int | None, now: int) -> int | None:
    """What happened at this time or before is over (Unix ms); None where everything is kept."""
    return None if days is None else now - days * DAY_MS


class KeptSession(Document):
    """`/projects/{projectId}/sessions/{id}`, as far as it must be known to be deleted in time.

    Its time ends even if the rest of it does not validate, such as an answer of another shape.
    """

    id: str
    project_id: str
    workspace_id: str | None = None
    job_id: str | None = None
    created_by: str | None = None
    mode: str | None = None
    config_source: str | None = None
    progress_pending: bool = False
    updated_at: int

    @property
    def is_visit(self) -> bool:
        """Whether it is a guest's visit to what is published, not something operators try out."""
        return (self.mode, self.config_source) == ("guest", "published")


def last_seen(guest: Guest, newest: KeptSession | None) -> int:
    """When a guest last did something: came, consented, completed, or touched a session."""
    moments = [guest.created_at, *(each.completed_at for each in guest.completed_experiences)]
    if guest.consent:
        moments.append(guest.consent.accepted_at)
    if newest:
        moments.append(newest.updated_at)
    return max(moments)


def is_orphaned(session: KeptSession, guest: Guest | None) -> bool:
    """Whether a session's guest is gone, or was created again after the session's last write."""
    return guest is None or session.updated_at < guest.created_at


class EraseGuest(Request):
    """A guest to be erased: the caller, or for an admin the guest of this uid.

    Of a project or of an event: one of both is named.
    """

    project_id: DocumentId | None = None
    event_id: DocumentId | None = None
    guest_id: Uid | None = None


class Erasure(Document):
    """The receipt of an erasure: how much of each kind is gone. It names nobody.

    `progress` is that of experiences in which they did nothing but complete sessions. Another call
    for the same guest finds nothing more, and its receipt says so.
    """

    receipt_id: str
    erased_at: int
    guests: int
    sessions: int
    jobs: int
    runs: int
    objects: int
    progress: int
    mails: int
