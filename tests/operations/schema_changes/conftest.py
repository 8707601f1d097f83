"""A migration of five kinds of documents, in a database where nothing else happens."""

from typing import Any

import pytest
from google.cloud.firestore import Client

from operations.schema_changes.declaration import Difference, Fields, Migration, Query, renamed

NAMES = {"old": "new", "part.old": "part.new"}


def change(fields: Fields) -> Difference:
    """One that a poisoned document stops."""
    if fields.get("poison"):
        raise LookupError(fields["poison"])
    return renamed(fields, NAMES)


def inverse(fields: Fields) -> Difference:
    return renamed(fields, {"new": "old", "part.new": "part.old"})


FIRST = Migration(
    "0001_first", "The first.", Query("workspaces/things"), change, inverse, code="one"
)
SECOND = Migration("0002_second", "The second.", Query("workspaces/others"), change, None, "two")
KNOWN = (FIRST, SECOND)


def things(client: Client) -> dict[str, dict[str, Any]]:
    """All documents but the states of the migrations."""
    return {
        each.reference.path: each.to_dict() or {}
        for name in ("things", "others")
        for each in client.collection_group(name).stream()
    }


@pytest.fixture
def stored(quiet_db: Client) -> dict[str, dict[str, Any]]:
    """Documents in the old shape in two workspaces, some in the new one, and namesakes."""
    large = "x" * 900_000
    documents: dict[str, dict[str, Any]] = {
        **{f"workspaces/a/things/{n:03}": {"old": n, "kept": [n, {"n": n}]} for n in range(4)},
        **{f"workspaces/b/things/{n:03}": {"old": {"deep": n}} for n in range(3)},
        "workspaces/b/things/large": {"old": 1, "part": {"old": 2, "kept": 3}, "text": large},
        "workspaces/b/things/new": {"new": 1},
        "workspaces/b/things/none": {"part": None},
        "projects/p/things/namesake": {"old": 1},
    }
    batch = quiet_db.batch()
    for path, fields in documents.items():
        batch.set(quiet_db.document(path), fields)
    batch.commit()
    return documents
