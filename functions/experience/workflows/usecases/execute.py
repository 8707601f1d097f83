"""Executing the step of a task, unless its workspace was deleted."""

from experience import clients
from experience.workflows.artifacts.tenant import Tenant
from experience.workflows.execution import worker
from experience.workflows.runs.decisions import Delivery
from experience.workflows.runs.models import StepTask
from experience.workflows.usecases import cancel
from experience.workspaces.store import is_deleted


def run_step(task: StepTask, delivery: Delivery) -> None:
    """Execute an attempt at a step; a run of a deleted workspace is cancelled first.

    As `worker.run_step`, and mostly no read to know whether the workspace was deleted.
    """
    client = clients.firestore()
    if is_deleted(client, task.workspace_id):
        opened = Tenant.of_run(client, task.workspace_id, task.run_id)
        if opened:
            cancel.cancel_by_id(opened[0], task.run_id)
    worker.run_step(task, delivery)
