"""Beginning a session of an event."""

from google.cloud.firestore import Client, DocumentReference, Transaction

from experience import clients, clock, config, logs, transactions
from experience.documents import shard_of
from experience.errors import AlreadyExists
from experience.events.models.event import Event
from experience.events.models.journey import Journey
from experience.events.store import event_ref, find_journey, require_event
from experience.events.usecases.access import require_unarchived, require_visitable
from experience.guests.models import next_rate, with_consent
from experience.ids import derived_id, fingerprint, new_id
from experience.journeys import store
from experience.journeys.models.guest import EventGuest
from experience.journeys.models.requests import StartJourney
from experience.journeys.models.session import EventSession, SessionState
from experience.journeys.models.views import JourneySession
from experience.journeys.usecases.read import view_of
from experience.store import field_updates, parse


def start_journey(uid: str, request: StartJourney) -> JourneySession:
    """Begin a session at the first step of the event's journey, in the order of this moment.

    Three reads (event, guest, journey), one more for a request id, and two writes; then one read
    for each step and each experience to choose from. A repeat with another `locale` keeps that, for
    one write. Raises FailedPrecondition `event_not_live` and `consent_required`, ResourceExhausted
    `rate_limited`, AlreadyExists `request_id_reused`.
    """
    client = clients.firestore()
    begun = transactions.run_optimistic(client, lambda each: _begin(client, each, uid, request))
    return view_of(client, *begun)


def _begin(
    client: Client, transaction: Transaction, uid: str, request: StartJourney
) -> tuple[EventSession, Journey | None]:
    """The session, and its journey if that was read."""
    own = store.event_session_ref(client, request.event_id, _session_id(uid, request))
    guest_reference = store.event_guest_ref(client, request.event_id, uid)
    wanted = [event_ref(client, request.event_id), guest_reference]
    wanted += [own] if request.request_id else []
    found = transactions.read(client, wanted, transaction)
    event = require_event(client, parse(found[0], Event))
    require_visitable(client, event, uid, transaction)
    require_unarchived(event.status)
    made_by = fingerprint(request.model_dump(mode="json", exclude={"locale"}))
    if request.request_id and (earlier := parse(found[2], EventSession)):
        if earlier.request_fingerprint != made_by:
            raise AlreadyExists(
                "request_id_reused", "This requestId was used before, for another request."
            )
        return _with_locale(transaction, own, earlier, request.locale), None
    now = clock.now_ms()
    guest = parse(found[1], EventGuest)
    counted = _counted(event, guest, uid, request, now)
    journey = _active_journey(client, transaction, event)
    session = EventSession(
        id=own.id,
        shard=shard_of(own.id),
        event_id=event.id,
        state=SessionState.CREATED,
        created_by=uid,
        workspace_id=event.workspace_id,
        created_at=now,
        updated_at=now,
    )
    if journey:
        of_journey = {
            "journey_id": journey.id,
            "current_step_index": 0,
            "step_order": journey.step_order,
        }
        session = session.model_copy(update=of_journey)
    if request.request_id:
        session = session.model_copy(update={"request_fingerprint": made_by})
    if request.locale:
        session = session.model_copy(update={"locale": request.locale})
    transaction.create(own, session.dump())
    if guest:
        transaction.update(guest_reference, field_updates(guest, counted))
    else:
        transaction.create(guest_reference, counted.dump())
    return session, journey


def _with_locale(
    transaction: Transaction, own: DocumentReference, session: EventSession, locale: str | None
) -> EventSession:
    """A session that was begun before, in the language that its guest reads by now."""
    if locale is None or locale == session.locale:
        return session
    transaction.update(own, {"locale": locale})
    return session.model_copy(update={"locale": locale})


def _session_id(uid: str, request: StartJourney) -> str:
    """The same for the same caller and request id, random without one."""
    if request.request_id is None:
        return new_id()
    return derived_id("event session", uid, request.event_id, request.request_id)


def _counted(
    event: Event, guest: EventGuest | None, uid: str, request: StartJourney, now: int
) -> EventGuest:
    """The guest with one more session, and with the consent that the event asks for."""
    guest = guest or EventGuest(id=uid, event_id=event.id, rates={}, created_at=now, updated_at=now)
    asked = event.consent.version if event.consent else None
    consent = with_consent(guest.consent, asked, request.consent_version, now)
    limit = config.SESSIONS_PER_GUEST_AND_HOUR.value
    rates = {**guest.rates, "sessions": next_rate(guest.rates.get("sessions"), limit, now)}
    return guest.model_copy(update={"consent": consent, "rates": rates, "updated_at": now})


def _active_journey(client: Client, transaction: Transaction, event: Event) -> Journey | None:
    """The journey that guests are led through; None where there is none any more. One read."""
    if event.active_journey_id is None:
        return None
    journey = find_journey(client, event.id, event.active_journey_id, transaction)
    if journey is None or not journey.is_active:
        logs.warning("journey passed over", event=event.id, journey=event.active_journey_id)
        return None
    return journey
