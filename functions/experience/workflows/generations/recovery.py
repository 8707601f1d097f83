"""Recovering generation jobs whose task or worker was lost."""

from google.cloud.firestore import Transaction

from experience import clock, transactions
from experience.workflows.artifacts.tenant import Tenant
from experience.workflows.generations import completion, dispatch, permits, store
from experience.workflows.generations.cancellation import UNWANTED
from experience.workflows.generations.models import LATE_MS, GenerationJob
from experience.workflows.runs.dispatch import resume_step


def recover(tenant: Tenant, job: GenerationJob) -> bool:
    """For a sweep: go on with a job whose next task or worker was lost. Whether it was."""
    now = clock.now_ms()
    if job.due_at is None or job.due_at > now:
        return False
    if not job.is_ended and not store.is_wanted(tenant, job):
        completion.fail_generation(tenant, job, UNWANTED)
        return True
    if job.waiting_for:
        started = permits.admit_next(tenant, job.kind)
        if started:
            resume_step(tenant, started.run_id, started.run_step_id)
    again = _redispatched(tenant, job, now)
    if again is None:
        return False
    dispatch.enqueue_poll(again, 0)
    return True


def _redispatched(tenant: Tenant, job: GenerationJob, now: int) -> GenerationJob | None:
    """The job with a task name that was never used; None if somebody went on with it meanwhile."""

    def body(transaction: Transaction) -> GenerationJob | None:
        reference = tenant.generation_ref(job.id)
        [found] = transactions.read(tenant.client, [reference], transaction)
        data = transactions.fields(found)
        known = GenerationJob.load(data) if data else None
        if known is None or (known.due_at, known.dispatch) != (job.due_at, job.dispatch):
            return None
        after = known.model_copy(update={"dispatch": job.dispatch + 1, "due_at": now + LATE_MS})
        transaction.update(reference, known.difference(after))
        return after

    return transactions.run_optimistic(tenant.client, body)
