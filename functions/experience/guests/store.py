"""Where guests live."""

from google.cloud.firestore import Client, CollectionReference, DocumentReference

from experience.guests.models import Guest
from experience.store import find, require


def guests_ref(client: Client, project_id: str) -> CollectionReference:
    """`/projects/{p}/guests`"""
    return client.collection("projects", project_id, "guests")


def guest_ref(client: Client, project_id: str, uid: str) -> DocumentReference:
    """`/projects/{p}/guests/{uid}`"""
    return client.document("projects", project_id, "guests", uid)


def find_guest(client: Client, project_id: str, uid: str) -> Guest | None:
    """A visitor as a guest; None before their first visit. One read."""
    return find(client, guest_ref(client, project_id, uid), Guest)


def get_guest(client: Client, project_id: str, uid: str) -> Guest:
    """A visitor as a guest. One read. NotFound."""
    return require(find_guest(client, project_id, uid), what="guest")


def active_session_path(experience_id: str) -> str:
    """The field path of the claim on an experience's one active session."""
    return f"activeSessions.`{experience_id}`"
