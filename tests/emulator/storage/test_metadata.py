"""An object's metadata and when it changes, by the real client."""

from datetime import UTC, datetime, timedelta

import pytest
from google.api_core.exceptions import BadRequest, MethodNotImplemented, PreconditionFailed
from google.cloud import storage


class TestMetadata:
    def test_a_patch_changes_what_it_names(self, bucket: storage.Bucket) -> None:
        blob = bucket.blob("photo")
        blob.metadata = {"kept": "1", "removed": "2"}
        blob.cache_control = "no-store"
        blob.upload_from_string("x", content_type="image/png")
        blob.metadata = {"added": "3", "removed": None}
        blob.patch()
        found = bucket.get_blob("photo")
        assert found is not None
        assert found.metadata == {"kept": "1", "added": "3"}
        assert (found.cache_control, found.content_type) == ("no-store", "image/png")
        assert (found.metageneration, found.generation) == (2, blob.generation)

    def test_an_update_replaces_everything(self, bucket: storage.Bucket) -> None:
        blob = bucket.blob("photo")
        blob.cache_control = "no-store"
        blob.upload_from_string("x", content_type="image/png")
        blob.cache_control = None
        blob.update()
        found = bucket.get_blob("photo")
        assert found is not None
        assert (found.cache_control, found.content_type) == (None, "image/png")

    def test_fields_that_the_emulator_cannot_keep_are_refused(self, bucket: storage.Bucket) -> None:
        blob = bucket.blob("photo")
        blob.upload_from_string("x")
        blob.event_based_hold = True
        with pytest.raises(MethodNotImplemented, match="eventBasedHold"):
            blob.patch()

    def test_what_becomes_a_header_is_one_line(self, bucket: storage.Bucket) -> None:
        blob = bucket.blob("photo")
        blob.upload_from_string("x")
        blob.content_disposition = "inline\r\nSet-Cookie: a=b"
        with pytest.raises(BadRequest, match="contentDisposition"):
            blob.patch()

    def test_null_removes_one_entry_or_all(self, bucket: storage.Bucket) -> None:
        blob = bucket.blob("photo")
        blob.metadata = {"a": "1", "b": "2"}
        blob.cache_control = "no-store"
        blob.upload_from_string("x")
        blob.metadata = {"a": None}
        blob.cache_control = None
        blob.patch()
        blob.reload()
        assert (blob.metadata, blob.cache_control) == ({"b": "2"}, None)
        blob.metadata = None
        blob.patch()
        blob.reload()
        assert blob.metadata is None

    def test_a_patch_moves_the_update_time_and_not_the_creation(
        self, bucket: storage.Bucket
    ) -> None:
        blob = bucket.blob("photo")
        blob.upload_from_string("x")
        created, updated, etag = blob.time_created, blob.updated, blob.etag
        assert created == updated
        assert blob.metageneration == 1
        blob.content_disposition = "inline"
        blob.patch(if_metageneration_match=1)
        assert blob.time_created == created
        assert blob.updated >= updated
        assert (blob.metageneration, blob.etag == etag) == (2, False)
        with pytest.raises(PreconditionFailed):
            blob.patch(if_metageneration_match=1)

    def test_a_new_generation_begins_anew(self, bucket: storage.Bucket) -> None:
        blob = bucket.blob("photo")
        blob.metadata = {"a": "1"}
        blob.upload_from_string("x")
        blob.patch()
        before = blob.generation
        again = bucket.blob("photo")
        again.upload_from_string("y")
        assert again.generation > before
        assert (again.metageneration, again.metadata) == (1, None)

    def test_a_copy_begins_anew_too(self, bucket: storage.Bucket) -> None:
        blob = bucket.blob("photo")
        blob.metadata = {"a": "1"}
        blob.upload_from_string("x")
        blob.patch()
        copy = bucket.copy_blob(blob, bucket, "copy")
        assert (copy.metageneration, copy.metadata) == (1, {"a": "1"})
        assert copy.time_created >= blob.time_created

    def test_a_custom_time_only_moves_on(self, bucket: storage.Bucket) -> None:
        blob, moment = bucket.blob("photo"), datetime(2026, 1, 2, 3, 4, 5, 600_000, UTC)
        blob.custom_time = moment
        blob.upload_from_string("x")
        found = bucket.get_blob("photo")
        assert found is not None
        assert found.custom_time == moment
        found.custom_time = moment + timedelta(days=1)
        found.patch()
        for earlier in (moment, None):
            found.custom_time = earlier
            with pytest.raises(BadRequest, match="customTime"):
                found.patch()
        assert found.download_as_bytes() == b"x"
