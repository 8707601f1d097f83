"""What operators do: experiences drafted and published, and who may do it."""

from typing import Any

from google.cloud.firestore import Client, Transaction

from experience import clients, clock, pages, transactions
from experience.errors import (
    FailedPrecondition,
    InvalidArgument,
    NotFound,
    PermissionDenied,
    VersionConflict,
)
from experience.workspaces import store
from experience.workspaces.models import (
    AuthoredConfig,
    Experience,
    ExperienceConfig,
    ExperienceVersion,
    ListExperiences,
    Member,
    Membership,
    PublishExperience,
    Role,
    SaveExperience,
    SetMember,
)
from experience.workspaces.usecases import require_role


def save_experience(uid: str, request: SaveExperience) -> Experience:
    """Create or change an experience's draft. Two reads, one write; none where nothing changes.

    Raises VersionConflict with the current version when somebody else was first. A repeat of a
    call that was carried out answers as the first did.
    """
    _require_own_pictures(request)
    client = clients.firestore()
    reference = store.experience_ref(client, request.workspace_id, request.experience_id)

    def body(transaction: Transaction) -> Experience:
        _require_editor(client, request.workspace_id, uid, transaction)
        [snapshot] = transactions.read(client, [reference], transaction)
        data = transactions.fields(snapshot)
        now = clock.now_ms()
        if data is None:
            created = _created(request, now)
            transaction.create(reference, created.dump())
            return created
        current = Experience.load(data)
        changed = current.model_copy(update=_changes(request))
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


def publish_experience(uid: str, request: PublishExperience) -> Experience:
    """Publish the draft as the next version. Two reads, two writes.

    A draft that is published already stays as it is. Raises VersionConflict, and
    FailedPrecondition `experience_deleted` and `experience_empty`.
    """
    client = clients.firestore()
    reference = store.experience_ref(client, request.workspace_id, request.experience_id)

    def body(transaction: Transaction) -> Experience:
        _require_editor(client, request.workspace_id, uid, transaction)
        [snapshot] = transactions.read(client, [reference], transaction)
        data = transactions.fields(snapshot)
        if data is None:
            raise NotFound("experience")
        current = Experience.load(data)
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


def set_member(uid: str, request: SetMember) -> Membership:
    """Give, change or take a role. Admins manage up to admins; owners manage everyone.

    A workspace keeps an owner: FailedPrecondition `last_owner`.
    """
    client = clients.firestore()
    # No query runs inside a transaction: whoever is an owner now is read again by id in there.
    owners = store.find_owners(client, request.workspace_id)
    reference = store.member_ref(client, request.workspace_id, request.uid)

    def body(transaction: Transaction) -> Membership:
        held = require_role(
            client, request.workspace_id, uid, Role.ADMIN, what="workspace",
            transaction=transaction,
        )  # fmt: skip
        wanted = [store.member_ref(client, request.workspace_id, each) for each in owners]
        snapshots = transactions.read(client, dict.fromkeys([reference, *wanted]), transaction)
        members = {
            each.id: Member.load(data) for each in snapshots if (data := transactions.fields(each))
        }
        current = members.get(request.uid)
        touches_owner = Role.OWNER in (request.role, current.role if current else None)
        if touches_owner and held is not Role.OWNER:
            raise PermissionDenied(
                "role_required", "Only owners manage owners.", required=Role.OWNER, role=held
            )
        others = [m for m in members.values() if m.role is Role.OWNER and m.uid != request.uid]
        if current and current.role is Role.OWNER and request.role is not Role.OWNER and not others:
            raise FailedPrecondition("last_owner", "A workspace needs an owner.", uid=request.uid)
        return _write_member(transaction, reference, request, current)

    return transactions.run(client, body)


def list_experiences(uid: str, request: ListExperiences) -> pages.Page[Experience]:
    """A page of the workspace's experiences, for its members."""
    client = clients.firestore()
    require_role(client, request.workspace_id, uid, Role.VIEWER, what="workspace")
    return pages.newest_first(
        store.experiences(client, request.workspace_id),
        {"status": request.status},
        request.page_size,
        request.page_token,
        Experience,
    )


def _require_editor(client: Client, workspace_id: str, uid: str, transaction: Transaction) -> None:
    require_role(client, workspace_id, uid, Role.EDITOR, what="workspace", transaction=transaction)


def _require_own_pictures(request: SaveExperience) -> None:
    """What a transform refers to is the workspace's own: a worker would refuse it, much later."""
    transform = request.draft.transform if request.draft else None
    if transform is None:
        return
    folder = f"workspaces/{request.workspace_id}/"
    if transform.overlay and not transform.overlay.path.startswith(folder):
        raise InvalidArgument(("draft.transform.overlay.path", f"must lie in {folder}"))
    bucket = f"gs://{clients.bucket_name()}/"
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
        **{"draft": ExperienceConfig(), **_changes(request)},
    )


def _changes(request: SaveExperience) -> dict[str, Any]:
    changes = {
        "name": request.name,
        "status": request.status,
        "draft": _config(request.draft) if request.draft else None,
    }
    return {name: value for name, value in changes.items() if value is not None}


def _config(authored: AuthoredConfig) -> ExperienceConfig:
    return ExperienceConfig.load(authored.model_dump(mode="json", by_alias=True))


def _write_member(
    transaction: Transaction, reference: Any, request: SetMember, current: Member | None
) -> Membership:
    if request.role is None:
        if current:
            transaction.delete(reference)
    elif current is None:
        member = Member(uid=request.uid, role=request.role, created_at=clock.now_ms())
        transaction.create(reference, member.dump())
    elif current.role is not request.role:
        transaction.update(reference, {"role": request.role.value})
    return Membership(uid=request.uid, role=request.role)
