"""A guest is erased on request: all of theirs at once, whatever goes on in that moment."""

from typing import Any

import pytest
from google.cloud.firestore import Client

from experience import storage
from experience.errors import Contention, NotFound, PermissionDenied
from experience.guests.models import EnsureGuest
from experience.guests.usecases import ensure_guest
from experience.media.store import objects
from experience.retention import store
from experience.retention.models import EraseGuest, Erasure
from experience.retention.usecases import erase
from experience.sessions.models.requests import CreateSession
from experience.sessions.usecases.create import create_session
from experience.workflows.usecases import delete
from tests.support.builders.guests import a_guest
from tests.support.builders.jobs import a_booth
from tests.support.builders.sessions import a_session
from tests.support.builders.venues import Venue, a_venue
from tests.support.builders.workspaces import a_member
from tests.support.calling import at_once
from tests.support.job_bench import JobBench, NewJob, meanwhile, unrest

IN_WORKSPACE = ("runs", "artifacts", "generationJobs", "stepCache")


def erased(one: JobBench) -> Erasure:
    """The receipt for the guest of a session, who asked for it."""
    return erase.erase_guest(one.uid, EraseGuest(project_id=one.project))


def left(one: JobBench) -> list[str]:
    """The paths of all that is left of a guest: documents, and objects of session and workspace."""
    visit = (
        one.job_ref,
        one.session_ref,
        one.client.document("projects", one.project, "guests", one.uid),
    )
    documents = [each.reference.path for each in one.client.get_all(list(visit)) if each.exists]
    for name in IN_WORKSPACE:
        documents += [each.reference.path for each in one.tenant.collection(name).stream()]
    for name in ("runSteps", "runStepCache", "jobInternals"):
        documents += [each.reference.path for each in one.client.collection_group(name).stream()]
    folders = (f"projects/{one.project}/", f"tenants/{one.tenant.id}/")
    stored = [each.name for name in folders for each in storage.bucket().list_blobs(prefix=name)]
    return documents + stored


class TestEverything:
    def test_of_a_guest_with_a_picture_is_gone_at_once(self, one: JobBench) -> None:
        one.work()
        assert one.shown()[0] == "completed"
        made = left(one)
        assert [path for path in made if path.startswith("tenants/")]  # between the steps

        receipt = erased(one)

        assert left(one) == []
        counts = receipt.model_dump(include={"guests", "sessions", "jobs", "runs"})
        assert counts == {"guests": 1, "sessions": 1, "jobs": 1, "runs": 1}
        assert receipt.objects == 5  # photo, picture, thumbnail, and what went between the steps

    def test_the_receipt_names_nobody_and_a_repetition_finds_nothing(self, one: JobBench) -> None:
        one.work()
        receipt = erased(one)
        ids = (one.uid, one.project, one.completed.id, one.job_id, one.run_id)
        assert not any(each in str(receipt.shown()) for each in ids)
        counts = set(receipt.dump()) - {"receiptId", "erasedAt"}
        assert not any(erased(one).dump()[name] for name in counts)

    def test_other_guests_keep_theirs(self, new_job: NewJob, quiet_db: Client) -> None:
        venue = a_booth(quiet_db)
        one, other = new_job(venue=venue), new_job(venue=venue)
        one.work()
        other.work()
        before = other.everything()
        erased(one)
        assert other.everything() == before
        assert unrest(quiet_db) == []

    def test_a_session_that_cannot_be_read_goes_too(self, quiet_db: Client) -> None:
        venue = a_venue(quiet_db)
        uid = a_guest(quiet_db, venue.project)
        a_session(quiet_db, venue.project, uid, venue.main, phase="nowhere", answers=7)
        assert erase.erase_guest(uid, EraseGuest(project_id=venue.project)).sessions == 1
        assert list(quiet_db.collection("projects", venue.project, "sessions").stream()) == []


class TestMeanwhile:
    @pytest.mark.parametrize("step", ["load", "stylise", "publish"])
    def test_a_run_in_the_middle_brings_no_document_back(
        self, one: JobBench, monkeypatch: pytest.MonkeyPatch, step: str
    ) -> None:
        """Its worker may store what it has in hand; the sweeps delete objects without a session."""
        meanwhile(monkeypatch, step, lambda: erased(one))
        one.enqueue()
        one.drain()
        stored = ("/sha256/", "/results/")
        assert [path for path in left(one) if not any(each in path for each in stored)] == []

    def test_a_guest_who_goes_on_is_erased_as_well(
        self, quiet_db: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        venue = a_venue(quiet_db)
        uid = a_guest(quiet_db, venue.project)
        original = store.query_sessions_of

        def begin_again(*arguments: Any) -> Any:
            monkeypatch.setattr(store, "query_sessions_of", original)
            begin(venue, uid)
            return original(*arguments)

        monkeypatch.setattr(store, "query_sessions_of", begin_again)
        receipt = erase.erase_guest(uid, EraseGuest(project_id=venue.project))
        assert (receipt.guests, receipt.sessions) == (2, 1)
        for name in ("guests", "sessions"):
            assert list(quiet_db.collection("projects", venue.project, name).stream()) == []

    def test_many_at_once_are_one(self, one: JobBench) -> None:
        one.work()
        receipts = at_once(3, lambda _: erased(one))
        assert left(one) == []
        assert sum(each.guests for each in receipts) >= 1


class TestBrokenOff:
    @pytest.mark.parametrize(
        ("module", "name"),
        [
            (store, "query_sessions_of"),
            (objects, "delete_of_session"),
            (store, "internals_ref"),
            (delete, "delete_objects_of"),
        ],
        ids=["the guest is gone", "the artifacts are gone", "the objects are gone", "nothing else"],
    )
    def test_the_next_call_finishes_it(
        self, one: JobBench, monkeypatch: pytest.MonkeyPatch, module: Any, name: str
    ) -> None:
        one.work()

        def break_off(*_arguments: Any, **_options: Any) -> Any:
            raise RuntimeError("the process ends here")

        with monkeypatch.context() as broken:
            broken.setattr(module, name, break_off)
            with pytest.raises(RuntimeError):
                erased(one)
        assert left(one)
        assert erased(one).sessions == 1
        assert left(one) == []

    def test_out_of_time_it_says_that_something_is_left(self, one: JobBench) -> None:
        with pytest.raises(Contention):
            erase.erase(one.client, one.project, one.uid, milliseconds=0)
        assert erased(one).guests == 1


class TestWhoMay:
    def test_an_admin_for_a_guest_and_nobody_below(self, quiet_db: Client) -> None:
        venue = a_venue(quiet_db)
        request = EraseGuest(project_id=venue.project, guest_id=a_guest(quiet_db, venue.project))
        with pytest.raises(PermissionDenied):
            erase.erase_guest(a_member(quiet_db, venue.workspace, "editor"), request)
        stranger = a_member(quiet_db, a_venue(quiet_db).workspace, "owner")
        for uid in (stranger, a_guest(quiet_db, venue.project)):
            with pytest.raises(NotFound, match="guest"):
                erase.erase_guest(uid, request)
        admin = a_member(quiet_db, venue.workspace, "admin")
        assert erase.erase_guest(admin, request).guests == 1


def begin(venue: Venue, uid: str) -> None:
    """What the guest's page does in another tab."""
    ensure_guest(uid, EnsureGuest(project_id=venue.project))
    visit: dict[str, Any] = {"mode": "guest", "config_source": "published"}
    create_session(uid, CreateSession(project_id=venue.project, experience_id=venue.main, **visit))
