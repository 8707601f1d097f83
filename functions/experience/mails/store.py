"""Where mails live, and which sessions may be due one."""

from typing import Any

from google.cloud.firestore import Client, DocumentReference, FieldFilter

from experience.mails.models.mail import event_mail_id_of, mail_id_of
from experience.store import in_all_shards


def mail_ref(client: Client, project_id: str, session_id: str) -> DocumentReference:
    """`/mail/{id}` of a main session."""
    return client.document("mail", mail_id_of(project_id, session_id))


def event_mail_ref(client: Client, event_id: str, session_id: str) -> DocumentReference:
    """`/mail/{id}` of a session of an event."""
    return client.document("mail", event_mail_id_of(event_id, session_id))


def query_recent(client: Client, to: str, since: int, parent: tuple[str, str]) -> Any:
    """Query: the mails to an address since a time (Unix ms), of `projectId` or `eventId`, id."""
    return (
        client.collection("mail")
        .where(filter=FieldFilter(parent[0], "==", parent[1]))
        .where(filter=FieldFilter("to", "==", to))
        .where(filter=FieldFilter("createdAt", ">=", since))
        .order_by("createdAt")
    )


def query_due(client: Client, until: int) -> Any:
    """Query: the sessions, of projects and events, with an address and a picture until this time.

    The earliest first (Unix ms).
    """
    return (
        in_all_shards(client.collection_group("sessions"))
        .where(filter=FieldFilter("hasEmail", "==", True))
        .where(filter=FieldFilter("mailDueAt", "<=", until))
        .order_by("mailDueAt")
        .order_by("__name__")
    )
