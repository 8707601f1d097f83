"""Enqueueing the tasks of steps."""

import traceback

from google.cloud.firestore import Transaction

from experience import clients, clock, logs, transactions
from experience.ids import fingerprint
from experience.store import find
from experience.workflows.artifacts.tenant import Tenant
from experience.workflows.definitions.loader import DEFINITIONS
from experience.workflows.runs.models import (
    Queue,
    Run,
    RunStep,
    StepStatus,
    StepTask,
)

DEADLINE_MARGIN_SECONDS = 1
"""How long after a run's deadline its task comes: the clocks of two instances differ a little."""


def enqueue(task: StepTask, queue: Queue, *, delay_seconds: float = 0) -> None:
    """Enqueue a task once: its name is derived from its payload.

    A name stays blocked for hours. To enqueue the same attempt again, increment the step's
    `dispatch`.
    """
    payload = task.model_dump(mode="json", by_alias=True)
    name = fingerprint("runStep", *payload.values())
    clients.enqueue(queue.value, payload, task_id=name, delay_seconds=delay_seconds)


def enqueue_next(step: RunStep, *, delay_seconds: float = 0) -> None:
    """Enqueue the task for a step's parked or next attempt, once."""
    enqueue(StepTask.next_of(step), step.queue, delay_seconds=delay_seconds)


def resume_step(tenant: Tenant, run_id: str, step_id: str) -> None:
    """Run the skill of a parked step again: what it waits for has arrived. Safe to repeat.

    One read, one write, one task. A step that is not parked yet finds its commit rejected, and
    runs its skill again.
    """

    def body(transaction: Transaction) -> RunStep | None:
        reference = tenant.step_ref(run_id, step_id)
        step = find(tenant.client, reference, RunStep, transaction)
        if step is None or step.status is not StepStatus.RUNNING:
            return None
        changes = {"dispatch": step.dispatch + 1, "updatedAt": clock.now_ms()}
        transaction.update(reference, changes)
        return step.model_copy(update={"dispatch": step.dispatch + 1})

    if step := transactions.run_optimistic(tenant.client, body):
        enqueue_next(step.model_copy(update={"parked": True}))


def enqueue_first(tenant: Tenant, workflow_name: str, run_id: str, queue: Queue) -> None:
    """Enqueue the first steps of a new run, without reading it."""
    for step in DEFINITIONS.workflows[workflow_name].steps:
        if not step.depends_on:
            task = StepTask(workspace_id=tenant.id, run_id=run_id, step_id=step.step_id, attempt=1)
            enqueue(task, queue)


def enqueue_deadline(run: Run) -> None:
    """Enqueue a task for just after a run's deadline: whatever has become of it, it then ends.

    It is a task for the first step under a name of its own, because any task of an overdue run
    ends the run.
    """
    if run.deadline_at is None:
        return
    first = run.workflow().steps[0]
    task = StepTask(
        workspace_id=run.tenant_id, run_id=run.id, step_id=first.step_id, attempt=1
    ).model_dump(mode="json", by_alias=True)
    left_seconds = max(0, run.deadline_at - clock.now_ms()) / 1000
    name = fingerprint("deadline", *task.values())
    delay_seconds = left_seconds + DEADLINE_MARGIN_SECONDS
    clients.enqueue(run.queue.value, task, task_id=name, delay_seconds=delay_seconds)


def enqueue_ready(steps: list[RunStep]) -> None:
    """Enqueue each step that is ready. A task that is already enqueued stays as it is."""
    for step in steps:
        if step.is_ready:
            enqueue_next(step)


def try_enqueue_ready(run_id: str, steps: list[RunStep]) -> None:
    """Enqueue the ready steps of a committed run, and never fail for it: a sweep finds it."""
    try:
        enqueue_ready(steps)
    except Exception:  # noqa: BLE001
        logs.warning("task not enqueued", run=run_id, exc=traceback.format_exc())
