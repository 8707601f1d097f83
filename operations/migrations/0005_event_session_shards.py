"""An event's session has the `shard` with which the indexes of its times begin."""

from operations.schema_changes.declaration import Difference, Fields, Query, sharded, unsharded

QUERY = Query("events/sessions")


def change(session: Fields) -> Difference:
    return sharded(session, "id")


def inverse(session: Fields) -> Difference:
    return unsharded(session)
