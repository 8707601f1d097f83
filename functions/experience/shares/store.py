"""Where shares live."""

from typing import Any

from google.cloud.firestore import Client, DocumentReference, FieldFilter
from pydantic.alias_generators import to_camel


def share_ref(client: Client, share_id: str) -> DocumentReference:
    """`/shares/{id}`"""
    return client.document("shares", share_id)


def query_shares_of(client: Client, session_id: str, **parent: str) -> Any:
    """Query: the shares of a session; `parent` is its `project_id` or its `event_id`."""
    [(field, value)] = parent.items()
    return (
        client.collection("shares")
        .where(filter=FieldFilter(to_camel(field), "==", value))
        .where(filter=FieldFilter("sessionId", "==", session_id))
    )
