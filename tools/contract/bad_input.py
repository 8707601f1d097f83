"""Bad input of each kind: sent to the running functions and recorded with the error."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from emulator.demo.client import Client
from tools.contract.recorder import Json, Recorder
from tools.contract.visits.visit_examples import MAIN, Scene, create_session

FILE = Path(__file__).with_suffix(".json")


@dataclass(frozen=True)
class BadInput:
    """One error in a request that is otherwise valid: a line of `bad_input.json`."""

    group: str
    what: str
    call: str
    wrong: dict[str, Json] = field(default_factory=dict)
    """Fields that replace those of the valid request."""
    without: Sequence[str] = ()
    """Fields that are removed from it."""
    body: str | None = None
    """Sent unchanged in place of a request."""
    caller: str = "guest"


def cases() -> list[BadInput]:
    """Every case, in the order of the page."""
    groups = json.loads(FILE.read_text())
    return [
        BadInput(group, caller=each.pop("as", "guest"), **each)
        for group, found in groups.items()
        for each in found
    ]


class BadInputRecorder:
    """Sends every case in one scene, after the visit."""

    def __init__(self, scene: Scene, recorder: Recorder) -> None:
        self._scene, self._recorder = scene, recorder
        olga = scene.operator.uid or ""
        self._callers: dict[str, Client] = {
            "guest": scene.guest,
            "operator": scene.operator,
            "viewer": recorder.client(olga.replace("olga", "vera")),
            "stranger": recorder.client(olga.replace("olga", "eve")),
            "nobody": recorder.client(None),
        }
        recorder.scrubber.add(olga.replace("olga", "eve"), "eve")
        self._valid = self._prepare()

    def _prepare(self) -> dict[str, dict[str, Json]]:
        """A valid request for each callable. Also finds the ids behind the cases' placeholders."""
        scene, call = self._scene, self._scene.guest.call
        ended = create_session(scene, self._recorder, MAIN)
        call("abandonSession", **scene.in_project, sessionId=ended["id"])
        session = create_session(scene, self._recorder, MAIN, requestId="try-1")
        upload = call(
            "createUpload",
            **scene.in_project,
            sessionId=session["id"],
            stepId="photo",
            contentType="image/jpeg",
            sizeBytes=99,
        )
        scene.guest.upload(upload, b"This is a text.").raise_for_status()
        operate = scene.operator.call
        workspace = {"workspaceId": scene.workspace}
        operate(
            "saveExperience", **workspace, experienceId="empty", expectedVersion=0, name="Empty"
        )
        unready = f"{scene.project}-unready"
        draft = {"experiences": {"main": [{"experienceId": "empty"}]}}
        operate(
            "saveProject",
            **workspace,
            projectId=unready,
            expectedVersion=0,
            name="Unready",
            draftConfig=draft,
        )
        self._ids = {
            "ended": ended["id"],
            "text": upload["assetId"],
            "unready": unready,
            "olga": scene.operator.uid,
        }
        session_ids = {**scene.in_project, "sessionId": session["id"]}
        photo = {**session_ids, "stepId": "photo"}
        published = {"experienceId": MAIN, "mode": "guest", "configSource": "published"}
        experience = {**workspace, "experienceId": MAIN}
        return {
            "createSession": {**scene.in_project, **published},
            "getSession": session_ids,
            "updateSessionProgress": session_ids,
            "completeSession": session_ids,
            "startTransform": session_ids,
            "retryTransform": session_ids,
            "createUpload": {**photo, "contentType": "image/jpeg", "sizeBytes": 99},
            "confirmUpload": photo,
            "getDownloadUrl": session_ids,
            "saveExperience": {**experience, "expectedVersion": 1},
            "publishExperience": {**experience, "expectedVersion": 1},
            "saveProject": {**workspace, **scene.in_project},
            "publishProject": {**scene.in_project, "expectedVersion": 1},
            "saveWorkspace": {**workspace, "expectedVersion": 1},
            "saveEvent": workspace,
            "saveStep": {"eventId": scene.event, "expectedVersion": 1},
            "saveJourney": {"eventId": scene.event, "journeyId": "booth", "expectedVersion": 1},
            "saveEventExperience": {"experienceId": f"{scene.event}-cartoon", "expectedVersion": 1},
            "setMember": {**workspace, "uid": self._callers["viewer"].uid},
        }

    def run(self) -> list[Json]:
        """Every case with its error."""
        return [self._record(case) for case in cases()]

    def _record(self, case: BadInput) -> Json:
        wrong = {name: self._real_id(value) for name, value in case.wrong.items()}
        request = {**self._valid.get(case.call, self._scene.in_project), **wrong}
        for name in case.without:
            del request[name]
        body = case.body.encode() if case.body else {"data": request}
        response = self._callers[case.caller].post(case.call, body)
        error = response.json()["error"]
        clean = self._recorder.scrubber.clean
        shown = {"wrong": clean(wrong), "without": case.without, "body": case.body}
        return {
            "group": case.group,
            "what": case.what,
            "call": case.call,
            "as": case.caller,
            **{name: value for name, value in shown.items() if value},
            "http": response.status_code,
            "code": error["status"].lower().replace("_", "-"),
            "details": clean(error["details"]),
        }

    def _real_id(self, value: Json) -> Json:
        return self._ids.get(value, value) if isinstance(value, str) else value
