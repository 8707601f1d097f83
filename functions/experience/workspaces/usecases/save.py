"""Creating experiences and changing their drafts."""

from typing import Any

from google.cloud.firestore import Transaction

from experience import clients, clock, parts, transactions
from experience.errors import InvalidArgument, NotFound, VersionConflict
from experience.store import find
from experience.workspaces import store
from experience.workspaces.models import (
    AuthoredConfig,
    Experience,
    ExperienceConfig,
    SaveExperience,
)
from experience.workspaces.usecases import pictures
from experience.workspaces.usecases.access import require_editor


def save_experience(uid: str, request: SaveExperience) -> Experience:
    """Create or change an experience's draft. Two reads, one write; none where nothing changes.

    Raises VersionConflict with the current version when somebody else was first. A repeat of a
    call that succeeded returns what the first did.
    """
    client = clients.firestore()
    reference = store.experience_ref(client, request.workspace_id, request.experience_id)

    def body(transaction: Transaction) -> Experience:
        require_editor(client, request.workspace_id, uid, transaction)
        current = find(client, reference, Experience, transaction)
        now = clock.now_ms()
        if current is None:
            created = _created(request, now)
            transaction.create(reference, created.dump())
            return created
        changed = current.model_copy(update=_changes(request, current.draft))
        if changed.dump() == current.dump():
            return current
        if request.expected_version != current.draft_version:
            raise VersionConflict(current.draft_version)
        changed = changed.model_copy(
            update={"draft_version": current.draft_version + 1, "updated_at": now}
        )
        transaction.update(reference, current.difference(changed))
        return changed

    return transactions.run_optimistic(client, body)


def _created(request: SaveExperience, now: int) -> Experience:
    if request.expected_version != 0:
        raise NotFound("experience")
    if request.name is None:
        raise InvalidArgument(("name", "is required for a new experience"))
    return Experience(
        id=request.experience_id,
        workspace_id=request.workspace_id,
        draft_version=1,
        created_at=now,
        updated_at=now,
        **{"draft": ExperienceConfig(), **_changes(request, ExperienceConfig())},
    )


def _changes(request: SaveExperience, draft: ExperienceConfig) -> dict[str, Any]:
    changes = {
        "name": request.name,
        "status": request.status,
        "draft": _merged(request, draft, request.draft) if request.draft else None,
    }
    return {name: value for name, value in changes.items() if value is not None}


def _merged(
    request: SaveExperience, draft: ExperienceConfig, part: dict[str, Any]
) -> ExperienceConfig:
    merged = parts.merge(draft.dump(), part)
    parts.require_valid(AuthoredConfig, merged, part, "draft")
    config = ExperienceConfig.load(merged)
    if "transform" in part and config.transform:
        workspace, transform, path = request.workspace_id, config.transform, "draft.transform"
        pictures.require_own_overlay(workspace, transform.overlay, f"{path}.overlay")
        pictures.require_own_references(
            workspace, transform.reference_image_urls, f"{path}.referenceImageUrls"
        )
    return config
