"""A run has the `shard` with which the indexes of its times begin."""

from operations.schema_changes.declaration import Difference, Fields, Query, sharded, unsharded

QUERY = Query("workspaces/runs")


def change(run: Fields) -> Difference:
    return sharded(run, "id")


def inverse(run: Fields) -> Difference:
    return unsharded(run)
