"""A kiosk forgets each visitor before the next one comes."""

from typing import Any

import pytest
from google.cloud.firestore import DELETE_FIELD, Client, FieldFilter

from emulator.demo import seed
from emulator.suite.suite import Suite
from tests.support.browser import Browser
from tests.support.builders.images import PHOTOS

BrowserSuite = tuple[Suite, Client, Browser]


class TestNextVisitor:
    @pytest.fixture(scope="class")
    @staticmethod
    def seen(browser_suite: BrowserSuite) -> Any:
        return browser_suite[2].play("kioskVisit")

    def test_sees_nothing_of_the_last_one(self, seen: Any) -> None:
        assert seen["uncaught"] == []
        assert seen["during"] > 0, "the browser did keep who is signed in"
        assert seen["traces"] == []
        assert seen["nextUid"] != seen["uid"]
        assert seen["address"].endswith("?kiosk")

    def test_is_asked_for_their_own_consent(self, seen: Any) -> None:
        assert seen["consent"] is False

    def test_the_last_one_took_the_picture_along_by_its_code_alone(self, seen: Any) -> None:
        assert "/s/" in seen["end"]["code"]
        assert seen["end"]["leads"] == 0
        assert (seen["autocomplete"], seen["choosesFiles"]) == ("off", 0)

    def test_a_visit_leaves_no_entry_in_the_history(self, seen: Any) -> None:
        assert seen["end"]["entries"] == 0
        assert "kiosk" in seen["end"]["address"]

    def test_the_last_ten_seconds_are_announced(self, seen: Any) -> None:
        assert "Are you still there?" in seen["question"]["text"]
        assert seen["question"]["focus"] == "kiosk-stay"
        assert seen["question"]["violations"] == []

    def test_stays_although_a_frozen_tab_ends_the_last_visit_late(self, browser: Browser) -> None:
        seen = browser.play("kioskFrozenTab")
        assert seen["uncaught"] == []
        assert seen["later"] == seen["uid"]


class TestRestart:
    def test_within_the_pause_forgets_the_visitor(self, browser: Browser) -> None:
        seen = browser.play("kioskRestart")
        assert seen["uncaught"] == []
        assert seen["uidBeside"] == seen["uid"], "a reload and another tab go on with the visit"
        assert seen["nextUid"] != seen["uid"]
        assert seen["consent"] is False
        assert seen["traces"] == []

    def test_in_the_middle_of_forgetting_leaves_nothing_to_another_tab(
        self, browser: Browser
    ) -> None:
        seen = browser.play("kioskBrokenOff")
        assert seen["uncaught"] == []
        assert seen["nextUid"] != seen["uid"]
        assert seen["traces"] is False


@pytest.mark.exhaustive
class TestPause:
    def test_typing_the_camera_and_an_upload_hold_it_back(self, browser: Browser) -> None:
        seen = browser.play("kioskHeld", photo=str(PHOTOS / "chelsea.jpg"))
        assert seen["uncaught"] == []
        assert seen["idle"] is False, "nobody is asked where nobody is"
        assert seen["typing"] == [False, False, False]
        assert (seen["camera"], seen["upload"]) == (False, False)
        assert seen["left"] is True
        assert seen["stays"] == 1

    def test_what_is_unsent_is_sent_before_an_event_forgets_its_visitor(
        self, browser: Browser, browser_suite: BrowserSuite
    ) -> None:
        _, db, _ = browser_suite
        event = db.document("events", seed.EVENT)
        event.update({"kiosk": {"pauseSeconds": 30}})
        try:
            seen = browser.play("kioskEvent")
        finally:
            event.update({"kiosk": DELETE_FIELD})
        assert seen["uncaught"] == []
        assert seen["nextUid"] != seen["uid"]
        assert seen["kept"] is False
        own = FieldFilter("createdBy", "==", seen["uid"])
        [session] = event.collection("sessions").where(filter=own).get()
        assert session.get("data.adult") == {"type": "boolean", "value": True}

    def test_a_visit_that_ends_without_a_network_shows_no_error_of_the_browser(
        self, browser: Browser
    ) -> None:
        seen = browser.play("kioskStranded")
        assert seen["uncaught"] == []
        assert seen["traces"] is False
        assert seen["nextUid"] != seen["uid"]

    def test_a_visit_is_one_in_all_tabs_and_ends_with_a_crash(self, browser: Browser) -> None:
        seen = browser.play("kioskTabs")
        assert seen["uncaught"] == []
        assert seen["asked"] is False
        assert len(set(seen["uids"])) == 3
