"""Resumable sessions: by the real client, and step by step as a browser would."""

import base64
import hashlib
import http.client
import io
import tracemalloc
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
import requests
from flask import Flask
from google.api_core.exceptions import PreconditionFailed
from google.cloud import storage

from emulator.storage import uploads

CHUNK = 256 * 1024


def put(session: str, data: bytes = b"", content_range: str | None = None) -> requests.Response:
    headers = {"Content-Range": content_range} if content_range else {}
    return requests.put(session, data=data, headers=headers, timeout=10)


@pytest.fixture
def session(bucket: storage.Bucket) -> str:
    """A session for exactly two chunks and ten bytes of video."""
    session: str = bucket.blob("clip.mp4").create_resumable_upload_session(
        content_type="video/mp4", size=2 * CHUNK + 10, if_generation_match=0
    )
    return session


VIDEO = bytes(range(256)) * (2 * CHUNK // 256) + b"0123456789"


class TestClientUploads:
    def test_chunks_make_one_object(self, bucket: storage.Bucket) -> None:
        blob = bucket.blob("clip", chunk_size=CHUNK)
        blob.metadata = {"step": "capture"}
        blob.upload_from_file(io.BytesIO(VIDEO), content_type="video/mp4")
        found = bucket.get_blob("clip")
        assert found is not None
        assert (found.size, found.content_type) == (len(VIDEO), "video/mp4")
        assert found.metadata == {"step": "capture"}
        assert found.download_as_bytes() == VIDEO

    def test_a_size_unknown_at_the_start_is_learned_at_the_end(
        self, bucket: storage.Bucket
    ) -> None:
        with bucket.blob("clip", chunk_size=CHUNK).open("wb") as file:
            file.write(VIDEO)
        assert bucket.blob("clip").download_as_bytes() == VIDEO

    def test_preconditions_hold_at_the_start(self, bucket: storage.Bucket) -> None:
        bucket.blob("clip").upload_from_string("there")
        with pytest.raises(PreconditionFailed):
            bucket.blob("clip", chunk_size=CHUNK).upload_from_file(
                io.BytesIO(VIDEO), if_generation_match=0
            )


class TestSessions:
    def test_the_server_reports_how_far_it_got(self, bucket: storage.Bucket, session: str) -> None:
        total = len(VIDEO)
        nothing = put(session, content_range=f"bytes */{total}")
        assert (nothing.status_code, nothing.headers.get("Range")) == (308, None)
        first = put(session, VIDEO[:CHUNK], f"bytes 0-{CHUNK - 1}/{total}")
        assert (first.status_code, first.headers["Range"]) == (308, f"bytes=0-{CHUNK - 1}")
        asked = put(session, content_range=f"bytes */{total}")
        assert (asked.status_code, asked.headers["Range"]) == (308, f"bytes=0-{CHUNK - 1}")
        rest = put(session, VIDEO[CHUNK:], f"bytes {CHUNK}-{total - 1}/{total}")
        assert (rest.status_code, rest.json()["name"]) == (200, "clip.mp4")
        assert bucket.blob("clip.mp4").download_as_bytes() == VIDEO

    def test_an_upload_continues_after_the_connection_broke(
        self, bucket: storage.Bucket, session: str
    ) -> None:
        address = urlsplit(session)
        assert address.hostname
        connection = http.client.HTTPConnection(address.hostname, address.port or 80, timeout=5)
        connection.putrequest("PUT", f"{address.path}?{address.query}")
        connection.putheader("Content-Length", str(len(VIDEO)))
        connection.endheaders()
        connection.send(VIDEO[: len(VIDEO) // 2])
        connection.close()
        assert put(session, content_range=f"bytes */{len(VIDEO)}").status_code == 308
        assert put(session, VIDEO).status_code == 200
        assert bucket.blob("clip.mp4").download_as_bytes() == VIDEO

    def test_bytes_sent_again_are_stored_once(self, bucket: storage.Bucket, session: str) -> None:
        total = len(VIDEO)
        for _ in range(2):
            assert put(session, VIDEO[:CHUNK], f"bytes 0-{CHUNK - 1}/{total}").status_code == 308
        assert put(session, VIDEO[10:], f"bytes 10-{total - 1}/{total}").status_code == 200
        assert bucket.blob("clip.mp4").download_as_bytes() == VIDEO

    def test_a_request_after_the_end_returns_the_object_again(
        self, bucket: storage.Bucket, session: str
    ) -> None:
        done = put(session, VIDEO)
        again = put(session, content_range="bytes */*")
        assert again.status_code == 200
        assert again.json()["generation"] == done.json()["generation"]

    def test_the_declared_type_is_the_objects_type(
        self, bucket: storage.Bucket, session: str
    ) -> None:
        response = requests.put(
            session, data=VIDEO, headers={"Content-Type": "text/html"}, timeout=5
        )
        assert response.json()["contentType"] == "video/mp4"

    @pytest.mark.parametrize(
        ("data", "content_range"),
        [
            pytest.param(VIDEO + b"more", None, id="more than declared"),
            pytest.param(bytes(3 * CHUNK), f"bytes 0-{3 * CHUNK - 1}/*", id="more without a total"),
            pytest.param(VIDEO[:-1], None, id="less than declared"),
            pytest.param(VIDEO[:CHUNK], f"bytes 0-{CHUNK - 1}/{CHUNK}", id="another total"),
            pytest.param(VIDEO[:100], f"bytes 0-99/{len(VIDEO)}", id="an odd chunk"),
            pytest.param(VIDEO[:CHUNK], f"bytes 9-{CHUNK + 8}/{len(VIDEO)}", id="a gap"),
            pytest.param(VIDEO[:CHUNK], f"bytes 0-7/{len(VIDEO)}", id="a range of another length"),
            pytest.param(b"", "bytes nonsense", id="nonsense"),
        ],
    )
    def test_what_does_not_fit_is_refused(
        self, bucket: storage.Bucket, session: str, data: bytes, content_range: str | None
    ) -> None:
        assert put(session, data, content_range).status_code == 400
        assert not bucket.blob("clip.mp4").exists()
        assert put(session, VIDEO).status_code == 200

    def test_a_wrong_checksum_stores_nothing(self, bucket: storage.Bucket, session: str) -> None:
        wrong = base64.b64encode(hashlib.md5(b"other").digest()).decode()
        response = requests.put(
            session, data=VIDEO, headers={"x-goog-hash": f"md5={wrong}"}, timeout=5
        )
        assert response.status_code == 400
        assert not bucket.blob("clip.mp4").exists()

    def test_preconditions_hold_at_the_end(self, bucket: storage.Bucket, session: str) -> None:
        bucket.blob("clip.mp4").upload_from_string("came first")
        assert put(session, VIDEO).status_code == 412
        assert bucket.blob("clip.mp4").download_as_bytes() == b"came first"

    def test_a_cancelled_session_takes_nothing(self, bucket: storage.Bucket, session: str) -> None:
        assert requests.delete(session, timeout=5).status_code == 499
        assert put(session, VIDEO).status_code == 410
        assert not bucket.blob("clip.mp4").exists()

    def test_after_a_week_a_session_is_over(
        self, app: Flask, bucket: storage.Bucket, session: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert put(session, VIDEO[:CHUNK], f"bytes 0-{CHUNK - 1}/{len(VIDEO)}").status_code == 308
        monkeypatch.setattr(uploads, "LIFETIME_SECONDS", -1)
        assert put(session, VIDEO[CHUNK:], f"bytes {CHUNK}-*/*").status_code == 410
        monkeypatch.undo()
        assert put(session, VIDEO).status_code == 410
        assert not bucket.blob("clip.mp4").exists()

    def test_what_was_stored_is_returned_for_longer(
        self, session: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        put(session, VIDEO)
        monkeypatch.setattr(uploads, "LIFETIME_SECONDS", -1)
        assert put(session, content_range="bytes */*").status_code == 200

    def test_an_unknown_session_is_not_found(
        self, app: Flask, bucket: storage.Bucket, session: str
    ) -> None:
        assert put(f"{session}x", VIDEO).status_code == 404
        app.extensions["objects"].clear()
        assert put(session, VIDEO).status_code == 404

    def test_a_session_is_one_billed_operation(self, app: Flask, session: str) -> None:
        before = dict(app.extensions["operations"])
        put(session, VIDEO)
        assert app.extensions["operations"] == before


class TestLargeUploads:
    def test_a_large_body_is_never_held_in_memory(self, bucket: storage.Bucket) -> None:
        size = 64 << 20
        session = bucket.blob("large").create_resumable_upload_session(size=size)

        def body() -> Iterator[bytes]:
            piece = bytes(1 << 20)
            for _ in range(size >> 20):
                yield piece

        tracemalloc.start()
        response = requests.put(session, data=body(), timeout=30)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert (response.status_code, response.json()["size"]) == (200, str(size))
        assert peak < 16 << 20
