"""Guests go through an event's journey in a real browser, and what is stored is what they did."""

import io
import re
from typing import Any

import pytest
import requests
from google.cloud.firestore import DELETE_FIELD, Client, FieldFilter
from PIL import Image

from emulator.demo import seed
from emulator.suite.suite import Suite
from experience.journeys.models.session import EventSession
from experience.shares.models.share import share_id_of_event
from experience.shares.store import query_shares_of
from experience.steps import STEP_TYPES
from tests.support.browser import Browser, assert_asks_before_it_erases
from tests.support.builders.images import PHOTOS

PHOTO = PHOTOS / "chelsea.jpg"
PHOTO_ALONE = "photo-alone"


@pytest.fixture(scope="module")
def db(
    browser_suite: tuple[Suite, Client, Browser], invariants_hold_afterwards: tuple[Suite, Client]
) -> Client:
    """The database, whose experiences have a preview and a camera without a countdown."""
    _, db, browser = browser_suite
    for experience in (seed.CARTOON, seed.SKETCH):
        changed = {
            "previewMediaUrl": f"{browser.settings['origin']}/icon.svg",
            "captureConfig.countdown": 0,
        }
        db.document("experiences", experience).update(changed)
    event = db.document("events", seed.EVENT).get().to_dict()
    assert event is not None
    alone = db.document("events", PHOTO_ALONE)
    alone.set({**event, "id": PHOTO_ALONE})
    alone.update({"activeJourneyId": DELETE_FIELD, "consent": DELETE_FIELD})
    return db


def sessions_of(db: Client, uid: str, event: str = seed.EVENT) -> list[dict[str, Any]]:
    """The guest's sessions of an event, the earliest first."""
    own = FieldFilter("createdBy", "==", uid)
    found = db.collection("events", event, "sessions").where(filter=own).stream()
    documents = [snapshot.to_dict() or {} for snapshot in found]
    return sorted(documents, key=lambda session: session["createdAt"])


class TestJourney:
    @pytest.mark.exhaustive
    def test_a_guest_plays_a_step_of_each_type(self, browser: Browser, db: Client) -> None:
        """With a reload in the middle, and a photo that replaces the first one."""
        seen = browser.play("wholeJourney", photo=str(PHOTO))
        assert seen["uncaught"] == []
        assert "agree" in seen["reminder"]
        assert set(seen["types"]) == set(STEP_TYPES)
        assert seen["previews"] == [True, True]
        assert seen["draft"] == "Ad"
        assert seen["screens"] == {"consent": [], "picker": [], "end": []}

        [session] = sessions_of(db, seen["uid"])
        assert session["state"] == "ready"
        assert session["currentStepIndex"] == len(session["stepOrder"])
        data = session["data"]
        taken = data.pop("photo")
        assert data == {
            "selected_experience_id": seed.SKETCH,
            "adult": {"type": "boolean", "value": True},
            "mail": {"type": "text", "value": "ada@example.com"},
            "drinks": {"type": "selections", "selectedIds": ["water", "juice"]},
            "name": {"type": "text", "value": "Ada"},
            "mood": {"type": "selection", "selectedId": "dreamy"},
            "fun": {"type": "number", "value": 5},
            "wish": {"type": "text", "value": "Nothing"},
        }
        assert re.search(r"/s/[a-z2-7]{26}$", seen["code"])
        assert session["locale"] == "en-GB"
        sent = requests.get(taken["url"], timeout=60).content
        with Image.open(io.BytesIO(sent)) as image, Image.open(PHOTO) as photo:
            assert image.size == photo.size, "the second photo has replaced the first"
        with Image.open(seen["download"]) as picture:
            assert list(picture.size) == seen["picture"]
            assert picture.format == "PNG"
        (width, height), (shown_width, shown_height) = seen["picture"], seen["shown"]
        assert shown_width * height == pytest.approx(shown_height * width, rel=0.01), "uncropped"

    @pytest.mark.exhaustive
    def test_the_whole_journey_works_by_keyboard(self, browser: Browser, db: Client) -> None:
        seen = browser.play("keyboardJourney")
        assert seen["uncaught"] == []
        assert len(seen["screens"]) == 13
        assert {screen: found for screen, found in seen["screens"].items() if found} == {}
        first, _ = sessions_of(db, seen["uid"])
        assert first["state"] == "ready"
        assert first["data"]["drinks"] == {"type": "selections", "selectedIds": ["juice"]}

    @pytest.mark.exhaustive
    def test_another_picture_is_another_session_which_two_tabs_share(
        self, browser: Browser, db: Client
    ) -> None:
        seen = browser.play("journeyAgain", photo=str(PHOTO))
        assert seen["uncaught"] == []
        first, second = sessions_of(db, seen["uid"])
        assert first["state"] == second["state"] == "ready"
        assert first["resultImagePath"] != second["resultImagePath"]

    @pytest.mark.exhaustive
    def test_a_guest_sees_that_there_is_no_picture_and_tries_once_more(
        self, browser: Browser, db: Client
    ) -> None:
        seen = browser.play("journeyError", photo=str(PHOTO))
        assert seen["uncaught"] == []
        assert "once more" in seen["text"]
        [session] = sessions_of(db, seen["uid"])
        assert session["state"] == "ready"
        assert not {"error", "errorCode"} & session.keys()

    @pytest.mark.exhaustive
    def test_a_photo_of_which_no_picture_is_made_is_replaced_in_the_same_session(
        self, browser: Browser, db: Client
    ) -> None:
        other = PHOTOS / "astronaut.jpg"
        seen = browser.play("anotherPhoto", photo=str(PHOTO), other=str(other))
        assert seen["uncaught"] == []
        assert "another photo" in seen["text"]
        [session] = sessions_of(db, seen["uid"])
        assert session["state"] == "ready"
        assert session["transformAttempt"] == 2
        for share in query_shares_of(db, session["id"], event_id=seed.EVENT).stream():
            if share.id != share_id_of_event(EventSession.load(session)):
                share.reference.delete()  # of the picture that the scenario took away by hand
        sent = requests.get(session["data"]["photo"]["url"], timeout=60).content
        with Image.open(io.BytesIO(sent)) as image, Image.open(other) as photo:
            assert image.size == photo.size

    @pytest.mark.exhaustive
    def test_an_event_without_a_journey_is_a_photo_and_its_picture(
        self, browser: Browser, db: Client
    ) -> None:
        choice = {"event": PHOTO_ALONE, "experience": seed.CARTOON}
        seen = browser.play("photoAlone", photo=str(PHOTO), **choice)
        assert seen["uncaught"] == []
        [session] = sessions_of(db, seen["uid"], PHOTO_ALONE)
        assert session["state"] == "ready"
        assert not {"journeyId", "currentStepIndex", "data"} & session.keys()

    @pytest.mark.exhaustive
    def test_a_guest_deletes_their_visit_at_its_end(self, browser: Browser, db: Client) -> None:
        choice = {"event": PHOTO_ALONE, "experience": seed.CARTOON}
        seen = browser.play("erasedJourney", photo=str(PHOTO), **choice)
        assert seen["uncaught"] == []
        assert_asks_before_it_erases(seen["erasing"])
        assert seen["address"].endswith(f"/e/{PHOTO_ALONE}?experience={seed.CARTOON}")
        [session] = sessions_of(db, seen["uid"], PHOTO_ALONE)
        assert session["state"] == "created", "only the session of the new visit is stored"
        assert requests.get(seen["code"], timeout=60).status_code in (403, 404)
