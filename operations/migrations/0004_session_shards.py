"""A guest's session has the `shard` with which the indexes of its times begin."""

from operations.schema_changes.declaration import Difference, Fields, Query, sharded, unsharded

QUERY = Query("projects/sessions")


def change(session: Fields) -> Difference:
    if session.get("phase") is None and session.get("status") == "active":
        return {}  # its guest has just written it: the server gives it one when it adopts it
    return sharded(session, "id")


def inverse(session: Fields) -> Difference:
    return unsharded(session)
