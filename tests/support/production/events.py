"""Events of Firestore as Eventarc sends them."""

from google.cloud.firestore import Client
from google.cloud.firestore_v1 import _helpers, types
from google.events.cloud import firestore as events


def created(db: Client, path: str) -> tuple[dict[str, str], bytes]:
    """The event that Eventarc sends when the document at `path` is created, in binary mode.

    https://cloud.google.com/eventarc/docs/cloudevents-firestore
    """
    database = f"projects/{db.project}/databases/(default)"
    document = types.Document(
        name=f"{database}/documents/{path}",
        fields=_helpers.encode_dict(db.document(path).get().to_dict()),
    )
    # both are the same message on the wire
    value = events.Document.deserialize(types.Document.serialize(document))
    headers = {
        "content-type": "application/protobuf",
        "ce-specversion": "1.0",
        "ce-id": "8d6e2a4c-0b1f-4f3e-9a57-1c2d3e4f5a6b",
        "ce-type": "google.cloud.firestore.document.v1.created",
        "ce-source": f"//firestore.googleapis.com/{database}",
        "ce-subject": f"documents/{path}",
        "ce-time": "2026-07-01T12:00:00.123456Z",
        "ce-project": db.project,
        "ce-location": "us-central1",
        "ce-database": "(default)",
        "ce-namespace": "(default)",
        "ce-document": path,
        "ce-dataschema": "https://github.com/googleapis/google-cloudevents/blob/main/proto"
        "/google/events/cloud/firestore/v1/data.proto",
    }
    return headers, events.DocumentEventData.serialize(events.DocumentEventData(value=value))
