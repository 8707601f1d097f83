"""Where events, their journeys and steps, and the experiences of events live."""

from collections.abc import Iterable

from google.cloud.firestore import Client, DocumentReference, Transaction

from experience import config, transactions
from experience.events.models.event import Event, EventStatus
from experience.events.models.experience import EventExperience
from experience.events.models.journey import Journey
from experience.steps import Step, parse_step
from experience.store import Memory, find, parse_or_log, require
from experience.workspaces.store import MAX_CACHED_STATUSES, is_deleted


def event_ref(client: Client, event_id: str) -> DocumentReference:
    """`/events/{e}`"""
    return client.document("events", event_id)


def journey_ref(client: Client, event_id: str, journey_id: str) -> DocumentReference:
    """`/events/{e}/journeys/{j}`"""
    return client.document("events", event_id, "journeys", journey_id)


def step_ref(client: Client, event_id: str, step_id: str) -> DocumentReference:
    """`/events/{e}/steps/{s}`"""
    return client.document("events", event_id, "steps", step_id)


def experience_ref(client: Client, experience_id: str) -> DocumentReference:
    """`/experiences/{x}`"""
    return client.document("experiences", experience_id)


def get_event(client: Client, event_id: str, transaction: Transaction | None = None) -> Event:
    """The event, whatever its status. One read. NotFound."""
    return require_event(client, find(client, event_ref(client, event_id), Event, transaction))


def require_event(client: Client, event: Event | None) -> Event:
    """The event. Raises NotFound where there is none, or its workspace was deleted."""
    return require(unless_deleted(client, event), what="event")


def unless_deleted(client: Client, event: Event | None) -> Event | None:
    """The event, unless there is none, or its workspace was deleted."""
    return None if event is None or is_deleted(client, event.workspace_id) else event


_events = Memory[Event](MAX_CACHED_STATUSES, lambda: config.STATUS_SECONDS.value)


def get_status(client: Client, event_id: str) -> EventStatus:
    """An event's status, as of `STATUS_SECONDS` ago at most, for calls that do not read it.

    One read in this process within that time, and one for its workspace. NotFound.
    """
    reference = event_ref(client, event_id)
    key = f"{client.project}/{reference.path}"
    kept = _events.get(key)
    event = require_event(client, kept or find(client, reference, Event))
    if not kept:
        _events.keep(key, event)
    return event.status


def find_journey(
    client: Client, event_id: str, journey_id: str, transaction: Transaction | None = None
) -> Journey | None:
    """A journey, deleted ones too, or None. One read."""
    return find(client, journey_ref(client, event_id, journey_id), Journey, transaction)


def find_steps(
    client: Client,
    event_id: str,
    step_ids: Iterable[str],
    transaction: Transaction | None = None,
) -> dict[str, Step]:
    """The steps of these ids that exist, in their order, in one request and one read each.

    A step that this version cannot read is an `UnknownStep`.
    """
    references = [step_ref(client, event_id, each) for each in dict.fromkeys(step_ids)]
    if not references:
        return {}
    found = {}
    for snapshot in transactions.read(client, references, transaction):
        if data := transactions.fields(snapshot):
            found[snapshot.id] = parse_step({**data, "id": snapshot.id})
    return found


def find_experiences(
    client: Client, experience_ids: Iterable[str], transaction: Transaction | None = None
) -> dict[str, EventExperience]:
    """The experiences of these ids that exist, in one request and one read each.

    Of any workspace, and deleted ones too. One that cannot be read counts as missing.
    """
    references = [experience_ref(client, each) for each in dict.fromkeys(experience_ids)]
    if not references:
        return {}
    found = {}
    for snapshot in transactions.read(client, references, transaction):
        if experience := parse_or_log(snapshot, EventExperience):
            found[snapshot.id] = experience
    return found
