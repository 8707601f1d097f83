"""Where projects live."""

from google.cloud.firestore import Client, DocumentReference, Transaction

from experience.errors import NotFound
from experience.projects.models import Project, ProjectStatus
from experience.store import find


def project_ref(client: Client, project_id: str) -> DocumentReference:
    """`/projects/{p}`"""
    return client.document("projects", project_id)


def get_project(client: Client, project_id: str, transaction: Transaction | None = None) -> Project:
    """The project, whatever its status but deleted. One read. NotFound."""
    return require_project(find(client, project_ref(client, project_id), Project, transaction))


def require_project(project: Project | None) -> Project:
    """The project. Raises NotFound where there is none, or it was deleted."""
    if project is None or project.status is ProjectStatus.DELETED:
        raise NotFound("project")
    return project
