"""A guest's whole visit over HTTP, as a page does it: alone, side by side, with events twice."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests
from google.cloud import firestore

from emulator.delivery.eventarc import Event
from emulator.demo import seed
from emulator.demo.client import Client
from emulator.demo.guest_client import ADDRESS, GuestClient, PlayedVisit
from emulator.suite.suite import Suite
from experience.ids import new_id
from tests.support.builders.guests import stored_guest
from tests.support.builders.images import ASTRONAUT
from tests.support.builders.jobs import size_of, stored_job
from tests.support.builders.sessions import stored_session

PROJECT = {"projectId": seed.PROJECT}


def play(suite: Suite, experience: str = seed.CARTOON) -> PlayedVisit:
    """Play it all up to the share page, and check every response on the way."""
    client = Client(suite.env["FUNCTIONS_EMULATOR_HOST"], suite.project, f"guest-{new_id()}")
    guest = GuestClient(client, seed.PROJECT, ASTRONAUT)
    try:
        visit = guest.play(experience)
    finally:
        guest.close()
    check_responses(visit, experience)
    return visit


def check_responses(visit: PlayedVisit, experience: str) -> None:
    pregate, main, preshare = visit.pregate, visit.main, visit.preshare
    assert [each["experienceId"] for each in visit.page["experiences"]["main"]] == [
        seed.CARTOON,
        seed.SKETCH,
    ]
    assert visit.first == {
        "phase": "pregate",
        "experienceId": seed.PREGATE,
        "params": {"experience": experience},
        "replace": False,
    }
    assert (pregate.session["phase"], pregate.session["mainSessionId"]) == ("pregate", None)
    assert pregate.next == {
        "phase": "main",
        "experienceId": experience,
        "params": {"pregate": pregate.id},
        "replace": True,
    }
    steps = [each["id"] for each in main.created["steps"]]
    assert steps == ["name", "mood", "photo", "wait", "reward"]
    assert "prompt" not in str(main.created)
    assert main.progress["inputs"] == {"name": "Ada", "mood": "dreamy"}
    assert main.progress["currentStepIndex"] == 2
    assert [media["stepId"] for media in main.with_photo["capturedMedia"]] == ["photo"]
    assert main.next == {
        "phase": "preshare",
        "experienceId": seed.PRESHARE,
        "params": {"session": main.id},
        "replace": True,
    }
    assert (preshare.session["phase"], preshare.session["mainSessionId"]) == ("preshare", main.id)
    assert (preshare.next["phase"], preshare.next["params"]) == ("share", {"session": main.id})


def end_state(db: firestore.Client, visit: PlayedVisit) -> dict[str, Any]:
    """What the visit left in the database, without what differs from guest to guest."""
    ids = [visit.pregate.id, visit.main.id, visit.preshare.id]
    pregate, main, preshare = (stored_session(db, seed.PROJECT, each) for each in ids)
    guest = stored_guest(db, seed.PROJECT, visit.uid)
    job = stored_job(db, seed.PROJECT, main["jobId"])
    own = db.collection("projects", seed.PROJECT, "sessions").where(
        filter=firestore.FieldFilter("createdBy", "==", visit.uid)
    )
    jobs = db.collection("projects", seed.PROJECT, "jobs").where(
        filter=firestore.FieldFilter("sessionId", "==", visit.main.id)
    )
    return {
        "sessions": len(list(own.stream())),
        "jobs": len(list(jobs.stream())),
        "phases": [each["phase"] for each in (pregate, main, preshare)],
        "statuses": [each["status"] for each in (pregate, main, preshare)],
        "links": [each["mainSessionId"] == visit.main.id for each in (pregate, preshare)],
        "main links to nothing": main["mainSessionId"] is None,
        "completed": [entry["sessionId"] for entry in guest["completedExperiences"]] == ids,
        "active": guest["activeSessions"],
        "consent": guest["consent"]["version"],
        "answers": [
            {answer["stepId"]: answer["value"] for answer in each["answers"]}
            for each in (pregate, main, preshare)
        ],
        "job": (job["status"], job["attemptCount"], job["error"], job["progress"]),
        "jobState": (main["jobStatus"], main["jobError"]),
        "result": main["resultMedia"]["url"] == job["output"]["url"],
        "size": (job["output"]["format"], job["output"]["width"], job["output"]["height"]),
    }


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
        "answers": [
            {"adult": True, "mail": ADDRESS},
            {"name": "Ada", "mood": "dreamy"},
            {"fun": 5},
        ],
        "job": ("completed", 1, None, done),
        "jobState": ("completed", None),
        "result": True,
        "size": ("jpeg", width, height),
    }


class TestWholeVisit:
    def test_leads_from_the_scanned_code_to_the_picture(
        self, seeded: Suite, db: firestore.Client
    ) -> None:
        played = play(seeded)
        seeded.settle()
        assert end_state(db, played) == expected()

        guest = Client(seeded.env["FUNCTIONS_EMULATOR_HOST"], seeded.project, played.uid)
        journey = guest.call("getJourneySessions", **PROJECT, mainSessionId=played.main.id)
        assert {phase: session["id"] for phase, session in journey.items()} == {
            "pregate": played.pregate.id,
            "main": played.main.id,
            "preshare": played.preshare.id,
        }
        asset = journey["main"]["resultAssetId"]
        ids = {**PROJECT, "sessionId": played.main.id}
        signed = guest.call("getDownloadUrl", **ids, assetId=asset)["url"]
        picture = requests.get(signed, timeout=60).content
        assert picture == requests.get(journey["main"]["resultMedia"]["url"], timeout=60).content
        assert size_of(picture) == (1080, 1080)

        step = guest.call("getNextPhase", **PROJECT, mainSessionId=played.main.id)
        assert step["phase"] == "share"
        step = guest.call("getNextPhase", **PROJECT, experienceId=seed.SKETCH)
        assert (step["phase"], step["params"]) == ("main", {"pregate": played.pregate.id})
        guest.close()

    @pytest.mark.exhaustive
    def test_two_guests_side_by_side_do_not_mix(self, seeded: Suite, db: firestore.Client) -> None:
        with ThreadPoolExecutor(2) as pool:
            one, other = pool.map(lambda each: play(seeded, each), [seed.CARTOON, seed.SKETCH])
        seeded.settle()
        assert end_state(db, one) == expected()
        assert end_state(db, other) == expected(1080, 1620)

    @pytest.mark.exhaustive
    def test_every_event_twice_ends_the_same(
        self, seeded: Suite, db: firestore.Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        deliver: Callable[[Event], None] = seeded.event_router.deliver
        seen: list[str] = []

        def deliver_twice(event: Event) -> None:
            seen.append(event.function)
            deliver(event)
            deliver(event)

        monkeypatch.setattr(seeded.event_router, "deliver", deliver_twice)
        played = play(seeded)
        seeded.settle()
        assert set(seen) == {"onSessionCreated", "onSessionCompleted", "onJobCreated"}
        assert end_state(db, played) == expected()
