"""The nightly sweep finds addresses whose project was closed or opened by a lost event."""

import pytest
from google.cloud.firestore import Client

from experience.media.store import download_urls, objects
from experience.retention.usecases import sweep, sweep_run
from experience.retention.usecases.sweep import sweep_retention
from tests.experience.journeys.journey_guest import JourneyGuest
from tests.experience.retention.visits import DAY
from tests.support.builders.events import an_event
from tests.support.builders.sessions import a_session
from tests.support.builders.venues import Venue, a_venue
from tests.support.builders.workspaces import a_step, a_workspace
from tests.support.media.downloads import works
from tests.support.media.update_tasks import UpdateTasks, enqueued_here


@pytest.fixture
def tasks(quiet_db: Client, monkeypatch: pytest.MonkeyPatch) -> UpdateTasks:
    return enqueued_here(monkeypatch)


def a_capture(db: Client) -> tuple[Venue, str]:
    """Somewhere, the address of a confirmed upload that no session names."""
    venue = a_venue(db)
    session = a_session(db, venue.project, "g", venue.main, workspaceId=venue.workspace)
    paths = [objects.input_path(venue.project, session, "photo", each) for each in "ab"]
    first, _ = (objects.write_once(path, b"x", "image/jpeg") for path in paths)
    return venue, first


class TestLostEvents:
    def test_are_made_up_for_by_one_task_for_each_project(
        self, quiet_db: Client, tasks: UpdateTasks
    ) -> None:
        places = [a_capture(quiet_db) for _ in range(3)]
        closed = quiet_db.document("projects", places[0][0].project)
        owner = quiet_db.document("workspaces", places[1][0].workspace)
        for status, expected in (("archived", False), ("live", True)):
            closed.update({"status": status})
            owner.update({"status": "active" if expected else "deleted"})
            sweep_retention()
            assert tasks.drain() == 2
            assert [works(url) for _, url in places] == [expected, expected, True]
            sweep_retention()
            assert not tasks.waiting

    def test_of_an_event_too(self, quiet_db: Client, tasks: UpdateTasks) -> None:
        event = an_event(quiet_db, a_workspace(quiet_db), [a_step("photo", "capture")])
        guest = JourneyGuest.begin(quiet_db, event)
        guest.capture(step="photo")
        url = guest.stored()["data"]["photo"]["url"]
        for status, expected in (("archived", False), ("live", True)):
            quiet_db.document("events", event).update({"status": status})
            sweep_retention()
            assert tasks.drain() == 1
            assert works(url) is expected

    def test_one_more_each_night(self, quiet_db: Client, tasks: UpdateTasks) -> None:
        """A task is lost too, and the next run enqueues it under another name."""
        venue, _ = a_capture(quiet_db)
        quiet_db.document("projects", venue.project).update({"status": "deleted"})
        for expected in (1, 2):
            sweep_retention()
            assert len(tasks.waiting) == expected

    def test_a_queue_that_refuses_stops_no_sweep(
        self, quiet_db: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        venue, url = a_capture(quiet_db)
        quiet_db.document("projects", venue.project).update({"status": "deleted"})

        def refuse(_task: object) -> None:
            raise RuntimeError

        monkeypatch.setattr(sweep_run, "enqueue", refuse)
        sweep_retention()
        assert works(url)


class TestSuspended:
    def test_uploads_are_not_taken_for_unconfirmed(
        self, quiet_db: Client, tasks: UpdateTasks, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(sweep, "UPLOAD_KEPT_MS", -DAY)
        venue, url = a_capture(quiet_db)
        quiet_db.document("projects", venue.project).update({"status": "archived"})
        blobs = [blob for page in objects.list_pages("projects/") for blob in page]
        download_urls.update(blobs, is_open=False)
        assert not works(url)
        sweep_retention()
        assert all(objects.find(str(blob.name)) for blob in blobs)
        assert not tasks.waiting
