"""A guest's video on its way into a session: in parts, by a connection that comes and goes."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests
from google.cloud import firestore

from emulator.demo.client import CallError
from emulator.suite.suite import Suite
from experience import storage
from experience.media.store import objects, uploads
from experience.retention.usecases.sweep import sweep_retention
from tests.experience.conftest import SignIn
from tests.support.builders.jobs import SMALL
from tests.support.builders.sessions import session_ref
from tests.support.builders.uploads import UploadingGuest, another, get
from tests.support.builders.venues import a_venue
from tests.support.builders.videos import mp4, webm
from tests.support.builders.workspaces import a_step, a_transform

CLIP = a_step("photo", "capture", allowVideos=True)
CHUNK = 256 * 1024  # parts of a resumable upload are multiples of this
SIZE = CHUNK + 50_000
VIDEOS = {
    "video/mp4": mp4(SIZE),
    "video/webm": webm(SIZE),
    "video/quicktime": mp4(SIZE, brand=b"qt  "),
}
WEBM = VIDEOS["video/webm"]
PAGE = "https://booth.example"


@pytest.fixture
def visitor(db: firestore.Client, signed_in: SignIn) -> UploadingGuest:
    """At a booth that makes pictures of photos, and takes videos too."""
    venue = a_venue(db, steps=[CLIP], transform=a_transform(output=SMALL))
    return another(db, venue, signed_in)


def put(
    upload: dict[str, Any],
    data: bytes,
    start: int = 0,
    total: int | str = SIZE,
    headers: dict[str, str] | None = None,
) -> requests.Response:
    """The next part of a video; without data, the question how far it got."""
    part = f"{start}-{start + len(data) - 1}" if data else "*"
    sent = {**upload["headers"], "content-range": f"bytes {part}/{total}", **(headers or {})}
    return requests.put(upload["url"], data=data, headers=sent, timeout=30)


class TestUploading:
    @pytest.mark.parametrize("content_type", VIDEOS)
    def test_a_video_comes_in_parts(self, visitor: UploadingGuest, content_type: str) -> None:
        video = VIDEOS[content_type]
        upload = visitor.create(content_type, SIZE)

        first = put(upload, video[:CHUNK])
        assert (first.status_code, first.headers["range"]) == (308, f"bytes=0-{CHUNK - 1}")
        assert put(upload, video[CHUNK:], CHUNK).status_code == 200

        [held] = visitor.confirm(upload["assetId"])["capturedMedia"]
        assert held["contentType"] == content_type
        answer = visitor.download(held["assetId"])
        assert (answer.content, answer.headers["content-type"]) == (video, content_type)

    def test_after_a_break_it_goes_on_where_the_server_got_to(
        self, visitor: UploadingGuest
    ) -> None:
        upload = visitor.create("video/webm", SIZE)
        assert "range" not in put(upload, b"").headers
        put(upload, WEBM[:CHUNK])

        asked = put(upload, b"")
        assert asked.status_code == 308
        held = int(asked.headers["range"].rpartition("-")[2]) + 1
        assert put(upload, WEBM[held:], held).status_code == 200

        again = put(upload, b"")  # the page was reloaded before it heard the answer
        assert again.status_code == 200
        visitor.confirm(upload["assetId"])
        assert objects.read(upload["path"]) == WEBM

    def test_before_the_last_part_there_is_nothing_to_confirm(
        self, visitor: UploadingGuest
    ) -> None:
        upload = visitor.create("video/webm", SIZE)
        put(upload, WEBM[:CHUNK])
        with pytest.raises(CallError, match="upload_missing"):
            visitor.confirm(upload["assetId"])

    @pytest.mark.parametrize("declared", [SIZE - 1, SIZE + 1])
    def test_it_has_the_size_that_was_declared(
        self, visitor: UploadingGuest, declared: int
    ) -> None:
        upload = visitor.create("video/webm", declared)
        assert put(upload, WEBM).status_code == 400
        assert put(upload, WEBM[:CHUNK], total=declared).status_code == 308
        assert put(upload, WEBM[CHUNK:], CHUNK, total="*").status_code == 400
        assert objects.find(upload["path"]) is None

    def test_the_declared_type_stays(self, visitor: UploadingGuest) -> None:
        upload = visitor.create("video/webm", SIZE)
        assert put(upload, WEBM, headers={"content-type": "text/html"}).status_code == 200
        [held] = visitor.confirm(upload["assetId"])["capturedMedia"]
        assert visitor.download(held["assetId"]).headers["content-type"] == "video/webm"

    def test_cancelled_it_takes_nothing_more(self, visitor: UploadingGuest) -> None:
        upload = visitor.create("video/webm", SIZE)
        put(upload, WEBM[:CHUNK])
        assert requests.delete(upload["url"], timeout=10).status_code == 499
        assert put(upload, WEBM[CHUNK:], CHUNK).status_code == 410
        with pytest.raises(CallError, match="upload_missing"):
            visitor.confirm(upload["assetId"])
        retake = visitor.upload(WEBM, "video/webm")
        assert visitor.confirm(retake)["capturedMedia"][0]["assetId"] == retake

    def test_two_tabs_that_send_the_same_video_make_one_object(
        self, visitor: UploadingGuest
    ) -> None:
        upload = visitor.create("video/webm", SIZE)
        with ThreadPoolExecutor(2) as pool:
            answers = list(pool.map(lambda _: put(upload, WEBM), range(2)))
        assert [answer.status_code for answer in answers] == [200, 200]
        assert len({answer.json()["generation"] for answer in answers}) == 1

    def test_of_two_tabs_with_a_video_each_the_later_one_stays(
        self, visitor: UploadingGuest
    ) -> None:
        types = ("video/mp4", "video/webm")
        tabs = [visitor.create(type_, SIZE) for type_ in types]
        for upload, type_ in zip(tabs, types, strict=True):
            assert put(upload, VIDEOS[type_][:CHUNK]).status_code == 308
        for upload, type_ in zip(tabs, types, strict=True):
            assert put(upload, VIDEOS[type_][CHUNK:], CHUNK).status_code == 200
        for upload in reversed(tabs):
            [held] = visitor.confirm(upload["assetId"])["capturedMedia"]
        assert held["contentType"] == "video/webm"

    def test_a_page_may_send_the_video_that_it_asked_to_send(self, visitor: UploadingGuest) -> None:
        visitor.client.session.headers["Origin"] = PAGE
        try:
            upload = visitor.create("video/webm", SIZE)
        finally:
            del visitor.client.session.headers["Origin"]

        asked = requests.options(upload["url"], headers={"Origin": PAGE}, timeout=10)
        assert asked.headers["access-control-allow-origin"] == PAGE
        part = put(upload, WEBM[:CHUNK], headers={"origin": PAGE})
        assert part.headers["access-control-allow-origin"] == PAGE
        assert "Range" in part.headers["access-control-expose-headers"]

        elsewhere = visitor.create("video/webm", SIZE)
        answer = put(elsewhere, WEBM[:CHUNK], headers={"origin": PAGE})
        assert "access-control-allow-origin" not in answer.headers


class TestErasedMeanwhile:
    @pytest.mark.exhaustive
    def test_a_video_that_ends_in_a_session_that_is_gone_is_read_by_nobody_and_swept(
        self, db: firestore.Client, visitor: UploadingGuest
    ) -> None:
        upload = visitor.create("video/webm", SIZE)
        put(upload, WEBM[:CHUNK])
        session_ref(db, visitor.venue.project, visitor.session).delete()
        assert put(upload, WEBM[CHUNK:], CHUNK).status_code == 200

        with pytest.raises(CallError, match="NOT_FOUND session_not_found"):
            visitor.confirm(upload["assetId"])
        with pytest.raises(CallError, match="NOT_FOUND session_not_found"):
            visitor.download(upload["assetId"])
        assert get(objects.download_url(upload["path"], "")).status_code == 403
        sweep_retention()
        assert objects.find(upload["path"]) is None


class TestConfirming:
    @pytest.mark.parametrize(
        ("declared", "data", "found"),
        [
            ("video/mp4", webm(), "video/webm"),
            ("video/webm", mp4(), "video/mp4"),
            ("video/webm", webm(document_type=b"matroska"), None),
            ("video/mp4", mp4(brand=b"heic"), "image/heic"),
            ("video/mp4", mp4(brand=b"qt  "), "video/quicktime"),
            ("video/mp4", b"<html>" + mp4(), None),
        ],
    )
    def test_the_bytes_decide(
        self, visitor: UploadingGuest, declared: str, data: bytes, found: str | None
    ) -> None:
        asset = visitor.upload(data, declared)
        with pytest.raises(CallError, match="upload_type_mismatch") as refused:
            visitor.confirm(asset)
        assert (refused.value.details["declared"], refused.value.details["found"]) == (
            declared,
            found,
        )
        assert visitor.stored()["capturedMedia"] == []

    def test_no_token_opens_it_and_no_document_holds_its_address(
        self, visitor: UploadingGuest
    ) -> None:
        [held] = visitor.confirm(visitor.upload(mp4(), "video/mp4"))["capturedMedia"]
        assert held["url"] is None
        assert visitor.stored()["capturedMedia"] == [held]
        found = objects.find(visitor.path_of(held["assetId"]))
        assert found
        assert objects.TOKENS not in found.metadata

    def test_of_two_takes_the_one_that_is_held_is_kept_and_the_other_swept(
        self, visitor: UploadingGuest
    ) -> None:
        replaced, held = (visitor.upload(mp4(), "video/mp4") for _ in range(2))
        visitor.confirm(replaced)
        visitor.confirm(held)
        all_of = uploads.list_objects(f"projects/{visitor.venue.project}", 0, storage.LAST_POSITION)
        listed = {each.path: each for found, _ in all_of for each in found}
        assert listed[visitor.path_of(replaced)].is_unconfirmed
        assert not listed[visitor.path_of(held)].is_unconfirmed

    def test_no_picture_is_made_of_it(
        self, db: firestore.Client, visitor: UploadingGuest, suite: Suite
    ) -> None:
        visitor.confirm(visitor.upload(webm(), "video/webm"))
        ids = {"projectId": visitor.venue.project, "sessionId": visitor.session}

        visitor.client.call("completeSession", **ids)
        suite.settle()

        stored = visitor.stored()
        assert (stored["status"], stored["jobId"], stored["jobStatus"]) == ("completed", None, None)
        with pytest.raises(CallError, match="FAILED_PRECONDITION no_capture"):
            visitor.client.call("startTransform", **ids)
