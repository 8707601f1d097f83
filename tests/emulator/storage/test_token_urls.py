"""Firebase's download-token URLs, with which pages show pictures."""

from urllib.parse import quote

import pytest
import requests
from flask import Flask
from google.cloud import storage

from tests.support.storage_signing import BUCKET

NAME = "projects/p/sessions/s/inputs/photo/Grüße.jpg"
DENIED = "Permission denied. Could not perform this operation"


@pytest.fixture
def blob(bucket: storage.Bucket) -> storage.Blob:
    blob: storage.Blob = bucket.blob(NAME)
    blob.metadata = {"firebaseStorageDownloadTokens": "first,second", "step": "photo"}
    blob.cache_control = "private, max-age=3600"
    blob.content_disposition = 'inline; filename="Grüße.jpg"'
    blob.upload_from_string(b"0123456789", content_type="image/jpeg")
    return blob


@pytest.fixture
def address(url: str, blob: storage.Blob) -> str:
    return f"{url}/v0/b/{BUCKET}/o/{quote(NAME, safe='')}"


class TestTokenUrls:
    @pytest.mark.parametrize("token", ["first", "second"])
    def test_each_token_opens_the_object(self, address: str, token: str) -> None:
        response = requests.get(address, params={"alt": "media", "token": token}, timeout=5)
        assert (response.status_code, response.content) == (200, b"0123456789")
        assert response.headers["Content-Type"] == "image/jpeg"
        assert response.headers["Cache-Control"] == "private, max-age=3600"
        disposition = response.headers["Content-Disposition"].encode("latin-1").decode()
        assert disposition == 'inline; filename="Grüße.jpg"'

    @pytest.mark.parametrize("query", ["", "&token=", "&token=third", "&token=first,second"])
    def test_nothing_else_does(self, address: str, query: str) -> None:
        for response in (
            requests.get(f"{address}?alt=media{query}", timeout=5),
            requests.get(f"{address}?{query[1:]}", timeout=5),
        ):
            assert response.status_code == 403
            assert response.json()["error"]["message"] == DENIED
            assert response.headers["Access-Control-Allow-Origin"] == "*"

    def test_an_object_without_tokens_opens_to_none(self, bucket: storage.Bucket, url: str) -> None:
        bucket.blob("closed").upload_from_string("x")
        for token in ("", ",", "None"):
            response = requests.get(
                f"{url}/v0/b/{BUCKET}/o/closed", params={"alt": "media", "token": token}, timeout=5
            )
            assert response.status_code == 403

    def test_what_is_missing_fails_like_what_is_protected(self, address: str) -> None:
        response = requests.get(f"{address}x?alt=media&token=first", timeout=5)
        assert (response.status_code, response.json()["error"]["message"]) == (403, DENIED)

    def test_taking_a_token_away_revokes_its_url(self, address: str, blob: storage.Blob) -> None:
        blob.metadata = {"firebaseStorageDownloadTokens": "second"}
        blob.patch()
        assert requests.get(f"{address}?alt=media&token=first", timeout=5).status_code == 403
        assert requests.get(f"{address}?alt=media&token=second", timeout=5).status_code == 200

    def test_a_rotated_token_opens_at_once_and_the_old_one_no_more(
        self, address: str, blob: storage.Blob
    ) -> None:
        old, new = (f"{address}?alt=media&token={token}" for token in ("first", "third"))
        etag = requests.get(old, timeout=5).headers["ETag"]
        blob.metadata = {"firebaseStorageDownloadTokens": "third"}
        blob.patch()
        for headers in ({}, {"If-None-Match": etag}, {"Range": "bytes=0-1"}):
            assert requests.get(old, headers=headers, timeout=5).status_code == 403
        assert requests.get(new, timeout=5).content == b"0123456789"
        blob.metadata = None
        blob.patch()
        assert requests.get(new, timeout=5).status_code == 403

    def test_without_a_disposition_of_its_own_it_is_shown_under_its_name(
        self, address: str, blob: storage.Blob
    ) -> None:
        blob.content_disposition = None
        blob.patch()
        response = requests.get(f"{address}?alt=media&token=first", timeout=5)
        shown = response.headers["Content-Disposition"]
        assert shown == "inline; filename*=utf-8''Gr%C3%BC%C3%9Fe.jpg"

    def test_without_media_it_describes_the_object(self, address: str) -> None:
        found = requests.get(f"{address}?token=first", timeout=5).json()
        assert (found["name"], found["contentType"], found["size"]) == (NAME, "image/jpeg", "10")
        assert found["metadata"] == {"step": "photo"}
        assert found["downloadTokens"] == "first,second"

    def test_ranges_and_heads(self, address: str) -> None:
        url = f"{address}?alt=media&token=first"
        part = requests.get(url, headers={"Range": "bytes=3-5"}, timeout=5)
        assert (part.status_code, part.content) == (206, b"345")
        beyond = requests.get(url, headers={"Range": "bytes=10-"}, timeout=5)
        assert beyond.status_code == 416
        head = requests.head(url, timeout=5)
        assert (head.status_code, head.headers["Content-Length"], head.content) == (200, "10", b"")

    def test_an_unchanged_picture_is_not_sent_again(self, address: str) -> None:
        url = f"{address}?alt=media&token=first"
        etag = requests.get(url, timeout=5).headers["ETag"]
        again = requests.get(url, headers={"If-None-Match": etag}, timeout=5)
        assert (again.status_code, again.content) == (304, b"")

    def test_a_view_is_a_read(self, app: Flask, address: str) -> None:
        before = app.extensions["operations"]["classB"]
        requests.get(f"{address}?alt=media&token=first", timeout=5)
        requests.get(f"{address}?alt=media&token=wrong", timeout=5)
        assert app.extensions["operations"]["classB"] == before + 1

    def test_uploads_go_another_way(self, address: str) -> None:
        response = requests.post(address, data=b"x", timeout=5)
        assert response.status_code == 501
        assert "signed URLs" in response.json()["error"]["message"]
