"""What operators do with projects: draft, publish, list."""

from typing import Any

from google.cloud.firestore import Client, Transaction

from experience import clients, clock, pages, transactions
from experience.errors import (
    AlreadyExists,
    FailedPrecondition,
    InvalidArgument,
    NotFound,
    VersionConflict,
)
from experience.projects import store
from experience.projects.models import (
    AuthoredProjectConfig,
    ListProjects,
    Project,
    ProjectConfig,
    ProjectStatus,
    PublishProject,
    SaveProject,
)
from experience.workspaces import store as workspaces
from experience.workspaces.models import Role
from experience.workspaces.usecases import require_role


def save_project(uid: str, request: SaveProject) -> Project:
    """Create or change a project's draft. Two reads, one write; none where nothing changes.

    Raises VersionConflict with the current version when somebody else was first, AlreadyExists
    for an id that another workspace has, and FailedPrecondition `project_not_published`.
    """
    client = clients.firestore()
    reference = store.project_ref(client, request.project_id)

    def body(transaction: Transaction) -> Project:
        require_role(
            client, request.workspace_id, uid, Role.EDITOR, what="workspace",
            transaction=transaction,
        )  # fmt: skip
        [snapshot] = transactions.read(client, [reference], transaction)
        data = transactions.fields(snapshot)
        now = clock.now_ms()
        if data is None:
            created = _created(request, now)
            transaction.create(reference, created.dump())
            return created
        current = Project.load(data)
        if current.workspace_id != request.workspace_id:
            if request.expected_version == 0:
                raise AlreadyExists("project_id_taken", "Another project has this id.")
            raise NotFound("project")
        changed = current.model_copy(update=_changes(request))
        if changed.dump() == current.dump():
            return current
        if request.expected_version != current.draft_version:
            raise VersionConflict(current.draft_version)
        _require_published(changed)
        changed = changed.model_copy(
            update={"draft_version": current.draft_version + 1, "updated_at": now}
        )
        transaction.update(reference, current.difference(changed))
        return changed

    return transactions.run_optimistic(client, body)


def publish_project(uid: str, request: PublishProject) -> Project:
    """Publish the draft. Two reads and one for each experience, one write.

    A draft that is published already stays as it is. Raises VersionConflict, and
    FailedPrecondition `experiences_unavailable`, naming what no guest could play.
    """
    client = clients.firestore()
    reference = store.project_ref(client, request.project_id)

    def body(transaction: Transaction) -> Project:
        current = store.load_project(client, request.project_id, transaction)
        require_role(
            client, current.workspace_id, uid, Role.EDITOR, what="project",
            transaction=transaction,
        )  # fmt: skip
        if request.expected_version != current.draft_version:
            raise VersionConflict(current.draft_version)
        _require_playable(client, transaction, current)
        draft = current.status is ProjectStatus.DRAFT
        published = current.model_copy(
            update={
                "published_config": current.draft_config,
                "status": ProjectStatus.LIVE if draft else current.status,
            }
        )
        if published.dump() == current.dump():
            return current
        now = clock.now_ms()
        published = published.model_copy(update={"published_at": now, "updated_at": now})
        transaction.update(reference, current.difference(published))
        return published

    return transactions.run_optimistic(client, body)


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


def _created(request: SaveProject, now: int) -> Project:
    if request.expected_version != 0:
        raise NotFound("project")
    if request.name is None:
        raise InvalidArgument(("name", "is required for a new project"))
    project = Project(
        id=request.project_id,
        workspace_id=request.workspace_id,
        created_at=now,
        updated_at=now,
        **_changes(request),
    )
    _require_published(project)
    return project


def _changes(request: SaveProject) -> dict[str, Any]:
    changes = {
        "name": request.name,
        "status": request.status,
        "draft_config": _config(request.draft_config) if request.draft_config else None,
    }
    return {name: value for name, value in changes.items() if value is not None}


def _config(authored: AuthoredProjectConfig) -> ProjectConfig:
    return ProjectConfig.load(authored.model_dump(mode="json", by_alias=True))


def _require_published(project: Project) -> None:
    if project.status is ProjectStatus.LIVE and project.published_config is None:
        raise FailedPrecondition(
            "project_not_published", "Publish the project first; that makes it live."
        )


def _require_playable(client: Client, transaction: Transaction, project: Project) -> None:
    """Every enabled experience can be played as published."""
    references = project.draft_config.experiences.references
    ids = [ref.experience_id for ref in references if ref.enabled]
    found = workspaces.load_experiences(client, project.workspace_id, ids, transaction)
    missing = [each for each in ids if each not in found or not found[each].is_playable]
    if missing:
        raise FailedPrecondition(
            "experiences_unavailable",
            f"Not active, or not published: {', '.join(missing)}.",
            experiences=missing,
        )
