"""Gemini over HTTP, held against a server that answers as its reference says."""

import base64
from typing import Any

import pytest
from PIL import Image

from experience.providers.gemini import SOURCE_BYTES, Gemini
from experience.providers.http import Http
from experience.providers.models import Blob, FailureCode, ProviderFailed, State
from tests.experience.providers.conftest import PICTURE
from tests.support.builders.images import encoded
from tests.support.media.memory_blobs import MemoryBlobs
from tests.support.vendors.gemini import GENERATE, USAGE, GeminiVendor, exhausted, refusal
from tests.support.vendors.server import Fault, Reply

PARAMS = {"prompt": "as a knight"}
COST = 38_790
"""300 tokens at 0.30 and 1,290 at 30 dollars a million, in micro-dollars."""


def refused(pictures: Gemini, **params: Any) -> ProviderFailed:
    with pytest.raises(ProviderFailed) as caught:
        pictures.submit({**PARAMS, **params}, "key")
    return caught.value


class TestAPicture:
    def test_comes_at_once_and_is_kept_under_its_key(
        self, gemini_vendor: GeminiVendor, pictures: Gemini
    ) -> None:
        job_id = pictures.submit(PARAMS, "key")
        poll = pictures.poll(job_id)
        assert (poll.state, poll.cost_micros) == (State.COMPLETED, COST)
        assert pictures.fetch(str(poll.result_uri)) == Blob(PICTURE, "image/png")
        assert len(gemini_vendor.received) == gemini_vendor.paid == 1

    def test_is_of_the_type_that_its_bytes_have(
        self, gemini_vendor: GeminiVendor, pictures: Gemini
    ) -> None:
        photo = encoded(Image.new("RGB", (8, 8), "teal"), "JPEG")
        part = gemini_vendor.part(photo, "image/png")
        gemini_vendor.candidate = {"content": {"parts": [part]}, "finishReason": "STOP"}
        poll = pictures.poll(pictures.submit(PARAMS, "key"))
        assert pictures.fetch(str(poll.result_uri)) == Blob(photo, "image/jpeg")

    def test_is_asked_for_with_prompt_photos_and_shape(
        self, gemini_vendor: GeminiVendor, pictures: Gemini, blobs: MemoryBlobs
    ) -> None:
        photo = blobs.write(Blob(PICTURE, "image/png"))
        pictures.submit({**PARAMS, "sources": [photo], "aspectRatio": "3:2"}, "key")
        [asked] = gemini_vendor.received
        assert asked.path == "/models/gemini-2.5-flash-image:generateContent"
        data = base64.b64encode(PICTURE).decode()
        [content] = asked.body["contents"]
        assert content["parts"] == [
            {"text": "as a knight"},
            {"inlineData": {"mimeType": "image/png", "data": data}},
        ]
        assert asked.body["generationConfig"] == {
            "responseModalities": ["IMAGE"],
            "imageConfig": {"aspectRatio": "3:2"},
        }

    def test_of_photos_that_no_request_can_hold_is_not_asked_for(
        self, gemini_vendor: GeminiVendor, pictures: Gemini, blobs: MemoryBlobs
    ) -> None:
        huge = blobs.write(Blob(bytes(SOURCE_BYTES + 1), "image/png"))
        assert refused(pictures, sources=[huge]).code is FailureCode.INVALID_INPUT
        assert refused(pictures, sources=["gs://gone"]).code is FailureCode.INVALID_INPUT
        assert refused(pictures, model="../secrets").code is FailureCode.INVALID_INPUT
        assert not gemini_vendor.received


class TestARefusal:
    @pytest.mark.parametrize("reason", ["SAFETY", "OTHER", "PROHIBITED_CONTENT", "IMAGE_SAFETY"])
    def test_of_the_prompt_is_one_for_safety(
        self, gemini_vendor: GeminiVendor, pictures: Gemini, reason: str
    ) -> None:
        gemini_vendor.feedback = {"blockReason": reason}
        failure = refused(pictures)
        assert (failure.code, failure.retryable) == ("SAFETY_FILTERED", False)

    @pytest.mark.parametrize(
        ("reason", "code"),
        [
            ("SAFETY", "SAFETY_FILTERED"),
            ("IMAGE_SAFETY", "SAFETY_FILTERED"),
            ("IMAGE_PROHIBITED_CONTENT", "SAFETY_FILTERED"),
            ("IMAGE_RECITATION", "SAFETY_FILTERED"),
        ],
    )
    def test_of_the_picture_is_told_from_its_reason_and_its_cost_is_known(
        self, gemini_vendor: GeminiVendor, pictures: Gemini, reason: str, code: str
    ) -> None:
        gemini_vendor.candidate = {"content": {"parts": []}, "finishReason": reason}
        failure = refused(pictures)
        assert (failure.code, failure.retryable, failure.cost_micros) == (code, False, COST)
        assert gemini_vendor.paid == 1

    @pytest.mark.parametrize(
        ("reply", "code"),
        [
            (refusal(400, "INVALID_ARGUMENT"), "INVALID_INPUT"),
            (refusal(400, "FAILED_PRECONDITION"), "PROVIDER_ERROR"),
            (refusal(400, "INVALID_ARGUMENT", {"reason": "API_KEY_INVALID"}), "PROVIDER_ERROR"),
            (refusal(402, "RESOURCE_EXHAUSTED"), "PROVIDER_ERROR"),
            (refusal(403, "PERMISSION_DENIED"), "PROVIDER_ERROR"),
            (refusal(404, "NOT_FOUND"), "PROVIDER_ERROR"),
            (exhausted("3600s", "GenerateRequestsPerDayPerProject"), "PROVIDER_ERROR"),
        ],
    )
    def test_of_the_request_is_final(
        self, gemini_vendor: GeminiVendor, pictures: Gemini, reply: Reply, code: str
    ) -> None:
        gemini_vendor.next(GENERATE, reply)
        failure = refused(pictures)
        assert (failure.code, failure.retryable) == (code, False)
        assert len(gemini_vendor.received) == 1


WORDS = {"content": {"parts": [{"text": "I cannot."}]}, "finishReason": "STOP"}
EMPTY: dict[str, bytes | dict[str, Any]] = {
    "words": WORDS,
    "NO_IMAGE": {"content": {"parts": []}, "finishReason": "NO_IMAGE"},
    "MAX_TOKENS": {"finishReason": "MAX_TOKENS"},
    "no JSON": b"<html>",
    "no object": b"[]",
    "no candidates": b"{}",
    "an empty list": b'{"candidates": []}',
    "no base64": {"content": {"parts": [{"inlineData": {"data": "%%"}}]}},
    "no ASCII": {"content": {"parts": [{"inlineData": {"data": "ä"}}]}},
    "nothing known": {"content": {"parts": [7]}, "finishReason": 7},
    "no picture": {"content": {"parts": [GeminiVendor.part(b"a text", "image/png")]}},
    "a video": {"content": {"parts": [GeminiVendor.part(b"\0\0\0 ftyp", "image/png")]}},
}


def emptied(content: bytes | dict[str, Any]) -> Reply:
    """An answer that costs what a picture does, where it says so at all."""
    if isinstance(content, bytes):
        return Reply(200, content)
    return Reply(200, {"candidates": [content], "usageMetadata": USAGE})


class TestAnAnswerWithoutAPicture:
    @pytest.mark.parametrize("content", EMPTY.values(), ids=EMPTY)
    def test_is_asked_for_again(
        self, gemini_vendor: GeminiVendor, pictures: Gemini, content: bytes | dict[str, Any]
    ) -> None:
        gemini_vendor.next(GENERATE, emptied(content), emptied(content))
        poll = pictures.poll(pictures.submit(PARAMS, "key"))
        assert pictures.fetch(str(poll.result_uri)) == Blob(PICTURE, "image/png")
        assert len(gemini_vendor.received) == 3
        assert poll.cost_micros == (3 * COST if isinstance(content, dict) else None)

    def test_ends_the_job_when_it_comes_a_third_time(
        self, gemini_vendor: GeminiVendor, pictures: Gemini
    ) -> None:
        gemini_vendor.candidate = WORDS
        failure = refused(pictures)
        assert (failure.code, failure.retryable) == ("PROVIDER_ERROR", False)
        assert failure.cost_micros == 3 * COST
        assert len(gemini_vendor.received) == 3

    def test_is_not_asked_for_again_after_the_time_of_its_job(
        self, gemini_vendor: GeminiVendor, pictures: Gemini
    ) -> None:
        gemini_vendor.candidate = WORDS
        with pytest.raises(ProviderFailed, match="without a picture") as caught:
            pictures.submit(PARAMS, "key", timeout_ms=1)
        assert (caught.value.retryable, caught.value.cost_micros) == (False, COST)
        assert len(gemini_vendor.received) == 1


class TestPatience:
    def test_waits_as_long_as_it_is_told_and_longer(
        self, gemini_vendor: GeminiVendor, pictures: Gemini, pauses: list[float]
    ) -> None:
        gemini_vendor.next(GENERATE, exhausted("2.5s"), refusal(503, "UNAVAILABLE"))
        pictures.submit(PARAMS, "key")
        assert gemini_vendor.paid == 1
        assert 2.5 <= pauses[0] <= 3
        assert len(pauses) == 2

    def test_leaves_a_longer_wait_to_others(
        self, gemini_vendor: GeminiVendor, pictures: Gemini, pauses: list[float]
    ) -> None:
        gemini_vendor.next(GENERATE, exhausted("45.837906927s"))
        failure = refused(pictures)
        assert (failure.retryable, failure.retry_after_seconds) == (True, 45.837906927)
        assert pauses == []


class TestNothingIsPaidTwiceUnheard:
    def test_a_picture_that_was_kept_is_found_by_its_key(
        self, gemini_vendor: GeminiVendor, pictures: Gemini
    ) -> None:
        first = pictures.submit(PARAMS, "key")
        assert pictures.submit(PARAMS, "key", begun_at=1) == first
        assert gemini_vendor.paid == 1

    @pytest.mark.parametrize("after", [True, False])
    def test_an_answer_that_was_lost_is_not_asked_for_again(
        self, gemini_vendor: GeminiVendor, pictures: Gemini, after: bool
    ) -> None:
        gemini_vendor.drop(GENERATE, after=after)
        failure = refused(pictures)
        assert not failure.retryable
        assert "lost" in failure.message
        assert len(gemini_vendor.received) == 1

    def test_nor_one_whose_worker_died(self, gemini_vendor: GeminiVendor, pictures: Gemini) -> None:
        with pytest.raises(ProviderFailed, match="lost"):
            pictures.submit(PARAMS, "key", begun_at=1)
        assert not gemini_vendor.received

    def test_nor_one_that_takes_too_long(
        self, gemini_vendor: GeminiVendor, gemini_http: Http, blobs: MemoryBlobs
    ) -> None:
        impatient = Http(gemini_http.base_url, gemini_http.headers, timeout_seconds=0.2)
        gemini_vendor.next(GENERATE, Fault(hangs=True))
        failure = refused(Gemini(impatient, blobs))
        assert (failure.code, failure.retryable) == (FailureCode.TIMEOUT, False)
        assert len(gemini_vendor.received) == 1
