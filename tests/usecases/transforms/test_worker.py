"""Attempts at a transform, with real photos, a real bucket and real queues, and what goes wrong."""

import gc
import json
import warnings
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest
from google.cloud import storage
from google.cloud.firestore import Client

from emulator.http import serve
from emulator.suite import Suite
from experience import clients
from experience.media import store as media
from experience.transforms import worker
from experience.transforms.models import MAX_ATTEMPTS, TransformTask
from tests.builders.images import ASTRONAUT, encoded
from tests.builders.jobs import (
    a_job,
    a_photo,
    internals_ref,
    job_ref,
    payload,
    size_of,
    stored_job,
    tasks_of,
)
from tests.builders.sessions import stored_session

BreakStorage = Callable[[int], None]


@pytest.fixture
def _refused_downloads() -> Iterator[None]:
    """The storage's client leaves a refused download's connection to the garbage collector."""
    yield
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


@pytest.fixture
def break_storage(
    monkeypatch: pytest.MonkeyPatch, _refused_downloads: None
) -> Iterator[BreakStorage]:
    """Have every request for an object answered with this status from now on."""
    closing: list[Callable[[], None]] = []

    def break_with(status: int) -> None:
        def app(environ: Any, start_response: Any) -> Iterable[bytes]:
            start_response(f"{status} Fault", [("Content-Type", "application/json")])
            return [b"{}"]

        server = serve(app)
        monkeypatch.setenv("STORAGE_EMULATOR_HOST", server.url)
        client = storage.Client(project="demo-broken")
        monkeypatch.setattr(clients, "bucket", lambda: client.bucket("broken"))
        closing.extend((client.close, server.close))

    yield break_with
    for close in closing:
        close()


def run(db: Client, task: TransformTask) -> tuple[dict[str, Any], dict[str, Any]]:
    """Run the task here; the job and the session after it."""
    worker.run_transform(task)
    return (
        stored_job(db, task.project_id, task.job_id),
        stored_session(db, task.project_id, task.session_id),
    )


def queued(suite: Suite, task: TransformTask, since_ms: int) -> list[tuple[int, float]]:
    """The attempts at a job that were enqueued, each with its seconds of delay since a time."""
    return sorted(
        (payload(queued)["attempt"], queued.eta - since_ms / 1000)
        for queued in tasks_of(suite, task.job_id)
    )


def fetched(path: str) -> bytes:
    return media.read(path)


class TestSuccess:
    def test_the_photo_becomes_the_picture_that_was_asked_for(self, quiet_db: Client) -> None:
        output = {"format": "webp", "width": 300}
        task = a_job(quiet_db, ASTRONAUT, style="sketch", aspectRatio="3:2", output=output)
        job, session = run(quiet_db, task)
        folder = f"projects/{task.project_id}/sessions/{task.session_id}/results/{task.job_id}/1"
        made = job["output"]
        picture = fetched(f"{folder}/result.webp")
        assert (job["status"], job["attemptCount"]) == ("completed", 1)
        assert made["path"] == f"{folder}/result.webp"
        assert (made["format"], made["width"], made["height"]) == ("webp", 300, 200)
        assert made["sizeBytes"] == len(picture)
        assert size_of(picture) == (300, 200)
        assert media.path_in(made["thumbnailUrl"]) == f"{folder}/thumb.webp"
        assert size_of(fetched(f"{folder}/thumb.webp")) == (300, 200)
        assert session["resultMedia"]["assetId"] == made["assetId"]

    def test_an_overlay_of_the_workspace_lies_over_the_picture(self, quiet_db: Client) -> None:
        from PIL import Image

        task = a_job(quiet_db)
        overlay = encoded(Image.new("RGBA", (64, 64), (255, 0, 0, 255)))
        use_overlay(quiet_db, task, "workspaces/{workspace}/overlays/red.png", overlay)
        job, _ = run(quiet_db, task)
        with_overlay = fetched(job["output"]["path"])
        plain, _ = run(quiet_db, a_job(quiet_db))
        assert with_overlay != fetched(plain["output"]["path"])

    def test_running_the_task_again_changes_nothing(self, quiet_db: Client) -> None:
        task = a_job(quiet_db)
        assert run(quiet_db, task) == run(quiet_db, task)

    def test_an_attempt_whose_objects_were_stored_before_keeps_them(self, quiet_db: Client) -> None:
        task = a_job(quiet_db)
        folder = (task.project_id, task.session_id, task.job_id, 1)
        path = media.result_path(*folder, "result.png")
        url = media.write_once(path, b"earlier", "image/png")
        job, session = run(quiet_db, task)
        assert job["status"] == "completed"
        assert job["output"]["url"] == session["resultMedia"]["url"] == url
        assert fetched(path) == b"earlier"

    def test_a_later_attempt_writes_beside_an_earlier_one(self, quiet_db: Client) -> None:
        task = a_job(quiet_db)
        before = media.result_path(task.project_id, task.session_id, task.job_id, 1, "result.png")
        media.write_once(before, b"of a worker that vanished", "image/png")
        job_ref(quiet_db, task.project_id, task.job_id).update({"attemptCount": 1})
        job, _ = run(quiet_db, task.model_copy(update={"attempt": 2}))
        assert job["output"]["path"] == before.replace("/1/", "/2/")
        assert job["output"]["assetId"] == f"{task.job_id}-2"


class TestRefusedInput:
    """What another attempt cannot mend ends the job at once, in words for the guest."""

    def refused(self, suite: Suite, db: Client, task: TransformTask, code: str, words: str) -> None:
        job, session = run(db, task)
        assert (job["status"], job["attemptCount"]) == ("failed", 1)
        assert (job["error"]["code"], job["error"]["isRetryable"]) == (code, False)
        assert words in job["error"]["message"]
        assert job["output"] is None
        assert session["jobStatus"] == "failed"
        assert session["jobError"] == {"code": code, "message": job["error"]["message"]}
        assert session["resultMedia"] is None
        assert queued(suite, task, 0) == []

    @pytest.mark.parametrize(
        "photo",
        [b"\xff\xd8\xff", a_photo()[:300], b"<html></html>"],
        ids=["three bytes", "half a photo", "a page"],
    )
    def test_a_photo_that_cannot_be_read(
        self, suite: Suite, quiet_db: Client, photo: bytes
    ) -> None:
        self.refused(suite, quiet_db, a_job(quiet_db, photo), "INVALID_INPUT", "another one")

    @pytest.mark.usefixtures("_refused_downloads")
    def test_a_photo_that_is_gone(self, suite: Suite, quiet_db: Client) -> None:
        task = a_job(quiet_db)
        [capture] = stored_session(quiet_db, task.project_id, task.session_id)["capturedMedia"]
        clients.bucket().blob(media.path_in(capture["url"])).delete()
        self.refused(suite, quiet_db, task, "INVALID_INPUT", "The photo is gone.")

    def test_a_style_that_nobody_knows(self, suite: Suite, quiet_db: Client) -> None:
        task = a_job(quiet_db, style="cubism")
        self.refused(suite, quiet_db, task, "PROCESSING_FAILED", "There is no style 'cubism'.")

    @pytest.mark.usefixtures("_refused_downloads")
    def test_an_overlay_that_is_gone(self, suite: Suite, quiet_db: Client) -> None:
        task = a_job(quiet_db)
        use_overlay(quiet_db, task, "workspaces/{workspace}/overlays/none.png", None)
        self.refused(suite, quiet_db, task, "PROCESSING_FAILED", "The overlay is gone.")

    def test_an_overlay_that_is_no_picture(self, suite: Suite, quiet_db: Client) -> None:
        task = a_job(quiet_db)
        use_overlay(quiet_db, task, "workspaces/{workspace}/overlays/text.png", b"not a PNG")
        self.refused(suite, quiet_db, task, "PROCESSING_FAILED", "overlay")

    @pytest.mark.parametrize(
        "path",
        [
            "workspaces/somebody-elses/overlays/frame.png",
            "workspaces/{workspace}-too/overlays/frame.png",
            "projects/{project}/sessions/{session}/inputs/photo/asset",
        ],
    )
    def test_an_overlay_out_of_another_folder_than_the_workspaces(
        self, suite: Suite, quiet_db: Client, path: str
    ) -> None:
        task = a_job(quiet_db)
        use_overlay(quiet_db, task, path, a_photo())
        self.refused(suite, quiet_db, task, "PROCESSING_FAILED", "The overlay must lie in")


class TestFaults:
    """What may pass is tried again: five attempts, each after twice the pause."""

    def test_a_fault_of_the_storage_is_tried_five_times_and_then_told(
        self, suite: Suite, quiet_db: Client, break_storage: BreakStorage
    ) -> None:
        task = a_job(quiet_db)
        break_storage(403)
        delays = [2, 4, 8, 16]
        for made, delay in enumerate(delays, start=1):
            job, session = run(quiet_db, task.model_copy(update={"attempt": made}))
            assert (job["status"], job["attemptCount"]) == ("pending", made)
            assert (job["error"]["code"], job["error"]["step"]) == ("STORAGE_ERROR", "load")
            assert job["error"]["isRetryable"]
            assert (session["jobStatus"], session["jobError"]) == ("pending", None)
            attempt, seconds = queued(suite, task, job["updatedAt"])[-1]
            assert attempt == made + 1
            assert delay - 0.1 <= seconds < delay + 30
        job, session = run(quiet_db, task.model_copy(update={"attempt": MAX_ATTEMPTS}))
        assert (job["status"], job["attemptCount"]) == ("failed", MAX_ATTEMPTS)
        message = "The picture could not be stored."
        assert session["jobError"] == {"code": "STORAGE_ERROR", "message": message}
        assert [attempt for attempt, _ in queued(suite, task, 0)] == [2, 3, 4, 5]

    def test_an_unavailable_storage_is_asked_again_only_for_a_while(
        self, quiet_db: Client, break_storage: BreakStorage, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(media, "RETRY_SECONDS", 0.1)
        task = a_job(quiet_db)
        break_storage(503)
        job, _ = run(quiet_db, task)
        assert (job["status"], job["error"]["code"]) == ("pending", "STORAGE_ERROR")
        assert job["updatedAt"] - job["startedAt"] < 5000

    def test_storage_that_works_again_makes_the_picture(
        self, quiet_db: Client, break_storage: BreakStorage, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        task, works = a_job(quiet_db), clients.bucket
        break_storage(403)
        worker.run_transform(task)
        monkeypatch.setattr(clients, "bucket", works)
        job, session = run(quiet_db, task.model_copy(update={"attempt": 2}))
        assert (job["status"], job["attemptCount"], job["error"]) == ("completed", 2, None)
        assert session["resultMedia"]["url"] == job["output"]["url"]

    def test_a_bug_is_logged_with_its_traceback_and_told_without_details(
        self, suite: Suite, quiet_db: Client, capsys: pytest.CaptureFixture[str]
    ) -> None:
        task = a_job(quiet_db)
        snapshot = internals_ref(quiet_db, task.project_id, task.job_id)
        snapshot.update({"snapshot.capture.path": ""})  # no code of ours expects that
        job, _ = run(quiet_db, task)
        assert (job["status"], job["error"]["code"]) == ("pending", "UNKNOWN")
        assert job["error"]["message"] == "Something went wrong on our side."
        assert [attempt for attempt, _ in queued(suite, task, 0)] == [2]
        written = capsys.readouterr()
        lines = (written.out + written.err).splitlines()
        [line] = [json.loads(line) for line in lines if "transform bug" in line]
        assert line["severity"] == "ERROR"
        assert "Traceback" in line["exc"]


class TestLostDispatch:
    """A worker that died after it recorded a failure, before it enqueued the next attempt."""

    def left_behind(self, db: Client, task: TransformTask, attempts: int, **fields: Any) -> None:
        left = {"status": "pending", "attemptCount": attempts, **fields}
        job_ref(db, task.project_id, task.job_id).update(left)

    @pytest.mark.parametrize("made", [1, 2])
    def test_its_task_enqueues_the_next_attempt_when_it_comes_again(
        self, suite: Suite, quiet_db: Client, made: int
    ) -> None:
        """The task for attempt 1 can have made attempt 2, when it took over an expired lease."""
        task = a_job(quiet_db)
        self.left_behind(quiet_db, task, made)
        worker.run_transform(task)
        worker.run_transform(task)
        assert [attempt for attempt, _ in queued(suite, task, 0)] == [made + 1]

    def test_a_task_from_before_does_not_disturb_an_ended_job(
        self, suite: Suite, quiet_db: Client
    ) -> None:
        task = a_job(quiet_db)
        self.left_behind(quiet_db, task, 1, status="completed")
        worker.run_transform(task)
        assert queued(suite, task, 0) == []


def use_overlay(db: Client, task: TransformTask, path: str, data: bytes | None) -> None:
    """Put an overlay at a path of the bucket, and its path into the job's transform."""
    job = stored_job(db, task.project_id, task.job_id)
    path = path.format(
        workspace=job["workspaceId"], project=task.project_id, session=task.session_id
    )
    if data is not None:
        media.write_once(path, data, "image/png")
    internals = internals_ref(db, task.project_id, task.job_id)
    internals.update({"snapshot.transform.overlay": {"path": path}})
