"""Creating projects and changing their drafts."""

from typing import Any

from google.cloud.firestore import Transaction

from experience import clients, clock, parts, transactions
from experience.errors import (
    AlreadyExists,
    FailedPrecondition,
    InvalidArgument,
    NotFound,
    VersionConflict,
)
from experience.projects import store
from experience.projects.models import (
    RESERVED_IDS,
    AuthoredProjectConfig,
    Project,
    ProjectConfig,
    ProjectStatus,
    SaveProject,
)
from experience.store import find
from experience.workspaces.models import Role
from experience.workspaces.usecases.access import require_role


def save_project(uid: str, request: SaveProject) -> Project:
    """Create or change a project's draft. Two reads, one write; none where nothing changes.

    Raises VersionConflict with the current version when somebody else was first, AlreadyExists
    for an id that another workspace has, InvalidArgument for one of `RESERVED_IDS`, and
    FailedPrecondition `project_not_published`.
    """
    client = clients.firestore()
    reference = store.project_ref(client, request.project_id)

    def body(transaction: Transaction) -> Project:
        require_role(
            client, request.workspace_id, uid, Role.EDITOR, what="workspace",
            transaction=transaction,
        )  # fmt: skip
        current = find(client, reference, Project, transaction)
        now = clock.now_ms()
        if current is None:
            created = _created(request, now)
            transaction.create(reference, created.dump())
            return created
        if current.workspace_id != request.workspace_id:
            if request.expected_version == 0:
                raise AlreadyExists("project_id_taken", "Another project has this id.")
            raise NotFound("project")
        changed = current.model_copy(update=_changes(request, current.draft_config))
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


def _created(request: SaveProject, now: int) -> Project:
    if request.expected_version != 0:
        raise NotFound("project")
    if request.project_id in RESERVED_IDS:
        raise InvalidArgument(("projectId", "is the beginning of other addresses of the page"))
    if request.name is None:
        raise InvalidArgument(("name", "is required for a new project"))
    project = Project(
        id=request.project_id,
        workspace_id=request.workspace_id,
        created_at=now,
        updated_at=now,
        **_changes(request, ProjectConfig()),
    )
    _require_published(project)
    return project


def _changes(request: SaveProject, draft: ProjectConfig) -> dict[str, Any]:
    changes = {
        "name": request.name,
        "status": request.status,
        "draft_config": _merged(draft, request.draft_config) if request.draft_config else None,
    }
    return {name: value for name, value in changes.items() if value is not None}


def _merged(draft: ProjectConfig, part: dict[str, Any]) -> ProjectConfig:
    merged = parts.merge(draft.dump(), part)
    parts.require_valid(AuthoredProjectConfig, merged, part, "draftConfig")
    return ProjectConfig.load(merged)


def _require_published(project: Project) -> None:
    if project.status is ProjectStatus.LIVE and project.published_config is None:
        raise FailedPrecondition(
            "project_not_published", "Publish the project first; that makes it live."
        )
