"""Creating and changing the steps of an event."""

from typing import Any

from google.cloud.firestore import DELETE_FIELD, Client, Transaction

from experience import clients, parts, transactions
from experience.errors import FailedPrecondition, InvalidArgument, NotFound, VersionConflict
from experience.events import store
from experience.events.models.event import Event
from experience.events.models.requests import SavedStep, SaveStep
from experience.steps import STEP_TYPES, UnknownStep, parse_step
from experience.store import parse
from experience.workspaces.models import Role
from experience.workspaces.usecases.access import require_role


def save_step(uid: str, request: SaveStep) -> SavedStep:
    """Create or change a step. Three reads and one for each experience of a new choice, one write.

    Raises NotFound, VersionConflict, and FailedPrecondition `experiences_unavailable`. A repeat of
    a call that succeeded returns what the first did.
    """
    client = clients.firestore()
    references = [
        store.event_ref(client, request.event_id),
        store.step_ref(client, request.event_id, request.step_id),
    ]

    def body(transaction: Transaction) -> SavedStep:
        read = transactions.read(client, references, transaction)
        event = store.require_event(client, parse(read[0], Event))
        current = transactions.fields(read[1])
        require_role(
            client, event.workspace_id, uid, Role.EDITOR, what="event", transaction=transaction
        )
        if current is None and request.expected_version != 0:
            raise NotFound("step")
        changed = _merged(request, current)
        version = int((current or {}).get("version", 0))
        if changed == current:
            return _saved(event, changed)
        if request.expected_version != version:
            raise VersionConflict(version)
        _require_experiences(client, transaction, event, request.step)
        changed["version"] = version + 1
        if current is None:
            transaction.create(references[1], changed)
        else:
            transaction.update(references[1], _updates(current, changed))
        return _saved(event, changed)

    return transactions.run_optimistic(client, body)


def _saved(event: Event, stored: dict[str, Any]) -> SavedStep:
    version = stored.get("version", 0)
    fields = {name: value for name, value in stored.items() if name != "version"}
    return SavedStep(event_id=event.id, step=parse_step(fields), version=version)


def _merged(request: SaveStep, current: dict[str, Any] | None) -> dict[str, Any]:
    """The step as it is to be stored, but for its version. Raises InvalidArgument.

    What is null goes back to its default where it has one, as readers expect it to be there.
    """
    part = request.step
    if part.get("id", request.step_id) != request.step_id:
        raise InvalidArgument(("step.id", f"is {request.step_id}, or left out"))
    stored = current or {"id": request.step_id}
    type_ = part.get("type", stored.get("type"))
    if not isinstance(type_, str) or type_ not in STEP_TYPES:
        raise InvalidArgument(("step.type", f"must be one of {', '.join(STEP_TYPES)}"))
    model = STEP_TYPES[type_]
    part = parts.checked(model, part, "step")
    if type_ != stored.get("type"):
        stored = {name: value for name, value in stored.items() if name != "config"}
        part = {"config": {}, **part}
    merged = parts.merge(stored, part)
    parts.require_valid(model, merged, part if current else None, "step")
    step = parse_step(merged)
    if isinstance(step, UnknownStep):  # for a stored field that the part does not touch
        return merged
    whole = step.model_dump(by_alias=True, exclude_none=True)
    named = part if current else whole
    return {**merged, **{name: whole[name] for name in named if name in whole}}


def _updates(current: dict[str, Any], changed: dict[str, Any]) -> dict[str, Any]:
    """What turns one into the other, by top-level field: a field that ends is deleted."""
    written = {name: value for name, value in changed.items() if current.get(name) != value}
    return {**written, **dict.fromkeys(current.keys() - changed.keys(), DELETE_FIELD)}


def _require_experiences(
    client: Client, transaction: Transaction, event: Event, part: dict[str, Any]
) -> None:
    """The experiences that a part newly names are active ones of the event's workspace."""
    config = part.get("config") or {}
    named = [*(config.get("experienceIds") or ()), config.get("fallbackExperienceId")]
    ids = [each for each in named if each]
    found = store.find_experiences(client, ids, transaction)
    missing = [
        each
        for each in ids
        if each not in found
        or not found[each].is_active
        or found[each].workspace_id != event.workspace_id
    ]
    if missing:
        raise FailedPrecondition(
            "experiences_unavailable",
            f"Not active, or not of this workspace: {', '.join(missing)}.",
            experiences=missing,
        )
