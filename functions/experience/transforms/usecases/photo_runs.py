"""Runs of `photo.transform`, for whichever document a photo becomes a picture."""

import traceback
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from google.cloud.firestore import Transaction

from experience import logs, storage
from experience.providers import local
from experience.steps import StepValue
from experience.workflows.artifacts.tenant import Tenant
from experience.workflows.catalog.photo_transform.skills import provider_of
from experience.workflows.runs import creation
from experience.workflows.runs import dispatch as run_dispatch
from experience.workflows.runs.creation import NewRun
from experience.workflows.runs.models import OwnerReference, Queue, Run
from experience.workspaces.models import Transform

WORKFLOW = "photo.transform"


def queue_of(transform: Transform) -> Queue:
    """The queue of a transform's run: a worker works on a picture, or waits for a vendor's."""
    is_local = provider_of(transform.model) == local.ID
    return Queue.RUN_TRANSFORM if is_local else Queue.RUN_VENDOR_TRANSFORM


@dataclass(frozen=True)
class PhotoRun:
    """A run of `photo.transform` that is about to be created.

    `photo`: the path of its object, and with `generation` that one of its contents alone.
    `answers`: the guest's, by the ids of their steps. `kind` and `ids`: whom it is done for.
    """

    run_id: str
    photo: str
    transform: Transform
    answers: Iterable[tuple[str, StepValue]]
    kind: str
    ids: dict[str, str]
    generation: int | None = None

    def create(
        self, tenant: Tenant, transaction: Transaction, now: int, deadline_at: int | None = None
    ) -> NewRun:
        """Create the run in the transaction that names it in its owner's document. Four writes."""
        source = f"gs://{storage.bucket_name()}/{self.photo}"
        if self.generation is not None:
            source = f"{source}#{self.generation}"
        payload = {
            "sourceUri": source,
            "transform": self.transform.dump(),
            "answers": [{"stepId": step_id, "value": value} for step_id, value in self.answers],
        }
        owner_reference = OwnerReference(kind=self.kind, ids=self.ids, reads=[source])
        queue = queue_of(self.transform)
        new = creation.new_owned_run(
            tenant, WORKFLOW, self.run_id, payload, queue, owner_reference, now, deadline_at
        )
        new.create(tenant, transaction)
        return new


def dispatch(tenant: Tenant, run_id: str, queue: Queue) -> None:
    """Hand a new run to its queue, once."""
    run_dispatch.enqueue_first(tenant, WORKFLOW, run_id, queue)


def try_dispatch_with_deadline(tenant: Tenant, run: Run) -> None:
    """As `try_dispatch`, and the task of the run's deadline beside it: a guest waits."""
    with ThreadPoolExecutor(1) as beside:
        beside.submit(_trying, run.id, lambda: run_dispatch.enqueue_deadline(run))
        try_dispatch(tenant, run.id, run.queue)


def try_dispatch(tenant: Tenant, run_id: str, queue: Queue) -> None:
    """Hand a run that was created just now to its queue, and never fail for it.

    Whatever the queue says, the run is there, and a sweep finds it.
    """
    _trying(run_id, lambda: dispatch(tenant, run_id, queue))


def _trying(run_id: str, enqueue: Callable[[], None]) -> None:
    try:
        enqueue()
    except Exception:  # noqa: BLE001
        logs.warning("task not enqueued", run=run_id, exc=traceback.format_exc())
