"""Reading a share: what its guest sees of it, and what everybody who has the address does."""

from google.cloud.firestore import Client

from experience import clients, clock, transactions
from experience.errors import NotFound
from experience.events.models.event import Event
from experience.events.store import event_ref
from experience.events.store import unless_deleted as event_unless_deleted
from experience.journeys.models.session import EventSession
from experience.journeys.store import event_session_ref
from experience.projects.models import Project
from experience.projects.store import project_ref, unless_deleted
from experience.sessions.models.session import Session
from experience.sessions.store import session_ref
from experience.shares.models.share import (
    GetShare,
    Share,
    SharedPicture,
    ShareView,
    is_share_id,
    share_id_of,
    share_id_of_event,
)
from experience.shares.store import share_ref
from experience.store import find, parse, parse_or_log


def get_share(uid: str, request: GetShare) -> ShareView:
    """A share, for its session's guest: for all others there is none. Three reads. NotFound."""
    client = clients.firestore()
    share = _find_share(client, request.share_id)
    picture = _find_picture(client, request.share_id, share) if share else None
    if share is None or picture is None or picture.guest_id != uid:
        raise NotFound("share")
    return ShareView.of(request.share_id, share)


def find_shared_picture(share_id: str) -> SharedPicture | None:
    """What the page at a short address shows; None if it is over, or there is none. Three reads.

    One more for the workspace, in this process within `STATUS_SECONDS`.
    """
    client = clients.firestore()
    share = _find_share(client, share_id)
    return _find_picture(client, share_id, share) if share else None


def _find_share(client: Client, share_id: str) -> Share | None:
    """A share that is not over. One read."""
    share = find(client, share_ref(client, share_id), Share) if is_share_id(share_id) else None
    return None if share is None or share.is_over(clock.now_ms()) else share


def _find_picture(client: Client, share_id: str, share: Share) -> SharedPicture | None:
    """The picture of a share; None once it has another address, or its event closed. Two reads."""
    if share.event_id is not None:
        return _find_event_picture(client, share_id, share.event_id, share.session_id)
    project_id = str(share.project_id)
    references = [
        session_ref(client, project_id, share.session_id),
        project_ref(client, project_id),
    ]
    first, second = transactions.read(client, references)
    session = parse_or_log(first, Session)
    if session is None or share_id_of(session) != share_id:
        return None
    project = unless_deleted(client, parse(second, Project))
    return None if project is None or project.is_closed else SharedPicture.of(session, project)


def _find_event_picture(
    client: Client, share_id: str, event_id: str, session_id: str
) -> SharedPicture | None:
    references = [event_session_ref(client, event_id, session_id), event_ref(client, event_id)]
    first, second = transactions.read(client, references)
    session = parse_or_log(first, EventSession)
    if session is None or share_id_of_event(session) != share_id:
        return None
    event = event_unless_deleted(client, parse(second, Event))
    return None if event is None or event.is_closed else SharedPicture.of_event(session, event)
