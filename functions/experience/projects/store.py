"""Where projects live."""

from google.cloud.firestore import Client, DocumentReference, Transaction

from experience import config
from experience.projects.models import Project, ProjectStatus
from experience.store import Memory, find, require
from experience.workspaces.store import MAX_CACHED_STATUSES, is_deleted


def project_ref(client: Client, project_id: str) -> DocumentReference:
    """`/projects/{p}`"""
    return client.document("projects", project_id)


def get_project(client: Client, project_id: str, transaction: Transaction | None = None) -> Project:
    """The project, whatever its status but deleted. One read. NotFound."""
    found = find(client, project_ref(client, project_id), Project, transaction)
    return require_project(client, found)


def require_project(client: Client, project: Project | None) -> Project:
    """The project. Raises NotFound where there is none, or it or its workspace was deleted."""
    return require(unless_deleted(client, project), what="project")


def unless_deleted(client: Client, project: Project | None) -> Project | None:
    """The project, unless there is none, or it or its workspace was deleted."""
    if project is None or project.status is ProjectStatus.DELETED:
        return None
    return None if is_deleted(client, project.workspace_id) else project


_projects = Memory[Project](MAX_CACHED_STATUSES, lambda: config.STATUS_SECONDS.value)


def get_status(client: Client, project_id: str) -> ProjectStatus:
    """A project's status, as of `STATUS_SECONDS` ago at most, for calls that do not read it.

    One read in this process within that time, and one for its workspace. NotFound where either
    was deleted.
    """
    reference = project_ref(client, project_id)
    key = f"{client.project}/{reference.path}"
    kept = _projects.get(key)
    project = require_project(client, kept or find(client, reference, Project))
    if not kept:
        _projects.keep(key, project)
    return project.status
