"""Who may visit a project."""

from google.cloud.firestore import Client, Transaction

from experience.errors import FailedPrecondition
from experience.projects.models import Project
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
        raise not_live(project)


def not_live(project: Project) -> FailedPrecondition:
    """The refusal of a guest at the door."""
    return FailedPrecondition(
        "project_not_live", "This project is not open for guests.", status=project.status
    )
