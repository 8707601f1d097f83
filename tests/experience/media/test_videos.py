"""A guest's video on its way into a session: in parts, by a connection that comes and goes."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests
from google.cloud import firestore

from emulator.demo.client import CallError
from emulator.suite.suite import Suite
from experience.media.store import objects
from tests.experience.conftest import SignIn
from tests.support.builders.guests import a_guest
from tests.support.builders.jobs import CAPTURE, SMALL
from tests.support.builders.uploads import UploadingGuest, another, get
from tests.support.builders.venues import a_venue
from tests.support.builders.videos import mp4, webm
from tests.support.builders.workspaces import a_transform

CHUNK = 256 * 1024  # parts of a resumable upload are multiples of this
SIZE = CHUNK + 50_000
VIDEOS = {"video/mp4": mp4(SIZE), "video/webm": webm(SIZE)}
WEBM = VIDEOS["video/webm"]
PAGE = "https://booth.example"


@pytest.fixture
def visitor(db: firestore.Client, signed_in: SignIn) -> UploadingGuest:
    """At a booth that makes pictures of photos."""
    venue = a_venue(db, steps=[CAPTURE], transform=a_transform(output=SMALL))
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
        answer = get(held["url"])
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
        assert get(held["url"]).headers["content-type"] == "video/webm"

    def test_given_up_it_takes_nothing_more(self, visitor: UploadingGuest) -> None:
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
        tabs = [visitor.create(type_, SIZE) for type_ in VIDEOS]
        for upload, video in zip(tabs, VIDEOS.values(), strict=True):
            assert put(upload, video[:CHUNK]).status_code == 308
        for upload, video in zip(tabs, VIDEOS.values(), strict=True):
            assert put(upload, video[CHUNK:], CHUNK).status_code == 200
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


class TestConfirming:
    @pytest.mark.parametrize(
        ("declared", "data", "found"),
        [
            ("video/mp4", webm(), "video/webm"),
            ("video/webm", mp4(), "video/mp4"),
            ("video/webm", webm(document_type=b"matroska"), None),
            ("video/mp4", mp4(brand=b"heic"), "image/heic"),
            ("video/mp4", mp4(brand=b"qt  "), None),
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

    def test_among_the_outputs_it_is_a_video_and_nothing_else(
        self, visitor: UploadingGuest
    ) -> None:
        [held] = visitor.confirm(visitor.upload(mp4(), "video/mp4"))["capturedMedia"]
        ids = {"projectId": visitor.venue.project, "sessionId": visitor.session}

        outputs = {"photo": {"url": held["url"], "type": "image"}}
        with pytest.raises(CallError, match="INVALID_ARGUMENT") as refused:
            visitor.client.call("updateSessionProgress", **ids, outputs=outputs)
        assert [i["path"] for i in refused.value.details["issues"]] == ["outputs.photo.type"]

        reference = {"url": held["url"], "type": "video", "width": 64, "height": 48}
        visitor.client.call("updateSessionProgress", **ids, outputs={"photo": reference})
        assert visitor.stored()["outputs"] == {"photo": reference}

    def test_no_picture_is_made_of_it(
        self, db: firestore.Client, visitor: UploadingGuest, suite: Suite
    ) -> None:
        a_guest(db, visitor.venue.project, visitor.uid)
        visitor.confirm(visitor.upload(webm(), "video/webm"))
        ids = {"projectId": visitor.venue.project, "sessionId": visitor.session}

        visitor.client.call("completeSession", **ids)
        suite.settle()

        stored = visitor.stored()
        assert (stored["status"], stored["jobId"], stored["jobStatus"]) == ("completed", None, None)
        with pytest.raises(CallError, match="FAILED_PRECONDITION no_capture"):
            visitor.client.call("startTransform", **ids)
