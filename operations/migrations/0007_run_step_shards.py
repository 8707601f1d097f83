"""A step of a run has the `shard` with which the indexes of its times begin."""

from operations.schema_changes.declaration import Difference, Fields, Query, sharded, unsharded

QUERY = Query("workspaces/runs/runSteps")


def change(step: Fields) -> Difference:
    return sharded(step, "runId", "id")


def inverse(step: Fields) -> Difference:
    return unsharded(step)
