"""Results from vendors: from where, how large, of what type, and in what time."""

import pytest

from experience.providers import http
from experience.providers.exchange import Response
from experience.providers.http import Http
from experience.providers.models import Blob, ProviderFailed
from experience.providers.replicate import Replicate
from tests.experience.providers.conftest import PICTURE
from tests.support.media.memory_blobs import MemoryBlobs
from tests.support.vendors.replicate import ReplicateVendor
from tests.support.vendors.server import Reply


def refused(predictions: Replicate, uri: str) -> ProviderFailed:
    with pytest.raises(ProviderFailed) as caught:
        predictions.fetch(uri)
    return caught.value


class TestRedirects:
    def test_are_followed_where_the_vendor_redirects_to_itself(
        self, replicate_vendor: ReplicateVendor, predictions: Replicate
    ) -> None:
        replicate_vendor.next("file", Reply(302, headers={"location": "b.png"}))
        assert predictions.fetch(f"{replicate_vendor.url}/files/a.png").data == PICTURE
        assert replicate_vendor.received[-1].path == "/files/b.png"

    def test_in_circles_end(
        self, replicate_vendor: ReplicateVendor, predictions: Replicate
    ) -> None:
        circles = [Reply(302, headers={"location": "a.png"})] * 16
        replicate_vendor.next("file", *circles)
        assert "circles" in refused(predictions, f"{replicate_vendor.url}/files/a.png").message


class TestWhatAResultIs:
    @pytest.mark.parametrize(
        "reply",
        [
            Reply(200, PICTURE, content_type="text/html"),
            Reply(200, PICTURE, content_type="video/mp4"),
            Reply(200, b"<html>", content_type="image/png"),
            Reply(200, b"", content_type="image/png"),
            Reply(200, PICTURE, content_type="image/png", declared=len(PICTURE) + 9),
            Reply(500, b"", content_type="text/plain"),
        ],
        ids=["a page", "another medium", "a page as png", "empty", "cut off", "an error"],
    )
    def test_is_what_it_says_and_whole(
        self, replicate_vendor: ReplicateVendor, predictions: Replicate, reply: Reply
    ) -> None:
        replicate_vendor.next("file", *[reply] * 4)
        failure = refused(predictions, f"{replicate_vendor.url}/files/a.png")
        assert (failure.code, failure.retryable) == ("PROVIDER_ERROR", True)
        replicate_vendor.next("file", reply)
        assert predictions.fetch(f"{replicate_vendor.url}/files/a.png").data == PICTURE

    def test_is_of_the_type_that_its_bytes_have(
        self, replicate_vendor: ReplicateVendor, predictions: Replicate
    ) -> None:
        replicate_vendor.next("file", Reply(200, PICTURE, content_type="image/jpeg"))
        fetched = predictions.fetch(f"{replicate_vendor.url}/files/a.png")
        assert fetched == Blob(PICTURE, "image/png")

    def test_is_no_larger_than_it_may_be(
        self,
        replicate_vendor: ReplicateVendor,
        predictions: Replicate,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr("experience.providers.replicate.RESULT_BYTES", len(PICTURE) - 1)
        failure = refused(predictions, f"{replicate_vendor.url}/files/a.png")
        assert "larger" in failure.message
        assert not failure.retryable

    def test_an_answer_is_no_larger_than_it_may_be(
        self,
        replicate_vendor: ReplicateVendor,
        predictions: Replicate,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr(http, "JSON_BYTES", 10)
        with pytest.raises(ProviderFailed, match="larger"):
            predictions.poll("prediction0001")

    def test_that_is_gone_is_not_asked_for_again(
        self, replicate_vendor: ReplicateVendor, predictions: Replicate
    ) -> None:
        replicate_vendor.next("file", Reply(404, {"detail": "Gone"}))
        assert not refused(predictions, f"{replicate_vendor.url}/files/a.png").retryable


class TestNobodyThere:
    def test_is_an_error_that_may_pass(self, blobs: MemoryBlobs, pauses: list[float]) -> None:
        closed = ReplicateVendor(PICTURE)
        closed.close()
        predictions = Replicate(Http(closed.url, {}, pause=pauses.append), blobs)
        with pytest.raises(ProviderFailed) as caught:
            predictions.poll("prediction0001")
        assert (caught.value.code, caught.value.retryable) == ("PROVIDER_ERROR", True)
        assert len(pauses) == 3


class TestRetryAfter:
    @pytest.mark.parametrize(
        ("text", "seconds"),
        [
            ("7", 7.0),
            ("0.5", 0.5),
            ("Wed, 21 Oct 2015 07:28:00 GMT", 0.0),
            ("soon", None),
            (f"Mon, 01 Jan {10**20} 00:00:00 GMT", None),
            ("", None),
        ],
    )
    def test_is_seconds_or_a_date(self, text: str, seconds: float | None) -> None:
        assert Response(429, {"retry-after": text}, b"").retry_after_seconds == seconds
