"""Copies, rewrites, compositions and batches, by the real client."""

import pytest
import requests
from flask import Flask
from google.api_core.exceptions import BadRequest, NotFound, PreconditionFailed
from google.cloud import storage

MEBIBYTE = 1 << 20


class TestCopies:
    def test_a_copy_keeps_bytes_and_metadata_and_outlives_its_source(
        self, bucket: storage.Bucket
    ) -> None:
        source = bucket.blob("a/source")
        source.metadata = {"step": "capture"}
        source.upload_from_string("bytes", content_type="image/webp")
        bucket.copy_blob(source, bucket, "b/copy")
        source.delete()
        copy = bucket.get_blob("b/copy")
        assert copy is not None
        assert (copy.content_type, copy.metadata) == ("image/webp", {"step": "capture"})
        assert copy.download_as_bytes() == b"bytes"

    def test_a_rewrite_is_done_at_once(self, bucket: storage.Bucket) -> None:
        source = bucket.blob("source")
        source.upload_from_string("bytes", content_type="image/webp")
        target = bucket.blob("target")
        assert target.rewrite(source) == (None, 5, 5)
        assert target.content_type == "image/webp"

    def test_a_rewrite_may_set_new_metadata(self, bucket: storage.Bucket) -> None:
        source = bucket.blob("source")
        source.upload_from_string("bytes", content_type="image/webp")
        target = bucket.blob("target")
        target.content_type = "image/png"
        target.rewrite(source)
        found = bucket.get_blob("target")
        assert found is not None
        assert found.content_type == "image/png"


class TestRewritingInSeveralCalls:
    @pytest.fixture
    def source(self, bucket: storage.Bucket) -> storage.Blob:
        blob: storage.Blob = bucket.blob("source")
        blob.upload_from_string(bytes(2 * MEBIBYTE + 10), content_type="video/mp4")
        return blob

    def begun(
        self, bucket: storage.Bucket, url: str, to: str = "target", most: int = MEBIBYTE
    ) -> str:
        """The token after the first call, which copied `most` bytes."""
        address = f"{url}/storage/v1/b/{bucket.name}/o/source/rewriteTo/b/{bucket.name}/o/{to}"
        response = requests.post(
            address, params={"maxBytesRewrittenPerCall": str(most)}, timeout=10
        )
        response.raise_for_status()
        body = response.json()
        assert (body["done"], body["totalBytesRewritten"]) == (False, str(most))
        return str(body["rewriteToken"])

    def test_the_client_continues_with_the_token(
        self, bucket: storage.Bucket, url: str, source: storage.Blob
    ) -> None:
        token = self.begun(bucket, url)
        assert not bucket.blob("target").exists()
        target = bucket.blob("target")
        assert target.rewrite(source, token=token) == (None, source.size, source.size)
        assert (target.content_type, target.md5_hash) == ("video/mp4", source.md5_hash)

    def test_a_token_is_for_its_own_rewrite_and_once(
        self, bucket: storage.Bucket, url: str, source: storage.Blob
    ) -> None:
        token = self.begun(bucket, url)
        with pytest.raises(BadRequest, match="rewriteToken"):
            bucket.blob("other").rewrite(source, token=token)
        with pytest.raises(BadRequest, match="rewriteToken"):
            bucket.blob("target").rewrite(source, token=token)

    def test_a_source_that_changed_meanwhile_is_another(
        self, bucket: storage.Bucket, url: str, source: storage.Blob
    ) -> None:
        token = self.begun(bucket, url)
        source.upload_from_string(b"new")
        with pytest.raises(BadRequest, match="rewriteToken"):
            bucket.blob("target").rewrite(source, token=token)

    def test_preconditions_hold_at_the_end(
        self, bucket: storage.Bucket, url: str, source: storage.Blob
    ) -> None:
        token = self.begun(bucket, url)
        bucket.blob("target").upload_from_string("came first")
        with pytest.raises(PreconditionFailed):
            bucket.blob("target").rewrite(source, token=token, if_generation_match=0)
        assert bucket.blob("target").download_as_bytes() == b"came first"

    def test_a_call_copies_whole_mebibytes(
        self, bucket: storage.Bucket, url: str, source: storage.Blob
    ) -> None:
        with pytest.raises(requests.HTTPError, match="400"):
            self.begun(bucket, url, most=1000)


class TestComposing:
    @pytest.fixture
    def parts(self, bucket: storage.Bucket) -> list[storage.Blob]:
        blobs = [bucket.blob(name) for name in ("first", "second")]
        for blob in blobs:
            blob.upload_from_string(blob.name)
        return blobs

    def test_the_bytes_follow_each_other(
        self, bucket: storage.Bucket, parts: list[storage.Blob]
    ) -> None:
        whole = bucket.blob("whole")
        whole.content_type = "text/plain"
        whole.compose(parts)
        assert whole.download_as_bytes(checksum="crc32c") == b"firstsecond"
        assert (whole.component_count, whole.md5_hash) == (2, None)
        assert whole.content_type == "text/plain"
        assert all(part.exists() for part in parts)

    def test_an_object_grows_by_itself_and_counts_its_parts(
        self, bucket: storage.Bucket, parts: list[storage.Blob]
    ) -> None:
        whole = bucket.blob("whole")
        whole.compose(parts)
        whole.compose([whole, *parts])
        assert whole.component_count == 4
        assert whole.download_as_bytes() == b"firstsecondfirstsecond"
        copy = bucket.copy_blob(whole, bucket, "copy")
        assert copy.component_count == 4

    def test_preconditions_hold(self, bucket: storage.Bucket, parts: list[storage.Blob]) -> None:
        whole = bucket.blob("whole")
        generations = [part.generation for part in parts]
        with pytest.raises(PreconditionFailed):
            whole.compose(parts, if_source_generation_match=[generations[0], 1])
        whole.compose(parts, if_generation_match=0, if_source_generation_match=generations)
        with pytest.raises(PreconditionFailed):
            bucket.blob("whole").compose(parts, if_generation_match=0)

    def test_every_part_must_be_there(
        self, bucket: storage.Bucket, parts: list[storage.Blob]
    ) -> None:
        with pytest.raises(NotFound):
            bucket.blob("whole").compose([*parts, bucket.blob("absent")])
        assert not bucket.blob("whole").exists()

    @pytest.mark.parametrize("count", [0, 33])
    def test_at_most_32_at_once(
        self, bucket: storage.Bucket, parts: list[storage.Blob], count: int
    ) -> None:
        with pytest.raises(BadRequest, match="1 to 32"):
            bucket.blob("whole").compose([parts[0]] * count)


class TestBatches:
    def test_many_calls_are_one_request_and_count_each(
        self, client: storage.Client, bucket: storage.Bucket, app: Flask
    ) -> None:
        blobs = [bucket.blob(f"a folder/{number} %2F é") for number in range(3)]
        for blob in blobs:
            blob.upload_from_string("x")
        before = dict(app.extensions["operations"])
        with client.batch():
            blobs[0].delete()
            blobs[1].metadata = {"note": "Grüße"}
            blobs[1].patch()
            bucket.delete_blob(blobs[2].name)
        assert [blob.name for blob in bucket.list_blobs()] == [blobs[1].name]
        found = bucket.get_blob(blobs[1].name)
        assert found is not None
        assert found.metadata == {"note": "Grüße"}
        assert app.extensions["operations"]["delete"] == before["delete"] + 2

    def test_one_that_fails_leaves_the_others(
        self, client: storage.Client, bucket: storage.Bucket
    ) -> None:
        bucket.blob("there").upload_from_string("x")
        batch = client.batch(raise_exception=False)
        with batch:
            bucket.delete_blob("absent")
            bucket.delete_blob("there")
        assert [response.status_code for response in batch._responses] == [404, 204]
        assert not bucket.blob("there").exists()
        with pytest.raises(NotFound), client.batch():
            bucket.delete_blob("absent")

    def test_each_patch_has_its_own_conditions(
        self, client: storage.Client, bucket: storage.Bucket
    ) -> None:
        """null removes a key, other keys stay, and a stale copy changes nothing."""
        for name in "ab":
            blob = bucket.blob(name)
            blob.metadata = {"kept": "1", "gone": "2"}
            blob.upload_from_string("x")
        batch = client.batch(raise_exception=False)
        with batch:
            for name, seen in (("a", 1), ("b", 7), ("absent", 1)):
                changed = bucket.blob(name)
                changed.metadata = {"gone": None, "new": "3"}
                changed.patch(if_metageneration_match=seen, retry=None)
        assert [response.status_code for response in batch._responses] == [200, 412, 404]
        found = {blob.name: (blob.metadata, blob.metageneration) for blob in bucket.list_blobs()}
        assert found == {
            "a": ({"kept": "1", "new": "3"}, 2),
            "b": ({"kept": "1", "gone": "2"}, 1),
        }

    def test_the_response_names_what_each_call_is_billed_as(
        self, url: str, bucket: storage.Bucket
    ) -> None:
        bucket.blob("a").upload_from_string("x")
        path = f"/storage/v1/b/{bucket.name}/o/a"
        body = "".join(
            f"--b\r\nContent-Type: application/http\r\n\r\n{method} {path} HTTP/1.1\r\n\r\n"
            for method in ("PATCH", "GET", "DELETE", "GET")
        )
        response = requests.post(
            f"{url}/batch/storage/v1",
            data=body + "--b--",
            headers={"Content-Type": "multipart/mixed; boundary=b"},
            timeout=10,
        )
        assert response.headers["X-Emulator-Operation"] == "classA,classB,delete"

    @pytest.mark.parametrize(
        ("content_type", "body"),
        [
            ("text/plain", b"x"),
            ("multipart/mixed; boundary=b", b"--b--"),
            ("multipart/mixed; boundary=b", 101 * b"--b\r\n\r\nGET /storage/v1/b\r\n" + b"--b--"),
        ],
        ids=["no parts", "none", "too many"],
    )
    def test_what_is_no_batch_is_refused(self, url: str, content_type: str, body: bytes) -> None:
        headers = {"Content-Type": content_type}
        response = requests.post(f"{url}/batch/storage/v1", data=body, headers=headers, timeout=10)
        assert response.status_code == 400

    def test_only_calls_of_this_api_come_in_a_batch(self, url: str) -> None:
        body = b"--b\r\nContent-Type: application/http\r\n\r\nGET /v0/b/x/o/y HTTP/1.1\r\n\r\n--b--"
        headers = {"Content-Type": "multipart/mixed; boundary=b"}
        response = requests.post(f"{url}/batch/storage/v1", data=body, headers=headers, timeout=10)
        assert response.status_code == 501
