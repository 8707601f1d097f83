"""Completed sessions with a photo in the bucket, and transform jobs made of them."""

import io
import json
from typing import Any

from google.cloud.firestore import Client
from PIL import Image

from emulator.delivery.task_queue import Task
from emulator.suite.suite import Suite
from experience import storage
from experience.clock import now_ms
from experience.ids import new_id
from experience.media.models import path_in
from experience.media.store import objects
from experience.sessions.models.session import Session
from experience.transforms.models.job import run_id_of
from tests.support.builders.images import encoded
from tests.support.builders.sessions import session_fields, session_ref
from tests.support.builders.venues import Venue, a_venue
from tests.support.builders.workspaces import a_step, a_transform

CAPTURE = a_step("photo", "capture")
SMALL = {"format": "png", "width": 256}


def a_photo(side: int = 64) -> bytes:
    """A small JPEG with something to see in it."""
    photo = Image.radial_gradient("L").resize((side, side)).convert("RGB")
    return encoded(photo, "JPEG")


def a_booth(db: Client, **transform: Any) -> Venue:
    """A venue with one capture step and a transform that makes small pictures."""
    return a_venue(db, steps=[CAPTURE], transform=a_transform(**{"output": SMALL, **transform}))


def a_completed_session(
    db: Client, venue: Venue, photo: bytes | None = None, **fields: Any
) -> Session:
    """A main session with a captured photo, which came to be completed without any event."""
    uid, session = f"guest-{new_id()}", f"session-{new_id()}"
    path = objects.input_path(venue.project, session, "photo", "asset")
    url = objects.write_once(path, photo if photo is not None else a_photo(), "image/jpeg")
    capture = {"stepId": "photo", "assetId": "asset", "url": url, "contentType": "image/jpeg"}
    fields = {
        "id": session,
        "workspaceId": venue.workspace,
        "status": "completed",
        "completedAt": now_ms(),
        "capturedMedia": [{**capture, "createdAt": now_ms()}],
        **fields,
    }
    stored = session_fields(venue.project, uid, venue.main, **fields)
    session_ref(db, venue.project, session).set(stored)
    return Session.load(stored)


def replace_photo(session: Session, photo: bytes) -> None:
    """Let other bytes lie where the session's photo was: such as none that can be read."""
    [capture] = session.captured_media
    storage.bucket().blob(path_in(str(capture.url))).upload_from_string(photo)


def job_ref(db: Client, project: str, job: str) -> Any:
    """`/projects/{p}/jobs/{j}`"""
    return db.document("projects", project, "jobs", job)


def stored_job(db: Client, project: str, job: str) -> dict[str, Any]:
    """The job's fields as they lie in the database."""
    fields: dict[str, Any] | None = job_ref(db, project, job).get().to_dict()
    assert fields is not None
    return fields


def internals_ref(db: Client, project: str, job: str) -> Any:
    """`/projects/{p}/jobs/{j}/jobInternals/state`"""
    return job_ref(db, project, job).collection("jobInternals").document("state")


def size_of(picture: bytes) -> tuple[int, int]:
    """Width and height in pixels of an encoded picture."""
    return Image.open(io.BytesIO(picture)).size


def tasks_of(suite: Suite, project: str, job: str) -> list[Task]:
    """Every task that the suite's queues ever got for a job's run."""
    run = run_id_of(project, job)
    tasks = list(suite.tasks._tasks.values())
    return [task for task in tasks if payload(task).get("runId") == run]


def payload(task: Task) -> dict[str, Any]:
    """What a task sends to its function."""
    data: dict[str, Any] = json.loads(task.body)["data"]
    return data


def run_of(db: Client, job: dict[str, Any]) -> Any:
    """`/workspaces/{w}/runs/{r}` of a stored job."""
    return db.document("workspaces", job["workspaceId"], "runs", job["runId"])


def begin_and_vanish(db: Client, job: dict[str, Any]) -> None:
    """Leave a stored job and its run as a worker does that dies in its first step."""
    ago = now_ms() - 60_000
    lease = {"holder": "a worker that died", "expiresAt": ago, "acquiredAt": ago, "fence": 1}
    run = run_of(db, job)
    run.update({"status": "running", "startedAt": ago})
    step = run.collection("runSteps").document("load")
    step.update({"status": "running", "attempt": 1, "fence": 1, "lease": lease})
    began = {"status": "running", "attemptCount": 1, "updatedAt": ago}
    job_ref(db, job["projectId"], job["id"]).update(began)
