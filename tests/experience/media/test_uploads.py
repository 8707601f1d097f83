"""A guest's photo and video on their way into a session, as a phone sends them."""

import gzip
from typing import Any

import pytest
import requests
from google.cloud import firestore

from emulator.demo.client import CallError, Client
from experience.ids import new_id
from experience.media.models import MEBIBYTE, path_in
from experience.media.store import objects
from tests.experience.conftest import SignIn
from tests.support.builders.images import png_header
from tests.support.builders.jobs import CAPTURE
from tests.support.builders.sessions import session_ref
from tests.support.builders.uploads import PHOTO, UploadingGuest, another, get
from tests.support.builders.venues import Venue, a_venue
from tests.support.builders.videos import mp4, webm
from tests.support.builders.workspaces import a_member, a_step, a_workspace


@pytest.fixture(scope="module")
def booth(db: firestore.Client) -> Venue:
    clip = a_step("clip", "capture", allowVideos=True)
    return a_venue(db, steps=[CAPTURE, a_step("second", "capture"), clip, a_step("name")])


@pytest.fixture
def visitor(db: firestore.Client, booth: Venue, signed_in: SignIn) -> UploadingGuest:
    return another(db, booth, signed_in)


class TestCreateUpload:
    def test_the_path_is_built_from_ids_and_a_new_asset_id(self, visitor: UploadingGuest) -> None:
        first, second = visitor.create(), visitor.create()
        assert first["assetId"] != second["assetId"]
        folder = f"projects/{visitor.venue.project}/sessions/{visitor.session}/inputs/photo"
        assert first["path"] == f"{folder}/{first['assetId']}"
        assert (first["method"], first["headers"]) == (
            "PUT",
            {
                "content-type": "image/jpeg",
                "x-goog-content-length-range": f"1,{len(PHOTO)}",
                "x-goog-if-generation-match": "0",
            },
        )

    @pytest.mark.parametrize(
        ("content_type", "size", "field"),
        [
            ("image/jpeg", 0, "sizeBytes"),
            ("image/webp", -1, "sizeBytes"),
            ("image/png", 20 * MEBIBYTE + 1, "sizeBytes"),
            ("video/mp4", 200 * MEBIBYTE + 1, "sizeBytes"),
            ("image/gif", 1, "contentType"),
            ("image/svg+xml", 1, "contentType"),
            ("IMAGE/JPEG", 1, "contentType"),
        ],
    )
    def test_no_other_types_and_sizes(
        self, visitor: UploadingGuest, content_type: str, size: int, field: str
    ) -> None:
        with pytest.raises(CallError, match="INVALID_ARGUMENT") as refused:
            visitor.create(content_type, size)
        assert [issue["path"] for issue in refused.value.details["issues"]] == [field]

    @pytest.mark.parametrize(
        ("content_type", "size"),
        [("image/avif", 1), ("image/png", 20 * MEBIBYTE), ("video/webm", 200 * MEBIBYTE)],
    )
    def test_the_limits_themselves_are_allowed(
        self, visitor: UploadingGuest, content_type: str, size: int
    ) -> None:
        upload = visitor.create(content_type, size, stepId="clip")
        assert upload["headers"]["content-type"] == content_type

    @pytest.mark.parametrize("content_type", ["video/mp4", "video/webm", "video/quicktime"])
    def test_a_video_is_for_a_step_that_asks_for_videos(
        self, visitor: UploadingGuest, content_type: str
    ) -> None:
        with pytest.raises(CallError, match="INVALID_ARGUMENT") as refused:
            visitor.create(content_type, 1000)
        assert [issue["path"] for issue in refused.value.details["issues"]] == ["contentType"]

    @pytest.mark.parametrize("step", ["name", "nowhere"])
    def test_only_for_a_capture_step_of_the_session(
        self, visitor: UploadingGuest, step: str
    ) -> None:
        with pytest.raises(CallError, match="INVALID_ARGUMENT") as refused:
            visitor.create(stepId=step)
        assert [issue["path"] for issue in refused.value.details["issues"]] == ["stepId"]

    @pytest.mark.parametrize("status", ["completed", "abandoned", "error"])
    def test_not_for_an_ended_session(self, visitor: UploadingGuest, status: str) -> None:
        visitor.end(status)
        with pytest.raises(CallError, match="FAILED_PRECONDITION session_not_active") as refused:
            visitor.create()
        assert refused.value.details["status"] == status

    def test_another_guests_session_does_not_exist(
        self, db: firestore.Client, visitor: UploadingGuest, signed_in: SignIn
    ) -> None:
        stranger = another(db, visitor.venue, signed_in)
        for session in (visitor.session, "nowhere"):
            with pytest.raises(CallError, match="NOT_FOUND session_not_found"):
                stranger.create(sessionId=session)

    def test_nobody_uploads_unidentified(self, visitor: UploadingGuest, signed_in: SignIn) -> None:
        with pytest.raises(CallError, match="UNAUTHENTICATED"):
            UploadingGuest(signed_in(None), visitor.db, visitor.venue, "", visitor.session).create()


class TestSignedUrl:
    """What is refused leaves the address usable, and nothing stored."""

    def put(self, upload: dict[str, Any], data: bytes, **headers: str) -> int:
        sent = {**upload["headers"], **headers}
        return requests.put(upload["url"], data=data, headers=sent, timeout=10).status_code

    def test_takes_one_file_once(self, visitor: UploadingGuest) -> None:
        upload = visitor.create()
        assert self.put(upload, PHOTO) == 200
        assert self.put(upload, PHOTO) == 412
        assert objects.read(upload["path"]) == PHOTO

    def test_takes_no_larger_and_no_empty_file(self, visitor: UploadingGuest) -> None:
        upload = visitor.create()
        assert self.put(upload, PHOTO + b"x") == 400
        assert self.put(upload, b"") == 400
        assert self.put(upload, PHOTO[:-1]) == 200

    def test_takes_no_other_type_and_no_other_conditions(self, visitor: UploadingGuest) -> None:
        upload = visitor.create()
        assert self.put(upload, b"<html>", **{"content-type": "text/html"}) == 403
        assert self.put(upload, PHOTO, **{"x-goog-if-generation-match": "1"}) == 403
        assert self.put(upload, PHOTO, **{"x-goog-content-length-range": "1,999999"}) == 403
        assert requests.put(upload["url"], data=PHOTO, timeout=10).status_code == 400
        assert objects.find(upload["path"]) is None

    def test_is_for_nothing_but_its_own_upload(self, visitor: UploadingGuest) -> None:
        upload, other = visitor.create(), visitor.create()
        elsewhere = {**upload, "url": upload["url"].replace(upload["assetId"], other["assetId"])}
        assert self.put(elsewhere, PHOTO) == 403
        assert self.put(upload, PHOTO) == 200
        for method in ("GET", "DELETE", "POST"):
            answer = requests.request(method, upload["url"], timeout=10, headers=upload["headers"])
            assert answer.status_code == 403
        assert objects.read(upload["path"]) == PHOTO


class TestConfirmUpload:
    def refused(
        self, visitor: UploadingGuest, asset: str, reason: str, **ids: str
    ) -> dict[str, Any]:
        before = visitor.stored()
        with pytest.raises(CallError) as refused:
            visitor.confirm(asset, **ids)
        assert (refused.value.status, refused.value.reason) == ("FAILED_PRECONDITION", reason)
        assert visitor.stored() == before
        return refused.value.details

    def test_the_photo_is_in_the_session_and_its_url_gives_it(
        self, visitor: UploadingGuest
    ) -> None:
        asset = visitor.upload()
        answer = visitor.confirm(asset)
        [held] = answer["capturedMedia"]
        assert visitor.stored()["capturedMedia"] == [held]
        assert (held["stepId"], held["assetId"]) == ("photo", asset)
        assert held["contentType"] == "image/jpeg"
        photo = get(held["url"])
        assert (photo.content, photo.headers["content-type"]) == (PHOTO, "image/jpeg")

    def test_the_server_decides_how_it_is_read(self, visitor: UploadingGuest) -> None:
        """A signed address binds neither of these headers."""
        upload = visitor.create()
        chosen = {
            "cache-control": "public, max-age=31536000",
            "content-disposition": 'attachment; filename="setup.exe"',
            "content-language": "tlh",
        }
        headers = {**upload["headers"], **chosen}
        requests.put(upload["url"], data=PHOTO, headers=headers, timeout=10).raise_for_status()
        [held] = visitor.confirm(upload["assetId"])["capturedMedia"]
        shown = get(held["url"]).headers
        assert {name: shown.get(name) for name in chosen} == {
            "cache-control": "private, max-age=3600",
            "content-disposition": "inline",
            "content-language": None,
        }

    def test_without_its_token_nobody_reads_it(self, visitor: UploadingGuest) -> None:
        [held] = visitor.confirm(visitor.upload())["capturedMedia"]
        address, _, token = held["url"].partition("&token=")
        assert len(token) >= 32
        for url in (address, f"{address}&token=", f"{address}&token={token[:-1]}"):
            assert get(url).status_code == 403

    def test_before_anything_came_there_is_nothing_to_confirm(
        self, visitor: UploadingGuest
    ) -> None:
        self.refused(visitor, visitor.create()["assetId"], "upload_missing")

    @pytest.mark.parametrize(
        ("data", "found"),
        [
            (mp4(), "video/mp4"),
            (b"<html><script>alert(1)</script></html>", None),
            (b"\xff\xd8", None),
        ],
        ids=["a video", "a page", "two bytes"],
    )
    def test_what_is_no_photo_is_not_taken_for_one(
        self, visitor: UploadingGuest, data: bytes, found: str | None
    ) -> None:
        details = self.refused(visitor, visitor.upload(data), "upload_type_mismatch")
        assert (details["declared"], details["found"]) == ("image/jpeg", found)

    @pytest.mark.parametrize("data", [gzip.compress(PHOTO), PHOTO], ids=["packed", "as it is"])
    def test_what_is_called_packed_is_refused(self, visitor: UploadingGuest, data: bytes) -> None:
        """Its signed address binds no such header, and its size says nothing of the picture's."""
        upload = visitor.create(size=MEBIBYTE)
        headers = {**upload["headers"], "content-encoding": "gzip"}
        requests.put(upload["url"], data=data, headers=headers, timeout=10).raise_for_status()
        details = self.refused(visitor, upload["assetId"], "upload_type_mismatch")
        assert (details["declared"], details["found"]) == ("image/jpeg", "gzip")

    @pytest.mark.parametrize(
        ("data", "content_type", "reason"),
        [
            (b"", "image/jpeg", "upload_type_mismatch"),
            (b"hello", "text/plain", "upload_type_mismatch"),
            (PHOTO + bytes(20 * MEBIBYTE), "image/jpeg", "upload_too_large"),
        ],
        ids=["empty", "text", "too large"],
    )
    def test_the_object_is_looked_at_whatever_let_it_through(
        self, visitor: UploadingGuest, data: bytes, content_type: str, reason: str
    ) -> None:
        self.refused(visitor, visitor.put_there(data, content_type), reason)

    def test_a_video_that_lies_there_is_refused_by_a_step_for_photos(
        self, visitor: UploadingGuest
    ) -> None:
        """As after an edit of the draft that the session previews."""
        asset = visitor.put_there(webm(), "video/webm")
        with pytest.raises(CallError, match="INVALID_ARGUMENT") as refused:
            visitor.confirm(asset)
        assert [issue["path"] for issue in refused.value.details["issues"]] == ["assetId"]
        assert visitor.stored()["capturedMedia"] == []

    def test_a_photo_of_too_many_pixels_is_refused_while_another_can_be_taken(
        self, visitor: UploadingGuest
    ) -> None:
        huge = png_header(8192, 6145)
        asset = visitor.upload(huge, "image/png")
        details = self.refused(visitor, asset, "upload_too_many_pixels")
        assert (details["width"], details["height"]) == (8192, 6145)
        assert details["maxPixels"] == 8192 * 6144

    def test_confirming_twice_answers_the_same_and_writes_nothing(
        self, visitor: UploadingGuest
    ) -> None:
        asset = visitor.upload()
        first, written = visitor.confirm(asset), visitor.stored()
        assert visitor.confirm(asset) == first
        assert visitor.stored() == written

    def test_a_retake_replaces_the_photo_of_its_step(self, visitor: UploadingGuest) -> None:
        visitor.confirm(visitor.upload(stepId="second"), stepId="second")
        visitor.confirm(visitor.upload())
        retake = visitor.upload()
        held = visitor.confirm(retake)["capturedMedia"]
        assert sorted(each["stepId"] for each in held) == ["photo", "second"]
        assert retake in [each["assetId"] for each in held]

    def test_what_a_retake_replaced_is_read_by_nobody_any_more(
        self, visitor: UploadingGuest
    ) -> None:
        [replaced] = visitor.confirm(visitor.upload())["capturedMedia"]
        assert get(replaced["url"]).status_code == 200
        [held] = visitor.confirm(visitor.upload())["capturedMedia"]
        assert get(replaced["url"]).status_code == 403
        visitor.confirm(replaced["assetId"])  # a repetition that comes late
        found = objects.find(path_in(replaced["url"]))
        assert found
        assert objects.TOKENS not in found.metadata
        assert get(held["url"]).content == PHOTO

    def test_what_the_session_shows_keeps_its_address(self, visitor: UploadingGuest) -> None:
        [replaced] = visitor.confirm(visitor.upload())["capturedMedia"]
        shown = {"url": replaced["url"], "type": "image"}
        visitor.client.call(
            "updateSessionProgress",
            projectId=visitor.venue.project,
            sessionId=visitor.session,
            outputs={"photo": shown},
        )
        visitor.confirm(visitor.upload())
        assert get(replaced["url"]).content == PHOTO

    def test_a_late_confirmation_of_the_earlier_upload_keeps_the_retake(
        self, visitor: UploadingGuest
    ) -> None:
        first, retake = visitor.upload(), visitor.upload()
        visitor.confirm(retake)
        written = visitor.stored()
        [held] = visitor.confirm(first)["capturedMedia"]
        assert held["assetId"] == retake
        assert visitor.stored() == written

    def test_only_what_was_uploaded_for_this_step_of_this_session(
        self, db: firestore.Client, visitor: UploadingGuest, signed_in: SignIn
    ) -> None:
        elsewhere = another(db, visitor.venue, signed_in).upload()
        self.refused(visitor, elsewhere, "upload_missing")
        self.refused(visitor, visitor.upload(stepId="second"), "upload_missing")

    def test_another_guests_session_does_not_exist(
        self, db: firestore.Client, visitor: UploadingGuest, signed_in: SignIn
    ) -> None:
        asset, stranger = visitor.upload(), another(db, visitor.venue, signed_in)
        with pytest.raises(CallError, match="NOT_FOUND session_not_found"):
            stranger.confirm(asset, sessionId=visitor.session)

    def test_after_the_end_only_what_is_held_is_confirmed(self, visitor: UploadingGuest) -> None:
        held, late = visitor.upload(), visitor.upload()
        visitor.confirm(held)
        visitor.end("completed")
        assert visitor.confirm(held)["status"] == "completed"
        self.refused(visitor, late, "session_not_active")


class TestGetDownloadUrl:
    def download(self, client: Client, visitor: UploadingGuest, asset: str) -> Any:
        ids = {"projectId": visitor.venue.project, "sessionId": visitor.session}
        return client.call("getDownloadUrl", **ids, assetId=asset)

    def test_a_capture_and_a_result_are_signed_for_an_hour(self, visitor: UploadingGuest) -> None:
        capture = visitor.upload()
        visitor.confirm(capture)
        path = objects.result_path(visitor.venue.project, visitor.session, "job", 1, "result.png")
        result = {
            "stepId": "photo",
            "assetId": "made",
            "url": objects.write_once(path, b"r", "x/y"),
        }
        reference = session_ref(visitor.db, visitor.venue.project, visitor.session)
        reference.update({"resultMedia": {**result, "createdAt": 1}})
        for asset, data in ((capture, PHOTO), ("made", b"r")):
            answer = self.download(visitor.client, visitor, asset)
            assert get(answer["url"]).content == data
            assert "X-Goog-Expires=3600" in answer["url"]
            assert get(answer["url"].replace("Expires=3600", "Expires=9999")).status_code == 403

    def test_an_asset_that_the_session_does_not_hold_does_not_exist(
        self, db: firestore.Client, visitor: UploadingGuest, signed_in: SignIn
    ) -> None:
        stranger = another(db, visitor.venue, signed_in)
        theirs = stranger.upload()
        stranger.confirm(theirs)
        for asset in (theirs, visitor.upload(), "nothing"):
            with pytest.raises(CallError, match="NOT_FOUND asset_not_found"):
                self.download(visitor.client, visitor, asset)

    def test_members_of_the_workspace_may_and_others_see_no_session(
        self, db: firestore.Client, visitor: UploadingGuest, signed_in: SignIn
    ) -> None:
        asset = visitor.upload()
        visitor.confirm(asset)
        viewer = signed_in(a_member(db, visitor.venue.workspace, "viewer"))
        assert get(self.download(viewer, visitor, asset)["url"]).content == PHOTO
        for uid in (a_member(db, a_workspace(db), "owner"), f"guest-{new_id()}"):
            with pytest.raises(CallError, match="NOT_FOUND session_not_found"):
                self.download(signed_in(uid), visitor, asset)
