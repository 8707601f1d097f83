"""Who may visit a project, and until when.

| status | guests | members |
|---|---|---|
| draft | what they have begun | everything |
| live | everything | everything |
| archived | nothing | read, and configure the project |
| deleted, or of a deleted workspace | nothing | nothing but to restore it |

Where guests see nothing, the download URLs of their pictures are suspended
(media/usecases/update_download_urls.py).
"""

from google.cloud.firestore import Client, Transaction

from experience.errors import FailedPrecondition
from experience.projects.models import Project, ProjectStatus
from experience.projects.store import get_status
from experience.workspaces import store


def require_visitable(
    client: Client, project: Project, uid: str, transaction: Transaction | None = None
) -> None:
    """Raise FailedPrecondition unless the project is live or the caller is of its workspace.

    One read, and none for a live project. The refusal names the status on purpose: a code that
    was printed too early leads to a page that can say so.
    """
    if project.is_live:
        return
    if store.find_role(client, project.workspace_id, uid, transaction) is None:
        raise not_live(project.status)


def require_open(client: Client, project_id: str) -> None:
    """Raise NotFound or FailedPrecondition once a project is deleted or archived.

    Two reads in this process within `STATUS_SECONDS`, and none in between.
    """
    require_unarchived(get_status(client, project_id))


def require_unarchived(status: ProjectStatus) -> None:
    """Raise FailedPrecondition for a project that takes nothing more, not even from its members."""
    if status is ProjectStatus.ARCHIVED:
        raise not_live(status)


def not_live(status: ProjectStatus) -> FailedPrecondition:
    """The refusal of a guest at the door."""
    return FailedPrecondition(
        "project_not_live", "This project is not open for guests.", status=status
    )
