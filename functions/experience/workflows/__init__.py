"""Durable runs of short pipelines, one room for each concept, each importing only earlier ones:

skills       what one step does: the API for authors of skills
definitions  what a workflow is: loaded from YAML, validated, resolved against a run's data
catalog      the workflows that are deployed
artifacts    a tenant's bytes: stored once, cached, garbage-collected
runs         the state of runs and steps, and each commit that changes it
generations  requests to providers, each submitted and paid for once
execution    a worker that acquires a step, runs its skill and commits the outcome
usecases     the verbs of callables, schedules and other domains
endpoints    the callables, tasks and schedules
"""

ROOMS = (
    "skills",
    "definitions",
    "catalog",
    "artifacts",
    "runs",
    "generations",
    "execution",
    "usecases",
    "endpoints",
)
