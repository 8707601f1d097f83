"""Jobs with real photos and a real bucket: the picture, and what goes wrong on the way to it."""

import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest
from google.cloud import storage
from google.cloud.firestore import Client
from PIL import Image

from emulator.process.http import serve
from experience import storage as experience_storage
from experience.imaging import processes
from experience.imaging.models import Recipe
from experience.imaging.transform import transform_image
from experience.media.models import path_in
from experience.media.store import objects
from experience.providers.local import Local
from experience.providers.models import FailureCode, ProviderFailed
from experience.workflows.runs.models import Queue, RunStatus
from experience.workflows.usecases.sweep import sweep_runs
from tests.support.builders.images import ASTRONAUT, encoded
from tests.support.builders.jobs import a_photo
from tests.support.job_bench import JobBench, NewJob, meanwhile, unrest

BreakStorage = Callable[[int], None]
ATTEMPTS = 5


@pytest.fixture
def break_storage(
    monkeypatch: pytest.MonkeyPatch, refused_downloads: None
) -> Iterator[BreakStorage]:
    """Have every request for an object answered with this status from now on; 0: as before."""
    closing: list[Callable[[], None]] = []
    working, host = experience_storage.bucket, "STORAGE_EMULATOR_HOST"

    def break_with(status: int) -> None:
        if not status:
            monkeypatch.setattr(experience_storage, "bucket", working)
            return

        def app(environ: Any, start_response: Any) -> Iterable[bytes]:
            start_response(f"{status} Fault", [("Content-Type", "application/json")])
            return [b"{}"]

        server = serve(app)
        with monkeypatch.context() as patch:
            patch.setenv(host, server.url)
            client = storage.Client(project="demo-broken")
        monkeypatch.setattr(experience_storage, "bucket", lambda: client.bucket("broken"))
        closing.extend((client.close, server.close))

    yield break_with
    for close in closing:
        close()


class TestSuccess:
    def test_the_photo_becomes_the_picture_that_was_asked_for(
        self, new_job: NewJob, quiet_db: Client
    ) -> None:
        output = {"format": "webp", "width": 300}
        one = new_job(ASTRONAUT, style="sketch", aspectRatio="3:2", output=output)
        job, session = one.work(), one.session()
        folder = f"projects/{one.project}/sessions/{one.completed.id}/results/{one.job_id}/1"
        recipe = Recipe(style="sketch", aspect_ratio="3:2", format="webp", width=300)
        expected, made = transform_image(ASTRONAUT, recipe), job["output"]
        assert (job["status"], job["attemptCount"], job["error"]) == ("completed", 1, None)
        assert made["path"] == f"{folder}/result.webp" == path_in(made["url"])
        assert path_in(made["thumbnailUrl"]) == f"{folder}/thumb.webp"
        assert objects.read(f"{folder}/result.webp") == expected.data
        assert objects.read(f"{folder}/thumb.webp") == expected.thumbnail
        assert (made["format"], made["width"], made["height"]) == ("webp", 300, 200)
        assert (made["sizeBytes"], made["assetId"]) == (len(expected.data), f"{one.job_id}-1")
        assert job["createdAt"] <= job["startedAt"] <= job["completedAt"]
        assert made["processingTimeMs"] == job["completedAt"] - job["startedAt"]
        assert (session["jobStatus"], session["jobError"]) == ("completed", None)
        assert session["resultMedia"] == {
            "stepId": "photo",
            "assetId": made["assetId"],
            "url": made["url"],
            "createdAt": job["completedAt"],
            "contentType": "image/webp",
        }
        assert unrest(quiet_db) == []

    def test_its_guest_sees_how_far_it_is(
        self, one: JobBench, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        seen: list[Any] = []

        def check_running() -> None:
            job = one.job()
            assert (one.shown(), job["error"]) == (("running", 1, None), None)
            assert job["startedAt"] is not None
            seen.append(job["progress"])

        assert (one.shown(), one.job()["progress"]) == (("pending", 0, None), None)
        for step in ("load", "stylise", "publish"):
            meanwhile(monkeypatch, step, check_running)
        seen.append(one.work()["progress"])
        reported = [("load", 0), ("stylise", 30), ("publish", 90), ("publish", 100)]
        assert seen == [
            {"currentStep": step, "percentage": percentage, "message": None}
            for step, percentage in reported
        ]

    def test_it_is_worked_on_in_the_queue_of_those_for_whom_guests_wait(
        self, one: JobBench
    ) -> None:
        one.work()
        assert one.queue.functions == {Queue.RUN_TRANSFORM}

    def test_once_there_is_a_picture_nothing_names_what_lay_between(self, one: JobBench) -> None:
        one.work()
        assert list(one.tenant.collection("artifacts").stream()) == []

    def test_an_overlay_of_the_workspace_lies_over_the_picture(self, new_job: NewJob) -> None:
        one, plain = new_job(), new_job()
        overlay = encoded(Image.new("RGBA", (64, 64), (255, 0, 0, 255)))
        use_overlay(one, "workspaces/{workspace}/overlays/red.png", overlay)
        picture = objects.read(one.work()["output"]["path"])
        assert picture != objects.read(plain.work()["output"]["path"])
        recipe = Recipe(style="cartoon", aspect_ratio="1:1", format="png", width=256)
        assert picture == transform_image(a_photo(), recipe, overlay=overlay).data

    def test_running_every_task_again_changes_nothing(self, one: JobBench) -> None:
        one.enqueue()
        [task] = one.queue.waiting
        one.drain()
        before = one.everything()
        one.enqueue()
        assert one.queue.waiting == []
        for retries in range(3):
            one.queue.waiting.append((*task[:2], retries))
            one.drain()
        assert one.everything() == before

    def test_files_that_were_stored_before_stay_as_they_are(self, one: JobBench) -> None:
        path = objects.result_path(one.project, one.completed.id, one.job_id, 1, "result.png")
        url = objects.write_once(path, b"earlier", "image/png")
        assert one.work()["output"]["url"] == one.session()["resultMedia"]["url"] == url
        assert objects.read(path) == b"earlier"

    def test_another_round_writes_beside_the_one_before(
        self, one: JobBench, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def change_ones_mind() -> None:
            one.cancel()
            one.retry()

        meanwhile(monkeypatch, "publish", change_ones_mind)
        output = one.work()["output"]
        before = objects.result_path(one.project, one.completed.id, one.job_id, 1, "result.png")
        assert objects.find(before)  # its worker heard too late of it
        assert output["path"] == before.replace("/1/", "/2/")
        assert output["assetId"] == f"{one.job_id}-2"
        one.agree()


NOT_MADE = "The picture could not be made."


class TestRefusedInput:
    """What another attempt cannot help ends the job at once, in words for the guest."""

    def refused(self, one: JobBench, step: str, code: str, message: str, cause: str = "") -> None:
        """The guest's message, and what the run's error has for operators instead."""
        job, session = one.work(), one.session()
        assert one.shown() == ("failed", 1, code)
        assert (job["error"]["step"], job["error"]["isRetryable"]) == (step, False)
        assert message in job["error"]["message"]
        error = one.whole_run().error
        assert error
        assert cause in error.message
        assert (job["output"], session["resultMedia"]) == (None, None)
        assert job["completedAt"] is not None
        assert session["jobError"] == {"code": code, "message": job["error"]["message"]}
        assert one.steps(one.run_id)[step].attempt == 1
        assert unrest(one.client) == []

    @pytest.mark.parametrize(
        "photo",
        [b"\xff\xd8\xff", a_photo()[:300], b"<html></html>"],
        ids=["three bytes", "half a photo", "a page"],
    )
    def test_a_photo_that_cannot_be_read(self, new_job: NewJob, photo: bytes) -> None:
        self.refused(new_job(photo), "load", "INVALID_INPUT", "photo")

    @pytest.mark.usefixtures("refused_downloads")
    def test_a_photo_that_is_gone(self, one: JobBench) -> None:
        [capture] = one.session()["capturedMedia"]
        experience_storage.bucket().blob(path_in(capture["url"])).delete()
        self.refused(one, "load", "INVALID_INPUT", "The photo is gone.")

    @pytest.mark.usefixtures("endless_imaging")
    def test_a_photo_that_takes_too_long_is_tried_once(self, one: JobBench) -> None:
        error = one.work()["error"]
        assert one.shown() == ("failed", 1, "TIMEOUT")
        assert (error["step"], error["isRetryable"]) == ("load", True)  # by its guest
        assert one.steps(one.run_id)["load"].attempt == 1
        assert unrest(one.client) == []

    def test_a_style_that_nobody_knows(self, new_job: NewJob) -> None:
        words = "There is no style 'cubism'."
        self.refused(new_job(style="cubism"), "load", "PROCESSING_FAILED", NOT_MADE, words)

    @pytest.mark.usefixtures("refused_downloads")
    def test_an_overlay_that_is_gone(self, one: JobBench) -> None:
        use_overlay(one, "workspaces/{workspace}/overlays/none.png", None)
        self.refused(one, "publish", "PROCESSING_FAILED", NOT_MADE, "The overlay is not in")

    def test_an_overlay_that_is_no_picture(self, one: JobBench) -> None:
        use_overlay(one, "workspaces/{workspace}/overlays/text.png", b"not a PNG")
        self.refused(one, "publish", "PROCESSING_FAILED", NOT_MADE, "The overlay cannot")

    @pytest.mark.parametrize(
        "path",
        [
            "workspaces/somebody-elses/overlays/frame.png",
            "workspaces/{workspace}-too/overlays/frame.png",
            "projects/{project}/sessions/{session}/inputs/photo/another",
        ],
    )
    def test_an_overlay_out_of_another_folder_than_the_workspaces(
        self, one: JobBench, path: str
    ) -> None:
        use_overlay(one, path, a_photo())
        self.refused(one, "publish", "PROCESSING_FAILED", NOT_MADE, "The overlay is not in")

    @pytest.mark.parametrize("code", ["INVALID_INPUT", "PROVIDER_ERROR"])
    def test_what_a_provider_says_of_prompt_and_account_is_not_for_guests(
        self, one: JobBench, monkeypatch: pytest.MonkeyPatch, code: str
    ) -> None:
        def refuses(*_arguments: Any, **_options: Any) -> str:
            words = "The provider refuses the input: 'paint the secret hat'"
            raise ProviderFailed(words, code=FailureCode(code), retryable=False)

        monkeypatch.setattr(Local, "submit", refuses)
        one.work()
        assert one.shown() == ("failed", 1, code)
        reported = [one.job()["error"]["message"], one.session()["jobError"]["message"]]
        assert not [words for words in reported if "hat" in words or "provider" in words]
        error = one.whole_run().error
        assert error is not None
        assert "secret hat" in error.message  # operators find it there


class TestFaults:
    """What may pass is tried again: five attempts, each after twice the pause."""

    def test_a_fault_of_the_storage_is_tried_five_times_and_then_told(
        self, one: JobBench, break_storage: BreakStorage, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("STEP_PAUSE_LIMIT_SECONDS", "3600")
        break_storage(403)
        one.enqueue()
        for made, delay in enumerate([2, 4, 8, 16], start=1):
            one.deliver()
            job = one.job()
            assert one.shown() == ("pending", made, None)
            assert (job["error"]["code"], job["error"]["step"]) == ("STORAGE_ERROR", "load")
            assert (job["error"]["isRetryable"], job["completedAt"]) == (True, None)
            assert one.queue.delays["load"] == delay
            assert [task.attempt for _, task, _ in one.queue.waiting] == [made + 1]
            one.agree()
        one.drain()
        assert one.shown() == ("failed", ATTEMPTS, "STORAGE_ERROR")
        assert one.job()["error"]["isRetryable"]
        assert unrest(one.client) == []

    def test_an_unavailable_storage_is_asked_again_only_for_a_while(
        self, one: JobBench, break_storage: BreakStorage, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(experience_storage, "RETRY_SECONDS", 0.1)
        break_storage(503)
        one.enqueue()
        one.deliver()
        assert (one.shown(), one.job()["error"]["code"]) == (("pending", 1, None), "STORAGE_ERROR")

    @pytest.mark.parametrize("step", ["load", "publish"])
    def test_storage_that_works_again_makes_the_picture_and_nothing_twice(
        self,
        one: JobBench,
        break_storage: BreakStorage,
        monkeypatch: pytest.MonkeyPatch,
        step: str,
    ) -> None:
        meanwhile(monkeypatch, step, lambda: break_storage(403))
        one.enqueue()
        one.deliver()
        assert one.shown() == ("pending", 1, None)
        assert one.job()["error"]["step"] == step
        break_storage(0)
        one.drain()
        job = one.job()
        assert (one.shown(), job["error"]) == (("completed", 2, None), None)
        assert one.session()["resultMedia"]["url"] == job["output"]["url"]
        attempts = {each.id: each.attempt for each in one.steps(one.run_id).values()}
        assert attempts == {**dict.fromkeys(("load", "stylise", "publish"), 1), step: 2}
        assert unrest(one.client) == []

    def test_a_fault_while_it_is_styled_is_waited_for(
        self, one: JobBench, break_storage: BreakStorage, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        meanwhile(monkeypatch, "stylise", lambda: break_storage(403))
        one.work()
        assert one.shown() == ("running", 1, None)
        one.agree()
        break_storage(0)
        one.lose_lease()  # which is how long it waits
        sweep_runs()
        one.drain()
        assert one.shown() == ("completed", 1, None)
        assert unrest(one.client) == []

    def test_a_bug_is_logged_with_its_traceback_and_told_without_details(
        self,
        one: JobBench,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        def bug() -> None:
            raise ZeroDivisionError("no code of ours expects that")

        meanwhile(monkeypatch, "load", bug)
        one.enqueue()
        one.deliver()
        job = one.job()
        assert (one.shown(), job["error"]["code"]) == (("pending", 1, None), "UNKNOWN")
        assert job["error"]["message"] == "Something went wrong on our side."
        written = capsys.readouterr()
        lines = (written.out + written.err).splitlines()
        [line] = [json.loads(line) for line in lines if "skill bug" in line]
        assert line["severity"] == "ERROR"
        assert "ZeroDivisionError" in line["stack_trace"]
        one.drain()
        assert one.shown() == ("completed", 2, None)

    def test_a_bug_that_stays_fails_the_job_in_the_end(
        self, one: JobBench, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(processes, "finish", lambda *_arguments: None)
        one.work()
        assert one.shown() == ("failed", ATTEMPTS, "UNKNOWN")
        assert one.job()["error"]["step"] == "publish"
        assert one.whole_run().status is RunStatus.FAILED
        assert unrest(one.client) == []


def use_overlay(one: JobBench, path: str, data: bytes | None) -> None:
    """Put an overlay at a path of the bucket, and its path into the run's payload."""
    path = path.format(workspace=one.workspace, project=one.project, session=one.completed.id)
    if data is not None:
        objects.write_once(path, data, "image/png")
    run = one.tenant.run_ref(one.run_id)
    run.update({"triggerPayload.transform.overlay": {"path": path}})
