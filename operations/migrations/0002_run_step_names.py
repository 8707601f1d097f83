"""A step of a run has a `runAttempt`, and its lease a `holder` and the time `acquiredAt`."""

from operations.schema_changes.declaration import Difference, Fields, Query, renamed, swapped

QUERY = Query("workspaces/runs/runSteps")
NAMES = {
    "round": "runAttempt",
    "lease.owner": "lease.holder",
    "lease.takenAt": "lease.acquiredAt",
}


def change(step: Fields) -> Difference:
    return renamed(step, NAMES)


def inverse(step: Fields) -> Difference:
    return renamed(step, swapped(NAMES))
