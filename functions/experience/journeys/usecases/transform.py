"""Transforming the photo of an event session."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from google.cloud.firestore import DELETE_FIELD, Client, Transaction

from experience import clients, clock, config, transactions
from experience.errors import FailedPrecondition, NotFound
from experience.events.models.event import Event
from experience.events.models.experience import EventExperience
from experience.events.store import event_ref, experience_ref
from experience.journeys import store
from experience.journeys.models.guest import EventGuest
from experience.journeys.models.moves import require_move
from experience.journeys.models.session import EventSession, EventSessionView, SessionState
from experience.journeys.models.transform import (
    TriggerTransform,
    answers_of,
    changed_session,
    chosen_experience_id,
    may_have_others,
    needs_steps,
    next_rates,
    run_id_of,
    transforms_today,
)
from experience.journeys.usecases.access import find_step_order
from experience.journeys.usecases.hooks import KIND
from experience.journeys.usecases.retry import (
    ENDED_BY_RETRY,
    find_standing_photo,
    get_session_and_event,
)
from experience.steps import Step
from experience.store import find, parse
from experience.transforms.usecases import limits, photo_runs
from experience.transforms.usecases.photo_runs import PhotoRun
from experience.workflows.artifacts.tenant import Tenant
from experience.workflows.runs.creation import NewRun
from experience.workspaces.models import Transform, TransformOutput

OUTPUT = TransformOutput(format="png")
"""The one documented path of a picture says so."""


@dataclass(frozen=True)
class Triggered:
    """A session after a trigger, and the run that it began in the event's workspace."""

    session: EventSession
    begun: tuple[Tenant, NewRun] | None = None


class PhotoUnknown(Exception):  # noqa: N818  (control flow, not an error)
    """Whether the photo of a session in `error` still stands must be found out first."""

    def __init__(self, session: EventSession) -> None:
        super().__init__(session.id)
        self.session = session


def trigger_transform(uid: str, request: TriggerTransform) -> EventSessionView:
    """Begin the transform of a captured photo: `captured` to `transforming`, with its run.

    Four reads, six writes and two tasks; with a daily limit one more of both. One read for each
    step of the journey where the guest picked no experience. From `error` one request to the
    storage and three reads more: where the photo still stands, the session goes through `captured`.
    While a transform runs, a repeated call returns the session for three reads. An attendant costs
    one read more, and only the event's limit bounds what they do. Raises NotFound `experience`,
    FailedPrecondition `move_not_allowed`, `no_experience` and `no_transform`, and ResourceExhausted
    as `start_transform` does.
    """
    client = clients.firestore()
    photo: int | None = None
    is_known = False

    def body(transaction: Transaction) -> Triggered:
        return _begin(client, transaction, uid, request, photo, is_known=is_known)

    try:
        triggered = transactions.run_optimistic(client, body)
    except PhotoUnknown as unknown:
        photo, is_known = find_standing_photo(unknown.session), True
        triggered = transactions.run_optimistic(client, body)
    if triggered.begun:
        tenant, new = triggered.begun
        photo_runs.try_dispatch_with_deadline(tenant, new.run)
    return EventSessionView.of(triggered.session)


def _begin(
    client: Client,
    transaction: Transaction,
    uid: str,
    request: TriggerTransform,
    photo: int | None,
    *,
    is_known: bool,
) -> Triggered:
    """Read, decide and write one trigger. `photo`: the photo that stands, if that `is_known`."""
    now = clock.now_ms()
    guest_ref = store.event_guest_ref(client, request.event_id, uid)
    session, event, [guest_snapshot] = get_session_and_event(
        client, transaction, uid, request.event_id, request.session_id, guest_ref
    )
    if session.state is SessionState.TRANSFORMING:
        return Triggered(session)
    if session.state is SessionState.ERROR and not is_known:
        raise PhotoUnknown(session)
    if session.state is not SessionState.ERROR or photo is None:
        require_move(session.state, SessionState.TRANSFORMING)
    generation = photo if session.state is SessionState.ERROR else session.capture_generation
    transform = _require_transform(client, transaction, session, event, request.experience_id)
    attempt = (session.transform_attempt or 0) + 1
    run_id = run_id_of(event.id, session.id, attempt)

    is_own = session.created_by == uid  # what an attendant does is not counted against the guest
    guest = parse(guest_snapshot, EventGuest) or EventGuest(
        id=uid, event_id=event.id, rates={}, created_at=now, updated_at=now
    )
    made = transforms_today(guest, now) if is_own else 0
    limit = limits.limit_of(event.daily_transform_limit, transform)
    reservation = limits.reserve_in_day(
        client, transaction, event_ref(client, event.id), run_id, limit, made, now
    )
    if is_own:
        rates = next_rates(guest, int(config.TRANSFORMS_PER_GUEST_AND_HOUR.value), now)
        counted = guest.model_copy(update={"rates": rates})
        if guest_snapshot.exists:
            transaction.update(guest_ref, guest.difference(counted))
        else:
            transaction.create(guest_ref, counted.dump())
    if reservation:
        reservation.write(transaction)

    ids = {"eventId": event.id, "sessionId": session.id}
    if session.created_by and (may_have_others(guest) or not is_own):
        ids["guestId"] = session.created_by
    if session.has_email:
        ids["hasEmail"] = "true"
    run = PhotoRun(
        run_id=run_id,
        photo=str(session.input_image_path),
        transform=transform,
        answers=answers_of(session),
        kind=KIND,
        ids=ids,
        generation=generation,
    )
    seconds = int(config.JOURNEY_TRANSFORM_SECONDS.value)
    tenant = Tenant.of_document(client, event)
    new = run.create(tenant, transaction, now, deadline_at=now + seconds * 1000)
    changes: dict[str, Any] = {
        "state": SessionState.TRANSFORMING.value,
        "runId": run_id,
        "transformAttempt": attempt,
        "transformingSince": now,
        "updatedAt": now,
    }
    if generation is not None:
        changes["captureGeneration"] = generation
    ended = dict.fromkeys(ENDED_BY_RETRY, DELETE_FIELD)
    reference = store.event_session_ref(client, event.id, session.id)
    transaction.update(reference, {**changes, **ended})
    return Triggered(changed_session(session, changes, ended), (tenant, new))


def _require_transform(
    client: Client,
    transaction: Transaction,
    session: EventSession,
    event: Event,
    requested: str | None,
) -> Transform:
    """How the photo becomes a picture. NotFound and FailedPrecondition."""
    steps: Mapping[str, Step] = {}
    if needs_steps(session) and (order := find_step_order(client, session, transaction)):
        steps = store.find_steps(client, event.id, order, transaction)
    experience_id = chosen_experience_id(session, steps, requested)
    if experience_id is None:
        raise FailedPrecondition("no_experience", "No experience was picked for this photo.")
    found = find(client, experience_ref(client, experience_id), EventExperience, transaction)
    if found is None or not found.is_active or found.workspace_id != event.workspace_id:
        raise NotFound("experience")
    photo_config = found.ai_photo_config
    if photo_config is None or not photo_config.enabled:
        raise FailedPrecondition("no_transform", "This experience transforms nothing.")
    return photo_config.transform.model_copy(update={"output": OUTPUT})
