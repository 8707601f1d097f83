"""A guest's whole visit over HTTP, as a page does it: alone, side by side, with events twice."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import pytest
import requests
from google.cloud import firestore

from emulator.delivery.eventarc import Event
from emulator.demo import seed
from emulator.demo.client import Client
from emulator.suite.suite import Suite
from experience.ids import new_id
from tests.support.builders.guests import stored_guest
from tests.support.builders.images import ASTRONAUT
from tests.support.builders.jobs import size_of, stored_job
from tests.support.builders.sessions import stored_session

PROJECT = {"projectId": seed.PROJECT}
GUEST = {**PROJECT, "mode": "guest", "configSource": "published"}


@dataclass(frozen=True)
class Visit:
    """The sessions of one guest's visit."""

    uid: str
    pregate: str
    main: str
    preshare: str

    def end_state(self, db: firestore.Client) -> dict[str, Any]:
        """What the visit left in the database, without what differs from guest to guest."""
        pregate, main, preshare = (
            stored_session(db, seed.PROJECT, each)
            for each in (self.pregate, self.main, self.preshare)
        )
        guest = stored_guest(db, seed.PROJECT, self.uid)
        job = stored_job(db, seed.PROJECT, main["jobId"])
        own = db.collection("projects", seed.PROJECT, "sessions").where(
            filter=firestore.FieldFilter("createdBy", "==", self.uid)
        )
        jobs = db.collection("projects", seed.PROJECT, "jobs").where(
            filter=firestore.FieldFilter("sessionId", "==", self.main)
        )
        return {
            "sessions": len(list(own.stream())),
            "jobs": len(list(jobs.stream())),
            "phases": [each["phase"] for each in (pregate, main, preshare)],
            "statuses": [each["status"] for each in (pregate, main, preshare)],
            "links": [each["mainSessionId"] == self.main for each in (pregate, preshare)],
            "main links to nothing": main["mainSessionId"] is None,
            "completed": [entry["sessionId"] for entry in guest["completedExperiences"]]
            == [self.pregate, self.main, self.preshare],
            "active": guest["activeSessions"],
            "consent": guest["consent"]["version"],
            "answers": [
                {answer["stepId"]: answer["value"] for answer in each["answers"]}
                for each in (pregate, main, preshare)
            ],
            "job": (job["status"], job["attemptCount"], job["error"], job["progress"]),
            "told": (main["jobStatus"], main["jobError"]),
            "result": main["resultMedia"]["url"] == job["output"]["url"],
            "size": (job["output"]["format"], job["output"]["width"], job["output"]["height"]),
        }


def visit(suite: Suite, experience: str = seed.CARTOON) -> Visit:
    """Play it all up to the share page, and see every answer on the way."""
    guest = Client(suite.env["FUNCTIONS_EMULATOR_HOST"], suite.project, f"guest-{new_id()}")
    try:
        return _play(guest, str(guest.uid), experience)
    finally:
        guest.close()


def _play(guest: Client, uid: str, experience: str) -> Visit:
    page = guest.call("getProject", **PROJECT)
    assert [each["experienceId"] for each in page["experiences"]["main"]] == [
        seed.CARTOON,
        seed.SKETCH,
    ]
    guest.call("ensureGuest", **PROJECT, consentVersion=page["consent"]["version"])
    step = guest.call("getNextPhase", **PROJECT, experienceId=experience)
    assert step == {
        "phase": "pregate",
        "experienceId": seed.PREGATE,
        "params": {"experience": experience},
        "replace": False,
    }
    pregate = guest.call("createSession", **GUEST, experienceId=step["experienceId"])["session"]
    assert (pregate["phase"], pregate["mainSessionId"]) == ("pregate", None)
    step = guest.call(
        "completeSession",
        **PROJECT,
        sessionId=pregate["id"],
        experienceId=experience,
        answers=[{"stepId": "adult", "value": True}],
    )["next"]
    assert step == {
        "phase": "main",
        "experienceId": experience,
        "params": {"pregate": pregate["id"]},
        "replace": True,
    }
    begun = guest.call(
        "createSession",
        **GUEST,
        experienceId=step["experienceId"],
        pregateSessionId=step["params"]["pregate"],
    )
    main = begun["session"]
    assert [each["id"] for each in begun["steps"]] == ["name", "mood", "photo", "wait", "reward"]
    assert "prompt" not in str(begun)
    ids = {**PROJECT, "sessionId": main["id"]}
    answers = [{"stepId": "name", "value": "Ada"}, {"stepId": "mood", "value": "dreamy"}]
    progress = guest.call("updateSessionProgress", **ids, answers=answers, currentStepIndex=2)
    assert progress["inputs"] == {"name": "Ada", "mood": "dreamy"}
    with_photo = guest.take_photo(main, "photo", ASTRONAUT)
    assert [media["stepId"] for media in with_photo["capturedMedia"]] == ["photo"]
    step = guest.call("completeSession", **ids)["next"]
    assert step == {
        "phase": "preshare",
        "experienceId": seed.PRESHARE,
        "params": {"session": main["id"]},
        "replace": True,
    }
    preshare = guest.call(
        "createSession",
        **GUEST,
        experienceId=step["experienceId"],
        mainSessionId=step["params"]["session"],
    )["session"]
    assert (preshare["phase"], preshare["mainSessionId"]) == ("preshare", main["id"])
    ids = {**PROJECT, "sessionId": preshare["id"]}
    last = [{"stepId": "fun", "value": 5}]
    step = guest.call("completeSession", **ids, answers=last)["next"]
    assert (step["phase"], step["params"]) == ("share", {"session": main["id"]})
    return Visit(uid, pregate["id"], main["id"], preshare["id"])


def expected(width: int = 1080, height: int = 1080) -> dict[str, Any]:
    done = {"currentStep": "publish", "percentage": 100, "message": None}
    return {
        "sessions": 3,
        "jobs": 1,
        "phases": ["pregate", "main", "preshare"],
        "statuses": ["completed"] * 3,
        "links": [True, True],
        "main links to nothing": True,
        "completed": True,
        "active": {},
        "consent": "2026-1",
        "answers": [{"adult": True}, {"name": "Ada", "mood": "dreamy"}, {"fun": 5}],
        "job": ("completed", 1, None, done),
        "told": ("completed", None),
        "result": True,
        "size": ("jpeg", width, height),
    }


class TestWholeVisit:
    def test_leads_from_the_scanned_code_to_the_picture(
        self, seeded: Suite, db: firestore.Client
    ) -> None:
        played = visit(seeded)
        seeded.settle()
        assert played.end_state(db) == expected()

        guest = Client(seeded.env["FUNCTIONS_EMULATOR_HOST"], seeded.project, played.uid)
        journey = guest.call("getJourneySessions", **PROJECT, mainSessionId=played.main)
        assert {phase: session["id"] for phase, session in journey.items()} == {
            "pregate": played.pregate,
            "main": played.main,
            "preshare": played.preshare,
        }
        asset = journey["main"]["resultAssetId"]
        ids = {**PROJECT, "sessionId": played.main}
        signed = guest.call("getDownloadUrl", **ids, assetId=asset)["url"]
        picture = requests.get(signed, timeout=60).content
        assert picture == requests.get(journey["main"]["resultMedia"]["url"], timeout=60).content
        assert size_of(picture) == (1080, 1080)

        step = guest.call("getNextPhase", **PROJECT, mainSessionId=played.main)
        assert step["phase"] == "share"
        step = guest.call("getNextPhase", **PROJECT, experienceId=seed.SKETCH)
        assert (step["phase"], step["params"]) == ("main", {"pregate": played.pregate})
        guest.close()

    def test_two_guests_side_by_side_do_not_mix(self, seeded: Suite, db: firestore.Client) -> None:
        with ThreadPoolExecutor(2) as pool:
            one, other = pool.map(lambda each: visit(seeded, each), [seed.CARTOON, seed.SKETCH])
        seeded.settle()
        assert one.end_state(db) == expected()
        assert other.end_state(db) == expected(1080, 1620)

    def test_every_event_twice_ends_the_same(
        self, seeded: Suite, db: firestore.Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        deliver: Callable[[Event], None] = seeded.broker.deliver
        seen: list[str] = []

        def deliver_twice(event: Event) -> None:
            seen.append(event.function)
            deliver(event)
            deliver(event)

        monkeypatch.setattr(seeded.broker, "deliver", deliver_twice)
        played = visit(seeded)
        seeded.settle()
        assert set(seen) == {"onSessionCreated", "onSessionCompleted", "onJobCreated"}
        assert played.end_state(db) == expected()
