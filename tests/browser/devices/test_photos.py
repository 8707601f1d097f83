"""Photos wait on the phone until the server has them, each once."""

import pytest
import requests
from google.cloud.firestore import Client, FieldFilter

from emulator.demo import seed
from emulator.suite.suite import Suite
from tests.support.browser import Browser
from tests.support.builders.images import PHOTOS
from tests.support.faulty_suite import FaultySuite
from tests.support.waiting import eventually

PHOTO = str(PHOTOS / "chelsea.jpg")


def objects_below(suite: Suite, prefix: str) -> list[str]:
    """The names of the stored objects."""
    address = f"http://{suite.addresses['storage']}/storage/v1/b/{suite.bucket}/o"
    found = requests.get(address, params={"prefix": prefix}, timeout=30).json()
    return [each["name"] for each in found.get("items", [])]


class TestPhotosWait:
    def test_over_a_lost_response_and_a_reload_and_go_out_of_two_tabs_once(
        self, browser: Browser, faulty_suite: FaultySuite
    ) -> None:
        seen = browser.play("photoAcrossReloads", photo=PHOTO)
        assert seen["uncaught"] == []
        assert "goes out by itself" in seen["words"]
        assert seen["before"]["confirmed"] == 0
        assert seen["before"]["puts"] >= 2, "both tabs have tried"
        assert (seen["created"], seen["confirmed"], seen["waiting"]) == (1, 1, 0)

        sessions = faulty_suite.of(seed.PROJECT, "sessions", createdBy=seen["uid"])
        [main] = [session for session in sessions if session["phase"] == "main"]
        [media] = main["capturedMedia"]
        folder = f"projects/{seed.PROJECT}/sessions/{main['id']}/inputs/"
        [stored] = objects_below(faulty_suite.suite, folder)
        assert stored.endswith(media["assetId"])

    def test_and_make_the_picture_of_who_had_finished_from_the_welcome(
        self, browser: Browser, browser_suite: tuple[Suite, Client, Browser]
    ) -> None:
        seen = browser.play("finishedFromWelcome", photo=PHOTO)
        assert seen["uncaught"] == []
        assert seen["heading"] == "Your picture is made once the network is back"
        assert seen["turning"] == "", "nothing is in the making yet"
        assert (seen["phase"], seen["waiting"]) == ("welcome", 0)

        _, db, _ = browser_suite
        sessions = db.collection("projects", seed.PROJECT, "sessions")
        own = FieldFilter("createdBy", "==", seen["uid"])
        [main] = [each for each in sessions.where(filter=own).get() if each.get("phase") == "main"]
        assert main.get("status") == "completed"
        eventually(lambda: (main.reference.get().to_dict() or {}).get("jobId"))

    @pytest.mark.exhaustive
    def test_while_the_guest_of_an_event_goes_on(
        self, browser: Browser, browser_suite: tuple[Suite, Client, Browser]
    ) -> None:
        seen = browser.play("journeyPhotoLater", photo=PHOTO)
        assert seen["uncaught"] == []
        assert (seen["offline"], seen["saved"]) == (0, 1)

        own = FieldFilter("createdBy", "==", seen["uid"])
        _, db, _ = browser_suite
        [session] = db.collection("events", seed.EVENT, "sessions").where(filter=own).get()
        assert session.get("state") == "ready"
        assert session.get("data.fun") == {"type": "number", "value": 5}
