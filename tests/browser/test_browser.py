"""Guests visit the demo in a real browser, and what is stored is what they did."""

import io
import re
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from PIL import ExifTags, Image

from emulator.demo import seed
from experience.media.models import MAX_BYTES
from tests.support.browser import Browser
from tests.support.builders.images import PHOTOS
from tests.support.faulty_suite import FaultySuite

PHOTO = PHOTOS / "chelsea.jpg"
ORIENTATION, GPS = ExifTags.Base.Orientation, ExifTags.IFD.GPSInfo
REJECTED_FILES = {
    "text": "list.txt",
    "disguised": "list.jpg",
    "large": "large.jpg",
    "heic": "photo.jpg",
}


def answers(session: dict[str, Any]) -> dict[str, Any]:
    """By step."""
    return {answer["stepId"]: answer["value"] for answer in session["answers"]}


def visit_of(faulty_suite: FaultySuite, uid: str) -> dict[str, dict[str, Any]]:
    """The guest's sessions by phase, at most one of each."""
    sessions = faulty_suite.of(seed.PROJECT, "sessions", createdBy=uid)
    found = {session["phase"]: session for session in sessions}
    assert len(found) == len(sessions), "one session for each phase"
    return found


def assert_whole(visit: dict[str, dict[str, Any]]) -> None:
    """All phases are completed and linked, and the picture is stored."""
    assert set(visit) == {"pregate", "main", "preshare"}
    assert {session["status"] for session in visit.values()} == {"completed"}
    main = visit["main"]
    assert main["pregateSessionId"] == visit["pregate"]["id"]
    assert visit["preshare"]["mainSessionId"] == main["id"]
    assert main["jobStatus"] == "completed"
    assert len(main["capturedMedia"]) == 1
    assert main["resultMedia"]["url"].startswith("http")


def located(photo: Path, file: Path) -> Path:
    """A photo that lies on its side, and says where and with what it was taken."""
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    exif[ExifTags.Base.Make] = "Phone"
    exif.get_ifd(GPS)[ExifTags.GPS.GPSLatitude] = (48.0, 51.0, 29.6)
    with Image.open(photo) as image:
        image.save(file, exif=exif)
    with Image.open(file) as image:
        assert image.getexif().get_ifd(GPS)
    return file


class TestVisit:
    def test_a_guest_with_a_camera_downloads_a_picture(
        self, browser: Browser, faulty_suite: FaultySuite
    ) -> None:
        seen = browser.play("wholeVisit")
        assert seen["uncaught"] == []
        visit = visit_of(faulty_suite, seen["uid"])
        assert_whole(visit)
        assert answers(visit["pregate"]) == {"adult": True, "mail": "ada@example.com"}
        assert answers(visit["main"]) == {"name": "Ada", "mood": "dreamy"}
        assert answers(visit["preshare"]) == {"fun": 5, "wish": "Nothing"}
        address = urlsplit(seen["address"])
        assert address.path == f"/{seed.PROJECT}/share"
        assert parse_qs(address.query) == {"session": [visit["main"]["id"]]}
        assert re.fullmatch(r"http://[^/]+/s/[a-z2-7]{26}", seen["code"])
        assert len(seen["code"]) < len(visit["main"]["resultMedia"]["url"]) / 2
        with Image.open(seen["download"]["path"]) as saved:
            assert list(saved.size) == seen["picture"]

    @pytest.mark.exhaustive
    @pytest.mark.exhaustive
    def test_reloading_and_going_back_lose_nothing_in_any_phase(
        self, browser: Browser, faulty_suite: FaultySuite
    ) -> None:
        seen = browser.play("reloadAndBack", photo=str(PHOTO))
        assert seen["remembered"] == "Ada"
        visit = visit_of(faulty_suite, seen["uid"])
        assert_whole(visit)
        assert answers(visit["main"]) == {"name": "Ada", "mood": "bold"}
        assert answers(visit["preshare"]) == {"fun": 4}


class TestObstacles:
    def test_two_tabs_share_one_session_and_neither_loses_an_answer(
        self, browser: Browser, faulty_suite: FaultySuite
    ) -> None:
        seen = browser.play("twoTabs")
        first, second = seen["uids"]
        assert first == second
        main = visit_of(faulty_suite, first)["main"]
        assert answers(main) == {"name": "Ada", "mood": "bold"}

    @pytest.mark.exhaustive
    def test_answers_given_without_a_connection_arrive_later(
        self, browser: Browser, faulty_suite: FaultySuite
    ) -> None:
        seen = browser.play("offlineAnswers")
        assert seen["whileOffline"] == {}
        assert seen["afterwards"] == {"name": "Ada", "mood": "happy"}
        assert answers(visit_of(faulty_suite, seen["uid"])["main"]) == seen["afterwards"]

    @pytest.mark.exhaustive
    def test_a_page_is_denied_the_session_of_another_guest(
        self, browser: Browser, faulty_suite: FaultySuite
    ) -> None:
        seen = browser.play("deniedRequests")
        assert seen["guest"] != seen["stranger"]
        assert seen["outcomes"] == {
            "uid": seen["stranger"],
            "ownSession": "allowed",
            "session": "permission-denied",
            "listener": "permission-denied",
            "allSessions": "permission-denied",
            "write": "permission-denied",
            "callable": "functions/not-found",
        }
        assert visit_of(faulty_suite, seen["guest"])["pregate"]["status"] == "active"

    @pytest.mark.exhaustive
    def test_a_wrong_file_is_rejected_with_a_reason_and_a_photo_is_accepted_afterwards(
        self, browser: Browser, faulty_suite: FaultySuite, tmp_path: Path
    ) -> None:
        files = {name: tmp_path / file for name, file in REJECTED_FILES.items()}
        files["text"].write_text("a shopping list")
        files["disguised"].write_text("a shopping list")
        with files["large"].open("wb") as large:
            large.truncate(MAX_BYTES["image"] + 1)
        files["heic"].write_bytes(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic")
        paths = {name: str(file) for name, file in files.items()}
        photo = located(PHOTO, tmp_path / "located.jpg").rename(tmp_path / "called.png")
        seen = browser.play("rejectedFiles", photo=str(photo), **paths)
        reasons = [problem["reason"] for problem in seen["problems"]]
        assert reasons == ["wrong_type", "too_large", "upload_type_mismatch", "unsupported_media"]
        assert all(problem["text"] for problem in seen["problems"])
        main = visit_of(faulty_suite, seen["uid"])["main"]
        assert main["jobStatus"] == "completed"
        [capture] = main["capturedMedia"]
        sent = requests.get(capture["url"], timeout=60).content
        with Image.open(io.BytesIO(sent)) as image, Image.open(photo) as taken:
            assert dict(image.getexif()) == {ORIENTATION: 6}
            assert image.tobytes() == taken.tobytes()

    @pytest.mark.exhaustive
    @pytest.mark.exhaustive
    def test_a_cancelled_photo_does_not_lead_to_the_next_step_and_is_replaced(
        self, browser: Browser, faulty_suite: FaultySuite
    ) -> None:
        other = PHOTOS / "astronaut.jpg"
        seen = browser.play("cancelledUpload", photo=str(PHOTO), other=str(other))
        assert len(seen["stored"]) == 1
        assert seen["stored"] != [seen["first"]]
        main = visit_of(faulty_suite, seen["uid"])["main"]
        assert main["jobStatus"] == "completed"

    @pytest.mark.exhaustive
    def test_a_guest_sees_that_the_provider_failed_and_retries(
        self, browser: Browser, faulty_suite: FaultySuite
    ) -> None:
        seen = browser.play("providerFailure", photo=str(PHOTO))
        assert "did not work out" in seen["text"]
        assert seen["failed"]["code"] == "PROVIDER_ERROR"
        assert seen["failed"]["status"] == seen["failed"]["jobStatus"] == "failed"
        main = visit_of(faulty_suite, seen["uid"])["main"]
        assert main["jobStatus"] == "completed"
        with_picture = [
            job
            for job in faulty_suite.of(seed.PROJECT, "jobs", sessionId=main["id"])
            if job["status"] == "completed"
        ]
        assert [job["id"] for job in with_picture] == [main["jobId"]]


@pytest.mark.exhaustive
class TestAccessibility:
    """A visit by keyboard alone, and screens that a screen reader can read."""

    @pytest.fixture(scope="class")
    @staticmethod
    def seen(browser_suite: tuple[Any, Any, Browser]) -> Any:
        return browser_suite[2].play("keyboardVisit")

    def test_the_whole_visit_works_by_keyboard(self, seen: Any, faulty_suite: FaultySuite) -> None:
        assert seen["uncaught"] == []
        visit = visit_of(faulty_suite, seen["uid"])
        assert_whole(visit)
        assert answers(visit["main"]) == {"name": "Ada", "mood": "dreamy"}
        assert answers(visit["preshare"]) == {"fun": 5}

    def test_no_screen_has_a_serious_violation(self, seen: Any) -> None:
        assert len(seen["screens"]) == 14
        found = {screen: found for screen, found in seen["screens"].items() if found}
        assert found == {}
