"""Reading projects: the page of a guest, the list of an operator."""

from experience import clients, pages
from experience.projects import store
from experience.projects.models import (
    ExperienceRef,
    GetProject,
    ListProjects,
    NamedExperience,
    NamedExperiences,
    Project,
    ProjectPage,
)
from experience.projects.usecases.access import require_visitable
from experience.workspaces import store as workspace_store
from experience.workspaces.models import Experience, Role
from experience.workspaces.usecases.access import require_role


def get_project(uid: str, request: GetProject) -> ProjectPage:
    """The project's page: one read of its own and one for each experience in it.

    Operators see any project of their workspace: as published, or as drafted before that.
    """
    client = clients.firestore()
    project = store.get_project(client, request.project_id)
    require_visitable(client, project, uid)
    config = project.published_config or project.draft_config
    ids = [ref.experience_id for ref in config.experiences.references]
    found = workspace_store.find_experiences(client, project.workspace_id, ids)
    experiences = config.experiences
    drafted = project.published_config is None
    return ProjectPage(
        id=project.id,
        name=project.name,
        theme=config.theme,
        consent=config.consent,
        kiosk=config.kiosk,
        locales=config.locales,
        translations=config.translations,
        experiences=NamedExperiences(
            main=[named for ref in experiences.main if (named := _named(ref, found, drafted))],
            pregate=_named(experiences.pregate, found, drafted),
            preshare=_named(experiences.preshare, found, drafted),
        ),
    )


def _named(
    reference: ExperienceRef | None, found: dict[str, Experience], drafted: bool
) -> NamedExperience | None:
    """The reference with its name; None where the experience is gone."""
    if reference is None or reference.experience_id not in found:
        return None
    experience = found[reference.experience_id]
    if experience.status != "active":
        return None
    enabled = reference.enabled and (drafted or experience.is_playable)
    return NamedExperience(
        experience_id=experience.id,
        name=experience.name,
        enabled=enabled,
        translations=(experience.published or experience.draft).translations,
    )


def list_projects(uid: str, request: ListProjects) -> pages.Page[Project]:
    """A page of the workspace's projects, for its members."""
    client = clients.firestore()
    require_role(client, request.workspace_id, uid, Role.VIEWER, what="workspace")
    return pages.newest_first(
        client.collection("projects"),
        {"workspaceId": request.workspace_id},
        request.page_size,
        request.page_token,
        Project,
    )
