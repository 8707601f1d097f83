"""Publishing an experience's draft."""

from google.cloud.firestore import Transaction

from experience import clients, clock, transactions
from experience.errors import FailedPrecondition, VersionConflict
from experience.store import get
from experience.workspaces import store
from experience.workspaces.models import Experience, ExperienceVersion, PublishExperience
from experience.workspaces.usecases.access import require_editor


def publish_experience(uid: str, request: PublishExperience) -> Experience:
    """Publish the draft as the next version. Two reads, two writes.

    A draft that is published already stays as it is. Raises VersionConflict, and
    FailedPrecondition `experience_deleted` and `experience_empty`.
    """
    client = clients.firestore()
    reference = store.experience_ref(client, request.workspace_id, request.experience_id)

    def body(transaction: Transaction) -> Experience:
        require_editor(client, request.workspace_id, uid, transaction)
        current = get(client, reference, Experience, transaction, what="experience")
        if request.expected_version != current.draft_version:
            raise VersionConflict(current.draft_version)
        if current.status != "active":
            raise FailedPrecondition(
                "experience_deleted",
                "A deleted experience is not published.",
                status=current.status,
            )
        if not current.draft.steps:
            raise FailedPrecondition("experience_empty", "There are no steps to publish.")
        if current.published and current.published.dump() == current.draft.dump():
            return current
        now = clock.now_ms()
        number = (current.published_version or 0) + 1
        version = ExperienceVersion(
            version=number,
            steps=current.draft.steps,
            transform=current.draft.transform,
            progress=current.draft.progress,
            published_at=now,
        )
        published = current.model_copy(
            update={
                "published": current.draft,
                "published_version": number,
                "published_at": now,
                "updated_at": now,
            }
        )
        transaction.create(
            store.version_ref(client, request.workspace_id, current.id, number), version.dump()
        )
        transaction.update(reference, current.difference(published))
        return published

    return transactions.run_optimistic(client, body)
