"""What is to be deleted with a run, for a domain that deletes whom it was done for."""

from typing import Any

from google.cloud.firestore import DocumentReference, FieldFilter

from experience import transactions
from experience.workflows.artifacts.tenant import Tenant
from experience.workflows.runs.models import Run
from experience.workflows.usecases import cancel


def documents_of(tenant: Tenant, run_id: str) -> list[DocumentReference]:
    """Every document of a run, which is cancelled first if it is going; none where there is none.

    One read for the run and for each document. Its hooks are not called: a crash in between
    must not leave documents that look as if they were new. The bytes that no artifact refers to
    any more are collected as all others are.
    """
    reference = tenant.run_ref(run_id)
    [found] = transactions.read(tenant.client, [reference])
    data = transactions.fields(found)
    if data is None:
        return []
    if Run.load(data).is_active:
        # gives back the places of its generations
        cancel.cancel_in(tenant, run_id, with_hooks=False)
    of_run = FieldFilter("runId", "==", run_id)
    queries: list[Any] = [
        reference.collection("runSteps"),
        reference.collection("runStepCache"),
        tenant.collection("generationJobs").where(filter=of_run),
        tenant.collection("artifacts").where(filter=of_run),
    ]
    return [reference, *(each.reference for query in queries for each in query.select([]).stream())]
