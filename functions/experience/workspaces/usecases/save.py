"""Creating experiences and changing their drafts."""

from typing import Any

from google.cloud.firestore import Transaction

from experience import clients, clock, parts, storage, transactions
from experience.errors import InvalidArgument, NotFound, VersionConflict
from experience.store import find
from experience.workspaces import store
from experience.workspaces.models import (
    AuthoredConfig,
    Experience,
    ExperienceConfig,
    SaveExperience,
    Transform,
)
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


def _require_own_pictures(request: SaveExperience, transform: Transform | None) -> None:
    """What a transform refers to is the workspace's own: a worker would refuse it, much later."""
    if transform is None:
        return
    folder = f"workspaces/{request.workspace_id}/"
    if transform.overlay and not transform.overlay.path.startswith(folder):
        raise InvalidArgument(("draft.transform.overlay.path", f"must lie in {folder}"))
    bucket = f"gs://{storage.bucket_name()}/"
    foreign = [
        (f"draft.transform.referenceImageUrls[{number}]", f"must lie in {folder}")
        for number, each in enumerate(transform.reference_image_urls)
        if not each.removeprefix(bucket).startswith(folder)
    ]
    if foreign:
        raise InvalidArgument(*foreign)


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
    if "transform" in part:
        _require_own_pictures(request, config.transform)
    return config
