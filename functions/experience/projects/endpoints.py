"""Callables about projects."""

from experience import reasons
from experience.firebase.callables import Caller, callable_function
from experience.pages import Page
from experience.projects.models import (
    GetProject,
    ListProjects,
    Project,
    ProjectPage,
    PublishProject,
    SaveProject,
)
from experience.projects.usecases import publish, read, save


@callable_function(
    GetProject,
    refuses=[
        reasons.PROJECT_NOT_FOUND,
        reasons.PROJECT_NOT_LIVE,
    ],
)
def get_project(caller: Caller, request: GetProject) -> ProjectPage:
    """What a guest's page needs to know about a project before anything happens."""
    return read.get_project(caller.uid, request)


@callable_function(
    SaveProject,
    refuses=[
        reasons.WORKSPACE_NOT_FOUND,
        reasons.PROJECT_NOT_FOUND,
        reasons.ROLE_REQUIRED,
        reasons.PROJECT_NOT_PUBLISHED,
        reasons.PROJECT_ID_TAKEN,
        reasons.VERSION_CONFLICT,
        reasons.CONTENTION,
    ],
)
def save_project(caller: Caller, request: SaveProject) -> Project:
    """Create a project or change its draft, name or status; editors."""
    return save.save_project(caller.uid, request)


@callable_function(
    PublishProject,
    refuses=[
        reasons.PROJECT_NOT_FOUND,
        reasons.ROLE_REQUIRED,
        reasons.EXPERIENCES_UNAVAILABLE,
        reasons.VERSION_CONFLICT,
        reasons.CONTENTION,
    ],
)
def publish_project(caller: Caller, request: PublishProject) -> Project:
    """Make the draft what guests get from now on; editors."""
    return publish.publish_project(caller.uid, request)


@callable_function(
    ListProjects,
    refuses=[
        reasons.WORKSPACE_NOT_FOUND,
    ],
)
def list_projects(caller: Caller, request: ListProjects) -> Page[Project]:
    """The workspace's projects, the newest first; members."""
    return read.list_projects(caller.uid, request)
