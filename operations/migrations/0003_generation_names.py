"""A generation job has a `permit` or is `waitingFor` one, and is of a `runAttempt`."""

from operations.schema_changes.declaration import Difference, Fields, Query, renamed, swapped

QUERY = Query("workspaces/generationJobs")
NAMES = {"place": "permit", "waiting": "waitingFor", "round": "runAttempt"}


def change(job: Fields) -> Difference:
    return renamed(job, NAMES)


def inverse(job: Fields) -> Difference:
    return renamed(job, swapped(NAMES))
