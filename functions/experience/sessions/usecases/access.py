"""Who may read and change a session, and when."""

from google.cloud.firestore import Client

from experience.errors import FailedPrecondition, NotFound
from experience.projects.store import get_status
from experience.projects.usecases.access import require_open
from experience.sessions.models.session import Session
from experience.workspaces.models import Role
from experience.workspaces.usecases.access import require_role


class Unadopted(Exception):  # noqa: N818  (control flow, not an error)
    """A call needs a session that must be adopted first."""

    def __init__(self, session: Session) -> None:
        super().__init__(session.id)
        self.session = session


def require_owner(client: Client, session: Session, uid: str) -> None:
    """Raise NotFound unless the caller began this session, and may still do so.

    No read for a visit, but once a minute whether the project is still open: FailedPrecondition
    `project_not_live`. Previews and drafts are for editors, so their sessions are too: one read.
    """
    if session.created_by != uid:
        raise NotFound("session")
    require_open(client, session.project_id)
    if not session.is_visit:
        _require_role(client, session, uid, Role.EDITOR)


def require_attended(client: Client, session: Session, uid: str) -> None:
    """Raise NotFound or PermissionDenied unless it is the caller's own visit, or they attend to it.

    No read for a visit, one for an attendant. It may be of an archived project.
    """
    if session.created_by != uid or not session.is_visit:
        _require_role(client, session, uid, Role.ATTENDANT)
    get_status(client, session.project_id)


def require_reader(client: Client, session: Session, uid: str) -> None:
    """Raise NotFound unless the caller began this session or is of its workspace.

    Once the project is archived only its workspace reads it, once it is deleted nobody.
    """
    if session.created_by == uid and session.is_visit:
        require_open(client, session.project_id)
    else:
        _require_role(client, session, uid, Role.VIEWER)
        get_status(client, session.project_id)


def _require_role(client: Client, session: Session, uid: str, role: Role) -> None:
    if session.workspace_id is None:
        raise NotFound("session")
    require_role(client, session.workspace_id, uid, role, what="session")


def require_active(session: Session) -> None:
    """Raise FailedPrecondition, with the status, unless the session still takes answers.

    Raises Unadopted for a session that its guest wrote and that is not adopted yet.
    """
    if session.awaits_adoption:
        raise Unadopted(session)
    if not session.is_active:
        raise FailedPrecondition(
            "session_not_active", f"This session is {session.status}.", status=session.status
        )
