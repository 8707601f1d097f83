"""Publishing a project's draft."""

from google.cloud.firestore import Client, Transaction

from experience import clients, clock, transactions
from experience.errors import FailedPrecondition, NotFound, VersionConflict
from experience.projects import store
from experience.projects.models import Project, ProjectStatus, PublishProject
from experience.workspaces import store as workspace_store
from experience.workspaces.models import Role
from experience.workspaces.usecases.access import require_role


def publish_project(uid: str, request: PublishProject) -> Project:
    """Publish the draft. Two reads and one for each experience, one write.

    A draft that is published already stays as it is. Raises VersionConflict, and
    FailedPrecondition `experiences_unavailable`, naming what no guest could play.
    """
    client = clients.firestore()
    reference = store.project_ref(client, request.project_id)

    def body(transaction: Transaction) -> Project:
        current = store.get_project(client, request.project_id, transaction)
        if request.workspace_id not in (None, current.workspace_id):
            raise NotFound("project")
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


def _require_playable(client: Client, transaction: Transaction, project: Project) -> None:
    """Every enabled experience can be played as published."""
    references = project.draft_config.experiences.references
    ids = [ref.experience_id for ref in references if ref.enabled]
    found = workspace_store.find_experiences(client, project.workspace_id, ids, transaction)
    missing = [each for each in ids if each not in found or not found[each].is_playable]
    if missing:
        raise FailedPrecondition(
            "experiences_unavailable",
            f"Not active, or not published: {', '.join(missing)}.",
            experiences=missing,
        )
