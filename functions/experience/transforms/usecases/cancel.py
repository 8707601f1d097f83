"""Cancelling a transform."""

from google.cloud.firestore import Transaction

from experience import clients, clock, transactions
from experience.errors import FailedPrecondition
from experience.sessions.models.session import JobStatus
from experience.transforms.models.job import Job
from experience.transforms.models.requests import CancelTransform
from experience.transforms.usecases import runs
from experience.transforms.usecases.read import get_session_and_job


def cancel_transform(uid: str, request: CancelTransform) -> Job:
    """Cancel the run of a job that waits or runs: its worker cannot write to the job any more.

    Seven reads; three writes and one for each step that has not ended. Cancelling again answers
    the same, for three reads. Raises FailedPrecondition `job_not_cancellable`.
    """
    client = clients.firestore()

    def body(transaction: Transaction) -> Job:
        now = clock.now_ms()
        _, job, _ = get_session_and_job(client, transaction, uid, request)
        if job.status is JobStatus.CANCELLED:
            return job
        if job.is_ended:
            raise FailedPrecondition(
                "job_not_cancellable", f"This job is {job.status}.", status=job.status
            )
        return runs.cancel_run(client, transaction, job, now)

    job = transactions.run_optimistic(client, body)
    if job.status is JobStatus.CANCELLED:
        runs.cancel_generations(client, job)
    return job
