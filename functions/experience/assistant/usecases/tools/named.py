"""Campaigns and projects by what people call them."""

from collections.abc import Iterable
from typing import TypeVar

from experience import clients
from experience.campaigns.models.campaign import CampaignView
from experience.campaigns.models.requests import GetCampaign, ListCampaigns
from experience.campaigns.usecases import read as campaigns
from experience.errors import FailedPrecondition, NotFound
from experience.ids import is_document_id
from experience.projects import store as project_store
from experience.projects.models import ListProjects, Project, ProjectStatus
from experience.projects.usecases import read as projects
from experience.store import find
from experience.workspaces.models import Role
from experience.workspaces.usecases.access import require_role

T = TypeVar("T", CampaignView, Project)

MAX_NAMESAKES = 20

MAX_PROJECTS_BY_NAME = 100
"""Projects have no index of names: the newest ones are read."""

_ENDS = " .!?\u2026\"'\u201c\u201d\u2018\u2019"
"""What may be left out around a name."""


def find_campaign(uid: str, workspace_id: str, named: str) -> CampaignView:
    """A campaign by its id or its name, in any case.

    Two reads by an id. By a name at most 25, the last of them for the campaigns whose names begin
    alike. NotFound, and FailedPrecondition `several_campaigns`.
    """
    if is_document_id(named):
        request = GetCampaign(workspace_id=workspace_id, campaign_id=named)
        try:
            return campaigns.get_campaign(uid, request)
        except NotFound as missing:
            if missing.reason != "campaign_not_found":
                raise
    prefix = named.strip(_ENDS) or named
    listed = ListCampaigns(workspace_id=workspace_id, name_prefix=prefix, page_size=MAX_NAMESAKES)
    return _only(named, campaigns.list_campaigns(uid, listed).items, "campaign")


def find_project(uid: str, workspace_id: str, named: str) -> Project:
    """A project by its id or its name, in any case. Two reads by an id, by a name at most 104.

    NotFound, and FailedPrecondition `several_projects`.
    """
    client = clients.firestore()
    if is_document_id(named):
        require_role(client, workspace_id, uid, Role.VIEWER, what="workspace")
        project = find(client, project_store.project_ref(client, named), Project)
        if project and project.workspace_id == workspace_id and _exists(project):
            return project
    listed = ListProjects(workspace_id=workspace_id, page_size=MAX_PROJECTS_BY_NAME)
    found = filter(_exists, projects.list_projects(uid, listed).items)
    return _only(named, found, "project")


def _exists(project: Project) -> bool:
    return project.status is not ProjectStatus.DELETED


def _only(named: str, candidates: Iterable[T], what: str) -> T:
    """The one that is called so, to the letter or else without what may be left out."""
    found = list(candidates)
    same = [each for each in found if each.name.lower() == named.lower()]
    same = same or [each for each in found if _bare(each.name) == _bare(named)]
    if not same:
        raise NotFound(what)
    if len(same) > 1:
        ids = ", ".join(each.id for each in same)
        message = f"Several {what}s have this name. Ask by the id of one: {ids}."
        raise FailedPrecondition(f"several_{what}s", message)
    return same[0]


def _bare(name: str) -> str:
    return " ".join(name.lower().split()).strip(_ENDS)
