"""Where projects live."""

from collections.abc import Collection
from typing import Any

from google.cloud.firestore import Client, DocumentReference, FieldFilter, Transaction

from experience import config, transactions
from experience.projects.models import CLOSED, Project, ProjectStatus
from experience.store import Memory, find, parse_or_log, require
from experience.workspaces.store import MAX_CACHED_STATUSES, find_deleted, is_deleted


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


def find_open(client: Client, project_ids: Collection[str]) -> dict[str, bool]:
    """Whether each of these projects is open at this moment: neither it nor its workspace closed.

    A project that is not there is closed. One that cannot be read is logged and left out. Two
    requests, with a read for each project, and one for each workspace of those that are not closed.
    """
    if not project_ids:
        return {}
    found = transactions.read(client, [project_ref(client, each) for each in project_ids])
    open_until_now: dict[str, str] = {}
    known = {}
    for snapshot in found:
        project = parse_or_log(snapshot, Project)
        if project or not snapshot.exists:
            known[snapshot.id] = False
        if project and project.status not in CLOSED:
            open_until_now[snapshot.id] = project.workspace_id
    deleted = find_deleted(client, set(open_until_now.values()))
    return known | {each: owner not in deleted for each, owner in open_until_now.items()}


def query_project_ids(client: Client, workspace_id: str) -> Any:
    """Query: the projects of a workspace, without their fields."""
    of_workspace = FieldFilter("workspaceId", "==", workspace_id)
    return client.collection("projects").where(filter=of_workspace).order_by("__name__").select([])
