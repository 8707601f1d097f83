"""Where event sessions and the guests of events live."""

from collections.abc import Iterable, Mapping
from typing import Any

from google.cloud.firestore import (
    Client,
    CollectionReference,
    DocumentReference,
    FieldFilter,
    Transaction,
)

from experience.events import store as event_store
from experience.ids import is_document_id
from experience.journeys.models.session import EventSession, SessionState
from experience.steps import Step
from experience.steps.screens import SELECTED_EXPERIENCE
from experience.store import get, in_all_shards, parse


def event_sessions_ref(client: Client, event_id: str) -> CollectionReference:
    """`/events/{e}/sessions`"""
    return client.collection("events", event_id, "sessions")


def event_session_ref(client: Client, event_id: str, session_id: str) -> DocumentReference:
    """`/events/{e}/sessions/{s}`"""
    return client.document("events", event_id, "sessions", session_id)


def event_guests_ref(client: Client, event_id: str) -> CollectionReference:
    """`/events/{e}/eventGuests`"""
    return client.collection("events", event_id, "eventGuests")


def event_guest_ref(client: Client, event_id: str, uid: str) -> DocumentReference:
    """`/events/{e}/eventGuests/{uid}`"""
    return client.document("events", event_id, "eventGuests", uid)


def get_event_session(
    client: Client, event_id: str, session_id: str, transaction: Transaction | None = None
) -> EventSession:
    """One session of any guest. One read. NotFound."""
    reference = event_session_ref(client, event_id, session_id)
    return get(client, reference, EventSession, transaction, what="session")


def find_steps(
    client: Client, event_id: str, step_ids: Iterable[str], transaction: Transaction | None = None
) -> dict[str, Step]:
    """The steps of a journey that exist, by id, in one request and one read each.

    An id that no step can have is passed over, such as the key of the selected experience.
    """
    possible = [each for each in step_ids if is_document_id(each) and each != SELECTED_EXPERIENCE]
    return event_store.find_steps(client, event_id, possible, transaction)


def data_fields(changes: Mapping[str, Any]) -> dict[str, Any]:
    """Changes in `data` by field path, which leave every other key as it is."""
    return {Client.field_path("data", key): value for key, value in changes.items()}


def find_transforming(
    client: Client, event_id: str, guest_id: str, count: int
) -> list[EventSession]:
    """The first of a guest's sessions that are transforming, in their order. One read each."""
    query: Any = (
        event_sessions_ref(client, event_id)
        .where(filter=FieldFilter("createdBy", "==", guest_id))
        .where(filter=FieldFilter("state", "==", SessionState.TRANSFORMING.value))
        .order_by("transformingSince")
        .limit(count)
    )
    return [session for found in query.stream() if (session := parse(found, EventSession))]


def query_stuck(client: Client, before: int) -> Any:
    """Query: sessions of all events that are transforming, last updated before this (Unix ms)."""
    return (
        in_all_shards(client.collection_group("sessions"))
        .where(filter=FieldFilter("state", "==", SessionState.TRANSFORMING.value))
        .where(filter=FieldFilter("updatedAt", "<=", before))
        .order_by("updatedAt")
    )
