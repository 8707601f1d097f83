"""What each kind of bad input gets: sent to the running functions, with what came back."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from emulator.demo.client import Client
from tools.contract.recording import Json, Recorder
from tools.contract.visit import MAIN, Scene, begin

FILE = Path(__file__).with_suffix(".json")


@dataclass(frozen=True)
class Mistake:
    """One thing to get wrong in a request that would be right: a line of `mistakes.json`."""

    group: str
    told: str
    call: str
    wrong: dict[str, Json] = field(default_factory=dict)
    """Laid over the right request."""
    without: Sequence[str] = ()
    """Left out of it."""
    body: str | None = None
    """Sent as it is, in the place of a request."""
    who: str = "guest"


def mistakes() -> list[Mistake]:
    """All of them, in the order of their page."""
    groups = json.loads(FILE.read_text())
    return [
        Mistake(group, who=each.pop("as", "guest"), **each)
        for group, found in groups.items()
        for each in found
    ]


class Trial:
    """All mistakes, made in one scene after the visit."""

    def __init__(self, scene: Scene, recorder: Recorder) -> None:
        self._scene, self._recorder = scene, recorder
        olga = scene.operator.uid or ""
        self._callers: dict[str, Client] = {
            "guest": scene.guest,
            "operator": scene.operator,
            "viewer": recorder.visitor(olga.replace("olga", "vera")),
            "stranger": recorder.visitor(olga.replace("olga", "eve")),
            "nobody": recorder.visitor(None),
        }
        recorder.scrubber.know(olga.replace("olga", "eve"), "eve")
        self._right = self._prepare()

    def _prepare(self) -> dict[str, dict[str, Json]]:
        """For each callable a request that would be right; ids that stand for made ones."""
        scene, call = self._scene, self._scene.guest.call
        ended = begin(scene, self._recorder, MAIN)
        call("abandonSession", **scene.where, sessionId=ended["id"])
        session = begin(scene, self._recorder, MAIN, requestId="try-1")
        upload = call(
            "createUpload",
            **scene.where,
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
        self._live = {
            "ended": ended["id"],
            "text": upload["assetId"],
            "unready": unready,
            "olga": scene.operator.uid,
        }
        there = {**scene.where, "sessionId": session["id"]}
        photo = {**there, "stepId": "photo"}
        published = {"experienceId": MAIN, "mode": "guest", "configSource": "published"}
        experience = {**workspace, "experienceId": MAIN}
        return {
            "createSession": {**scene.where, **published},
            "getSession": there,
            "updateSessionProgress": there,
            "completeSession": there,
            "startTransform": there,
            "retryTransform": there,
            "createUpload": {**photo, "contentType": "image/jpeg", "sizeBytes": 99},
            "confirmUpload": photo,
            "getDownloadUrl": there,
            "saveExperience": {**experience, "expectedVersion": 1},
            "publishExperience": {**experience, "expectedVersion": 1},
            "saveProject": {**workspace, **scene.where},
            "publishProject": {**scene.where, "expectedVersion": 1},
            "setMember": {**workspace, "uid": self._callers["viewer"].uid},
        }

    def run(self) -> list[Json]:
        """Each mistake with what was wrong and what came back."""
        return [self._made(mistake) for mistake in mistakes()]

    def _made(self, mistake: Mistake) -> Json:
        wrong = {name: self._made_id(value) for name, value in mistake.wrong.items()}
        request = {**self._right.get(mistake.call, self._scene.where), **wrong}
        for name in mistake.without:
            del request[name]
        body = mistake.body.encode() if mistake.body else {"data": request}
        answer = self._callers[mistake.who].post(mistake.call, body)
        error = answer.json()["error"]
        clean = self._recorder.scrubber.clean
        shown = {"wrong": clean(wrong), "without": mistake.without, "body": mistake.body}
        return {
            "group": mistake.group,
            "told": mistake.told,
            "call": mistake.call,
            "as": mistake.who,
            **{name: value for name, value in shown.items() if value},
            "http": answer.status_code,
            "code": error["status"].lower().replace("_", "-"),
            "details": clean(error["details"]),
        }

    def _made_id(self, value: Json) -> Json:
        return self._live.get(value, value) if isinstance(value, str) else value
