"""Waking a step that waits for something outside."""

from google.cloud.firestore import Transaction

from experience import clock, transactions
from experience.workflows import store
from experience.workflows.models import RunStep, StepStatus
from experience.workflows.tenant import Tenant


def resume_step(tenant: Tenant, run_id: str, step_id: str) -> None:
    """What a parked step waits for has come: let its skill run again. Safe to repeat.

    One read, one write, one task. A step that is not parked yet finds out when it tries.
    """

    def body(transaction: Transaction) -> RunStep | None:
        reference = tenant.step_ref(run_id, step_id)
        [found] = transactions.read(tenant.client, [reference], transaction)
        data = transactions.fields(found)
        step = RunStep.load(data) if data else None
        if step is None or step.status is not StepStatus.RUNNING:
            return None
        changes = {"dispatch": step.dispatch + 1, "updatedAt": clock.now_ms()}
        transaction.update(reference, changes)
        return step.model_copy(update={"dispatch": step.dispatch + 1})

    if step := transactions.run_optimistic(tenant.client, body):
        store.dispatch_next(step.model_copy(update={"parked": True}))
