"""One deadline for a whole exchange, whatever part of the response a server draws out."""

import time

import pytest

from experience.providers.http import Http
from experience.providers.models import FailureCode, ProviderFailed
from tests.support.vendors.replicate import ReplicateVendor
from tests.support.vendors.server import Fault, Reply

SECONDS = 0.3
OK = b"HTTP/1.1 200 OK\r\n"

ENDLESS = {
    "a status line": (b"HTTP/1.1 200 O", b"K"),
    "a header": (OK + b"x: ", b"y"),
    "headers": (OK, b"x: y\r\n"),
    "100 Continue": (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "headers of 100 Continue": (b"HTTP/1.1 100 Continue\r\n", b"x: y\r\n"),
    "a body": (OK + b"content-length: 1000000\r\n\r\n", b" "),
    "a body of no length": (OK + b"\r\n", b" "),
    "the size of a chunk": (OK + b"transfer-encoding: chunked\r\n\r\n", b"0"),
    "chunks": (OK + b"transfer-encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
    "trailers": (OK + b"transfer-encoding: chunked\r\n\r\n0\r\n", b"x: y\r\n"),
}


@pytest.fixture
def impatient(replicate_http: Http) -> Http:
    return Http(replicate_http.base_url, replicate_http.headers, SECONDS, SECONDS)


class TestTheDeadline:
    @pytest.mark.parametrize("flood", ENDLESS.values(), ids=ENDLESS)
    def test_ends_a_response_without_an_end(
        self, replicate_vendor: ReplicateVendor, impatient: Http, flood: tuple[bytes, bytes]
    ) -> None:
        replicate_vendor.next("get", Fault(floods=flood))
        began = time.monotonic()
        with pytest.raises(ProviderFailed) as caught:
            impatient.call("GET", "/predictions/a")
        assert time.monotonic() - began < 2
        assert caught.value.retryable
        assert caught.value.code in (FailureCode.TIMEOUT, FailureCode.PROVIDER_ERROR)

    def test_holds_for_a_result_too(
        self, replicate_vendor: ReplicateVendor, impatient: Http
    ) -> None:
        replicate_vendor.next("file", Fault(floods=ENDLESS["100 Continue"]))
        began = time.monotonic()
        with pytest.raises(ProviderFailed) as caught:
            impatient.download(f"{replicate_vendor.url}/files/a.png", (), 1000)
        assert caught.value.code is FailureCode.TIMEOUT
        assert time.monotonic() - began < 2

    def test_leaves_alone_a_server_that_answers_after_100_continue(
        self, replicate_vendor: ReplicateVendor, replicate_http: Http
    ) -> None:
        answer = b"HTTP/1.1 100 Continue\r\n\r\n" + OK + b"content-length: 2\r\n\r\n{}"
        replicate_vendor.next("get", Fault(floods=(answer, b"")))
        assert replicate_http.call("GET", "/predictions/a").body == b"{}"


class TestACompressedResponse:
    def test_is_not_unpacked(self, replicate_vendor: ReplicateVendor, replicate_http: Http) -> None:
        reply = Reply(200, b"\x1f\x8b", headers={"content-encoding": "gzip"})
        replicate_vendor.next("get", reply)
        with pytest.raises(ProviderFailed, match="broke"):
            replicate_http.call("GET", "/predictions/a")
        assert replicate_vendor.received[0].headers["accept-encoding"] == "identity"
