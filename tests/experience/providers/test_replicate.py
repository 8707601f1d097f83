"""Replicate over HTTP, held against a server that answers as its reference says."""

from typing import Any

import pytest

from experience.clock import now_ms
from experience.providers.http import Http, Unanswered
from experience.providers.models import Blob, FailureCode, ProviderFailed, State
from experience.providers.replicate import Replicate
from tests.experience.providers.conftest import PICTURE
from tests.support.media.memory_blobs import MemoryBlobs
from tests.support.vendors.replicate import THROTTLED, ReplicateVendor
from tests.support.vendors.server import Fault, Reply

MODEL = "acme/cartoonist"
PARAMS: dict[str, Any] = {"model": MODEL, "input": {"prompt": "as a knight"}}
VERSION = "5c7d5dc6" * 8


def ended(vendor: ReplicateVendor, predictions: Replicate, **outcome: Any) -> ProviderFailed:
    """Why a prediction that ends so has no result."""
    vendor.outcome = outcome
    poll = predictions.poll(predictions.submit(PARAMS, "key"))
    assert poll.state is State.FAILED
    assert poll.failure
    return poll.failure


def refused(predictions: Replicate, **params: Any) -> ProviderFailed:
    with pytest.raises(ProviderFailed) as caught:
        predictions.submit({**PARAMS, **params}, "key")
    return caught.value


class TestAPrediction:
    def test_is_created_polled_and_fetched(
        self, replicate_vendor: ReplicateVendor, predictions: Replicate
    ) -> None:
        replicate_vendor.polls_needed = 2
        job_id = predictions.submit(PARAMS, "key", timeout_ms=60_000)
        assert predictions.poll(job_id).state is State.PROCESSING
        poll = predictions.poll(job_id)
        assert poll.state is State.COMPLETED
        assert predictions.fetch(str(poll.result_uri)) == Blob(PICTURE, "image/png")
        [created] = replicate_vendor.asked("create")
        assert created.path == f"/models/{MODEL}/predictions"
        assert created.body == {"input": {"prompt": "as a knight"}}
        assert created.headers["cancel-after"] == "60s"
        assert "prefer" not in created.headers
        assert not replicate_vendor.asked("list"), "nothing is looked for that nobody lost"

    def test_of_a_version_names_it(
        self, replicate_vendor: ReplicateVendor, predictions: Replicate
    ) -> None:
        predictions.submit({**PARAMS, "model": VERSION}, "key")
        [created] = replicate_vendor.asked("create")
        assert (created.path, created.body["version"]) == ("/predictions", VERSION)

    @pytest.mark.parametrize(
        ("extra", "expected"),
        [
            ({}, {"image": "ADDRESS"}),
            ({"sourceInput": "input_image"}, {"input_image": "ADDRESS"}),
            ({"sourcesAsList": True}, {"image": ["ADDRESS"]}),
        ],
    )
    def test_gets_its_photo_by_address_under_the_model_s_own_name(
        self,
        replicate_vendor: ReplicateVendor,
        predictions: Replicate,
        blobs: MemoryBlobs,
        extra: dict[str, Any],
        expected: dict[str, Any],
    ) -> None:
        photo = blobs.write(Blob(PICTURE, "image/png"))
        predictions.submit({**PARAMS, "sources": [photo], **extra}, "key")
        [made] = replicate_vendor.predictions.values()
        address = f"{blobs.address(photo)}#key"
        [name] = expected
        value = [address] if isinstance(expected[name], list) else address
        assert made["input"] == {"prompt": "as a knight", name: value}

    def test_is_cancelled_and_cancelling_again_does_nothing(
        self, replicate_vendor: ReplicateVendor, predictions: Replicate
    ) -> None:
        job_id = predictions.submit(PARAMS, "key")
        predictions.cancel(job_id)
        assert replicate_vendor.predictions[job_id]["status"] == "canceled"
        predictions.cancel(job_id)
        predictions.cancel("never-heard-of")
        failure = predictions.poll(job_id).failure
        assert failure
        assert failure.code is FailureCode.CANCELLED

    def test_costs_what_the_list_of_prices_says(
        self,
        replicate_vendor: ReplicateVendor,
        predictions: Replicate,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        poll = predictions.poll(predictions.submit(PARAMS, "key"))
        assert poll.cost_micros is None, "not known is not nothing"
        monkeypatch.setenv("PROVIDER_PRICES", '{"replicate/acme/cartoonist": {"second": 1000}}')
        assert predictions.poll("prediction0001").cost_micros == 2500


class TestAPredictionThatFails:
    @pytest.mark.parametrize(
        ("outcome", "code", "retryable"),
        [
            ({"status": "failed", "error": "NSFW content detected."}, "SAFETY_FILTERED", False),
            (
                {"status": "failed", "error": "The input or output was flagged as sensitive."},
                "SAFETY_FILTERED",
                False,
            ),
            ({"status": "failed", "error": "CUDA out of memory"}, "PROVIDER_ERROR", False),
            (
                {"status": "failed", "error": "Prediction interrupted; please retry (code: PA)"},
                "PROVIDER_ERROR",
                True,
            ),
            ({"status": "canceled"}, "CANCELLED", False),
            ({"status": "aborted"}, "TIMEOUT", True),
            ({"status": "succeeded", "output": None}, "PROVIDER_ERROR", False),
            ({"status": "succeeded", "output": "just words"}, "PROVIDER_ERROR", False),
            ({"status": "succeeded", "output": 42}, "PROVIDER_ERROR", False),
            ({"status": "succeeded", "output": {"score": True}}, "PROVIDER_ERROR", False),
        ],
    )
    def test_says_why_and_whether_another_may_succeed(
        self,
        replicate_vendor: ReplicateVendor,
        predictions: Replicate,
        outcome: dict[str, Any],
        code: str,
        retryable: bool,
    ) -> None:
        failure = ended(replicate_vendor, predictions, **outcome)
        assert (failure.code, failure.retryable) == (code, retryable)

    @pytest.mark.parametrize(
        ("reply", "code", "retryable"),
        [
            (Reply(401, {"detail": "Invalid token."}), "PROVIDER_ERROR", False),
            (Reply(402, {"detail": "Insufficient credit"}), "PROVIDER_ERROR", False),
            (Reply(404, {"detail": "The model is gone."}), "PROVIDER_ERROR", False),
            (Reply(422, {"detail": "- input: prompt is required"}), "INVALID_INPUT", False),
            (Reply(422, {"detail": "Blocked by content policy"}), "SAFETY_FILTERED", False),
            (Reply(429, {"detail": "Throttled", "retry_after": 900}), "PROVIDER_ERROR", True),
            (Reply(429, {"detail": "Throttled", "retry_after": 10**400}), "PROVIDER_ERROR", True),
        ],
    )
    def test_that_was_refused_is_not_asked_for_again(
        self,
        replicate_vendor: ReplicateVendor,
        predictions: Replicate,
        reply: Reply,
        code: str,
        retryable: bool,
    ) -> None:
        replicate_vendor.next("create", reply)
        failure = refused(predictions)
        assert (failure.code, failure.retryable) == (code, retryable)
        assert len(replicate_vendor.asked("create")) == 1
        assert replicate_vendor.paid == 0

    @pytest.mark.parametrize("model", ["../../account", "../account", "acme/..", "köln/maler"])
    def test_with_parameters_that_are_none_is_not_even_asked_for(
        self, replicate_vendor: ReplicateVendor, predictions: Replicate, model: str
    ) -> None:
        assert refused(predictions, model=model).code == "INVALID_INPUT"
        assert "colour" in refused(predictions, colour="red").message
        assert not replicate_vendor.received


class TestPatience:
    def test_waits_as_long_as_it_is_told_and_longer(
        self, replicate_vendor: ReplicateVendor, predictions: Replicate, pauses: list[float]
    ) -> None:
        throttled = Reply(429, {"detail": "Throttled"}, headers={"Retry-After": "3"})
        replicate_vendor.next("create", THROTTLED, throttled)
        predictions.submit(PARAMS, "key")
        assert replicate_vendor.paid == 1
        assert [0.01 <= pauses[0] < 1, 3 <= pauses[1] <= 4] == [True, True]
        assert not replicate_vendor.asked("list"), "throttled is refused, not lost"

    def test_ends_and_passes_the_wait_on(
        self, replicate_vendor: ReplicateVendor, predictions: Replicate, pauses: list[float]
    ) -> None:
        replicate_vendor.next("create", *[THROTTLED] * 9)
        failure = refused(predictions)
        assert failure.retryable
        assert failure.retry_after_seconds == 0.01
        assert len(replicate_vendor.asked("create")) == len(pauses) + 1 == 4

    def test_gets_over_a_poll_that_fails(
        self, replicate_vendor: ReplicateVendor, predictions: Replicate
    ) -> None:
        job_id = predictions.submit(PARAMS, "key")
        replicate_vendor.drop("get", after=False)
        replicate_vendor.next("get", Reply(503, {"detail": "Unavailable"}))
        assert predictions.poll(job_id).state is State.COMPLETED

    @pytest.mark.parametrize("body", [b"<html>", b'{"id": 7}', b"[]", b'{"id": "a"'])
    def test_does_not_believe_an_answer_that_is_no_prediction(
        self, replicate_vendor: ReplicateVendor, predictions: Replicate, body: bytes
    ) -> None:
        replicate_vendor.next("get", *[Reply(200, body)] * 4)
        with pytest.raises(ProviderFailed) as caught:
            predictions.poll("prediction0001")
        assert (caught.value.code, caught.value.retryable) == ("PROVIDER_ERROR", True)

    @pytest.mark.parametrize("fault", [Fault(hangs=True), Fault(drips=True)])
    def test_hangs_up_on_a_provider_that_says_nothing_or_little(
        self,
        replicate_vendor: ReplicateVendor,
        blobs: MemoryBlobs,
        replicate_http: Http,
        fault: Fault,
    ) -> None:
        impatient = Http(replicate_http.base_url, replicate_http.headers, timeout_seconds=0.2)
        replicate_vendor.next("get", fault)
        with pytest.raises(Unanswered) as caught:
            Replicate(impatient, blobs).poll("prediction0001")
        assert caught.value.code is FailureCode.TIMEOUT


class TestNothingIsPaidTwice:
    @pytest.mark.parametrize("after", [True, False])
    @pytest.mark.parametrize("with_photo", [True, False])
    def test_when_the_answer_to_a_create_is_lost(
        self,
        replicate_vendor: ReplicateVendor,
        predictions: Replicate,
        blobs: MemoryBlobs,
        after: bool,
        with_photo: bool,
    ) -> None:
        photo = blobs.write(Blob(PICTURE, "image/png"))
        params = {**PARAMS, "sources": [photo]} if with_photo else PARAMS
        replicate_vendor.drop("create", after=after)
        job_id = predictions.submit(params, "key")
        assert list(replicate_vendor.predictions) == [job_id]

    @pytest.mark.parametrize("after", [True, False])
    def test_when_a_create_ends_with_a_server_s_error(
        self, replicate_vendor: ReplicateVendor, predictions: Replicate, after: bool
    ) -> None:
        broken = Reply(502, b"Bad gateway", content_type="text/plain")
        replicate_vendor.next("create", Fault(broken, after=after))
        job_id = predictions.submit(PARAMS, "key")
        assert list(replicate_vendor.predictions) == [job_id]

    def test_when_a_worker_died_before_it_wrote_down_what_it_had_begun(
        self, replicate_vendor: ReplicateVendor, predictions: Replicate
    ) -> None:
        began = now_ms()
        first = predictions.submit(PARAMS, "key")
        predictions.submit({**PARAMS, "input": {"prompt": "as a queen"}}, "other")
        assert predictions.submit(PARAMS, "key", begun_at=began) == first
        assert replicate_vendor.paid == 2

    def test_however_far_back_in_the_list_it_lies(
        self, replicate_vendor: ReplicateVendor, predictions: Replicate
    ) -> None:
        replicate_vendor.page = 2
        began = now_ms()
        first = predictions.submit(PARAMS, "key")
        for number in range(5):
            predictions.submit({**PARAMS, "input": {"prompt": str(number)}}, f"key{number}")
        assert predictions.submit(PARAMS, "key", begun_at=began) == first
        assert len(replicate_vendor.asked("list")) == 3

    def test_and_a_worker_that_died_before_it_began_still_gets_its_own(
        self, replicate_vendor: ReplicateVendor, predictions: Replicate, blobs: MemoryBlobs
    ) -> None:
        photo = blobs.write(Blob(PICTURE, "image/png"))
        params = {**PARAMS, "sources": [photo]}
        theirs = predictions.submit(params, "another-job-of-the-same-photo")
        ours = predictions.submit(params, "key", begun_at=now_ms())
        assert ours != theirs
        assert replicate_vendor.paid == 2

    def test_nor_is_one_taken_over_that_another_job_has(
        self, replicate_vendor: ReplicateVendor, predictions: Replicate
    ) -> None:
        began = now_ms()
        theirs = predictions.submit(PARAMS, "theirs")
        ours = predictions.submit(PARAMS, "key", begun_at=began, is_taken=lambda id_: id_ == theirs)
        assert list(replicate_vendor.predictions) == [theirs, ours]

    def test_nor_taken_from_another_model_or_from_long_ago(
        self, replicate_vendor: ReplicateVendor, predictions: Replicate
    ) -> None:
        old = predictions.submit(PARAMS, "key")
        replicate_vendor.age(old, minutes=30)
        other = predictions.submit({**PARAMS, "model": "acme/painter"}, "key")
        new = predictions.submit(PARAMS, "key", begun_at=now_ms())
        assert new not in (old, other)

    def test_when_nobody_can_know_any_more_it_is_said(
        self, replicate_vendor: ReplicateVendor, predictions: Replicate
    ) -> None:
        with pytest.raises(ProviderFailed) as caught:
            predictions.submit(PARAMS, "key", begun_at=now_ms() - 3_600_000)
        assert not caught.value.retryable
        assert replicate_vendor.paid == 0

    def test_while_the_list_cannot_be_had(
        self, replicate_vendor: ReplicateVendor, predictions: Replicate
    ) -> None:
        began = now_ms()
        predictions.submit(PARAMS, "key")
        replicate_vendor.next("list", *[Reply(200, {"results": "none"})] * 4)
        with pytest.raises(ProviderFailed) as caught:
            predictions.submit(PARAMS, "key", begun_at=began)
        assert caught.value.retryable
        assert replicate_vendor.paid == 1
