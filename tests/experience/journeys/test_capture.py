"""The photo of an event session: signed, verified, taken again, at one documented path."""

from collections.abc import Callable
from typing import Any

import pytest
from google.cloud.firestore import Client

from experience.errors import FailedPrecondition, InvalidArgument, Refusal, ResourceExhausted
from experience.media.models import MEBIBYTE
from experience.media.store import objects
from tests.experience.conftest import SignIn
from tests.experience.journeys.conftest import NewGuest
from tests.experience.journeys.journey_guest import PHOTO, JourneyGuest, get, put
from tests.support.builders.events import an_event
from tests.support.builders.images import encoded, png_header
from tests.support.builders.jobs import a_photo
from tests.support.builders.videos import mp4
from tests.support.calling import at_once, issue_paths, refused

OTHER = a_photo(48)
STATES = ("created", "captured", "error")


def reason(act: Callable[[], Any]) -> str:
    with pytest.raises(Refusal) as refusal:
        act()
    return refusal.value.reason


class TestCreateCaptureUpload:
    def test_signs_the_one_path_and_what_is_stored_there_now(
        self, signed_in: SignIn, guest: JourneyGuest
    ) -> None:
        sent = {**guest.ids, "stepId": "capture", "contentType": "image/jpeg"}
        upload = signed_in(guest.uid).call("createCaptureUpload", **sent, sizeBytes=len(PHOTO))
        path = f"captures/{guest.event}/{guest.session}/input.jpg"
        assert (upload["path"], upload["method"]) == (path, "PUT")
        assert upload["headers"] == {
            "content-type": "image/jpeg",
            "x-goog-content-length-range": f"1,{len(PHOTO)}",
            "x-goog-if-generation-match": "0",
        }
        assert "assetId" not in upload
        guest.capture()
        stored = objects.find(path)
        assert stored
        headers = guest.create().headers
        assert headers["x-goog-if-generation-match"] == str(stored.generation)

    def test_an_address_takes_one_photo_and_only_in_place_of_the_one_it_knew(
        self, guest: JourneyGuest
    ) -> None:
        first, second = guest.create(), guest.create(size=len(OTHER))
        assert put(first, PHOTO) == 200
        assert put(second, OTHER) == 412
        assert put(first, PHOTO) == 412
        assert objects.read(first.path) == PHOTO

    @pytest.mark.parametrize(
        ("content_type", "size", "path"),
        [
            ("image/jpeg", 0, "sizeBytes"),
            ("image/jpeg", 20 * MEBIBYTE + 1, "sizeBytes"),
            ("video/mp4", 1, "contentType"),
            ("text/html", 1, "contentType"),
        ],
    )
    def test_no_other_types_and_sizes(
        self, signed_in: SignIn, guest: JourneyGuest, content_type: str, size: int, path: str
    ) -> None:
        sent = {**guest.ids, "contentType": content_type, "sizeBytes": size}
        error = refused(signed_in(guest.uid), "createCaptureUpload", **sent)
        assert issue_paths(error) == [path]

    def test_what_no_decoder_reads_is_refused_before_it_is_sent(self, guest: JourneyGuest) -> None:
        assert reason(lambda: guest.create(content_type="image/heic")) == "unsupported_media"

    def test_only_so_many_an_hour(
        self, new_guest: NewGuest, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("UPLOADS_PER_GUEST_AND_HOUR", "1")
        guest = new_guest()
        guest.create()
        with pytest.raises(ResourceExhausted):
            guest.create()

    @pytest.mark.parametrize("step", ["short_text", "nowhere", "selected_experience_id"])
    def test_only_for_a_capture_step_of_the_journey(self, guest: JourneyGuest, step: str) -> None:
        for act in (lambda: guest.create(step), lambda: guest.save_capture(step)):
            with pytest.raises(InvalidArgument) as refusal:
                act()
            assert [issue["path"] for issue in refusal.value.details["issues"]] == ["stepId"]


class TestSaveCapture:
    def test_the_photo_is_the_sessions_and_its_address_gives_it(
        self, signed_in: SignIn, guest: JourneyGuest
    ) -> None:
        guest.upload(step="capture")
        client = signed_in(guest.uid)
        session = client.call("saveCapture", **guest.ids, stepId="capture")
        stored = guest.stored()
        assert session["state"] == stored["state"] == "captured"
        path = f"captures/{guest.event}/{guest.session}/input.jpg"
        assert session["inputImagePath"] == path
        assert session["data"] == stored["data"]
        assert stored["data"]["capture"]["type"] == "photo"
        photo = get(stored["data"]["capture"]["url"])
        assert (photo.content, photo.headers["content-type"]) == (PHOTO, "image/jpeg")
        assert "captureGeneration" not in session
        found = objects.find(path)
        assert found
        assert stored["captureGeneration"] == found.generation

    def test_the_bytes_say_of_what_type_it_is_whatever_the_name_says(
        self, guest: JourneyGuest
    ) -> None:
        from PIL import Image

        png = encoded(Image.new("RGB", (8, 8)))
        url = guest.capture(png, "capture")["data"]["capture"]["url"]
        assert get(url).headers["content-type"] == "image/png"

    def test_saving_again_changes_nothing_in_any_state(self, guest: JourneyGuest) -> None:
        first = guest.capture(step="capture")
        for state in ("captured", "transforming", "ready"):
            guest.reference.update({"state": state})
            written = guest.reference.get()
            assert guest.save_capture("capture") == {**first, "state": state}
            assert guest.reference.get().update_time == written.update_time

    def test_a_retake_ends_the_address_of_the_photo_before_it(self, guest: JourneyGuest) -> None:
        before = guest.capture(step="capture")["data"]["capture"]["url"]
        assert get(before).content == PHOTO
        retaken = guest.capture(OTHER, "capture")
        assert retaken["state"] == "captured"
        assert get(before).status_code == 403
        assert get(retaken["data"]["capture"]["url"]).content == OTHER

    def test_two_captures_of_a_journey_show_the_one_photo(
        self, db: Client, workspace: str, new_guest: NewGuest
    ) -> None:
        from tests.support.builders.workspaces import a_step

        event = an_event(db, workspace, [a_step("one", "capture"), a_step("two", "capture")])
        guest = new_guest(event)
        guest.capture(step="one")
        data = guest.capture(OTHER, "two")["data"]
        assert data["one"] == data["two"]
        assert get(data["one"]["url"]).content == OTHER
        assert guest.go_to(2)["currentStepIndex"] == 2

    def test_without_a_journey_the_path_is_all(
        self, db: Client, workspace: str, new_guest: NewGuest
    ) -> None:
        guest = new_guest(an_event(db, workspace))
        session = guest.capture()
        assert (session["state"], "data" in session) == ("captured", False)
        assert "data" not in guest.stored()
        assert reason(lambda: guest.create("capture")) == "no_journey"

    def test_a_new_photo_after_an_error_leaves_no_error(self, guest: JourneyGuest) -> None:
        guest.capture(step="capture")
        failed = {"state": "error", "error": "AI transform failed", "errorCode": "TIMEOUT"}
        guest.reference.update(failed)
        assert guest.capture(OTHER, "capture")["state"] == "captured"
        assert not {"error", "errorCode"} & set(guest.stored())

    @pytest.mark.parametrize("state", ["transforming", "ready"])
    def test_no_retake_while_a_picture_is_made_or_after_it(
        self, guest: JourneyGuest, state: str
    ) -> None:
        upload = guest.create(size=len(OTHER))
        guest.reference.update({"state": state})
        assert put(upload, OTHER) == 200
        before = guest.stored()
        for act in (guest.create, guest.save_capture):
            with pytest.raises(FailedPrecondition) as refusal:
                act()
            assert refusal.value.details == {
                "reason": "move_not_allowed",
                "from": state,
                "to": "captured",
            }
        assert guest.stored() == before

    @pytest.mark.parametrize(
        ("data", "expected"),
        [
            (b"<html>", "upload_type_mismatch"),
            (mp4(), "upload_type_mismatch"),
            (PHOTO[: len(PHOTO) // 8], "upload_damaged"),
            (png_header(9000, 9000), "upload_too_many_pixels"),
        ],
        ids=["text", "a video", "cut off", "too many pixels"],
    )
    def test_what_is_no_photo_is_refused_and_changes_nothing(
        self, guest: JourneyGuest, data: bytes, expected: str
    ) -> None:
        guest.upload(data)
        assert reason(guest.save_capture) == expected
        assert guest.stored()["state"] == "created"
        guest.capture()
        assert guest.stored()["state"] == "captured"

    def test_nothing_uploaded_is_nothing_to_save(self, guest: JourneyGuest) -> None:
        assert reason(guest.save_capture) == "upload_missing"


class TestAtOnce:
    def test_saves_of_one_upload_give_one_address(self, guest: JourneyGuest) -> None:
        guest.upload(step="capture")
        saved = at_once(4, lambda _: guest.save_capture("capture")["data"]["capture"]["url"])
        assert len(set(saved)) == 1
        assert get(saved[0]).content == PHOTO

    def test_of_two_retakes_the_later_stays_and_its_address_works(
        self, guest: JourneyGuest
    ) -> None:
        guest.capture(step="capture")

        def retake(number: int) -> None:
            photo = (PHOTO, OTHER)[number]
            while put(guest.create("capture", size=len(photo)), photo) != 200:
                pass  # the other one was first
            guest.save_capture("capture")

        at_once(2, retake)
        stored = guest.stored()
        found = objects.find(stored["inputImagePath"])
        assert found
        assert stored["captureGeneration"] == found.generation
        assert get(stored["data"]["capture"]["url"]).status_code == 200
