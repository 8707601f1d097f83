"""From a completed session to the picture, by events and tasks as they are really delivered."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests
from google.cloud import firestore

from emulator.delivery.eventarc import Event
from emulator.demo.client import CallError
from emulator.suite.suite import Suite
from experience.clock import now_ms
from experience.ids import new_id
from experience.media.models import sniff
from experience.transforms.models.job import job_id_of
from experience.transforms.usecases.create import create_and_dispatch, create_job
from tests.experience.conftest import SignIn
from tests.support.builders.images import png
from tests.support.builders.jobs import (
    CAPTURE,
    SMALL,
    a_booth,
    a_completed_session,
    a_photo,
    internals_ref,
    size_of,
    stored_job,
    tasks_of,
)
from tests.support.builders.sessions import a_session, session_ref, stored_session
from tests.support.builders.venues import Venue, a_venue
from tests.support.builders.workspaces import a_member, a_step, a_transform, a_workspace

SECRET = "SECRET"
CLIP = b"\x1aE\xdf\xa3\x9fB\x82\x84webm" + bytes(1000)
CLIP_STEP = a_step("clip", "capture", allowVideos=True)


class Booth:
    """Guests who take a photo and complete; what became of it."""

    def __init__(self, suite: Suite, db: firestore.Client, sign_in: SignIn) -> None:
        self.suite = suite
        self.db = db
        self.sign_in = sign_in

    def visit(
        self, venue: Venue, media: dict[str, bytes] | None = None, **fields: Any
    ) -> dict[str, Any]:
        """The session of a guest who completed it with these captures, after all that followed."""
        visits = fields.get("mode", "guest") == "guest"
        uid = f"guest-{new_id()}" if visits else a_member(self.db, venue.workspace, "editor")
        fields = {"workspaceId": venue.workspace, **fields}
        session = a_session(self.db, venue.project, uid, venue.main, **fields)
        client, ids = self.sign_in(uid), {"projectId": venue.project, "sessionId": session}
        client.call("ensureGuest", projectId=venue.project)
        for step, data in ({"photo": a_photo()} if media is None else media).items():
            sent = {"contentType": sniff(data), "sizeBytes": len(data)}
            upload = client.call("createUpload", **ids, stepId=step, **sent)
            client.upload(upload, data).raise_for_status()
            client.call("confirmUpload", **ids, stepId=step, assetId=upload["assetId"])
        client.call("completeSession", **ids)
        self.suite.settle()
        return stored_session(self.db, venue.project, session)

    def jobs(self, venue: Venue) -> list[dict[str, Any]]:
        found = self.db.collection("projects", venue.project, "jobs").stream()
        return [job.to_dict() or {} for job in found]


@pytest.fixture(scope="module")
def booth(suite: Suite, db: firestore.Client, signed_in: SignIn) -> Booth:
    return Booth(suite, db, signed_in)


def runs(suite: Suite, job: dict[str, Any]) -> list[int]:
    """How many times each task for a job was run: one task does all that goes well."""
    return [task.attempts for task in tasks_of(suite, job["projectId"], job["id"])]


class TestCompletedSession:
    def test_gets_its_picture(self, booth: Booth, db: firestore.Client) -> None:
        venue = a_booth(db, aspectRatio="3:2", output={**SMALL, "width": 300})
        session = booth.visit(venue)
        [job] = booth.jobs(venue)
        output = job["output"]
        assert (session["jobId"], session["jobStatus"]) == (job["id"], "completed")
        assert job["id"] == job_id_of(venue.project, session["id"])
        assert (job["status"], job["attemptCount"], job["error"]) == ("completed", 1, None)
        assert job["progress"]["percentage"] == 100
        assert job["createdAt"] <= job["startedAt"] <= job["completedAt"]
        assert (output["format"], output["width"], output["height"]) == ("png", 300, 200)
        assert session["resultMedia"]["url"] == output["url"]
        picture = requests.get(output["url"], timeout=10)
        assert picture.headers["content-type"] == "image/png"
        assert len(picture.content) == output["sizeBytes"]
        assert size_of(picture.content) == (300, 200)
        thumbnail = requests.get(output["thumbnailUrl"], timeout=10).content
        assert size_of(thumbnail) == (300, 200)

    def test_a_refused_photo_is_told_in_the_session(
        self, booth: Booth, db: firestore.Client
    ) -> None:
        session = booth.visit(a_booth(db), {"photo": png(9, 9, (b"IDAT", b"no pixels"))})
        assert (session["jobStatus"], session["resultMedia"]) == ("failed", None)
        assert session["jobError"]["code"] == "INVALID_INPUT"

    def test_an_operators_preview_gets_its_picture_too(
        self, booth: Booth, db: firestore.Client
    ) -> None:
        session = booth.visit(a_booth(db), mode="preview", configSource="draft")
        assert session["jobStatus"] == "completed"

    def test_the_first_captured_image_is_transformed(
        self, booth: Booth, db: firestore.Client
    ) -> None:
        steps = [CLIP_STEP, *(a_step(each, "capture") for each in ("photo", "second"))]
        venue = a_venue(db, steps=steps, transform=a_transform(output=SMALL))
        session = booth.visit(venue, {"second": a_photo(), "photo": a_photo(), "clip": CLIP})
        assert session["jobStatus"] == "completed"
        assert session["resultMedia"]["stepId"] == "photo"

    @pytest.mark.parametrize("transform", [None, a_transform(enabled=False)], ids=["none", "off"])
    def test_without_a_transform_there_is_no_job(
        self, booth: Booth, db: firestore.Client, transform: dict[str, Any] | None
    ) -> None:
        venue = a_venue(db, steps=[CAPTURE], transform=transform)
        session = booth.visit(venue)
        assert (session["status"], session["jobId"]) == ("completed", None)
        assert booth.jobs(venue) == []

    @pytest.mark.parametrize("phase", ["pregate", "preshare"])
    def test_only_a_main_session_is_transformed(
        self, booth: Booth, db: firestore.Client, phase: str
    ) -> None:
        venue = a_booth(db)
        assert booth.visit(venue, phase=phase)["jobId"] is None
        assert booth.jobs(venue) == []

    @pytest.mark.parametrize("steps", [[a_step("name")], [CLIP_STEP]])
    def test_without_an_image_there_is_no_job(
        self, booth: Booth, db: firestore.Client, steps: list[dict[str, Any]]
    ) -> None:
        venue = a_venue(db, steps=steps, transform=a_transform())
        media = {"clip": CLIP} if steps[0]["type"] == "capture" else {}
        session = booth.visit(venue, media)
        assert (session["status"], session["jobId"]) == ("completed", None)
        assert booth.jobs(venue) == []

    @pytest.mark.parametrize("status", ["abandoned", "error"])
    def test_another_end_makes_no_job(
        self, suite: Suite, booth: Booth, db: firestore.Client, status: str
    ) -> None:
        venue = a_booth(db)
        session = a_completed_session(db, venue, status="active")
        session_ref(db, venue.project, session.id).update({"status": status})
        suite.settle()
        assert booth.jobs(venue) == []


class TestRepetition:
    """Events come late, twice and at once; the session gets one job, and the job one run."""

    def test_every_event_twice_makes_one_job_and_one_run(
        self,
        suite: Suite,
        booth: Booth,
        db: firestore.Client,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        deliver, seen = suite.event_router.deliver, []

        def deliver_twice(event: Event) -> None:
            seen.append(event.function)
            deliver(event)
            deliver(event)

        monkeypatch.setattr(suite.event_router, "deliver", deliver_twice)
        venue = a_booth(db)
        session = booth.visit(venue)
        assert {"onSessionCompleted", "onJobCreated"} <= set(seen)
        [job] = booth.jobs(venue)
        assert (session["jobId"], session["jobStatus"]) == (job["id"], "completed")
        assert (job["attemptCount"], runs(suite, job)) == (1, [1])

    def test_twenty_starts_at_once_make_one_job_and_one_run(
        self, suite: Suite, booth: Booth, db: firestore.Client
    ) -> None:
        venue = a_booth(db)
        session = a_completed_session(db, venue)
        with ThreadPoolExecutor(20) as pool:
            list(pool.map(create_and_dispatch, [session] * 20))
        suite.settle()
        [job] = booth.jobs(venue)
        assert (job["status"], job["attemptCount"]) == ("completed", 1)
        assert runs(suite, job) == [1]
        assert stored_session(db, venue.project, session.id)["jobStatus"] == "completed"

    def test_starting_after_the_end_changes_nothing(
        self, suite: Suite, booth: Booth, db: firestore.Client
    ) -> None:
        venue = a_booth(db)
        session = a_completed_session(db, venue)
        create_and_dispatch(session)
        suite.settle()
        before = (booth.jobs(venue), stored_session(db, venue.project, session.id))
        create_and_dispatch(session)
        suite.settle()
        assert (booth.jobs(venue), stored_session(db, venue.project, session.id)) == before
        assert runs(suite, before[0][0]) == [1]

    def test_a_session_that_was_erased_before_its_event_came_gets_no_job(
        self, booth: Booth, db: firestore.Client
    ) -> None:
        venue = a_booth(db)
        session = a_completed_session(db, venue)
        session_ref(db, venue.project, session.id).delete()
        create_and_dispatch(session)
        assert booth.jobs(venue) == []


class TestSecrets:
    def test_what_a_guest_sees_holds_no_prompt_and_the_snapshot_does(
        self, booth: Booth, db: firestore.Client, signed_in: SignIn
    ) -> None:
        venue = a_booth(db)
        session = booth.visit(venue)
        ids = {"projectId": venue.project, "sessionId": session["id"]}
        guest = signed_in(session["createdBy"])
        job = guest.call("getJob", projectId=venue.project, jobId=session["jobId"])
        shown = [job, session, guest.call("getSession", **ids)]
        assert SECRET not in str(shown)
        for name in ("getRun", "cancelRun", "retryRun"):
            with pytest.raises(CallError, match="NOT_FOUND run_not_found"):
                guest.call(name, workspaceId=venue.workspace, runId=job["runId"])
        internals = internals_ref(db, venue.project, session["jobId"]).get().to_dict()
        assert SECRET in internals["snapshot"]["transform"]["prompt"]
        assert internals["snapshot"]["experienceVersion"] == 1
        assert internals["snapshot"]["capture"]["path"].endswith(
            f"/inputs/photo/{session['capturedMedia'][0]['assetId']}"
        )
        assert not set(internals) & set(job)


class TestGetJob:
    def test_its_guest_and_members_of_its_workspace_see_it(
        self, booth: Booth, db: firestore.Client, signed_in: SignIn
    ) -> None:
        venue = a_booth(db)
        session = booth.visit(venue)
        ids = {"projectId": venue.project, "jobId": session["jobId"]}
        stored = stored_job(db, venue.project, session["jobId"])
        viewer = a_member(db, venue.workspace, "viewer")
        for uid in (session["createdBy"], viewer):
            assert signed_in(uid).call("getJob", **ids) == stored
        for uid in (f"guest-{new_id()}", a_member(db, a_workspace(db), "owner")):
            with pytest.raises(CallError, match="NOT_FOUND job_not_found"):
                signed_in(uid).call("getJob", **ids)

    def test_a_job_that_does_not_exist_is_not_found(self, signed_in: SignIn) -> None:
        with pytest.raises(CallError, match="NOT_FOUND job_not_found"):
            signed_in("anybody").call("getJob", projectId="none", jobId="none")


class TestTask:
    def test_one_for_a_step_that_somebody_holds_changes_nothing(
        self,
        suite: Suite,
        db: firestore.Client,
        signed_in: SignIn,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        session = a_completed_session(db, a_booth(db))
        with monkeypatch.context() as patch:
            patch.setattr(suite.event_router, "deliver", lambda event: None)
            create_job(session)
            suite.settle()
        job = stored_job(db, session.project_id, job_id_of(session.project_id, session.id))
        ids = {"workspaceId": session.workspace_id, "runId": job["runId"], "stepId": "load"}
        runs = db.collection("workspaces", str(session.workspace_id), "runs")
        step = runs.document(job["runId"]).collection("runSteps").document("load")
        lease = {"holder": "o", "expiresAt": now_ms() + 600_000, "acquiredAt": 1, "fence": 1}
        step.update({"status": "running", "attempt": 1, "lease": lease})
        before = step.get().to_dict()
        assert signed_in(None).post("runTransform", {"data": {**ids, "attempt": 1}}).ok
        assert step.get().to_dict() == before
        assert stored_job(db, session.project_id, job["id"]) == job

    def test_one_that_cannot_be_read_is_dropped(self, signed_in: SignIn) -> None:
        assert signed_in(None).post("runTransform", {"data": {"runId": "x"}}).ok
