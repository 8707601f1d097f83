"""Every callable at least once: set up a workspace, play a guest's visit, read as an operator."""

from dataclasses import dataclass
from typing import Any

from google.cloud.firestore import Client as Database

from emulator.demo.client import Client
from emulator.demo.seed import PHOTOS
from emulator.suite.suite import Suite
from experience.ids import new_id
from operations.bootstrap import bootstrap
from tools.contract.recorder import Recorder, Scrubber
from tools.contract.visits import (
    campaign_examples,
    chat_examples,
    event_examples,
    generation_examples,
    journey_examples,
    player_examples,
    workflow_examples,
)

PREGATE, MAIN, PRESHARE = "house-rules", "photo-booth", "feedback"
CONSENT = {"version": "2026-1", "text": "We keep your picture for 30 days.", "minimumAge": 16}
MAX_PHOTO_BYTES = 2_000_000
NAMES = ("agency", "summer-party", "olga", "ada", "launch", "vera")


@dataclass(frozen=True)
class Scene:
    """The ids and the clients of one recorded run."""

    workspace: str
    project: str
    event: str
    operator: Client
    guest: Client

    @property
    def in_project(self) -> dict[str, str]:
        return {"projectId": self.project}


def set_up(suite: Suite, database: Database) -> tuple[Scene, Recorder]:
    """An empty workspace with an owner, and a guest who is not registered yet."""
    run = new_id()
    names = {f"{name}-{run}": name for name in NAMES}
    workspace, project, owner, guest, event, _ = names
    names[suite.project] = "demo-guest"
    recorder = Recorder(suite, database, project, Scrubber(names))
    bootstrap(database, workspace, "Agency", owner)
    people = recorder.client(owner), recorder.client(guest)
    return Scene(workspace, project, event, *people), recorder


def play(scene: Scene, recorder: Recorder) -> None:
    """Make every call."""
    _prepare(scene, recorder)
    main = _visit(scene, recorder)
    _end_sessions_early(scene, recorder)
    _read_as_member(scene, recorder, main)
    _cancel_and_retry(scene, recorder, main)
    _erase(scene, recorder)
    event_examples.play(scene.workspace, scene.event, scene.operator, recorder)
    journey_examples.play(scene.event, scene.guest, recorder)
    member = "a member of the workspace"
    recorder.call(member, scene.operator, "listEventSessions", eventId=scene.event, pageSize=10)
    workflow_examples.play(scene.workspace, scene.operator, recorder)
    generation_examples.play(scene.workspace, scene.operator, recorder)
    chat_examples.play(scene.workspace, scene.operator, recorder)
    people = (scene.operator, scene.guest)
    campaign_examples.play(recorder.database, scene.workspace, *people, recorder)
    player_examples.play(scene.workspace, *people, recorder)


def _prepare(scene: Scene, recorder: Recorder) -> None:
    """What operators do before the first guest arrives."""

    def call(name: str, /, **data: Any) -> Any:
        return recorder.call("an owner of the workspace", scene.operator, name, **data)

    where = {"workspaceId": scene.workspace}
    for experience_id, name, draft in _drafts():
        named = {**where, "experienceId": experience_id}
        call("saveExperience", **named, expectedVersion=0, name=name, draft=draft)
        call("publishExperience", **named, expectedVersion=1)
    config = {
        "experiences": {
            "main": [{"experienceId": MAIN, "enabled": True}],
            "pregate": {"experienceId": PREGATE, "enabled": True},
            "preshare": {"experienceId": PRESHARE, "enabled": True},
        },
        "theme": {"primaryColor": "#5b3df5"},
        "consent": CONSENT,
    }
    call(
        "saveProject",
        **where,
        projectId=scene.project,
        expectedVersion=0,
        name="Summer party",
        draftConfig=config,
    )
    call("publishProject", **scene.in_project, expectedVersion=1)
    vera = scene.guest.uid.replace("ada", "vera") if scene.guest.uid else ""
    call("setMember", **where, uid=vera, role="viewer")
    call("saveWorkspace", **where, expectedVersion=1, name="Summer agency")


def _drafts() -> list[tuple[str, str, dict[str, Any]]]:
    rules = {"id": "adult", "type": "yes_no", "title": "Are you 16 or older?"}
    moods = [{"label": mood, "value": mood.lower()} for mood in ("Happy", "Bold")]
    booth = [
        {
            "id": "name",
            "type": "short_text",
            "title": "What is your name?",
            "config": {"variable": "name", "maxLength": 40, "required": True},
        },
        {
            "id": "mood",
            "type": "multiple_choice",
            "title": "How do you feel?",
            "config": {"options": moods},
        },
        {"id": "photo", "type": "capture", "title": "Smile!"},
    ]
    transform = {"enabled": True, "style": "sketch", "output": {"format": "png", "width": 256}}
    fun = {"id": "fun", "type": "opinion_scale", "title": "How much fun was it?"}
    return [
        (MAIN, "Photo booth", {"steps": booth, "transform": transform}),
        (PREGATE, "House rules", {"steps": [rules]}),
        (PRESHARE, "Before you go", {"steps": [fun]}),
    ]


def create_session(scene: Scene, recorder: Recorder, experience_id: str, **links: str) -> Any:
    """A guest's new session of an experience."""
    response = recorder.call(
        "a guest",
        scene.guest,
        "createSession",
        **scene.in_project,
        experienceId=experience_id,
        mode="guest",
        configSource="published",
        **links,
    )
    return response["session"]


def _visit(scene: Scene, recorder: Recorder) -> dict[str, Any]:
    """From the welcome to the share page. Returns the main session."""

    def call(name: str, /, **data: Any) -> Any:
        return recorder.call("a guest", scene.guest, name, **scene.in_project, **data)

    with recorder.phase("pregate"):
        call("getProject")
        call("ensureGuest", consentVersion=CONSENT["version"])
        call("getNextPhase", experienceId=MAIN)
        pregate = create_session(scene, recorder, PREGATE)
        adult = [{"stepId": "adult", "value": True}]
        call("completeSession", sessionId=pregate["id"], answers=adult, experienceId=MAIN)

    with recorder.phase("main"):
        main = create_session(scene, recorder, MAIN, pregateSessionId=pregate["id"])
        ids = {"sessionId": main["id"]}
        answers = [{"stepId": "name", "value": "Ada"}, {"stepId": "mood", "value": "bold"}]
        call("updateSessionProgress", **ids, currentStepIndex=2, answers=answers)
        photo = {**ids, "stepId": "photo"}
        size = {"contentType": "image/jpeg", "sizeBytes": MAX_PHOTO_BYTES}
        upload = call("createUpload", **photo, **size)
        recorder.upload(scene.guest, upload, sorted(PHOTOS.glob("*.jpg"))[0].read_bytes())
        call("confirmUpload", **photo, assetId=upload["assetId"])
        call("completeSession", **ids)

    session = call("getSession", **ids)["session"]
    call("getJob", jobId=session["jobId"])
    call("startTransform", **ids)

    with recorder.phase("preshare"):
        call("getNextPhase", mainSessionId=main["id"])
        preshare = create_session(scene, recorder, PRESHARE, mainSessionId=main["id"])
        fun = [{"stepId": "fun", "value": 5}]
        call("completeSession", sessionId=preshare["id"], answers=fun)

    with recorder.phase("share"):
        call("getJourneySessions", mainSessionId=main["id"])
        recorder.download(call("getDownloadUrl", **ids, assetId=session["resultAssetId"])["url"])

        share = call("createShare", **ids)

    recorder.call("a guest", scene.guest, "getShare", shareId=share["id"])
    call("revokeShare", **ids)
    call("getGuestHistory", pageSize=2)
    call("getGuest")
    return dict(session)


def _end_sessions_early(scene: Scene, recorder: Recorder) -> None:
    for name, reason in (
        ("abandonSession", {}),
        ("failSession", {"code": "camera_denied", "message": "The camera was not allowed."}),
    ):
        session = create_session(scene, recorder, MAIN)
        recorder.call(
            "a guest", scene.guest, name, **scene.in_project, sessionId=session["id"], **reason
        )


def _read_as_member(scene: Scene, recorder: Recorder, main: dict[str, Any]) -> None:
    def call(name: str, /, **data: Any) -> Any:
        return recorder.call("a member of the workspace", scene.operator, name, **data)

    call("listExperiences", workspaceId=scene.workspace, pageSize=1)
    call("listProjects", workspaceId=scene.workspace)
    call(
        "listSessions",
        **scene.in_project,
        experienceId=main["experienceId"],
        status=None,
        pageSize=1,
    )
    call("listGuests", **scene.in_project)


def _cancel_and_retry(scene: Scene, recorder: Recorder, main: dict[str, Any]) -> None:
    def call(name: str) -> None:
        ids = {**scene.in_project, "sessionId": main["id"]}
        recorder.call("a guest", scene.guest, name, **ids)

    job = recorder.database.document("projects", scene.project, "jobs", main["jobId"])
    workflow_examples.reopen(recorder, scene.workspace, job.get(["runId"]).get("runId"))
    job.update({"status": "running", "output": None, "completedAt": None})
    call("cancelTransform")
    with recorder.phase("share"):
        call("retryTransform")


def _erase(scene: Scene, recorder: Recorder) -> None:
    vera = recorder.client(scene.guest.uid.replace("ada", "vera") if scene.guest.uid else None)
    vera.call("ensureGuest", **scene.in_project, consentVersion=CONSENT["version"])
    recorder.call(
        "an owner of the workspace",
        scene.operator,
        "eraseGuest",
        **scene.in_project,
        guestId=vera.uid,
    )
    vera.close()
