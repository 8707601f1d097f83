"""Sessions of events go when their time is over, or on request, with all that belongs to them."""

import contextlib
from typing import Any

import pytest
from google.cloud.firestore import Client

from experience import clock, storage
from experience.errors import (
    Contention,
    FailedPrecondition,
    InvalidArgument,
    NotFound,
    PermissionDenied,
)
from experience.journeys.store import event_guest_ref
from experience.media.store import objects, uploads
from experience.retention import store
from experience.retention.models import EraseGuest
from experience.retention.usecases import erase, sweep_events
from experience.retention.usecases.sweep import sweep_retention
from experience.transforms.models.quota import day_of
from tests.experience.journeys.journey_guest import PHOTO, JourneyGuest, put
from tests.experience.rests import Rests
from tests.experience.retention.visits import DAY, DAYS, just_before
from tests.support.builders.events import an_event
from tests.support.builders.workspaces import a_member, a_step, a_workspace
from tests.support.calling import at_once

NOTHING = {"sessions": 0, "eventGuests": 0, "objects": 0, "runs": 0}


def an_old_guest(db: Client, event: str, age: float, uid: str | None = None) -> JourneyGuest:
    """A guest whose session was last written so many days ago, with photo, picture and run."""
    guest = JourneyGuest.begin(db, event, uid)
    guest.capture(step="photo")
    path = f"results/{event}/{guest.session}/result.png"
    url = objects.write_once(path, b"x", "image/png")
    then = clock.now_ms() - round(age * DAY)
    workspace = guest.stored()["workspaceId"]
    db.document("workspaces", workspace, "runs", guest.session).set(a_run(guest, workspace, then))
    guest.reference.update({"resultImagePath": url, "runId": guest.session, "updatedAt": then})
    event_guest_ref(db, event, guest.uid).update({"updatedAt": then})
    return guest


def a_run(guest: JourneyGuest, workspace: str, then: int) -> dict[str, Any]:
    return {
        "id": guest.session,
        "tenantId": workspace,
        "workflowName": "photo.transform",
        "workflowVersion": "1",
        "triggerType": "initial",
        "status": "completed",
        "createdBy": guest.uid,
        "definition": "{}",
        "remainingSinks": 0,
        "createdAt": then,
        "updatedAt": then,
    }


def left(db: Client, event: str) -> dict[str, int]:
    """How many documents and objects the event has."""
    counts = {
        name: len(list(db.collection("events", event, name).list_documents()))
        for name in ("sessions", "eventGuests")
    }
    folders = (f"captures/{event}/", f"results/{event}/")
    stored = [each for name in folders for each in storage.bucket().list_blobs(prefix=name)]
    runs = list(db.collection_group("runs").stream())
    return {**counts, "objects": len(stored), "runs": len(runs)}


@pytest.fixture
def event(quiet_db: Client) -> str:
    return an_event(
        quiet_db, a_workspace(quiet_db), [a_step("photo", "capture")], retentionDays=DAYS
    )


class TestSweep:
    def test_what_is_over_goes_and_what_is_not_stays(self, quiet_db: Client, event: str) -> None:
        old = an_old_guest(quiet_db, event, 31)
        kept = an_old_guest(quiet_db, event, 29)
        returned = an_old_guest(quiet_db, event, 31, uid=kept.uid)
        forever = an_event(quiet_db, a_workspace(quiet_db), [a_step("photo", "capture")])
        an_old_guest(quiet_db, forever, 400)
        counts = quiet_db.collection("events", event, "transformCounts")
        for day in ("20200101", day_of(clock.now_ms())):
            counts.document(f"{day}-0").set({"day": day, "shard": 0, "count": 1})
        deleted = sweep_retention()
        assert (deleted["sessions"], deleted["guests"], deleted["counts"]) == (2, 1, 1)
        assert [each.id[:8] for each in counts.stream()] == [day_of(clock.now_ms())]
        assert not old.reference.get().exists
        assert not returned.reference.get().exists
        assert kept.stored()["state"] == "captured"
        assert left(quiet_db, event) == {"sessions": 1, "eventGuests": 1, "objects": 2, "runs": 2}
        assert left(quiet_db, forever)["sessions"] == 1
        assert sweep_retention()["sessions"] == 0

    def test_one_that_breaks_off_is_finished_by_the_next(
        self, quiet_db: Client, event: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        an_old_guest(quiet_db, event, 31)

        def fail() -> None:
            raise RuntimeError("the storage fails")

        just_before(monkeypatch, objects, "delete_of_event_session", fail)
        sweep_retention()
        assert left(quiet_db, event)["sessions"] == 1
        sweep_retention()
        assert left(quiet_db, event) == NOTHING

    def test_what_a_run_has_no_time_for_tasks_go_on_with(
        self, quiet_db: Client, event: str, rests: Rests
    ) -> None:
        for _ in range(2):
            an_old_guest(quiet_db, event, 31)
        sweep_retention(milliseconds=0)
        assert left(quiet_db, event)["sessions"] == 1
        rests.work(0)
        assert left(quiet_db, event) == NOTHING


class TestObjects:
    def test_a_photo_that_comes_after_its_session_went_is_deleted(
        self, quiet_db: Client, event: str
    ) -> None:
        guest = JourneyGuest.begin(quiet_db, event)
        upload = guest.create()
        guest.reference.delete()
        assert put(upload, PHOTO) == 200
        objects.write_once(f"results/{event}/{guest.session}/result.png", b"x", "image/png")
        assert sweep_retention()["uploads"] == 2
        assert left(quiet_db, event)["objects"] == 0

    def test_a_photo_that_nobody_saved_goes_after_a_day_and_a_saved_one_stays(
        self, quiet_db: Client, event: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        saved, unsaved, late = (JourneyGuest.begin(quiet_db, event) for _ in range(3))
        saved.capture()
        unsaved.upload()
        sweep_retention()
        assert left(quiet_db, event)["objects"] == 2
        monkeypatch.setattr(sweep_events, "UPLOAD_KEPT_MS", -DAY)
        late.upload()
        saving = late.save_capture
        just_before(monkeypatch, uploads, "delete_unchanged", saving)
        sweep_retention()
        found = [objects.find(objects.capture_path(event, each.session)) is not None
                 for each in (saved, unsaved, late)]  # fmt: skip
        assert found == [True, False, True]

    def test_a_listing_of_a_range_has_the_sessions_in_it(
        self, quiet_db: Client, event: str
    ) -> None:
        at = storage.position_of(an_old_guest(quiet_db, event, 1).session)
        last = storage.LAST_POSITION
        for folder in ("captures", "results"):
            for range_, count in (((0, last), 1), ((at, at), 1), ((0, at - 1), 0)):
                found = list(uploads.list_event_objects(f"{folder}/{event}", *range_))
                assert [reached for _, reached in found] == [at] * count


class TestErase:
    def test_everything_of_a_guest_goes_at_once_and_of_nobody_else(
        self, quiet_db: Client, event: str
    ) -> None:
        guest = an_old_guest(quiet_db, event, 1)
        an_old_guest(quiet_db, event, 2, uid=guest.uid)
        other = an_old_guest(quiet_db, event, 1)
        before = other.stored()
        receipt = erase.erase_guest(guest.uid, EraseGuest(event_id=event))
        counts = receipt.model_dump(include={"guests", "sessions", "jobs", "runs", "objects"})
        assert counts == {"guests": 1, "sessions": 2, "jobs": 0, "runs": 2, "objects": 4}
        assert left(quiet_db, event) == {"sessions": 1, "eventGuests": 1, "objects": 2, "runs": 1}
        assert other.stored() == before
        again = erase.erase_guest(guest.uid, EraseGuest(event_id=event))
        assert (again.guests, again.sessions, again.objects) == (0, 0, 0)

    def test_a_guest_who_goes_on_is_erased_as_well(
        self, quiet_db: Client, event: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        guest = an_old_guest(quiet_db, event, 1)
        just_before(
            monkeypatch,
            store,
            "delete_event_session",
            lambda: JourneyGuest.begin(quiet_db, event, guest.uid),
        )
        receipt = erase.erase_guest(guest.uid, EraseGuest(event_id=event))
        assert (receipt.guests, receipt.sessions) == (2, 2)
        assert left(quiet_db, event) == NOTHING

    def test_inputs_that_meet_the_erasure_are_kept_by_nobody(
        self, quiet_db: Client, event: str
    ) -> None:
        guest = an_old_guest(quiet_db, event, 1)

        def act(number: int) -> None:
            if number == 0:
                erase.erase_guest(guest.uid, EraseGuest(event_id=event))
                return
            # The session is gone, or its photo is already.
            with contextlib.suppress(NotFound, FailedPrecondition):
                guest.go_to(number % 2)
                guest.save_capture("photo")

        at_once(3, act)
        erase.erase_guest(guest.uid, EraseGuest(event_id=event))
        assert left(quiet_db, event) == NOTHING

    def test_out_of_time_it_says_that_something_is_left(self, quiet_db: Client, event: str) -> None:
        guest = an_old_guest(quiet_db, event, 1)
        with pytest.raises(Contention):
            erase.erase_from_event(quiet_db, event, guest.uid, milliseconds=0)

    def test_an_admin_for_a_guest_and_nobody_below(self, quiet_db: Client, event: str) -> None:
        guest = JourneyGuest.begin(quiet_db, event)
        workspace = guest.stored()["workspaceId"]
        request = EraseGuest(event_id=event, guest_id=guest.uid)
        with pytest.raises(PermissionDenied):
            erase.erase_guest(a_member(quiet_db, workspace, "editor"), request)
        with pytest.raises(NotFound, match="guest"):
            erase.erase_guest("stranger", request)
        assert erase.erase_guest(a_member(quiet_db, workspace, "admin"), request).sessions == 1

    @pytest.mark.parametrize("named", [{}, {"project_id": "p", "event_id": "e"}])
    def test_one_of_both_is_named(self, quiet_db: Client, named: dict[str, str]) -> None:
        with pytest.raises(InvalidArgument, match="either"):
            erase.erase_guest("u", EraseGuest(**named))
