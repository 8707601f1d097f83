"""The right to work on a job, and the writes that only its holder can make.

A worker that was slow, or that was thought dead, may wake up at any time. So every write either
checks the lease's owner and fence in its transaction, or carries the time of the write before it.
"""

import uuid
from typing import Any

from google.api_core.exceptions import FailedPrecondition, NotFound
from google.cloud.firestore import Client, Transaction

from experience import clients, clock, config, transactions
from experience.sessions.models import CapturedMedia, JobError, JobStatus, Session
from experience.sessions.store import session_ref
from experience.transforms import store
from experience.transforms.models import (
    Claim,
    Job,
    JobErrorCode,
    JobFailure,
    JobInternals,
    JobOutput,
    JobProgress,
    Lease,
    Snapshot,
    TransformTask,
    claim,
    retry_delay_seconds,
)


class LeaseLost(Exception):  # noqa: N818  (somebody else's turn, not an error)
    """Another worker, or a cancellation, has the job now: stop, and write nothing more."""


class Work:
    """A job under lease: what there is to do, and the ways in which it can go on and end."""

    def __init__(
        self, client: Client, job: Job, lease: Lease, snapshot: Snapshot, last_update: Any = None
    ) -> None:
        self.job = job
        self.snapshot = snapshot
        self._client = client
        self._lease = lease
        self._last_update = last_update

    def tell(self, step: str, percentage: int) -> None:
        """Show progress: one write and no read, one more where the lease has to be made longer.

        The job is written by the lease's holder alone, and each write demands that the document is
        as the one before left it: that is how a worker learns that it lost its lease. LeaseLost.
        """
        now = clock.now_ms()
        progress = JobProgress(current_step=step, percentage=percentage).dump()
        shown = {"progress": progress, "updatedAt": now}
        expires_at = self._lease.expires_at
        if expires_at - now < _lease_ms() // 2:
            expires_at = now + _lease_ms()
        try:
            results = transactions.retry(lambda: self._write(shown, expires_at))
        except (FailedPrecondition, NotFound):
            # Somebody wrote; or it was us, and the answer was lost. The lease itself tells.
            self._last_update = self._still_held()
            try:
                results = transactions.retry(lambda: self._write(shown, expires_at))
            except (FailedPrecondition, NotFound) as error:
                raise LeaseLost from error
        self._lease = self._lease.model_copy(update={"expires_at": expires_at})
        self._last_update = results[0].update_time

    def _write(self, shown: dict[str, Any], expires_at: int) -> Any:
        """The job's write comes first in the commit."""
        job = self.job
        batch = self._client.batch()
        option = self._client.write_option(last_update_time=self._last_update)
        batch.update(store.job_ref(self._client, job.project_id, job.id), shown, option=option)
        if expires_at != self._lease.expires_at:
            internals = store.internals_ref(self._client, job.project_id, job.id)
            batch.update(internals, {"lease.expiresAt": expires_at})
        return batch.commit()

    def _still_held(self) -> Any:
        """When the job was last written, if the lease is ours. Three reads. Raises LeaseLost."""
        records = _Records.read(self._client, None, TransformTask.next_of(self.job))
        if records is None or not records.are_held_by(self._lease):
            raise LeaseLost
        return records.job_written_at

    def finish(self, output: JobOutput) -> None:
        """Write the result into job and session together. Three reads, three writes. LeaseLost."""

        def body(transaction: Transaction) -> None:
            records = self._held(transaction)
            now = clock.now_ms()
            records.write(
                transaction,
                now,
                status=JobStatus.COMPLETED,
                output=output,
                error=None,
                progress=JobProgress(current_step="publish", percentage=100),
                result=CapturedMedia(
                    step_id=self.snapshot.capture.step_id,
                    asset_id=output.asset_id,
                    url=output.url,
                    created_at=now,
                    content_type=f"image/{output.format}",
                ),
            )

        transactions.run(self._client, body)

    def fail(self, code: JobErrorCode, message: str, step: str, *, retryable: bool) -> bool:
        """Record a failure, and enqueue the next attempt where there is one: then True.

        Three reads, three writes. LeaseLost.
        """

        def body(transaction: Transaction) -> JobInternals | None:
            records = self._held(transaction)
            now = clock.now_ms()
            again = retryable and records.job.attempt_count < records.internals.attempt_limit
            failure = JobFailure(
                code=code, message=message, step=step, is_retryable=retryable, timestamp=now
            )
            status = JobStatus.PENDING if again else JobStatus.FAILED
            records.write(transaction, now, status=status, error=failure)
            return records.internals if again else None

        internals = transactions.run(self._client, body)
        if internals is None:
            return False
        made = internals.attempts_since_asked(self.job)
        delay = retry_delay_seconds(made, config.TRANSFORM_RETRY_SECONDS.value)
        store.dispatch(TransformTask.next_of(self.job), internals.dispatch, delay_seconds=delay)
        return True

    def _held(self, transaction: Transaction) -> "_Records":
        """The job's documents, if the lease is still ours. Raises LeaseLost."""
        records = _Records.read(self._client, transaction, TransformTask.next_of(self.job))
        if records is None or not records.are_held_by(self._lease):
            raise LeaseLost
        return records


def take(task: TransformTask) -> Work | Claim:
    """Begin the task's attempt, or say why not. Three reads, and three writes to begin."""
    client = clients.firestore()
    owner = uuid.uuid4().hex
    began: list[Transaction] = []

    def body(transaction: Transaction) -> Work | Claim:
        records = _Records.read(client, transaction, task)
        if records is None:
            return Claim.ENDED
        now = clock.now_ms()
        held = records.internals.lease
        if held and held.owner == owner and records.are_held_by(held):
            # This commit went through before, and its answer was lost.
            began.clear()
            snapshot = records.internals.snapshot
            return Work(client, records.job, held, snapshot, records.job_written_at)
        answer = claim(records.job, records.internals, task.attempt, now)
        if answer is Claim.EXHAUSTED:
            failure = JobFailure(
                code=JobErrorCode.TIMEOUT,
                message="The transform did not finish in time.",
                is_retryable=True,
                timestamp=now,
            )
            records.write(transaction, now, status=JobStatus.FAILED, error=failure)
        if answer is not Claim.TAKE:
            return answer
        lease = Lease(owner=owner, expires_at=now + _lease_ms(), fence=records.internals.fence + 1)
        job = records.write(
            transaction,
            now,
            status=JobStatus.RUNNING,
            attempt_count=records.job.attempt_count + 1,
            progress=JobProgress(current_step="load", percentage=0),
            started_at=records.job.started_at or now,
            lease=lease,
        )
        began[:] = [transaction]
        return Work(client, job, lease, records.internals.snapshot)

    answer = transactions.run(client, body)
    if isinstance(answer, Work) and began:
        [written, *_] = began[0].write_results or []
        answer._last_update = written.update_time
    return answer


class _Records:
    """The three documents that tell of a job, which change together or not at all."""

    def __init__(
        self,
        client: Client,
        job: Job,
        internals: JobInternals,
        session: Session | None,
        job_written_at: Any,
    ) -> None:
        self._client = client
        self.job = job
        self.internals = internals
        self.session = session
        self.job_written_at = job_written_at

    def are_held_by(self, lease: Lease) -> bool:
        """Whether the job runs under this lease, however often it was made longer."""
        held = self.internals.lease
        return (
            self.job.status is JobStatus.RUNNING
            and held is not None
            and (held.owner, held.fence) == (lease.owner, lease.fence)
        )

    @classmethod
    def read(
        cls, client: Client, transaction: Transaction | None, task: TransformTask
    ) -> "_Records | None":
        """All three in one request; None for a job that is gone."""
        snapshots = transactions.read(
            client,
            [
                store.job_ref(client, task.project_id, task.job_id),
                store.internals_ref(client, task.project_id, task.job_id),
                session_ref(client, task.project_id, task.session_id),
            ],
            transaction,
        )
        job, internals, session = (transactions.fields(snapshot) for snapshot in snapshots)
        if not job or not internals:
            return None
        return cls(
            client,
            Job.load(job),
            JobInternals.load(internals),
            Session.load(session) if session else None,
            snapshots[0].update_time,
        )

    def write(
        self,
        transaction: Transaction,
        now: int,
        *,
        status: JobStatus,
        lease: Lease | None = None,
        result: CapturedMedia | None = None,
        **changes: Any,
    ) -> Job:
        """The job with its new status and these changes; the job's write comes first."""
        if status in (JobStatus.COMPLETED, JobStatus.FAILED):
            changes["completed_at"] = now
        job = self.job.model_copy(update={**changes, "status": status, "updated_at": now})
        difference = self.job.difference(job)
        transaction.update(store.job_ref(self._client, job.project_id, job.id), difference)

        internals: dict[str, Any] = {"lease": lease.dump() if lease else None}
        if lease:
            internals["fence"] = lease.fence
        reference = store.internals_ref(self._client, job.project_id, job.id)
        transaction.update(reference, internals)

        if self.session and self.session.job_id == job.id:
            error = job.error if status is JobStatus.FAILED else None
            shown = JobError(code=error.code, message=error.message).dump() if error else None
            told: dict[str, Any] = {"jobStatus": status.value, "jobError": shown, "updatedAt": now}
            if result:
                told["resultMedia"] = result.dump()
            session = session_ref(self._client, job.project_id, job.session_id)
            transaction.update(session, told)
        return job


def _lease_ms() -> int:
    return int(config.TRANSFORM_LEASE_SECONDS.value) * 1000
