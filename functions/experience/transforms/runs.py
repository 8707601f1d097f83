"""A job is a run of `photo.transform`: how it is ordered, and how job and session follow it.

Whatever the run commits that matters to a guest it writes to the job, and to the session, in the
same commit. A job is `pending` while its run waits or a step waits for another attempt.
"""

import traceback
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from google.cloud.firestore import Client, DocumentReference, Increment, Transaction

from experience import clients, logs
from experience.errors import NotFound
from experience.media import store as media
from experience.sessions.models import CapturedMedia, JobError, JobStatus
from experience.sessions.store import session_ref
from experience.transforms import store
from experience.transforms.models import (
    Job,
    JobErrorCode,
    JobFailure,
    JobOutput,
    JobProgress,
    Snapshot,
    run_id_of,
)
from experience.workflows.artifacts.tenant import Tenant
from experience.workflows.runs import creation
from experience.workflows.runs import dispatch as run_dispatch
from experience.workflows.runs.creation import NewRun
from experience.workflows.runs.hooks import HOOKS, HookWrites
from experience.workflows.runs.models import (
    OwnerReference,
    Queue,
    Run,
    RunError,
    RunStatus,
    RunStep,
    StepError,
)
from experience.workflows.runs.store import StoredRun, get_run_with_steps
from experience.workflows.skills import File
from experience.workflows.usecases import cancel as usecase_cancel
from experience.workflows.usecases import retry

KIND = "transform"
WORKFLOW = "photo.transform"
QUEUE = Queue.RUN_TRANSFORM

TOLD = {"load": 0, "stylise": 30, "publish": 90}
"""How far a picture is, in percent, when these steps of the workflow begin."""

SAID = {
    "ARTIFACT_NOT_FOUND": (JobErrorCode.INVALID_INPUT, "The photo is gone."),
    "WORKER_LOST": (JobErrorCode.TIMEOUT, "The transform did not finish in time."),
    "INTERNAL": (JobErrorCode.UNKNOWN, "Something went wrong on our side."),
}
"""What the engine says of a step, in a guest's words; codes that both have mean the same."""

PROVIDERS = {
    JobErrorCode.INVALID_INPUT: "The picture could not be made of this.",
    JobErrorCode.PROVIDER_ERROR: "The picture could not be made.",
}
"""What a provider says of these may quote the prompt or tell of our account: for operators."""

FINAL = {
    JobErrorCode.INVALID_INPUT,
    JobErrorCode.SAFETY_FILTERED,
    JobErrorCode.PROCESSING_FAILED,
}
"""What another attempt cannot help."""


def order(
    client: Client, transaction: Transaction, job: Job, snapshot: Snapshot, now: int
) -> NewRun:
    """Create the job's run, in the transaction that says so in the job. Four writes."""
    tenant = Tenant.of_document(client, job)
    source = f"gs://{clients.bucket_name()}/{snapshot.capture.path}"
    payload = {
        "sourceUri": source,
        "transform": snapshot.transform.dump(),
        "answers": [{"stepId": each.step_id, "value": each.value} for each in snapshot.answers],
    }
    ids = {
        "projectId": job.project_id,
        "sessionId": job.session_id,
        "jobId": job.id,
        "stepId": snapshot.capture.step_id,
    }
    owner_reference = OwnerReference(kind=KIND, ids=ids, reads=[source])
    new = creation.new_owned_run(
        tenant, WORKFLOW, run_id_of(job.project_id, job.id), payload, QUEUE, owner_reference, now
    )
    new.create(tenant, transaction)
    return new


def begin(client: Client, job: Job) -> None:
    """Hand the run of a job that was created just now to its queue, and never fail for it.

    The event of the job's creation does the same a little later, and the sweep after that.
    """
    try:
        dispatch(client, job)
    except Exception:  # noqa: BLE001  (whatever the queue says, the job is there)
        logs.warning("task not enqueued", job=job.id, exc=traceback.format_exc())


def dispatch(client: Client, job: Job) -> None:
    """Hand a new job's run to its queue, once."""
    if job.run_id:
        tenant = Tenant.of_document(client, job)
        run_dispatch.enqueue_first(tenant, WORKFLOW, job.run_id, QUEUE)


Whole = tuple[StoredRun, list[RunStep]]
"""A run as it was read, and its steps."""


def load(client: Client, transaction: Transaction, job: Job) -> Whole | None:
    """The job's run; None where it has none, or somebody removed it by hand. Four reads."""
    if job.run_id is None:
        return None
    try:
        return get_run_with_steps(Tenant.of_document(client, job), job.run_id, transaction)
    except NotFound:
        return None


def renew(
    client: Client,
    transaction: Transaction,
    job: Job,
    snapshot: Snapshot,
    run: Whole | None,
    now: int,
) -> list[RunStep]:
    """Take a job's run up again, or order its first one; the steps to be dispatched."""
    tenant = Tenant.of_document(client, job)
    if run:
        return retry.retry_in_transaction(transaction, tenant, *run, now)[1]
    new = order(client, transaction, job, snapshot, now)
    again = renewed(job, now).model_copy(update={"run_id": new.run.id})
    transaction.update(store.job_ref(client, job.project_id, job.id), job.difference(again))
    session = session_ref(client, job.project_id, job.session_id)
    transaction.update(session, _shown(JobStatus.PENDING, None, now))
    return new.steps


def go_on(client: Client, job: Job, steps: list[RunStep]) -> None:
    """Hand a job's run to its queue when it was taken up."""
    for run_id in {step.run_id for step in steps}:
        retry.enqueue_retried(Tenant.of_document(client, job), run_id, steps)


def cancel(client: Client, transaction: Transaction, job: Job, now: int) -> Job:
    """Cancel a job with its run; the job as it is then."""
    failure = _gave_up(now)
    ended = job.model_copy(
        update={
            "status": JobStatus.CANCELLED,
            "error": failure,
            "completed_at": now,
            "updated_at": now,
        }
    )
    run = load(client, transaction, job)
    if run and run[0].value.is_active:
        usecase_cancel.cancel_in_transaction(
            transaction, Tenant.of_document(client, job), *run, now
        )
    else:
        transaction.update(store.job_ref(client, job.project_id, job.id), job.difference(ended))
        session = session_ref(client, job.project_id, job.session_id)
        transaction.update(session, _shown(JobStatus.CANCELLED, failure, now))
    return ended


def tell_providers(client: Client, job: Job) -> None:
    """Have the providers told that a cancelled job's picture is not wanted any more."""
    if job.run_id:
        usecase_cancel.stop_generations(Tenant.of_document(client, job), job.run_id)


def renewed(job: Job, now: int) -> Job:
    """A job that begins again."""
    return job.model_copy(
        update={
            "status": JobStatus.PENDING,
            "error": None,
            "progress": None,
            "completed_at": None,
            "updated_at": now,
        }
    )


class Jobs:
    """What a run of a job writes to the job and its session. `workflows.runs.hooks.RunHooks`."""

    def on_step_started(self, client: Client, run: Run, step: RunStep) -> HookWrites:
        """One write for a step that is told; for a run's or an attempt's first step two."""
        now = step.updated_at
        job, session = _references(client, run)
        shown: dict[str, Any] = {"updatedAt": now}
        if step.id in TOLD:
            progress = JobProgress(current_step=step.id, percentage=TOLD[step.id])
            shown["progress"] = progress.dump()
        if run.status is not RunStatus.QUEUED and step.attempt <= 1:
            return [(job, shown)] if step.id in TOLD else []
        shown |= {"status": JobStatus.RUNNING.value, "attemptCount": Increment(1)}
        if run.started_at is None:
            shown["startedAt"] = now
        return [(job, shown), (session, {"jobStatus": JobStatus.RUNNING.value, "updatedAt": now})]

    def on_attempt_failed(
        self, client: Client, run: Run, step: RunStep, error: StepError, now: int
    ) -> HookWrites:
        """Two writes."""
        job, session = _references(client, run)
        failure = _failure(error.code, error.message, step.id, now)
        waiting = {"status": JobStatus.PENDING.value, "error": failure.dump(), "updatedAt": now}
        return [(job, waiting), (session, _shown(JobStatus.PENDING, None, now))]

    def on_run_finalized(
        self, client: Client, run: Run, outputs: Mapping[str, Any], now: int
    ) -> HookWrites:
        """Two writes."""
        job, session = _references(client, run)
        changes: dict[str, Any] = {"completedAt": now, "updatedAt": now}
        if run.status is RunStatus.COMPLETED:
            output = _output(run, outputs["publish"])
            progress = JobProgress(current_step="publish", percentage=100)
            changes |= {"status": JobStatus.COMPLETED.value, "error": None}
            changes |= {"progress": progress.dump(), "output": output.dump()}
            result = CapturedMedia(
                step_id=_ids(run)["stepId"],
                asset_id=output.asset_id,
                url=output.url,
                created_at=now,
                content_type=f"image/{output.format}",
            )
            told = _shown(JobStatus.COMPLETED, None, now) | {"resultMedia": result.dump()}
            return [(job, changes), (session, told)]
        failure = _gave_up(now) if run.status is RunStatus.CANCELLED else _failed(run.error, now)
        status = JobStatus(run.status.value)
        changes |= {"status": status.value, "error": failure.dump()}
        return [(job, changes), (session, _shown(status, failure, now))]

    def on_run_retried(self, client: Client, run: Run, now: int) -> HookWrites:
        """Two writes."""
        job, session = _references(client, run)
        changes = {
            "status": JobStatus.PENDING.value,
            "error": None,
            "progress": None,
            "completedAt": None,
            "updatedAt": now,
        }
        return [(job, changes), (session, _shown(JobStatus.PENDING, None, now))]

    def publish(self, run: Run, files: Sequence[File]) -> Mapping[str, Any]:
        """The picture, which comes first, and its thumbnail, in the session's results."""
        ids, number = _ids(run), run.run_attempt + 1
        folder = (ids["projectId"], ids["sessionId"], ids["jobId"], number)
        paths = [media.result_path(*folder, file.name) for file in files]

        def stored(path: str, file: File) -> str:
            return media.write_once(path, file.data, file.type)

        with ThreadPoolExecutor(len(files)) as side_by_side:  # a guest waits
            url, thumbnail_url = side_by_side.map(stored, paths, files)
        path, asset_id = paths[0], f"{ids['jobId']}-{number}"
        return {"assetId": asset_id, "path": path, "url": url, "thumbnailUrl": thumbnail_url}


HOOKS[KIND] = Jobs()


def _ids(run: Run) -> dict[str, str]:
    assert run.owner_reference is not None
    return run.owner_reference.ids


def _references(client: Client, run: Run) -> tuple[DocumentReference, DocumentReference]:
    """The job and its session."""
    ids = _ids(run)
    project_id = ids["projectId"]
    job = store.job_ref(client, project_id, ids["jobId"])
    return job, session_ref(client, project_id, ids["sessionId"])


def _shown(status: JobStatus, failure: JobFailure | None, now: int) -> dict[str, Any]:
    """What the session says of its job."""
    error = JobError(code=failure.code, message=failure.message).dump() if failure else None
    return {"jobStatus": status.value, "jobError": error, "updatedAt": now}


def _output(run: Run, published: Any) -> JobOutput:
    told = published["published"]
    return JobOutput(
        asset_id=told["assetId"],
        url=told["url"],
        path=told["path"],
        format=published["format"],
        width=published["width"],
        height=published["height"],
        size_bytes=published["sizeBytes"],
        thumbnail_url=told["thumbnailUrl"],
        processing_time_ms=run.duration_ms or 0,
    )


def _failed(error: RunError | None, now: int) -> JobFailure:
    if error is None:
        return _failure("UNKNOWN", "The transform failed.", None, now)
    return _failure(error.code, error.message, error.failed_step_id, now)


def _failure(code: str, message: str, step: str | None, now: int) -> JobFailure:
    if code in SAID:
        known, message = SAID[code]
    elif code in set(JobErrorCode):
        known = JobErrorCode(code)
        message = PROVIDERS.get(known, message) if step == "stylise" else message
    else:  # nothing that a guest could make sense of, such as a missing key
        known = JobErrorCode.PROVIDER_ERROR
        message = PROVIDERS[known]
    return JobFailure(
        code=known, message=message, step=step, is_retryable=known not in FINAL, timestamp=now
    )


def _gave_up(now: int) -> JobFailure:
    return JobFailure(
        code=JobErrorCode.CANCELLED,
        message="The transform was given up.",
        is_retryable=True,
        timestamp=now,
    )
