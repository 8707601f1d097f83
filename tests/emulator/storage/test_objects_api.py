"""The JSON API, driven by the real client."""

from pathlib import Path

import pytest
import requests
from flask import Flask
from google.api_core.exceptions import (
    BadRequest,
    Conflict,
    MethodNotImplemented,
    NotFound,
)
from google.cloud import storage

from emulator.storage.objects import Attributes, ObjectStore

STRANGE_NAMES = [
    "projects/p/sessions/s/inputs/step/asset",
    "../../../etc/passwd",
    "a/../b",
    "//leading/and//double",
    "trailing/",
    "100%25 of %2F and ?query#hash",
    "Grüße aus 東京 🎉.jpg",
    "a/rewriteTo/b/other/o/c",
    "plus+space and 'quotes' & \"more\"",
    "x" * 1024,
]


class TestUploadAndDownload:
    def test_bytes_and_type_come_back(self, bucket: storage.Bucket) -> None:
        bucket.blob("photo.jpg").upload_from_string(b"\xff\xd8bytes", content_type="image/jpeg")
        found = bucket.get_blob("photo.jpg")
        assert found is not None
        assert (found.content_type, found.size, found.metageneration) == ("image/jpeg", 7, 1)
        assert found.download_as_bytes() == b"\xff\xd8bytes"

    @pytest.mark.parametrize("checksum", ["md5", "crc32c"])
    def test_checksums_match_at_both_ends(self, bucket: storage.Bucket, checksum: str) -> None:
        blob = bucket.blob("data")
        blob.upload_from_string(b"some bytes", checksum=checksum)
        assert blob.download_as_bytes(checksum=checksum) == b"some bytes"

    @pytest.mark.parametrize("name", STRANGE_NAMES)
    def test_every_name_is_data(self, bucket: storage.Bucket, name: str) -> None:
        bucket.blob(name).upload_from_string(name)
        assert bucket.blob(name).download_as_text() == name
        assert [blob.name for blob in bucket.list_blobs()] == [name]
        bucket.blob(name).patch()
        bucket.delete_blob(name)
        assert not bucket.blob(name).exists()

    @pytest.mark.parametrize("name", ["..", "two\nlines", "x" * 1025])
    def test_names_that_the_cloud_refuses_are_refused(self, url: str, name: str) -> None:
        response = requests.post(
            f"{url}/upload/storage/v1/b/demo-guest.appspot.com/o",
            params={"uploadType": "media", "name": name},
            data=b"x",
            timeout=5,
        )
        assert response.status_code == 400

    def test_a_range_is_a_part(self, bucket: storage.Bucket) -> None:
        blob = bucket.blob("digits")
        blob.upload_from_string("0123456789")
        assert blob.download_as_bytes(start=2, end=4) == b"234"
        assert blob.download_as_bytes(start=-3) == b"789"

    def test_a_chunked_download_puts_the_parts_together(self, bucket: storage.Bucket) -> None:
        data = bytes(range(256)) * 4096
        bucket.blob("data").upload_from_string(data)
        blob = bucket.blob("data", chunk_size=256 * 1024)
        assert blob.download_as_bytes() == data

    def test_an_empty_object_is_an_object(self, bucket: storage.Bucket) -> None:
        bucket.blob("empty").upload_from_string(b"")
        assert bucket.blob("empty", chunk_size=256 * 1024).download_as_bytes() == b""

    def test_what_is_absent_is_not_found(self, bucket: storage.Bucket) -> None:
        with pytest.raises(NotFound, match="No such object"):
            bucket.blob("absent").download_as_bytes()
        with pytest.raises(NotFound):
            bucket.delete_blob("absent")
        assert bucket.get_blob("absent") is None

    def test_a_wrong_checksum_stores_nothing(self, bucket: storage.Bucket, url: str) -> None:
        response = requests.post(
            f"{url}/upload/storage/v1/b/{bucket.name}/o",
            params={"uploadType": "media", "name": "data"},
            headers={"x-goog-hash": "crc32c=AAAAAA=="},
            data=b"some bytes",
            timeout=5,
        )
        assert response.status_code == 400
        error = response.json()["error"]
        assert (error["code"], error["errors"][0]["reason"]) == (400, "invalid")
        assert "CRC32C" in error["message"]
        assert not bucket.blob("data").exists()

    def test_wrong_checksums_in_the_metadata_store_nothing(self, bucket: storage.Bucket) -> None:
        blob = bucket.blob("data")
        blob.md5_hash = "1B2M2Y8AsgTpgAmY7PhCfg=="
        with pytest.raises(BadRequest, match="MD5"):
            blob.upload_from_string(b"some bytes", checksum=None)
        assert not blob.exists()

    @pytest.mark.parametrize(
        "body",
        [
            pytest.param(b"--x\r\n\r\n{}\r\n--x\r\n\r\nbytes", id="no end"),
            pytest.param(b"--x\r\n\r\n{}\r\n", id="one part"),
            pytest.param(b"--y\r\n\r\n{}\r\n--y\r\n\r\nbytes\r\n--y--", id="other boundary"),
            pytest.param(b"--x\r\n\r\n{\r\n--x\r\n\r\nbytes\r\n--x--", id="no JSON"),
        ],
    )
    def test_a_broken_multipart_body_stores_nothing(
        self, bucket: storage.Bucket, url: str, body: bytes
    ) -> None:
        response = requests.post(
            f"{url}/upload/storage/v1/b/{bucket.name}/o",
            params={"uploadType": "multipart", "name": "data"},
            headers={"Content-Type": "multipart/related; boundary=x"},
            data=body,
            timeout=5,
        )
        assert response.status_code == 400
        assert not bucket.blob("data").exists()


class TestLists:
    @pytest.fixture(autouse=True)
    def objects(self, bucket: storage.Bucket) -> None:
        for name in ("a", "b/1", "b/2", "b/c/3", "d"):
            bucket.blob(name).upload_from_string(name)

    def test_a_prefix_selects(self, bucket: storage.Bucket) -> None:
        assert [blob.name for blob in bucket.list_blobs(prefix="b/")] == ["b/1", "b/2", "b/c/3"]

    def test_a_delimiter_folds(self, bucket: storage.Bucket) -> None:
        found = bucket.list_blobs(prefix="b/", delimiter="/")
        assert [blob.name for blob in found] == ["b/1", "b/2"]
        assert found.prefixes == {"b/c/"}

    def test_pages_neither_repeat_nor_skip(self, bucket: storage.Bucket) -> None:
        pages = [[b.name for b in page] for page in bucket.list_blobs(page_size=2).pages]
        assert pages == [["a", "b/1"], ["b/2", "b/c/3"], ["d"]]

    def test_folded_pages_neither_repeat_nor_skip(self, bucket: storage.Bucket) -> None:
        found = bucket.list_blobs(page_size=1, delimiter="/")
        assert [blob.name for blob in found] == ["a", "d"]
        assert found.prefixes == {"b/"}

    def test_a_folder_is_listed_in_pages_from_an_offset(self, bucket: storage.Bucket) -> None:
        found = bucket.list_blobs(prefix="b/", delimiter="/", start_offset="b/2", page_size=1)
        assert [blob.name for blob in found] == ["b/2"]
        assert found.prefixes == {"b/c/"}

    def test_offsets_bound(self, bucket: storage.Bucket) -> None:
        found = bucket.list_blobs(start_offset="b/2", end_offset="d")
        assert [blob.name for blob in found] == ["b/2", "b/c/3"]

    def test_fields_narrow_the_response(self, bucket: storage.Bucket, url: str) -> None:
        found = bucket.list_blobs(fields="items(name,size),nextPageToken", page_size=2)
        assert next((blob.name, blob.size, blob.md5_hash) for blob in found) == ("a", 1, None)

    def test_what_is_not_supported_is_refused_by_name(self, bucket: storage.Bucket) -> None:
        with pytest.raises(MethodNotImplemented, match="versions"):
            list(bucket.list_blobs(versions=True))
        with pytest.raises(MethodNotImplemented, match="matchGlob"):
            list(bucket.list_blobs(match_glob="*.jpg"))


class TestBuckets:
    def test_the_default_bucket_is_there(
        self, client: storage.Client, bucket: storage.Bucket
    ) -> None:
        assert client.get_bucket(bucket.name).location == "US-CENTRAL1"
        assert client.lookup_bucket("absent") is None

    def test_a_bucket_is_created_once(self, client: storage.Client, app: Flask) -> None:
        client.create_bucket("second").blob("x").upload_from_string("x")
        with pytest.raises(Conflict):
            client.create_bucket("second")
        assert "second" in [bucket.name for bucket in client.list_buckets()]
        app.extensions["objects"].clear()
        assert client.lookup_bucket("second") is None

    def test_objects_need_a_bucket(self, client: storage.Client) -> None:
        with pytest.raises(NotFound, match="bucket does not exist"):
            client.bucket("absent").blob("x").upload_from_string("x")


class TestRefusals:
    def test_encryption_keys_are_refused(self, bucket: storage.Bucket) -> None:
        with pytest.raises(MethodNotImplemented, match="x-goog-encryption"):
            bucket.blob("x", encryption_key=b"k" * 32).upload_from_string("x")

    def test_access_lists_are_refused(self, bucket: storage.Bucket) -> None:
        bucket.blob("x").upload_from_string("x")
        with pytest.raises(MethodNotImplemented, match="acl"):
            bucket.blob("x").make_public()

    def test_a_number_that_is_none_is_a_bad_request(self, url: str) -> None:
        response = requests.get(
            f"{url}/storage/v1/b/demo-guest.appspot.com/o",
            params={"maxResults": "many"},
            timeout=5,
        )
        assert response.status_code == BadRequest.code
        assert "maxResults" in response.json()["error"]["message"]


class TestOperations:
    def test_what_succeeds_is_counted_by_class(self, app: Flask, bucket: storage.Bucket) -> None:
        operations = app.extensions["operations"]
        operations.update(classA=0, classB=0, delete=0)
        blob = bucket.blob("x")
        blob.upload_from_string("x")
        blob.download_as_bytes()
        blob.reload()
        list(bucket.list_blobs())
        assert bucket.get_blob("absent") is None
        blob.delete()
        assert operations == {"classA": 2, "classB": 2, "delete": 1}

    def test_the_response_names_what_it_counts_as(self, url: str) -> None:
        response = requests.get(f"{url}/storage/v1/b", timeout=5)
        assert response.headers["X-Emulator-Operation"] == "classA"


class TestFiles:
    def test_bytes_that_nothing_refers_to_are_deleted(self, tmp_path: Path) -> None:
        store = ObjectStore("bucket", tmp_path)
        for data in (b"first", b"second"):
            content = store.new_content()
            content.append([data])
            store.put("bucket", "../outside", content, Attributes())
        del content
        assert [file.read_bytes() for file in tmp_path.iterdir()] == [b"second"]
        store.delete("bucket", "../outside")
        assert list(tmp_path.iterdir()) == []
