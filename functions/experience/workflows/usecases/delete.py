"""Deleting a run, for a domain that deletes the documents that the run was done for."""

from typing import Any

from google.cloud.firestore import DocumentReference, FieldFilter

from experience.store import find
from experience.workflows.artifacts.tenant import Tenant
from experience.workflows.runs.models import Run
from experience.workflows.usecases import cancel


def documents_of(tenant: Tenant, run_id: str) -> list[DocumentReference]:
    """Every document of a run, none if it does not exist. An active run is cancelled first.

    One read for the run and for each document. The run's hooks are not called: a crash in between
    must not leave documents that look as if they were new. Objects that no artifact refers to are
    garbage-collected.
    """
    reference = tenant.run_ref(run_id)
    run = find(tenant.client, reference, Run)
    if run is None:
        return []
    if run.is_active:
        # releases the permits of its generations
        cancel.cancel_by_id(tenant, run_id, with_hooks=False)
    of_run = FieldFilter("runId", "==", run_id)
    queries: list[Any] = [
        reference.collection("runSteps"),
        reference.collection("runStepCache"),
        tenant.collection("generationJobs").where(filter=of_run),
        tenant.collection("artifacts").where(filter=of_run),
    ]
    return [reference, *(each.reference for query in queries for each in query.select([]).stream())]
