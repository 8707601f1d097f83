"""Deleting a run, for a domain that deletes the documents that the run was done for."""

from collections.abc import Iterable, Iterator
from typing import Any

from google.cloud.firestore import DocumentReference, FieldFilter

from experience import transactions
from experience.store import find
from experience.workflows.artifacts import store as artifact_store
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


def delete_objects_of(tenant: Tenant, run_id: str, of_run: Iterable[DocumentReference]) -> int:
    """Delete the objects that a run's documents name, and no artifact of another run.

    Returns how many there were. One read for each document, and a query for each object. Call it
    before the documents are deleted, because they alone name the objects.
    """
    references = list(of_run)
    snapshots = transactions.read(tenant.client, references) if references else []
    paths = {
        path
        for snapshot in snapshots
        for text in _texts(snapshot.to_dict())
        if (path := tenant.path_in(text) or tenant.kept_path_in(text))
    }
    paths |= {
        tenant.kept_path(each.id) for each in references if each.parent.id == "generationJobs"
    }
    return sum(artifact_store.delete_unshared(tenant, path, run_id) for path in sorted(paths))


def _texts(value: Any) -> Iterator[str]:
    """Every text in a document's fields, at any depth."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _texts(each)
