"""Media where it gets tight: many confirmations at once, addresses that end, types that lie."""

import gzip
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import requests
from google.api_core.exceptions import NotFound as ObjectNotFound
from google.api_core.exceptions import PreconditionFailed, ServiceUnavailable
from google.cloud.firestore import Client
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from emulator.suite.suite import Suite
from experience import storage, transactions
from experience.errors import (
    Contention,
    FailedPrecondition,
    InvalidArgument,
    NotFound,
    ResourceExhausted,
)
from experience.ids import new_id
from experience.media.models import ConfirmUpload, CreateUpload, StoredObject, path_in, sniff
from experience.media.store import download_urls, objects
from experience.media.usecases.upload import confirm_upload, create_upload
from experience.workflows.artifacts import store as artifact_store
from tests.support.builders.guests import a_guest, stored_guest
from tests.support.builders.images import PHOTOS, encoded
from tests.support.builders.jobs import CAPTURE, a_photo
from tests.support.builders.sessions import a_session, session_ref, stored_session
from tests.support.builders.venues import a_venue
from tests.support.builders.videos import mp4, webm
from tests.support.waiting import eventually

PHOTO = a_photo()


@pytest.fixture
def upload(db: Client) -> tuple[str, CreateUpload]:
    """A guest's uid and what they ask for a photo that they took."""
    venue = a_venue(db, steps=[CAPTURE])
    uid = a_guest(db, venue.project)
    session = a_session(db, venue.project, uid, venue.main, workspaceId=venue.workspace)
    return uid, CreateUpload(
        project_id=venue.project,
        session_id=session,
        step_id="photo",
        content_type="image/jpeg",
        size_bytes=len(PHOTO),
    )


def uploaded(uid: str, wanted: CreateUpload) -> ConfirmUpload:
    """The photo in the bucket, ready to be confirmed."""
    made = create_upload(uid, wanted, None)
    requests.put(made.url, data=PHOTO, headers=made.headers, timeout=60).raise_for_status()
    return ConfirmUpload(
        project_id=wanted.project_id,
        session_id=wanted.session_id,
        step_id=wanted.step_id,
        asset_id=made.asset_id,
    )


class TestHourlyLimit:
    def test_many_at_once_begin_as_many_as_are_left_in_the_hour(
        self, db: Client, upload: tuple[str, CreateUpload], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("UPLOADS_PER_GUEST_AND_HOUR", "3")
        monkeypatch.setattr(transactions, "FIRST_PAUSE_SECONDS", 0.05)
        uid, wanted = upload

        def begin(_: int) -> str:
            try:
                return create_upload(uid, wanted, None).asset_id
            except (ResourceExhausted, Contention):
                return ""

        with ThreadPoolExecutor(6) as pool:
            begun = list(pool.map(begin, range(12)))
        assert len({each for each in begun if each}) == 3
        assert stored_guest(db, wanted.project_id, uid)["rates"]["uploads"]["count"] == 3

    def test_it_counts_what_the_guest_sends_to_another_session(
        self, db: Client, upload: tuple[str, CreateUpload], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("UPLOADS_PER_GUEST_AND_HOUR", "1")
        uid, wanted = upload
        create_upload(uid, wanted, None)
        stored = stored_session(db, wanted.project_id, wanted.session_id)
        venue = {"workspaceId": stored["workspaceId"]}
        other = a_session(db, wanted.project_id, uid, stored["experienceId"], **venue)
        with pytest.raises(ResourceExhausted) as refusal:
            create_upload(uid, wanted.model_copy(update={"session_id": other}), None)
        assert (refusal.value.reason, refusal.value.details["limit"]) == ("rate_limited", 1)
        assert 3500 < refusal.value.details["retryAfterSeconds"] <= 3600

    def test_a_refused_upload_does_not_count(
        self, db: Client, upload: tuple[str, CreateUpload]
    ) -> None:
        uid, wanted = upload
        with pytest.raises(InvalidArgument):
            create_upload(uid, wanted.model_copy(update={"content_type": "video/mp4"}), None)
        assert not stored_guest(db, wanted.project_id, uid).get("rates")

    def test_who_is_no_guest_any_more_begins_none(
        self, db: Client, upload: tuple[str, CreateUpload]
    ) -> None:
        uid, wanted = upload
        db.document("projects", wanted.project_id, "guests", uid).delete()
        with pytest.raises(NotFound, match="guest"):
            create_upload(uid, wanted, None)


class TestPackedObjects:
    def test_are_read_as_they_are_stored(self, suite: Suite) -> None:
        """Unpacked, a small object could fill the memory of whoever reads it."""
        packed = gzip.compress(bytes(1_000_000))
        blob = storage.bucket().blob(f"packed/{new_id()}")
        blob.content_encoding = "gzip"
        blob.upload_from_string(packed, content_type="image/jpeg")
        assert objects.read(blob.name) == packed
        assert objects.read(blob.name, 64) == packed[:64]
        assert artifact_store.read_object(blob.name) == packed


class TestErasedMeanwhile:
    @pytest.mark.parametrize("before", ["read", "confirm"])
    def test_a_photo_that_goes_while_it_is_looked_at_is_missing(
        self, upload: tuple[str, CreateUpload], monkeypatch: pytest.MonkeyPatch, before: str
    ) -> None:
        uid, wanted = upload
        request = uploaded(uid, wanted)
        original = getattr(objects, before)

        def too_late(found: Any, *more: Any) -> Any:
            storage.bucket().blob(getattr(found, "path", found)).delete()
            return original(found, *more)

        monkeypatch.setattr(objects, before, too_late)
        with pytest.raises(FailedPrecondition) as refusal:
            confirm_upload(uid, request)
        assert refusal.value.reason == "upload_missing"


class TestConfirmingAtOnce:
    def test_twenty_times_makes_one_entry_and_one_token(
        self, db: Client, upload: tuple[str, CreateUpload]
    ) -> None:
        uid, wanted = upload
        request = uploaded(uid, wanted)
        with ThreadPoolExecutor(20) as pool:
            answers = list(pool.map(lambda _: confirm_upload(uid, request), range(20)))
        stored = stored_session(db, wanted.project_id, wanted.session_id)
        [media] = stored["capturedMedia"]
        assert all(answer.dump()["capturedMedia"] == [media] for answer in answers)
        blob = storage.bucket().get_blob(path_in(media["url"]))
        assert blob is not None
        token = (blob.metadata or {})[objects.TOKENS]
        assert media["url"].endswith(f"&token={token}")
        assert blob.metageneration == 2  # written once as an object and once as published

    def test_of_two_photos_the_later_one_stays(
        self, db: Client, upload: tuple[str, CreateUpload]
    ) -> None:
        uid, wanted = upload
        first, second = uploaded(uid, wanted), uploaded(uid, wanted)
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(lambda request: confirm_upload(uid, request), [second, first]))
        [media] = stored_session(db, wanted.project_id, wanted.session_id)["capturedMedia"]
        assert media["assetId"] == second.asset_id

    def test_of_two_of_the_same_millisecond_one_stays_in_any_order(
        self, db: Client, upload: tuple[str, CreateUpload], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        uid, wanted = upload
        find = objects.find

        def found_at_once(path: str) -> StoredObject | None:
            seen = find(path)
            return seen and replace(seen, created_at=1)

        monkeypatch.setattr(objects, "find", found_at_once)
        both = [uploaded(uid, wanted) for _ in range(2)]
        last = max(both, key=lambda each: each.asset_id)
        for each in [*both, *reversed(both)]:
            [held] = confirm_upload(uid, each).captured_media
        assert held.asset_id == last.asset_id
        assert requests.get(str(held.url), timeout=60).content == PHOTO

    def test_what_a_session_shows_as_it_ends_keeps_its_address(
        self, db: Client, upload: tuple[str, CreateUpload], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        uid, wanted = upload
        first, confirm = uploaded(uid, wanted), objects.confirm
        [shown] = confirm_upload(uid, first).captured_media
        reference = session_ref(db, wanted.project_id, wanted.session_id)
        reference.update({"outputs.photo": {"url": shown.url, "type": "image"}})
        confirm_upload(uid, uploaded(uid, wanted))

        def confirm_late(found: StoredObject) -> str | None:
            reference.update({"status": "completed"})
            return confirm(found)

        monkeypatch.setattr(objects, "confirm", confirm_late)
        with pytest.raises(FailedPrecondition, match="This session is completed"):
            confirm_upload(uid, first)
        assert requests.get(str(shown.url), timeout=60).content == PHOTO

    def test_a_session_that_ends_meanwhile_takes_no_photo(
        self, db: Client, upload: tuple[str, CreateUpload], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        uid, wanted = upload
        request, confirm = uploaded(uid, wanted), objects.confirm

        def confirm_late(found: StoredObject) -> str | None:
            """What takes a while in the cloud, and long enough for the guest to go on."""
            reference = session_ref(db, wanted.project_id, wanted.session_id)
            reference.update({"status": "completed"})
            return confirm(found)

        monkeypatch.setattr(objects, "confirm", confirm_late)
        with pytest.raises(FailedPrecondition, match="This session is completed"):
            confirm_upload(uid, request)
        stored = stored_session(db, wanted.project_id, wanted.session_id)
        assert stored["capturedMedia"] == []
        path = objects.input_path(
            request.project_id, request.session_id, request.step_id, request.asset_id
        )
        found = objects.find(path)
        assert found
        assert objects.TOKENS not in found.metadata

    def test_a_storage_that_fails_afterwards_takes_no_photo_away(
        self, db: Client, upload: tuple[str, CreateUpload], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        uid, wanted = upload
        confirm_upload(uid, uploaded(uid, wanted))

        def fail(_: str) -> None:
            raise ServiceUnavailable("later")

        monkeypatch.setattr(storage, "RETRY_SECONDS", 0.1)
        monkeypatch.setattr(download_urls, "find", storage.retry()(fail))
        retake = uploaded(uid, wanted)
        [held] = confirm_upload(uid, retake).captured_media
        assert held.asset_id == retake.asset_id


@pytest.mark.usefixtures("suite")
class TestAddresses:
    def test_an_upload_address_ends_when_the_deployment_says(
        self, upload: tuple[str, CreateUpload], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("UPLOAD_URL_SECONDS", "1")
        made = create_upload(*upload, None)

        def is_over() -> bool:
            empty = requests.put(made.url, data=b"", headers=made.headers, timeout=60)
            return "ExpiredToken" in empty.text

        assert "X-Goog-Expires=1&" in made.url
        assert eventually(is_over)
        answer = requests.put(made.url, data=PHOTO, headers=made.headers, timeout=60)
        assert answer.status_code == 400
        assert objects.find(made.path) is None

    def test_an_address_gives_its_path_back(self) -> None:
        path = objects.input_path("p1", "s1", "a step%2F", "x/../y")
        url = objects.write_once(path, b"x", "text/plain")
        assert path_in(url) == path

    def test_what_is_written_once_stays_and_keeps_its_address(self) -> None:
        path = objects.result_path("p1", new_id(), "j1", 1, "result.png")
        url = objects.write_once(path, b"first", "text/plain")
        assert objects.write_once(path, b"second", "text/plain") == url
        assert objects.read(path) == b"first"
        assert objects.read(path, first_bytes=2) == b"fi"

    def test_publishing_twice_gives_the_same_address(self) -> None:
        path = f"projects/p1/{new_id()}"
        storage.bucket().blob(path).upload_from_string(b"x")
        assert objects.publish(path) == objects.publish(path)

    def test_what_replaces_a_generation_has_an_address_of_its_own(self) -> None:
        path = objects.event_result_path("e1", new_id())
        first_url, first = objects.replace(path, b"first", "text/plain", 0)
        second_url, second = objects.replace(path, b"second", "text/plain", first)
        for late in (0, first):
            with pytest.raises(PreconditionFailed):
                objects.replace(path, b"late", "text/plain", late)
        found = objects.find(path)
        assert found
        assert (found.generation, objects.read(path)) == (second, b"second")
        assert second_url.endswith(f"&generation={second}")
        assert path_in(first_url) == path_in(second_url) == path
        assert requests.get(second_url, timeout=5).content == b"second"
        assert requests.get(first_url, timeout=5).status_code == 403
        uri = f"gs://{storage.bucket_name()}/{path}"
        assert artifact_store.read_object(f"{uri}#{second}") == artifact_store.read_object(uri)
        with pytest.raises(ObjectNotFound):
            artifact_store.read_object(f"{uri}#{first}")

    def test_who_looked_before_it_was_published_takes_the_token_that_it_got(self) -> None:
        path = f"projects/p1/{new_id()}"
        storage.bucket().blob(path).upload_from_string(b"x")
        before = objects.find(path)
        assert objects.publish(path) == objects.publish(path, before)


class TestSniff:
    @pytest.mark.parametrize("photo", sorted(PHOTOS.glob("*.jpg")), ids=lambda path: path.name)
    def test_photos_are_jpeg(self, photo: Path) -> None:
        assert sniff(photo.read_bytes()[:16]) == "image/jpeg"

    @pytest.mark.parametrize(
        ("data", "content_type"),
        [
            (b"\x00\x00\x00\x18ftypmp42", "video/mp4"),
            (b"\x1aE\xdf\xa3\x9fB\x82\x84webm", "video/webm"),
            (b"\x1aE\xdf\xa3\x9fB\x82\x88matroska webm", None),
            (webm(), "video/webm"),
            (webm(document_type=b"matroska"), None),
            (mp4(), "video/mp4"),
            (mp4(brand=b"M4A "), None),
            (mp4(brand=b"M4V "), "video/mp4"),
            (mp4(brand=b"M4VH"), "video/mp4"),
            (mp4(brand=b"3gp4"), "video/mp4"),
            (mp4(brand=b"3gp5"), "video/mp4"),
            (mp4(brand=b"qt  "), "video/quicktime"),
            (b"\x1aE\xdf\xa3", None),
            (b"\x1aE\xdf\xa3\x9fB\x82", None),
            (b"\x1aE\xdf\xa3" + bytes(60), None),
            (b"\x00\x00\x00\x18ftypheic", "image/heic"),
            (b"\x00\x00\x00\x18ftypmif1\0\0\0\0mif1heic", "image/heic"),
            (b"\x00\x00\x00\x18ftypmif1\0\0\0\0mif1avif", "image/avif"),
            (b"\x00\x00\x00\x14ftypmif1\0\0\0\0mif1avif", "image/heif"),
            (b"\x00\x00\x00\x18ftypisom\0\0\0\0mif1avif", "video/mp4"),
            (b"RIFF\x00\x00\x00\x00WAVE", None),
            (b"GIF89a", None),
            (b"<!doctype html>", None),
            (b"\x89PNG", None),
            (b"", None),
        ],
    )
    def test_the_first_bytes_tell(self, data: bytes, content_type: str | None) -> None:
        assert sniff(data) == content_type

    @settings(deadline=None, derandomize=True, max_examples=200)
    @given(st.binary(max_size=80))
    def test_no_bytes_are_too_strange(self, tail: bytes) -> None:
        assert sniff(tail) is None or len(tail) > 2
        assert sniff(b"\x1aE\xdf\xa3" + tail) in (None, "video/webm")

    @pytest.mark.parametrize("format_", ["PNG", "WEBP", "JPEG", "AVIF"])
    def test_what_the_encoders_write_is_known(self, format_: str) -> None:
        data = encoded(Image.new("RGB", (2, 2)), format_)
        assert sniff(data) == f"image/{format_.lower()}"
