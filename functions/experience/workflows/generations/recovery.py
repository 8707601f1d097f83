"""Recovering generation jobs whose task or worker was lost."""

from google.cloud.firestore import Transaction

from experience import clock, transactions
from experience.workflows.artifacts.tenant import Tenant
from experience.workflows.generations import completion, dispatch, permits, store
from experience.workflows.generations.cancellation import UNWANTED
from experience.workflows.generations.models import LATE_MS, GenerationJob
from experience.workflows.runs.dispatch import resume_step


def recover(tenant: Tenant, job: GenerationJob) -> bool:
    """Restart a job that is overdue, or fail it if nobody wants it. Whether it was overdue."""
    now = clock.now_ms()
    if job.due_at is None or job.due_at > now:
        return False
    if not job.is_ended and not store.is_wanted(tenant, job):
        completion.fail_generation(tenant, job, UNWANTED)
        return True
    if job.waiting_for:
        admitted = permits.admit_next(tenant, job.kind)
        if admitted:
            resume_step(tenant, admitted.run_id, admitted.run_step_id)
    redispatched = _redispatch(tenant, job, now)
    if redispatched is None:
        return False
    dispatch.enqueue_poll(redispatched, 0)
    return True


def _redispatch(tenant: Tenant, job: GenerationJob, now: int) -> GenerationJob | None:
    """Give a job a task name that was never used; None if the job has changed meanwhile."""

    def body(transaction: Transaction) -> GenerationJob | None:
        reference = tenant.generation_ref(job.id)
        [found] = transactions.read(tenant.client, [reference], transaction)
        data = transactions.fields(found)
        current = GenerationJob.load(data) if data else None
        if current is None or (current.due_at, current.dispatch) != (job.due_at, job.dispatch):
            return None
        after = current.model_copy(update={"dispatch": job.dispatch + 1, "due_at": now + LATE_MS})
        transaction.update(reference, current.difference(after))
        return after

    return transactions.run_optimistic(tenant.client, body)
