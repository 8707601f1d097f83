"""A generation job has the `shard` with which the index of its due time begins."""

from operations.schema_changes.declaration import Difference, Fields, Query, sharded, unsharded

QUERY = Query("workspaces/generationJobs")


def change(job: Fields) -> Difference:
    return sharded(job, "id")


def inverse(job: Fields) -> Difference:
    return unsharded(job)
