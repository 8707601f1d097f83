"""Reading a share: what its guest sees of it, and what everybody who has the address does."""

from google.cloud.firestore import Client

from experience import clients, clock, transactions
from experience.errors import NotFound
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
)
from experience.shares.store import share_ref
from experience.store import find, parse, parse_or_log


def get_share(uid: str, request: GetShare) -> ShareView:
    """A share, for its session's guest: for all others there is none. Three reads. NotFound."""
    client = clients.firestore()
    found = _find_current(client, request.share_id)
    if found is None or found[1].created_by != uid:
        raise NotFound("share")
    return ShareView.of(request.share_id, found[0])


def find_shared_picture(share_id: str) -> SharedPicture | None:
    """What the page at a short address shows; None if it is over, or there is none. Three reads.

    One more for the workspace, in this process within `STATUS_SECONDS`.
    """
    found = _find_current(clients.firestore(), share_id)
    if found is None:
        return None
    _, session, project = found
    result = session.result_media
    assert result is not None  # the id derives from it
    shown = session.outputs.get(result.step_id)
    config = project.published_config or project.draft_config
    return SharedPicture(
        name=project.name,
        url=result.url,
        width=shown.width if shown else None,
        height=shown.height if shown else None,
        theme=dict(config.theme or {}),
    )


def _find_current(client: Client, share_id: str) -> tuple[Share, Session, Project] | None:
    """A share with its session and project, None where any of them is over, or there is none."""
    share = find(client, share_ref(client, share_id), Share) if is_share_id(share_id) else None
    if share is None or share.is_over(clock.now_ms()):
        return None
    first, second = transactions.read(
        client,
        [
            session_ref(client, share.project_id, share.session_id),
            project_ref(client, share.project_id),
        ],
    )
    session, project = parse_or_log(first, Session), parse(second, Project)
    if session is None or share_id_of(session) != share_id:
        return None
    project = unless_deleted(client, project)
    return None if project is None or project.is_closed else (share, session, project)
