"""Running one attempt at a transform: load, transform, publish."""

import time
import traceback
from typing import cast, get_args

import requests
from google.api_core import exceptions
from google.auth.exceptions import TransportError

from experience import clients, logs
from experience.calls import TryLater
from experience.imaging.models import ImageRefused, Recipe, RefusalCode, Style
from experience.media import store as media
from experience.providers import local
from experience.providers.models import ProviderFailed
from experience.sessions.models import JobStatus
from experience.transforms import leases, store
from experience.transforms.leases import LeaseLost, Work
from experience.transforms.models import Claim, JobErrorCode, JobOutput, TransformTask
from experience.workspaces.models import Overlay

EXTENSIONS = {"jpeg": "jpg", "png": "png", "webp": "webp"}

# Each of these is a paid write that a guest watches: only the stages that take time are told.
TOLD = {"stylise": 30, "publish": 90}

STORAGE_FAULTS = (
    exceptions.GoogleAPICallError,
    exceptions.RetryError,
    requests.RequestException,
    TransportError,
)


def run_transform(task: TransformTask) -> None:
    """Work on a job for one attempt, whatever became of it meanwhile. Safe to repeat.

    Raises TryLater while another worker holds the job.
    """
    taken = leases.take(task)
    match taken:
        case Claim.WAIT:
            raise TryLater("another worker holds this job")
        case Claim.STALE:
            _dispatch_current(task)
        case Work():
            try:
                _attempt(taken)
            except LeaseLost as lost:
                # Whoever has the job now may die too: this task stays in the queue until it ended.
                raise TryLater("the lease was lost") from lost


def _dispatch_current(task: TransformTask) -> None:
    """A worker that failed may have died before it enqueued the next attempt: do that for it."""
    state = store.load_state(clients.firestore(), task.project_id, task.job_id)
    if state and state[0].status is JobStatus.PENDING:
        job, internals = state
        store.dispatch(TransformTask.next_of(job), internals.dispatch)


def _attempt(work: Work) -> None:
    """From the capture to the published picture; every failure ends in the job."""
    stage = _Stage(work)
    try:
        output = _make(work, stage)
    except LeaseLost:
        raise
    except ImageRefused as refused:
        code = JobErrorCode(refused.code)
        _failed(work, stage, code, refused.message, retryable=False)
    except ProviderFailed as failed:
        _failed(
            work, stage, JobErrorCode.PROVIDER_ERROR, failed.message, retryable=failed.retryable
        )
    except exceptions.NotFound:
        _failed(work, stage, JobErrorCode.INVALID_INPUT, "The photo is gone.", retryable=False)
    except STORAGE_FAULTS:
        logs.warning("storage fault", job=work.job.id, exc=traceback.format_exc())
        message = "The picture could not be stored."
        _failed(work, stage, JobErrorCode.STORAGE_ERROR, message, retryable=True)
    except Exception:  # noqa: BLE001  (a guest waits: whatever it is, the job has to end)
        logs.error("transform bug", job=work.job.id, exc=traceback.format_exc())
        message = "Something went wrong on our side."
        _failed(work, stage, JobErrorCode.UNKNOWN, message, retryable=True)
    else:
        work.finish(output)


class _Stage:
    """Where the work is, for the guest who waits and for the record of a failure."""

    def __init__(self, work: Work) -> None:
        self.name = "load"
        self._work = work

    def __call__(self, name: str) -> None:
        self.name = name
        if name in TOLD:
            self._work.tell(name, TOLD[name])


def _make(work: Work, stage: _Stage) -> JobOutput:
    """The picture, made and stored. Raises what the bucket, the provider and the imaging raise."""
    began = time.monotonic()
    job, transform = work.job, work.snapshot.transform
    photo = media.read(work.snapshot.capture.path)
    overlay = _overlay(job.workspace_id, transform.overlay)
    recipe = Recipe(
        style=_style(transform.style),
        aspect_ratio=transform.aspect_ratio,
        format=transform.output.format,
        width=transform.output.width,
    )
    picture = local.transform(photo, recipe, overlay=overlay, on_step=stage)

    stage("publish")
    folder = (job.project_id, job.session_id, job.id, job.attempt_count)
    path = media.result_path(*folder, f"result.{EXTENSIONS[picture.format]}")
    url = media.write_once(path, picture.data, picture.content_type)
    thumbnail_url = media.write_once(
        media.result_path(*folder, "thumb.webp"), picture.thumbnail, "image/webp"
    )
    return JobOutput(
        asset_id=f"{job.id}-{job.attempt_count}",
        url=url,
        path=path,
        format=picture.format,
        width=picture.width,
        height=picture.height,
        size_bytes=len(picture.data),
        thumbnail_url=thumbnail_url,
        processing_time_ms=round((time.monotonic() - began) * 1000),
    )


def _overlay(workspace_id: str, overlay: Overlay | None) -> bytes | None:
    """The overlay, out of the workspace's own folder: a transform reads nobody else's objects."""
    if overlay is None:
        return None
    folder = f"workspaces/{workspace_id}/"
    if not overlay.path.startswith(folder):
        raise ImageRefused(RefusalCode.PROCESSING_FAILED, f"The overlay must lie in {folder}.")
    try:
        return media.read(overlay.path)
    except exceptions.NotFound as error:
        message = "The overlay is gone. Replace it in the experience."
        raise ImageRefused(RefusalCode.PROCESSING_FAILED, message) from error


def _style(name: str) -> Style:
    if name not in get_args(Style):
        raise ImageRefused(RefusalCode.PROCESSING_FAILED, f"There is no style {name!r}.")
    return cast(Style, name)


def _failed(
    work: Work, stage: _Stage, code: JobErrorCode, message: str, *, retryable: bool
) -> None:
    again = work.fail(code, message, stage.name, retryable=retryable)
    logs.warning(
        "transform failed",
        project=work.job.project_id,
        job=work.job.id,
        attempt=work.job.attempt_count,
        code=code,
        step=stage.name,
        again=again,
    )
