"""What visitors and operators see of a project."""

from google.cloud.firestore import Client, Transaction

from experience import clients
from experience.errors import FailedPrecondition
from experience.projects import store
from experience.projects.models import (
    ExperienceRef,
    GetProject,
    NamedExperience,
    NamedExperiences,
    Project,
    ProjectPage,
)
from experience.workspaces import store as workspaces
from experience.workspaces.models import Experience


def get_project(uid: str, request: GetProject) -> ProjectPage:
    """The project's page: one read of its own and one for each experience in it.

    Operators see any project of their workspace: as published, or as drafted before that.
    """
    client = clients.firestore()
    project = store.load_project(client, request.project_id)
    require_visitable(client, project, uid)
    config = project.published_config or project.draft_config
    ids = [ref.experience_id for ref in config.experiences.references]
    found = workspaces.load_experiences(client, project.workspace_id, ids)
    places = config.experiences
    drafted = project.published_config is None
    return ProjectPage(
        id=project.id,
        name=project.name,
        theme=config.theme,
        consent=config.consent,
        experiences=NamedExperiences(
            main=[named for ref in places.main if (named := _named(ref, found, drafted))],
            pregate=_named(places.pregate, found, drafted),
            preshare=_named(places.preshare, found, drafted),
        ),
    )


def require_visitable(
    client: Client, project: Project, uid: str, transaction: Transaction | None = None
) -> None:
    """Raise FailedPrecondition unless the project is live or the caller is of its workspace.

    One read, and none for a live project. The status is told on purpose: a code that was printed
    too early leads to a page that can say so.
    """
    if project.is_live:
        return
    if workspaces.load_role(client, project.workspace_id, uid, transaction) is None:
        raise not_live(project)


def not_live(project: Project) -> FailedPrecondition:
    """The refusal of a guest at the door."""
    return FailedPrecondition(
        "project_not_live", "This project is not open for guests.", status=project.status
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
    return NamedExperience(experience_id=experience.id, name=experience.name, enabled=enabled)
