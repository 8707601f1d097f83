"""No page reads, writes or deletes objects without a signature or a token."""

import pytest
import requests
from google.cloud import storage

from tests.support.storage_signing import BUCKET, Sign

EVIL = "https://evil.example"
OBJECT = f"/storage/v1/b/{BUCKET}/o/photo.jpg"


@pytest.fixture(autouse=True)
def photo(bucket: storage.Bucket) -> storage.Blob:
    blob: storage.Blob = bucket.blob("photo.jpg")
    blob.upload_from_string("a face")
    return blob


class TestPages:
    @pytest.mark.parametrize(
        ("method", "path"),
        [
            ("GET", f"{OBJECT}?alt=media"),
            ("GET", f"/download{OBJECT}?alt=media"),
            ("GET", f"/storage/v1/b/{BUCKET}/o"),
            ("DELETE", OBJECT),
            ("OPTIONS", OBJECT),
            ("PATCH", OBJECT),
            ("POST", f"/upload/storage/v1/b/{BUCKET}/o?uploadType=media&name=x"),
            ("PUT", f"/upload/storage/v1/b/{BUCKET}/o?uploadType=resumable&upload_id=guessed"),
            ("POST", "/batch/storage/v1"),
        ],
    )
    @pytest.mark.parametrize(
        "headers",
        [
            {"Origin": EVIL},
            {"Origin": "null"},
            {"Sec-Fetch-Site": "cross-site"},
            {"Host": "evil.example"},
        ],
        ids=["origin", "sandbox", "image", "rebinding"],
    )
    def test_of_other_origins_are_refused(
        self, url: str, photo: storage.Blob, method: str, path: str, headers: dict[str, str]
    ) -> None:
        response = requests.request(method, url + path, headers=headers, data=b"x", timeout=5)
        assert response.status_code == 403
        assert "Access-Control-Allow-Origin" not in response.headers
        assert b"face" not in response.content
        assert photo.download_as_bytes() == b"a face"

    @pytest.mark.parametrize("origin", ["http://localhost:5173", "https://my-page.example"])
    def test_with_a_signature_are_served(self, sign: Sign, origin: str) -> None:
        response = requests.get(sign("GET"), headers={"Origin": origin}, timeout=5)
        assert (response.status_code, response.content) == (200, b"a face")
        assert response.headers["Access-Control-Allow-Origin"] == "*"

    def test_at_another_host_are_refused_even_with_a_signature(self, sign: Sign) -> None:
        response = requests.get(sign("GET"), headers={"Host": "evil.example"}, timeout=5)
        assert response.status_code == 403
        assert b"face" not in response.content

    def test_start_no_resumable_session(self, url: str) -> None:
        address = f"{url}/upload/storage/v1/b/{BUCKET}/o?uploadType=resumable&name=x"
        sent = {"Origin": EVIL, "Sec-Fetch-Site": "cross-site"}
        assert requests.post(address, headers=sent, timeout=5).status_code == 403
        by_program = requests.post(address, headers={"Origin": EVIL}, timeout=5)
        assert by_program.status_code == 200
        assert "Access-Control-Allow-Origin" not in by_program.headers

    def test_continue_the_resumable_session_that_was_started_for_them(
        self, bucket: storage.Bucket
    ) -> None:
        page = "https://my-page.example"
        session = bucket.blob("video.mp4").create_resumable_upload_session(origin=page)
        refused = requests.put(session, data=b"x", headers={"Origin": EVIL}, timeout=5)
        assert refused.status_code == 403
        response = requests.put(session, data=b"moving", headers={"Origin": page}, timeout=5)
        assert response.status_code == 200
        assert response.headers["Access-Control-Allow-Origin"] == page
        assert bucket.blob("video.mp4").download_as_bytes() == b"moving"
