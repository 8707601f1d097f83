"""Where guests live."""

from typing import Any

from google.cloud.firestore import Client, CollectionReference, DocumentReference

from experience import transactions
from experience.guests.models import Guest
from experience.projects.store import project_ref


def guests(client: Client, project_id: str) -> CollectionReference:
    """`/projects/{p}/guests`"""
    reference: CollectionReference = project_ref(client, project_id).collection("guests")
    return reference


def guest_ref(client: Client, project_id: str, uid: str) -> DocumentReference:
    """`/projects/{p}/guests/{uid}`"""
    reference: DocumentReference = (
        project_ref(client, project_id).collection("guests").document(uid)
    )
    return reference


def load_guest(client: Client, project_id: str, uid: str) -> Guest | None:
    """The guest, or None for who never came. One read."""
    [snapshot] = transactions.read(client, [guest_ref(client, project_id, uid)])
    return read_guest(transactions.fields(snapshot))


def read_guest(data: dict[str, Any] | None) -> Guest | None:
    """A guest from its fields."""
    return Guest.load(data) if data else None


def active_session_path(experience_id: str) -> str:
    """The field path of the claim on an experience's one active session."""
    return f"activeSessions.`{experience_id}`"
