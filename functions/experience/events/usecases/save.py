"""Creating and changing events, their journeys, and the experiences of events."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from google.cloud.firestore import Client, Transaction

from experience import clients, clock, parts, transactions
from experience.documents import SparseDocument
from experience.errors import AlreadyExists, FailedPrecondition, NotFound, VersionConflict
from experience.events import store
from experience.events.models.event import Event, EventStatus
from experience.events.models.experience import EventExperience
from experience.events.models.journey import Journey
from experience.events.models.requests import (
    AuthoredEvent,
    AuthoredEventExperience,
    AuthoredJourney,
    SaveEvent,
    SaveEventExperience,
    SaveJourney,
)
from experience.store import field_updates, find, parse
from experience.workspaces.models import Role
from experience.workspaces.usecases import pictures
from experience.workspaces.usecases.access import require_role

S = TypeVar("S", Event, Journey, EventExperience)

AI_PHOTO: dict[str, Any] = {
    "enabled": False,
    "model": "local",
    "prompt": "",
    "referenceImageUrls": [],
    "aspectRatio": "1:1",
}
CAPTURE: dict[str, Any] = {"type": "photo", "countdown": 3, "cameraFacing": "front"}


@dataclass(frozen=True)
class _Kind:
    """What a refusal calls a document, and how it says that another workspace has its id."""

    what: str
    taken: Callable[[], AlreadyExists]


_EVENT = _Kind("event", lambda: AlreadyExists("event_id_taken", "Another event has this id."))
_EXPERIENCE = _Kind(
    "experience", lambda: AlreadyExists("experience_id_taken", "Another experience has this id.")
)


def save_event(uid: str, request: SaveEvent) -> Event:
    """Create or change an event. Two reads, one write; none where nothing changes.

    Raises VersionConflict with the current version when somebody else was first, and AlreadyExists
    for an id that another workspace has. A repeat of a call that succeeded returns what the first
    did.
    """
    client = clients.firestore()
    reference = store.event_ref(client, request.event_id)

    def body(transaction: Transaction) -> Event:
        current = find(client, reference, Event, transaction)
        workspace = _workspace(client, transaction, uid, request, current, _EVENT)
        now = clock.now_ms()
        first = {
            "id": request.event_id,
            "workspaceId": workspace,
            "status": EventStatus.DRAFT,
            "createdAt": now,
            "updatedAt": now,
        }
        merged = parts.merge(current.dump() if current else first, request.event)
        parts.require_valid(AuthoredEvent, merged, request.event if current else None, "event")
        changed = _next(current, Event.load(merged), request.expected_version)
        if current is None:
            transaction.create(reference, changed.dump())
        elif changed is not current:
            changed = changed.model_copy(update={"updated_at": now})
            transaction.update(reference, field_updates(current, changed))
        return changed

    return transactions.run_optimistic(client, body)


def save_event_experience(uid: str, request: SaveEventExperience) -> EventExperience:
    """Create or change an experience of events. Two reads, one write; none if nothing changes.

    Raises as `save_event` does, and InvalidArgument for reference images of others.
    """
    client = clients.firestore()
    reference = store.experience_ref(client, request.experience_id)
    part = request.experience

    def body(transaction: Transaction) -> EventExperience:
        current = find(client, reference, EventExperience, transaction)
        workspace = _workspace(client, transaction, uid, request, current, _EXPERIENCE)
        first = {
            "id": request.experience_id,
            "workspaceId": workspace,
            "status": "active",
            "captureConfig": CAPTURE,
        }
        merged = parts.merge(current.dump() if current else first, part)
        for name, defaults in (("aiPhotoConfig", AI_PHOTO), ("captureConfig", CAPTURE)):
            if part.get(name) is not None:
                merged[name] = {**defaults, **merged[name]}
        parts.require_valid(
            AuthoredEventExperience, merged, part if current else None, "experience"
        )
        changed = EventExperience.load(merged)
        if part.get("aiPhotoConfig") and changed.ai_photo_config:
            pictures.require_own_references(
                workspace,
                changed.ai_photo_config.reference_image_urls,
                "experience.aiPhotoConfig.referenceImageUrls",
            )
        changed = _next(current, changed, request.expected_version)
        if current is None:
            transaction.create(reference, changed.dump())
        elif changed is not current:
            transaction.update(reference, field_updates(current, changed))
        return changed

    return transactions.run_optimistic(client, body)


def save_journey(uid: str, request: SaveJourney) -> Journey:
    """Create or change a journey. Three reads and one for each step of a new order, one write.

    With locks: a journey must not be deleted while it becomes the active one. Raises NotFound,
    VersionConflict, and FailedPrecondition `steps_missing`, `journey_active` or `journey_empty`.
    """
    client = clients.firestore()
    references = [
        store.event_ref(client, request.event_id),
        store.journey_ref(client, request.event_id, request.journey_id),
    ]

    def body(transaction: Transaction) -> Journey:
        read = transactions.read(client, references, transaction)
        event = store.require_event(client, parse(read[0], Event))
        current = parse(read[1], Journey)
        require_role(
            client, event.workspace_id, uid, Role.EDITOR, what="event", transaction=transaction
        )
        _require_known(current, request.expected_version, "journey")
        first = {"id": request.journey_id, "eventId": event.id, "status": "active", "stepOrder": []}
        merged = parts.merge(current.dump() if current else first, request.journey)
        parts.require_valid(
            AuthoredJourney, merged, request.journey if current else None, "journey"
        )
        changed = _next(current, Journey.load(merged), request.expected_version)
        if changed is current:
            return changed
        if changed.id == event.active_journey_id:
            if not changed.is_active:
                raise FailedPrecondition("journey_active", "Choose another journey, then delete.")
            require_passable(changed)
        if "stepOrder" in request.journey:
            require_steps(client, transaction, changed)
        if current is None:
            transaction.create(references[1], changed.dump())
        else:
            transaction.update(references[1], field_updates(current, changed))
        return changed

    return transactions.run(client, body)


def require_passable(journey: Journey) -> None:
    """Raise FailedPrecondition for a journey without steps: no guest passes through it."""
    if not journey.step_order:
        raise FailedPrecondition("journey_empty", "The active journey of an event needs steps.")


def require_steps(client: Client, transaction: Transaction, journey: Journey) -> None:
    """Raise FailedPrecondition `steps_missing`, naming them. One read for each step."""
    found = store.find_steps(client, journey.event_id, journey.step_order, transaction)
    missing = [each for each in journey.step_order if each not in found]
    if missing:
        raise FailedPrecondition(
            "steps_missing", f"The event has no such steps: {', '.join(missing)}.", steps=missing
        )


def _workspace(
    client: Client,
    transaction: Transaction,
    uid: str,
    request: SaveEvent | SaveEventExperience,
    current: Event | EventExperience | None,
    kind: _Kind,
) -> str:
    """The workspace of what is saved, in which the caller is an editor. One read.

    That of a stored document decides. A foreign one does not exist for the caller, but for the id
    that it has.
    """
    what, named = kind.what, request.workspace_id
    mine = current is not None and named in (None, current.workspace_id)
    workspace = current.workspace_id if current and mine else named
    if workspace is None:
        raise NotFound(what)
    require_role(
        client, workspace, uid, Role.EDITOR, what="workspace" if named else what,
        transaction=transaction,
    )  # fmt: skip
    if current and not mine:
        if request.expected_version == 0:
            raise kind.taken()
        raise NotFound(what)
    _require_known(current, request.expected_version, what)
    return workspace


def _require_known(current: SparseDocument | None, expected_version: int, what: str) -> None:
    """Raise NotFound where there is none of the version that is to be changed."""
    if current is None and expected_version != 0:
        raise NotFound(what)


def _next(current: S | None, changed: S, expected_version: int) -> S:
    """What is stored after the change: the current document itself where nothing changes.

    Raises VersionConflict with the current version.
    """
    version = current.version if current else 0
    if current and not field_updates(current, changed):
        return current
    if expected_version != version:
        raise VersionConflict(version)
    return changed.model_copy(update={"version": version + 1})
