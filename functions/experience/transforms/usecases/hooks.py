"""How job and session follow their run."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from google.cloud.firestore import Client, DocumentReference, Increment

from experience.media.store import objects
from experience.sessions.models.session import JobStatus, ResultMedia
from experience.sessions.store import session_ref
from experience.store import find
from experience.transforms import store
from experience.transforms.models.failures import JobFailure, cancelled_failure, failure_of
from experience.transforms.models.job import Job, JobOutput, JobProgress, session_fields
from experience.transforms.models.quota import MAX_RUNNING_PER_GUEST
from experience.workflows.runs.hooks import HOOKS, Updates
from experience.workflows.runs.models import Run, RunError, RunStatus, RunStep, StepError
from experience.workflows.skills import File

KIND = "transform"

PROGRESS_PERCENT = {"load": 0, "stylise": 30, "publish": 90}
"""How far a picture is, in percent, when these steps of the workflow begin."""


class JobHooks:
    """What a run of a job writes to the job and its session. `workflows.runs.hooks.RunHooks`."""

    def may_start(self, client: Client, run: Run) -> bool:
        """Whether fewer than two transforms of the guest are ahead of this one.

        The jobs themselves are the queue: a worker that dies has acquired nothing. Two reads, one
        more for a retry; none for a guest who can have no two others on their way.
        """
        ids = _ids(run)
        guest_id = ids.get("guestId")
        if guest_id is None and run.run_attempt:  # since then the guest may have started others
            job = find(client, store.job_ref(client, ids["projectId"], ids["jobId"]), Job)
            guest_id = job.created_by if job else None
        if guest_id is None:
            return True
        first = store.find_queue(client, ids["projectId"], guest_id, MAX_RUNNING_PER_GUEST)
        return len(first) < MAX_RUNNING_PER_GUEST or ids["jobId"] in {job.id for job in first}

    def on_step_started(self, client: Client, run: Run, step: RunStep) -> Updates:
        """One write for a step that is progress; two for the first step of a run or an attempt."""
        now = step.updated_at
        job, session = _references(client, run)
        shown: dict[str, Any] = {"updatedAt": now}
        if step.id in PROGRESS_PERCENT:
            progress = JobProgress(current_step=step.id, percentage=PROGRESS_PERCENT[step.id])
            shown["progress"] = progress.dump()
        if run.status is not RunStatus.QUEUED and step.attempt <= 1:
            return [(job, shown)] if step.id in PROGRESS_PERCENT else []
        shown |= {"status": JobStatus.RUNNING.value, "attemptCount": Increment(1)}
        if run.started_at is None:
            shown["startedAt"] = now
        return [(job, shown), (session, {"jobStatus": JobStatus.RUNNING.value, "updatedAt": now})]

    def on_attempt_failed(
        self, client: Client, run: Run, step: RunStep, error: StepError, now: int
    ) -> Updates:
        """Two writes."""
        job, session = _references(client, run)
        failure = failure_of(error.code, error.message, step.id, now)
        waiting = {"status": JobStatus.PENDING.value, "error": failure.dump(), "updatedAt": now}
        return [(job, waiting), (session, session_fields(JobStatus.PENDING, None, now))]

    def on_run_finalized(
        self, client: Client, run: Run, outputs: Mapping[str, Any], now: int
    ) -> Updates:
        """Two writes."""
        job, session = _references(client, run)
        changes: dict[str, Any] = {"completedAt": now, "updatedAt": now}
        if run.status is RunStatus.COMPLETED:
            output = _output(run, outputs["publish"])
            progress = JobProgress(current_step="publish", percentage=100)
            changes |= {"status": JobStatus.COMPLETED.value, "error": None}
            changes |= {"progress": progress.dump(), "output": output.dump()}
            result = ResultMedia(
                step_id=_ids(run)["stepId"],
                asset_id=output.asset_id,
                url=output.url,
                created_at=now,
                content_type=f"image/{output.format}",
            )
            shown = session_fields(JobStatus.COMPLETED, None, now)
            shown |= {"resultMedia": result.dump(), "mailDueAt": now}
            return [(job, changes), (session, shown)]
        failure = (
            cancelled_failure(now) if run.status is RunStatus.CANCELLED else _failed(run.error, now)
        )
        status = JobStatus(run.status.value)
        changes |= {"status": status.value, "error": failure.dump()}
        return [(job, changes), (session, session_fields(status, failure, now))]

    def after_run_finalized(self, run: Run) -> None:
        """Nothing: the session's update is an event, which `onSessionCompleted` gets."""

    def on_run_retried(self, client: Client, run: Run, now: int) -> Updates:
        """Two writes."""
        job, session = _references(client, run)
        changes = {
            "status": JobStatus.PENDING.value,
            "error": None,
            "progress": None,
            "completedAt": None,
            "queuedAt": now,
            "updatedAt": now,
        }
        return [(job, changes), (session, session_fields(JobStatus.PENDING, None, now))]

    def publish(
        self,
        run: Run,
        files: Sequence[File],
        require_lease: Callable[[], None],  # noqa: ARG002
    ) -> Mapping[str, Any]:
        """The picture, which comes first, and its thumbnail, in the session's results."""
        ids, number = _ids(run), run.run_attempt + 1
        folder = (ids["projectId"], ids["sessionId"], ids["jobId"], number)
        paths = [objects.result_path(*folder, file.name) for file in files]

        def stored(path: str, file: File) -> str:
            return objects.write_once(path, file.data, file.type)

        with ThreadPoolExecutor(len(files)) as side_by_side:  # a guest waits
            url, thumbnail_url = side_by_side.map(stored, paths, files)
        path, asset_id = paths[0], f"{ids['jobId']}-{number}"
        return {"assetId": asset_id, "path": path, "url": url, "thumbnailUrl": thumbnail_url}


HOOKS[KIND] = JobHooks()


def _ids(run: Run) -> dict[str, str]:
    assert run.owner_reference is not None
    return run.owner_reference.ids


def _references(client: Client, run: Run) -> tuple[DocumentReference, DocumentReference]:
    """The job and its session."""
    ids = _ids(run)
    project_id = ids["projectId"]
    job = store.job_ref(client, project_id, ids["jobId"])
    return job, session_ref(client, project_id, ids["sessionId"])


def _output(run: Run, published: Any) -> JobOutput:
    files = published["published"]
    return JobOutput(
        asset_id=files["assetId"],
        url=files["url"],
        path=files["path"],
        format=published["format"],
        width=published["width"],
        height=published["height"],
        size_bytes=published["sizeBytes"],
        thumbnail_url=files["thumbnailUrl"],
        processing_time_ms=run.duration_ms or 0,
    )


def _failed(error: RunError | None, now: int) -> JobFailure:
    if error is None:
        return failure_of("UNKNOWN", "The transform failed.", None, now)
    return failure_of(error.code, error.message, error.failed_step_id, now)
