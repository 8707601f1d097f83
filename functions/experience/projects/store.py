"""Where projects live."""

from google.cloud.firestore import Client, DocumentReference, Transaction

from experience import transactions
from experience.errors import NotFound
from experience.projects.models import Project, ProjectStatus


def project_ref(client: Client, project_id: str) -> DocumentReference:
    """`/projects/{p}`"""
    return client.document("projects", project_id)


def load_project(
    client: Client, project_id: str, transaction: Transaction | None = None
) -> Project:
    """The project, whatever its status but deleted. One read. NotFound."""
    [snapshot] = transactions.read(client, [project_ref(client, project_id)], transaction)
    return existing(transactions.fields(snapshot))


def existing(data: dict[str, object] | None) -> Project:
    """A project from its fields. Raises NotFound where there is none, or it was deleted."""
    project = Project.load(data) if data else None
    if project is None or project.status is ProjectStatus.DELETED:
        raise NotFound("project")
    return project
