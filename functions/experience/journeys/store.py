"""Where event sessions live."""

from google.cloud.firestore import Client, CollectionReference, DocumentReference, Transaction

from experience.journeys.models.session import EventSession
from experience.store import get


def event_sessions_ref(client: Client, event_id: str) -> CollectionReference:
    """`/events/{e}/sessions`"""
    return client.collection("events", event_id, "sessions")


def event_session_ref(client: Client, event_id: str, session_id: str) -> DocumentReference:
    """`/events/{e}/sessions/{s}`"""
    return client.document("events", event_id, "sessions", session_id)


def get_event_session(
    client: Client, event_id: str, session_id: str, transaction: Transaction | None = None
) -> EventSession:
    """One session of any guest. One read. NotFound."""
    reference = event_session_ref(client, event_id, session_id)
    return get(client, reference, EventSession, transaction, what="session")
