"""Where shares live."""

from typing import Any

from google.cloud.firestore import Client, DocumentReference, FieldFilter


def share_ref(client: Client, share_id: str) -> DocumentReference:
    """`/shares/{id}`"""
    return client.document("shares", share_id)


def query_shares_of(client: Client, project_id: str, session_id: str) -> Any:
    """Query: the shares of a session."""
    return (
        client.collection("shares")
        .where(filter=FieldFilter("projectId", "==", project_id))
        .where(filter=FieldFilter("sessionId", "==", session_id))
    )
