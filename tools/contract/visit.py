"""A workspace set up, a guest's whole visit, and its operators looking on: every callable once."""

from dataclasses import dataclass
from typing import Any

from google.cloud.firestore import Client as Database

from emulator.demo.client import Client
from emulator.demo.seed import PHOTOS
from emulator.suite.suite import Suite
from experience.ids import new_id
from operations.bootstrap import bootstrap
from tools.contract import runs
from tools.contract.recording import Recorder, Scrubber

PREGATE, MAIN, PRESHARE = "house-rules", "photo-booth", "feedback"
CONSENT = {"version": "2026-1", "text": "We keep your picture for 30 days.", "minimumAge": 16}
LARGEST_PHOTO_BYTES = 2_000_000


@dataclass(frozen=True)
class Scene:
    """The ids of one run, and who is in it."""

    workspace: str
    project: str
    operator: Client
    guest: Client

    @property
    def where(self) -> dict[str, str]:
        return {"projectId": self.project}


def set_up(suite: Suite, database: Database) -> tuple[Scene, Recorder]:
    """An empty workspace with an owner, and a guest who has not come yet."""
    run = new_id()
    names = {f"{name}-{run}": name for name in ("agency", "summer-party", "olga", "ada", "vera")}
    workspace, project, owner, guest, _ = names
    names[suite.project] = "demo-guest"
    recorder = Recorder(suite, Scrubber(names))
    bootstrap(database, workspace, "Agency", owner)
    return Scene(workspace, project, recorder.visitor(owner), recorder.visitor(guest)), recorder


def play(scene: Scene, recorder: Recorder, database: Database) -> None:
    """The whole visit."""
    _prepare(scene, recorder)
    main = _visit(scene, recorder)
    _start_over(scene, recorder)
    _look_on(scene, recorder, main)
    _give_up_and_retry(scene, recorder, database, main)
    runs.play(scene.workspace, scene.operator, recorder, database)


def _prepare(scene: Scene, recorder: Recorder) -> None:
    """What operators do before anybody comes."""

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
    call("publishProject", **scene.where, expectedVersion=1)
    vera = scene.guest.uid.replace("ada", "vera") if scene.guest.uid else ""
    call("setMember", **where, uid=vera, role="viewer")


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


def begin(scene: Scene, recorder: Recorder, experience_id: str, **links: str) -> Any:
    """A guest's new session of an experience."""
    answer = recorder.call(
        "a guest",
        scene.guest,
        "createSession",
        **scene.where,
        experienceId=experience_id,
        mode="guest",
        configSource="published",
        **links,
    )
    return answer["session"]


def _visit(scene: Scene, recorder: Recorder) -> dict[str, Any]:
    """From the door to the share page; the ids of the main session."""

    def call(name: str, /, **data: Any) -> Any:
        return recorder.call("a guest", scene.guest, name, **scene.where, **data)

    call("getProject")
    call("ensureGuest", consentVersion=CONSENT["version"])
    call("getNextPhase", experienceId=MAIN)
    pregate = begin(scene, recorder, PREGATE)
    adult = [{"stepId": "adult", "value": True}]
    call("completeSession", sessionId=pregate["id"], answers=adult, experienceId=MAIN)

    main = begin(scene, recorder, MAIN, pregateSessionId=pregate["id"])
    recorder.suite.settle()  # the pregate is linked by then
    ids = {"sessionId": main["id"]}
    answers = [{"stepId": "name", "value": "Ada"}, {"stepId": "mood", "value": "bold"}]
    call("updateSessionProgress", **ids, currentStepIndex=2, answers=answers)
    call("getSession", **ids)
    photo = {**ids, "stepId": "photo"}
    upload = call("createUpload", **photo, contentType="image/jpeg", sizeBytes=LARGEST_PHOTO_BYTES)
    data = sorted(PHOTOS.glob("*.jpg"))[0].read_bytes()
    scene.guest.upload(upload, data).raise_for_status()
    call("confirmUpload", **photo, assetId=upload["assetId"])
    call("completeSession", **ids)
    recorder.suite.settle()
    session = call("getSession", **ids)["session"]
    call("getJob", jobId=session["jobId"])
    call("startTransform", **ids)
    call("getDownloadUrl", **ids, assetId=session["resultAssetId"])
    call("revokeShare", **ids)
    call("getNextPhase", mainSessionId=main["id"])

    preshare = begin(scene, recorder, PRESHARE, mainSessionId=main["id"])
    fun = [{"stepId": "fun", "value": 5}]
    call("completeSession", sessionId=preshare["id"], answers=fun)
    call("getJourneySessions", mainSessionId=main["id"])
    call("getGuestHistory", pageSize=2)
    call("getGuest")
    return dict(session)


def _start_over(scene: Scene, recorder: Recorder) -> None:
    for name, words in (
        ("abandonSession", {}),
        ("failSession", {"code": "camera_denied", "message": "The camera was not allowed."}),
    ):
        session = begin(scene, recorder, MAIN)
        recorder.call("a guest", scene.guest, name, **scene.where, sessionId=session["id"], **words)


def _look_on(scene: Scene, recorder: Recorder, main: dict[str, Any]) -> None:
    def call(name: str, /, **data: Any) -> Any:
        return recorder.call("a member of the workspace", scene.operator, name, **data)

    call("listExperiences", workspaceId=scene.workspace, pageSize=1)
    call("listProjects", workspaceId=scene.workspace)
    call("listSessions", **scene.where, experienceId=main["experienceId"], status=None, pageSize=1)
    call("listGuests", **scene.where)


def _give_up_and_retry(
    scene: Scene, recorder: Recorder, database: Database, main: dict[str, Any]
) -> None:
    # Nothing runs long enough here to be cancelled: the finished job is made a waiting one.
    job = database.document("projects", scene.project, "jobs", main["jobId"])
    job.update({"status": "pending", "output": None, "completedAt": None})
    for name in ("cancelTransform", "retryTransform"):
        recorder.call("a guest", scene.guest, name, **scene.where, sessionId=main["id"])
    recorder.suite.settle()
