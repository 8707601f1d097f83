"""Guests of an event while everything goes wrong at once: each of them gets a picture."""

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests

from emulator.demo import seed
from emulator.demo.chaos import RETRYABLE
from emulator.demo.client import CallError
from tests.support.builders.events import an_event, an_event_experience
from tests.support.builders.jobs import a_photo
from tests.support.faulty_suite import FaultySuite
from tests.support.waiting import eventually

pytestmark = pytest.mark.exhaustive

GUESTS = 4
MAX_TRIES = 40
EVERYTHING = {
    "duplicate": 0.3,
    "drop": 0.3,
    "reorder": 0.3,
    "delayMs": [0, 200],
    "abort": 0.2,
    "storage": 0.2,
    "provider": 0.3,
}


class EventGuest:
    """A guest whose page tries everything again that may pass."""

    def __init__(self, faulty_suite: FaultySuite, event: str, number: int) -> None:
        self.faulty_suite = faulty_suite
        self.client = faulty_suite.client(f"event-guest-{number}")
        self.ids: dict[str, Any] = {"eventId": event}

    def call(self, name: str, **data: Any) -> Any:
        for attempt in range(MAX_TRIES):
            try:
                return self.client.call(name, **self.ids, **data)
            except CallError as error:
                if error.status not in RETRYABLE:
                    raise
            except (requests.RequestException, ValueError):
                pass
            time.sleep(min(1, 0.05 * attempt))
        raise AssertionError(f"{name} did not succeed in {MAX_TRIES} tries")

    def take_photo(self) -> None:
        photo = a_photo()
        size = {"contentType": "image/jpeg", "sizeBytes": len(photo)}
        for _ in range(MAX_TRIES):
            upload = self.call("createCaptureUpload", **size)
            try:
                sent = self.client.upload(upload, photo)
            except requests.ConnectionError:
                continue
            if sent.ok or sent.status_code == 412:
                self.call("saveCapture")
                return
        raise AssertionError("the photo could not be uploaded")

    def visit(self) -> int:
        """From the first call to the picture; how many transforms that took."""
        began = self.call("startJourney", requestId=str(self.client.uid))
        self.ids["sessionId"] = began["session"]["id"]
        self.take_photo()
        for attempt in range(1, MAX_TRIES):
            self.call("triggerTransform")
            if eventually(self.ended) == "ready":
                return attempt
        raise AssertionError("there is no picture")

    def ended(self) -> str | None:
        path = ("events", self.ids["eventId"], "sessions", self.ids["sessionId"])
        state = self.faulty_suite.db.document(*path).get().get("state")
        return str(state) if state in ("ready", "error") else None


@pytest.mark.parametrize("number", [1, 2])
def test_every_guest_gets_a_picture(faulty_suite: FaultySuite, number: int) -> None:
    db = faulty_suite.db
    experience = an_event_experience(db, seed.WORKSPACE)
    capture = {
        "id": "photo",
        "type": "capture",
        "config": {"fallbackExperienceId": experience},
    }
    event = an_event(db, seed.WORKSPACE, [capture])
    guests = [EventGuest(faulty_suite, event, number * GUESTS + each) for each in range(GUESTS)]
    faulty_suite.faults(seed=number, **EVERYTHING)
    with ThreadPoolExecutor(GUESTS) as pool:
        attempts = list(pool.map(EventGuest.visit, guests))
    faulty_suite.recover()
    sessions = [
        each.to_dict() or {} for each in db.collection("events", event, "sessions").stream()
    ]
    assert [each["state"] for each in sessions] == ["ready"] * GUESTS
    assert sorted(each["transformAttempt"] for each in sessions) == sorted(attempts)
    for each in sessions:
        assert requests.get(each["resultImagePath"], timeout=10).ok
