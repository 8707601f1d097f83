"""What a photo costs on its way to a picture."""

from experience.sessions.models.session import Session
from experience.transforms.models.job import job_id_of
from experience.transforms.usecases.create import create_job
from tests.support.builders.guests import a_guest
from tests.support.builders.jobs import (
    CAPTURE,
    SMALL,
    a_booth,
    a_completed_session,
    a_photo,
    job_ref,
)
from tests.support.builders.sessions import session_ref
from tests.support.builders.venues import Venue, a_venue
from tests.support.builders.workspaces import a_member, a_step, a_transform
from tools.cost.stage import Stage

GUEST = {"mode": "guest", "configSource": "published"}
UID = "visitor"


def measure(stage: Stage) -> None:
    photo_to_picture(stage)
    by_hand(stage)
    with_a_daily_limit(stage)


def photo_to_picture(stage: Stage) -> None:
    venue = a_booth(stage.db)
    stage.warm(projectId=venue.project)
    a_guest(stage.db, venue.project, UID)
    begin = {"projectId": venue.project, "experienceId": venue.main, **GUEST}
    session = stage.caller(UID).call("createSession", **begin)["session"]
    ids = {"projectId": venue.project, "sessionId": session["id"]}
    photo = a_photo()
    step = {**ids, "stepId": "photo"}
    file = {"contentType": "image/jpeg", "sizeBytes": len(photo)}
    upload = stage.call(UID, "createUpload", "a photo, cold", **step, **file)
    stage.call(UID, "createUpload", "a photo, warm", **step, **file)
    a_video(stage)
    stage.caller(UID).upload(upload, photo).raise_for_status()
    confirm = {**step, "assetId": upload["assetId"]}
    stage.call(UID, "confirmUpload", "warm", **confirm)
    stage.call(UID, "confirmUpload", "again", **confirm)
    upload = stage.caller(UID).call("createUpload", **step, **file)
    stage.caller(UID).upload(upload, photo).raise_for_status()
    stage.call(UID, "confirmUpload", "a retake", **step, assetId=upload["assetId"])
    stage.call(UID, "getDownloadUrl", "", **ids, assetId=upload["assetId"])
    states = {
        "onSessionCompleted": "from a completed session to its picture",
        "onJobCreated": "",
        "runTransform": "one attempt, small picture",
    }
    stage.measure(states, lambda: stage.caller(UID).call("completeSession", **ids))
    job = {"projectId": venue.project, "jobId": job_id_of(venue.project, session["id"])}
    assert stage.call(UID, "getJob", "", **job)["status"] == "completed"
    viewer = a_member(stage.db, venue.workspace, "viewer")
    stage.call(viewer, "getJob", "by an operator", **job)
    asset = {**ids, "assetId": upload["assetId"]}
    stage.call(viewer, "getDownloadUrl", "by an operator", **asset)
    share = stage.call(UID, "createShare", "", **ids)
    stage.call(UID, "createShare", "again", **ids)
    stage.call(UID, "getShare", "", shareId=share["id"])
    stage.measure({"showShare": "a picture"}, lambda: stage.open("showShare", share["path"]))
    stage.measure({"showShare": "nothing"}, lambda: stage.open("showShare", f"/s/{'a' * 26}"))
    stage.measure({"showShare": "its style sheet"}, lambda: stage.open("showShare", "/s/style.css"))
    stage.call(UID, "revokeShare", "", **ids)
    stage.call(UID, "createShare", "after that", **ids)
    stage.call(UID, "eraseGuest", "a guest with a picture", projectId=venue.project)
    stage.call(UID, "eraseGuest", "again", projectId=venue.project)


def a_video(stage: Stage) -> None:
    venue = a_venue(stage.db, steps=[a_step("clip", "capture", allowVideos=True)])
    a_guest(stage.db, venue.project, UID)
    begin = {"projectId": venue.project, "experienceId": venue.main, **GUEST}
    session = stage.caller(UID).call("createSession", **begin)["session"]
    step = {"projectId": venue.project, "sessionId": session["id"], "stepId": "clip"}
    video = {"contentType": "video/mp4", "sizeBytes": 1_000_000}
    stage.caller(UID).call("createUpload", **step, **video)  # keeps the version in memory
    stage.call(UID, "createUpload", "a video, warm", **step, **video)


def by_hand(stage: Stage) -> None:
    venue = a_booth(stage.db)
    stage.warm(projectId=venue.project)
    with stage.without_events():
        ids, _ = _completed(stage, venue)
    stage.call(UID, "startTransform", "before the trigger came, cold", **ids)
    stage.call(UID, "startTransform", "it has begun already", **ids)
    _fail(stage, ids)
    stage.call(UID, "retryTransform", "", **ids)
    stage.call(UID, "retryTransform", "again", **ids)
    with stage.without_events():
        ids, session = _completed(stage, venue)
        create_job(session)
    stage.call(UID, "cancelTransform", "", **ids)
    stage.call(UID, "cancelTransform", "again", **ids)


def with_a_daily_limit(stage: Stage) -> None:
    transform = a_transform(output=SMALL)
    venue = a_venue(stage.db, steps=[CAPTURE], transform=transform, dailyTransformLimit=80)
    stage.warm(projectId=venue.project)
    with stage.without_events():
        ids, _ = _completed(stage, venue)
    stage.call(UID, "startTransform", "with a daily limit, cold", **ids)


def _completed(stage: Stage, venue: Venue) -> tuple[dict[str, str], Session]:
    """The visitor's completed session, whose event never came."""
    session = a_completed_session(stage.db, venue, createdBy=UID)
    a_guest(stage.db, venue.project, UID)
    return {"projectId": venue.project, "sessionId": session.id}, session


def _fail(stage: Stage, ids: dict[str, str]) -> None:
    """Let the session's job have failed at the last step of its run."""
    project, session = ids["projectId"], ids["sessionId"]
    with stage.without_events():
        failed = {"status": "failed", "completedAt": 1}
        job = job_ref(stage.db, project, job_id_of(project, session))
        job.update({**failed, "attemptCount": 5, "output": None})
        stored = job.get().to_dict() or {}
        run = stage.db.document("workspaces", stored["workspaceId"], "runs", stored["runId"])
        run.update(failed)
        run.collection("runSteps").document("publish").update({"status": "failed"})
        fields = {"jobStatus": "failed", "resultMedia": None}
        session_ref(stage.db, project, session).update(fields)
