"""Uploads that nobody confirmed, and objects of erased sessions, go by the nightly sweep."""

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from google.cloud.firestore import Client

from experience import storage
from experience.media.store import download_urls, objects, uploads
from experience.retention.usecases import sweep
from experience.retention.usecases.sweep import sweep_retention
from tests.experience.rests import Rests
from tests.experience.retention.visits import (
    DAY,
    just_before,
)
from tests.support.builders.sessions import a_session, session_ref
from tests.support.builders.venues import Venue, a_venue
from tests.support.calling import at_once


class TestUploads:
    @pytest.fixture
    def late(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """What was uploaded just now has waited for long enough."""
        monkeypatch.setattr(sweep, "UPLOAD_KEPT_MS", -DAY)

    def uploaded(self, db: Client, venue: Venue) -> tuple[str, str]:
        """The session, and the path of an object that was uploaded and not confirmed."""
        session = a_session(db, venue.project, "g", venue.main, workspaceId=venue.workspace)
        path = objects.input_path(venue.project, session, "photo", "asset")
        storage.bucket().blob(path).upload_from_string(b"x", content_type="image/jpeg")
        return session, path

    @pytest.mark.usefixtures("late")
    def test_what_nobody_confirmed_is_deleted(self, quiet_db: Client) -> None:
        venue = a_venue(quiet_db)
        session, path = self.uploaded(quiet_db, venue)
        confirmed = objects.input_path(venue.project, session, "photo", "confirmed")
        objects.write_once(confirmed, b"x", "image/jpeg")
        assert sweep_retention()["uploads"] >= 1
        assert [objects.find(each) is None for each in (path, confirmed)] == [True, False]

    @pytest.mark.usefixtures("late")
    def test_what_a_retake_replaced_is_deleted(self, quiet_db: Client) -> None:
        venue = a_venue(quiet_db)
        session, _ = self.uploaded(quiet_db, venue)
        path = objects.input_path(venue.project, session, "photo", "replaced")
        objects.write_once(path, b"x", "image/jpeg")
        download_urls.revoke_all(path)
        sweep_retention()
        assert objects.find(path) is None

    def test_what_may_be_confirmed_yet_is_kept(self, quiet_db: Client) -> None:
        _, path = self.uploaded(quiet_db, a_venue(quiet_db))
        sweep_retention()
        assert objects.find(path)

    @pytest.mark.usefixtures("late")
    def test_what_a_session_names_is_kept_whoever_took_its_address(self, quiet_db: Client) -> None:
        venue = a_venue(quiet_db)
        session, path = self.uploaded(quiet_db, venue)
        capture = {"stepId": "photo", "assetId": "asset", "url": "u", "createdAt": 1}
        reference = session_ref(quiet_db, venue.project, session)
        reference.update({"capturedMedia": [capture]})
        sweep_retention()
        assert objects.find(path)
        shown = {"photo": {"url": objects.download_url(path, "ended"), "type": "image"}}
        reference.update({"capturedMedia": [], "outputs": shown})
        sweep_retention()
        assert objects.find(path)

    @pytest.mark.usefixtures("late")
    def test_what_is_confirmed_at_that_moment_is_kept(
        self, quiet_db: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        _, path = self.uploaded(quiet_db, a_venue(quiet_db))
        just_before(monkeypatch, uploads, "delete_unchanged", lambda: objects.publish(path))
        sweep_retention()
        assert objects.find(path)

    def test_what_was_written_into_a_session_that_is_gone_is_deleted_at_once(
        self, quiet_db: Client
    ) -> None:
        """An upload that was under way, one just confirmed, and the picture of a late worker."""
        venue = a_venue(quiet_db)
        session, upload = self.uploaded(quiet_db, venue)
        confirmed = objects.input_path(venue.project, session, "photo", "confirmed")
        picture = objects.result_path(venue.project, session, "job", 1, "result.png")
        for path in (confirmed, picture):
            objects.write_once(path, b"x", "image/png")
        sweep_retention()
        assert all(objects.find(path) for path in (upload, confirmed, picture))
        session_ref(quiet_db, venue.project, session).delete()
        sweep_retention()
        assert not any(objects.find(path) for path in (upload, confirmed, picture))

    @pytest.mark.usefixtures("late")
    def test_a_flood_goes_a_hundred_to_a_request(
        self, quiet_db: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        sweep_retention()
        venue = a_venue(quiet_db)
        flood(venue, a_session(quiet_db, venue.project, "g", venue.main), 230)
        sizes = batches_of(monkeypatch)
        assert sweep_retention()["uploads"] == 230
        assert sorted(sizes) == [30, 100, 100]

    @pytest.mark.exhaustive
    @pytest.mark.usefixtures("late")
    def test_three_thousand_go_within_a_run(self, quiet_db: Client) -> None:
        venue, count = a_venue(quiet_db), 3000
        flood(venue, a_session(quiet_db, venue.project, "g", venue.main), count)
        began = time.monotonic()
        assert sweep_retention()["uploads"] == count
        seconds = time.monotonic() - began
        print(f"{count / seconds:.0f} objects a second")

    @pytest.mark.usefixtures("late")
    def test_what_a_run_has_no_time_for_tasks_go_on_with(
        self, quiet_db: Client, rests: Rests, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(objects, "PAGE_SIZE", 2)
        venue = a_venue(quiet_db)
        paths = [self.uploaded(quiet_db, venue)[1] for _ in range(5)]
        sweep_retention(0)
        assert sum(objects.find(path) is not None for path in paths) == 3
        rests.work(0, times=2)
        assert not any(objects.find(path) for path in paths)

    def test_threads_that_come_first_have_one_bucket(self) -> None:
        """A batch of one client does not hold the calls of another, which are sent alone."""
        storage.made_bucket.cache_clear()
        assert len({id(each) for each in at_once(16, lambda _: storage.bucket())}) == 1

    def test_a_position_with_more_than_a_task_has_time_for_is_passed(
        self, quiet_db: Client, rests: Rests
    ) -> None:
        """What stays there ends the range: it would be handed on for twenty hours."""
        venue = a_venue(quiet_db)
        _, path = self.uploaded(quiet_db, venue)
        sweep_retention(0)
        rests.work(0)
        assert objects.find(path)


def flood(venue: Venue, session: str, count: int) -> None:
    """So many uploads that nobody confirmed."""

    def upload(number: int) -> None:
        path = objects.input_path(venue.project, session, "photo", f"{number:06}")
        storage.bucket().blob(path).upload_from_string(b"x", content_type="image/jpeg")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(upload, range(count)))


def batches_of(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many objects each batch names, from now on."""
    sizes: list[int] = []
    original = storage._send_batch

    def counted(call: Any, items: list[Any]) -> list[int]:
        sizes.append(len(items))
        return original(call, items)

    monkeypatch.setattr(storage, "_send_batch", counted)
    return sizes
