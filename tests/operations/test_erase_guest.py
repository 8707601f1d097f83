"""Erasing a guest from a terminal."""

import json
from typing import Any

import pytest
from google.cloud.firestore import Client

from emulator.suite.suite import Suite
from experience.journeys.store import event_session_ref
from experience.media.store.objects import capture_path, find, write_once
from tests.operations.conftest import Command, StoredVisit
from tests.support.builders.events import an_event
from tests.support.builders.workspaces import a_workspace


class TestEraseGuestCommand:
    def test_deletes_everything_of_the_guest_and_prints_a_receipt(
        self, suite: Suite, command: Command, visit: StoredVisit
    ) -> None:
        for name in (visit.photo, visit.picture):
            write_once(name, b"picture", "image/jpeg")
        [guest] = visit.db.collection("projects", visit.venue.project, "guests").stream()
        where = ("--project", visit.db.project, "--bucket", suite.bucket)
        who = ("--visited", visit.venue.project, "--guest", guest.id)

        done = command("erase-guest", *where, *who)

        assert (done.returncode, done.stderr) == (0, "")
        receipt = json.loads(done.stdout)
        assert (receipt["guests"], receipt["sessions"], receipt["objects"]) == (1, 3, 2)
        for name in ("guests", "sessions", "jobs"):
            assert not list(visit.db.collection("projects", visit.venue.project, name).stream())
        assert not any(find(name) for name in (visit.photo, visit.picture))

        again = command("erase-guest", *where, *who)  # as after a typing error
        assert again.returncode == 1
        assert json.loads(again.stdout)["guests"] == 0
        assert again.stderr.startswith(f"error: there was nothing of guest {guest.id} in project ")

    @pytest.mark.exhaustive
    def test_deletes_everything_of_a_guest_of_an_event(
        self, suite: Suite, command: Command, quiet_db: Client
    ) -> None:
        event = an_event(quiet_db, a_workspace(quiet_db))
        session = event_session_ref(quiet_db, event, "s")
        path = capture_path(event, "s")
        write_once(path, b"photo", "image/jpeg")
        picture = "https://storage.googleapis.com/.../result.png"  # of an older client
        session.set({"createdBy": "guest", "resultImagePath": picture})
        where = ("--project", quiet_db.project, "--bucket", suite.bucket)

        done = command("erase-guest", *where, "--event", event, "--guest", "guest")

        assert (done.returncode, done.stderr) == (0, "")
        assert not session.get().exists
        assert find(path) is None

    @pytest.mark.exhaustive
    def test_with_another_bucket_than_that_of_the_photos_nothing_is_deleted(
        self, suite: Suite, command: Command, visit: StoredVisit
    ) -> None:
        arguments = ("erase-guest", "--project", visit.db.project, "--guest", "guest")
        visited = ("--visited", visit.venue.project)

        missing = command(*arguments, *visited, "--bucket", "no-such-bucket")
        visit.change("sessions/main", capturedMedia=[photo_in("another-bucket")])
        other = command(*arguments, *visited, "--bucket", suite.bucket)

        assert missing.returncode == other.returncode == 2
        assert "no-such-bucket" in missing.stderr
        assert "another-bucket" in other.stderr
        for name, count in (("guests", 1), ("sessions", 3), ("jobs", 1)):
            found = list(visit.db.collection("projects", visit.venue.project, name).stream())
            assert len(found) == count


def photo_in(bucket: str) -> dict[str, Any]:
    url = f"http://localhost/v0/b/{bucket}/o/photo?alt=media&token=t"
    return {"stepId": "photo", "assetId": "asset", "url": url, "createdAt": 1}
