"""A run has what it is done for in `ownerReference`, and counts its `runAttempt`."""

from operations.schema_changes.declaration import Difference, Fields, Query, renamed, swapped

QUERY = Query("workspaces/runs")
NAMES = {"belongsTo": "ownerReference", "round": "runAttempt"}


def change(run: Fields) -> Difference:
    return renamed(run, NAMES)


def inverse(run: Fields) -> Difference:
    return renamed(run, swapped(NAMES))
