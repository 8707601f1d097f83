"""V4 signed URLs as the library signs them, used as a browser would, and attacked."""

import http.client
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

import pytest
import requests
from google.cloud import storage
from google.cloud.storage import _signing
from google.oauth2.service_account import Credentials

from tests.support.storage_signing import BUCKET, SIGNER, Sign, make_credentials

PHOTO = b"\xff\xd8photo"
UPLOAD_HEADERS = {
    "x-goog-content-length-range": "1,1000",
    "x-goog-if-generation-match": "0",
}
SENT_HEADERS = {**UPLOAD_HEADERS, "Content-Type": "image/jpeg"}


def put(url: str, data: bytes = PHOTO, headers: dict[str, str] | None = None) -> requests.Response:
    return requests.put(url, data=data, headers=headers or SENT_HEADERS, timeout=5)


def refusal(response: requests.Response) -> tuple[int, str | None]:
    """The status and the code of the XML error."""
    assert response.headers["Content-Type"].startswith("application/xml")
    return response.status_code, ET.fromstring(response.text).findtext("Code")


@pytest.fixture
def upload_url(sign: Sign) -> str:
    return sign("PUT", content_type="image/jpeg", headers=dict(UPLOAD_HEADERS))


class TestUploads:
    def test_the_signed_request_is_stored(self, bucket: storage.Bucket, upload_url: str) -> None:
        response = put(upload_url)
        assert (response.status_code, response.content) == (200, b"")
        found = bucket.get_blob("photo.jpg")
        assert found is not None
        assert response.headers["X-Goog-Generation"] == str(found.generation)
        assert (found.content_type, found.download_as_bytes()) == ("image/jpeg", PHOTO)

    def test_it_is_stored_once(self, bucket: storage.Bucket, upload_url: str) -> None:
        assert put(upload_url).status_code == 200
        assert refusal(put(upload_url, b"replayed")) == (412, "PreconditionFailed")
        assert bucket.blob("photo.jpg").download_as_bytes() == PHOTO

    def test_a_generation_may_be_replaced(self, bucket: storage.Bucket, sign: Sign) -> None:
        blob = bucket.blob("photo.jpg")
        blob.upload_from_string("first")
        headers = {"x-goog-if-generation-match": str(blob.generation)}
        url = sign("PUT", headers=dict(headers))
        assert put(url, headers=headers).status_code == 200
        assert refusal(put(url, headers=headers)) == (412, "PreconditionFailed")

    @pytest.mark.parametrize("name", ["a b/ü 100%.jpg", "a//b", "x/~y", "plus+&=?#"])
    def test_every_name_can_be_signed(self, bucket: storage.Bucket, sign: Sign, name: str) -> None:
        assert put(sign("PUT", name), headers={"Content-Type": "a/b"}).status_code == 200
        assert requests.get(sign("GET", name), timeout=5).content == PHOTO
        assert bucket.blob(name).exists()

    def test_signed_metadata_is_kept(self, bucket: storage.Bucket, sign: Sign) -> None:
        headers = {"x-goog-meta-step": "capture", "Cache-Control": "no-store"}
        assert put(sign("PUT", headers=dict(headers)), headers=headers).status_code == 200
        found = bucket.get_blob("photo.jpg")
        assert found is not None
        assert (found.metadata, found.cache_control) == ({"step": "capture"}, "no-store")

    def test_a_wrong_digest_is_refused(self, bucket: storage.Bucket, upload_url: str) -> None:
        headers = {**SENT_HEADERS, "Content-MD5": "1B2M2Y8AsgTpgAmY7PhCfg=="}
        assert refusal(put(upload_url, headers=headers)) == (400, "BadDigest")
        assert not bucket.blob("photo.jpg").exists()


class TestAttacksOnUploads:
    @pytest.fixture(autouse=True)
    def nothing_is_stored(self, bucket: storage.Bucket) -> Iterator[None]:
        yield
        assert list(bucket.list_blobs()) == []

    def test_without_a_signature(self, url: str) -> None:
        assert refusal(put(f"{url}/{BUCKET}/photo.jpg")) == (403, "AccessDenied")

    def test_another_path(self, upload_url: str) -> None:
        tampered = upload_url.replace("photo.jpg", "other.jpg")
        assert refusal(put(tampered)) == (403, "SignatureDoesNotMatch")

    def test_another_bucket(self, upload_url: str) -> None:
        tampered = upload_url.replace(f"/{BUCKET}/", "/other/")
        assert refusal(put(tampered)) == (403, "SignatureDoesNotMatch")

    def test_a_longer_life(self, upload_url: str) -> None:
        tampered = upload_url.replace("X-Goog-Expires=300", "X-Goog-Expires=3000")
        assert tampered != upload_url
        assert refusal(put(tampered)) == (403, "SignatureDoesNotMatch")

    def test_another_method(self, sign: Sign) -> None:
        url = sign("GET", headers=dict(UPLOAD_HEADERS), content_type="image/jpeg")
        assert refusal(put(url)) == (403, "SignatureDoesNotMatch")

    def test_another_content_type(self, upload_url: str) -> None:
        headers = {**SENT_HEADERS, "Content-Type": "text/html"}
        assert refusal(put(upload_url, headers=headers)) == (403, "SignatureDoesNotMatch")

    def test_another_range(self, upload_url: str) -> None:
        headers = {**SENT_HEADERS, "x-goog-content-length-range": "1,100000"}
        assert refusal(put(upload_url, headers=headers)) == (403, "SignatureDoesNotMatch")

    @pytest.mark.parametrize("name", SENT_HEADERS)
    def test_a_signed_header_left_out(self, upload_url: str, name: str) -> None:
        headers = {key: value for key, value in SENT_HEADERS.items() if key != name}
        assert refusal(put(upload_url, headers=headers)) == (400, "MalformedSecurityHeader")

    def test_a_header_added(self, upload_url: str) -> None:
        headers = {**SENT_HEADERS, "x-goog-meta-firebasestoragedownloadtokens": "mine"}
        assert refusal(put(upload_url, headers=headers)) == (400, "MalformedSecurityHeader")

    def test_a_signed_header_struck_from_the_list(self, upload_url: str) -> None:
        tampered = upload_url.replace("%3Bx-goog-content-length-range", "")
        assert tampered != upload_url
        headers = {k: v for k, v in SENT_HEADERS.items() if k != "x-goog-content-length-range"}
        assert refusal(put(tampered, headers=headers)) == (403, "SignatureDoesNotMatch")

    def test_a_parameter_added(self, upload_url: str) -> None:
        assert refusal(put(f"{upload_url}&generation=1")) == (403, "SignatureDoesNotMatch")

    def test_a_parameter_given_twice(self, upload_url: str) -> None:
        response = put(f"{upload_url}&X-Goog-Expires=604800")
        assert refusal(response) == (400, "InvalidQueryParameterValue")

    @pytest.mark.parametrize("signature", ["", "00", "not hex"])
    def test_another_signature(self, upload_url: str, signature: str) -> None:
        url = upload_url.partition("&X-Goog-Signature=")[0]
        response = put(f"{url}&X-Goog-Signature={signature}")
        assert refusal(response) == (403, "SignatureDoesNotMatch")

    def test_a_body_over_the_range(self, upload_url: str) -> None:
        assert refusal(put(upload_url, b"x" * 1001)) == (400, "EntityTooLarge")

    def test_a_body_under_the_range(self, upload_url: str) -> None:
        assert refusal(put(upload_url, b"")) == (400, "EntityTooSmall")

    def test_a_body_over_the_range_that_hides_its_length(self, upload_url: str) -> None:
        pieces = iter([b"x" * 500] * 3)
        response = requests.put(upload_url, data=pieces, headers=SENT_HEADERS, timeout=5)
        assert refusal(response) == (400, "EntityTooLarge")

    def test_a_body_without_a_length(self, upload_url: str) -> None:
        address = urlsplit(upload_url)
        connection = http.client.HTTPConnection(address.netloc, timeout=5)
        connection.putrequest("PUT", f"{address.path}?{address.query}")
        for header, value in SENT_HEADERS.items():
            connection.putheader(header, value)
        connection.endheaders()
        response = connection.getresponse()
        body = response.read().decode()
        connection.close()
        assert (response.status, "MissingContentLength" in body) == (411, True)

    def test_an_unknown_signer(self, sign: Sign) -> None:
        stranger, _ = make_credentials("stranger@example.com")
        assert refusal(put(sign("PUT", credentials=stranger))) == (403, "InvalidSecurity")

    def test_another_key_under_a_known_name(self, sign: Sign) -> None:
        impostor, _ = make_credentials(SIGNER)
        url = sign("PUT", content_type="image/jpeg", headers=dict(UPLOAD_HEADERS))
        forged = sign(
            "PUT", content_type="image/jpeg", headers=dict(UPLOAD_HEADERS), credentials=impostor
        )
        assert forged != url
        assert refusal(put(forged)) == (403, "SignatureDoesNotMatch")

    def test_a_signature_that_leaves_out_the_host(
        self, sign: Sign, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        canonical: Any = _signing.get_canonical_headers

        def without_host(headers: dict[str, str]) -> object:
            return canonical({name: headers[name] for name in headers if name != "Host"})

        monkeypatch.setattr(_signing, "get_canonical_headers", without_host)
        url = sign("PUT", content_type="image/jpeg", headers=dict(UPLOAD_HEADERS))
        assert refusal(put(url)) == (400, "MalformedSecurityHeader")

    def test_a_credential_of_another_day(self, sign: Sign, monkeypatch: pytest.MonkeyPatch) -> None:
        now = f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
        monkeypatch.setattr(_signing, "get_v4_now_dtstamps", lambda: (now, "20200101"))
        assert refusal(put(sign("PUT"))) == (400, "InvalidQueryParameterValue")

    def test_a_signature_of_the_old_kind(self, bucket: storage.Bucket, url: str) -> None:
        old = f"{url}/{BUCKET}/photo.jpg?GoogleAccessId={SIGNER}&Expires=9999999999&Signature=AA"
        assert refusal(put(old)) == (403, "AccessDenied")


class TestExpiry:
    @staticmethod
    def signed_at(
        moment: datetime, url: str, credentials: Credentials, seconds: int = 60
    ) -> requests.Response:
        signed: str = _signing.generate_signed_url_v4(
            credentials,
            f"/{BUCKET}/photo.jpg",
            seconds,
            api_access_endpoint=url,
            _request_timestamp=moment.strftime("%Y%m%dT%H%M%SZ"),
        )
        return requests.get(signed, timeout=5)

    def test_a_url_expires_in_time(self, url: str, signer: tuple[Credentials, str]) -> None:
        response = self.signed_at(datetime.now(UTC) - timedelta(seconds=62), url, signer[0])
        assert refusal(response) == (400, "ExpiredToken")

    def test_until_then_it_is_valid(self, url: str, signer: tuple[Credentials, str]) -> None:
        response = self.signed_at(datetime.now(UTC) - timedelta(seconds=30), url, signer[0])
        assert refusal(response) == (404, "NoSuchKey")

    def test_a_url_from_the_future_is_refused(
        self, url: str, signer: tuple[Credentials, str]
    ) -> None:
        response = self.signed_at(datetime.now(UTC) + timedelta(hours=1), url, signer[0])
        assert refusal(response) == (403, "RequestTimeTooSkewed")

    @pytest.mark.parametrize("seconds", [-60, 0])
    def test_a_life_is_positive(
        self, url: str, signer: tuple[Credentials, str], seconds: int
    ) -> None:
        response = self.signed_at(datetime.now(UTC), url, signer[0], seconds)
        assert refusal(response) == (400, "InvalidQueryParameterValue")

    def test_no_signature_lasts_for_more_than_seven_days(self, sign: Sign) -> None:
        url = sign("GET", expiration=timedelta(days=7))
        longer = url.replace("X-Goog-Expires=604800", "X-Goog-Expires=604801")
        assert refusal(requests.get(url, timeout=5)) == (404, "NoSuchKey")
        assert refusal(requests.get(longer, timeout=5)) == (400, "InvalidQueryParameterValue")


class TestDownloads:
    @pytest.fixture(autouse=True)
    def photo(self, bucket: storage.Bucket) -> None:
        bucket.blob("photo.jpg").upload_from_string(PHOTO, content_type="image/jpeg")

    def test_bytes_and_headers(self, sign: Sign) -> None:
        response = requests.get(sign("GET"), timeout=5)
        assert (response.status_code, response.content) == (200, PHOTO)
        assert response.headers["Content-Type"] == "image/jpeg"
        assert response.headers["Cache-Control"] == "private, max-age=0"

    def test_a_head_has_no_body(self, sign: Sign) -> None:
        response = requests.head(sign("HEAD"), timeout=5)
        assert (response.status_code, response.headers["Content-Length"]) == (200, str(len(PHOTO)))
        assert requests.head(sign("GET"), timeout=5).status_code == 403

    def test_the_signer_may_choose_type_and_file_name(self, sign: Sign) -> None:
        url = sign(
            "GET",
            response_type="application/octet-stream",
            response_disposition="attachment; filename=me.jpg",
        )
        response = requests.get(url, timeout=5)
        assert response.headers["Content-Type"] == "application/octet-stream"
        assert response.headers["Content-Disposition"] == "attachment; filename=me.jpg"

    def test_ranges(self, sign: Sign) -> None:
        url = sign("GET")
        part = requests.get(url, headers={"Range": "bytes=2-4"}, timeout=5)
        assert (part.status_code, part.content) == (206, PHOTO[2:5])
        assert part.headers["Content-Range"] == f"bytes 2-4/{len(PHOTO)}"
        beyond = requests.get(url, headers={"Range": "bytes=100-"}, timeout=5)
        assert refusal(beyond) == (416, "InvalidRange")
        assert beyond.headers["Content-Range"] == f"bytes */{len(PHOTO)}"

    def test_another_object_is_not_read(self, bucket: storage.Bucket, sign: Sign) -> None:
        bucket.blob("secret").upload_from_string("secret")
        url = sign("GET").replace("photo.jpg", "secret")
        assert refusal(requests.get(url, timeout=5)) == (403, "SignatureDoesNotMatch")

    def test_what_is_not_supported_is_refused_by_name(self, sign: Sign) -> None:
        response = requests.delete(sign("DELETE"), timeout=5)
        assert refusal(response) == (501, "NotImplemented")
        assert "DELETE" in response.text


class TestResumableSessions:
    def test_a_signed_session_takes_the_file(self, bucket: storage.Bucket, sign: Sign) -> None:
        signed = sign("RESUMABLE", "a b.mp4", content_type="video/mp4")
        headers = {"x-goog-resumable": "start", "Content-Type": "video/mp4"}
        started = requests.post(signed, headers=headers, timeout=5)
        assert started.status_code == 201
        finished = requests.put(started.headers["Location"], data=b"video", timeout=5)
        assert (finished.status_code, finished.content) == (200, b"")
        found = bucket.get_blob("a b.mp4")
        assert found is not None
        assert (found.content_type, found.size) == ("video/mp4", 5)

    def test_its_size_range_holds_for_the_whole(self, bucket: storage.Bucket, sign: Sign) -> None:
        headers = {"x-goog-content-length-range": "0,10"}
        signed = sign("RESUMABLE", headers=dict(headers))
        started = requests.post(signed, headers={**headers, "x-goog-resumable": "start"}, timeout=5)
        response = requests.put(started.headers["Location"], data=b"x" * 11, timeout=5)
        assert refusal(response) == (400, "EntityTooLarge")
        assert not bucket.blob("photo.jpg").exists()

    def test_it_must_be_signed(self, url: str) -> None:
        response = requests.post(
            f"{url}/{BUCKET}/photo.jpg", headers={"x-goog-resumable": "start"}, timeout=5
        )
        assert refusal(response) == (403, "AccessDenied")


class TestBrowsers:
    ORIGIN = "http://localhost:5173"

    def test_a_preflight_is_answered(self, upload_url: str) -> None:
        asked = "content-type,x-goog-content-length-range,x-goog-if-generation-match"
        response = requests.options(
            upload_url,
            headers={
                "Origin": self.ORIGIN,
                "Access-Control-Request-Method": "PUT",
                "Access-Control-Request-Headers": asked,
            },
            timeout=5,
        )
        assert response.status_code == 204
        assert response.headers["Access-Control-Allow-Origin"] == "*"
        assert "PUT" in response.headers["Access-Control-Allow-Methods"]
        assert response.headers["Access-Control-Allow-Headers"] == asked

    def test_a_page_can_read_responses_and_errors(self, url: str, upload_url: str) -> None:
        for response in (put(upload_url), put(upload_url), requests.get(f"{url}/x/y", timeout=5)):
            assert response.headers["Access-Control-Allow-Origin"] == "*"
            assert "X-Goog-Generation" in response.headers["Access-Control-Expose-Headers"]
