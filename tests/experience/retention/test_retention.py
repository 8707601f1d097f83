"""What is deleted when its time is over, what is kept, and what a run that broke off leaves."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from google.cloud.firestore import Client

from emulator.suite.suite import Suite
from experience import clock, storage, sweeps, transactions
from experience.media.models import path_in
from experience.media.store import download_urls, objects, uploads
from experience.retention import store
from experience.retention.usecases import sweep
from experience.retention.usecases.sweep import sweep_retention
from experience.transforms.models.quota import day_of
from operations.check import check
from tests.support.builders.guests import a_guest
from tests.support.builders.sessions import a_session, session_ref, stored_session
from tests.support.builders.venues import Venue, a_venue
from tests.support.builders.workspaces import a_member
from tests.support.calling import at_once

DAY = 24 * 3_600_000
DAYS = 30


def a_kept_venue(db: Client, days: int | None = DAYS, **venue: Any) -> Venue:
    """A venue that keeps its visits for so many days."""
    made = a_venue(db, retentionDays=days, **venue)
    a_member(db, made.workspace, "owner")
    return made


def a_visit(db: Client, venue: Venue, *ages: float, uid: str | None = None) -> str:
    """The uid of a guest with a completed session, photo and job for each age (in days)."""
    now = clock.now_ms()
    uid = a_guest(db, venue.project, uid)
    entries = []
    for age in ages:
        then = now - round(age * DAY)
        session = a_session(
            db,
            venue.project,
            uid,
            venue.main,
            workspaceId=venue.workspace,
            status="completed",
            **dict.fromkeys(("createdAt", "updatedAt", "completedAt"), then),
        )
        urls = [objects.write_once(path, b"x", "image/jpeg") for path in paths_of(venue, session)]
        capture = {"stepId": "name", "assetId": "a", "url": urls[0], "createdAt": then}
        result = {**capture, "assetId": "r", "url": urls[1]}
        shown = {"capturedMedia": [capture], "jobId": session, "jobStatus": "completed"}
        session_ref(db, venue.project, session).update({**shown, "resultMedia": result})
        a_job(db, venue, uid, session, then, urls)
        entries.append({"experienceId": venue.main, "completedAt": then, "sessionId": session})
    came = now - round(max(ages) * DAY)
    guest = db.document("projects", venue.project, "guests", uid)
    guest.update({"createdAt": came, "completedExperiences": entries})
    return uid


def a_job(db: Client, venue: Venue, uid: str, session: str, then: int, urls: list[str]) -> None:
    output: dict[str, Any] = {
        "assetId": "r",
        "url": urls[1],
        "path": path_in(urls[1]),
        "format": "png",
    }
    output |= {"width": 1, "height": 1, "sizeBytes": 1, "processingTimeMs": 1}
    job = db.document("projects", venue.project, "jobs", session)
    fields: dict[str, Any] = {"id": session, "projectId": venue.project, "sessionId": session}
    fields |= {"experienceId": venue.main, "workspaceId": venue.workspace, "createdBy": uid}
    fields |= {"status": "completed", "createdAt": then, "updatedAt": then, "output": output}
    job.set(fields)
    capture = {"stepId": "name", "assetId": "a", "path": path_in(urls[0])}
    snapshot: dict[str, Any] = {"capture": capture, "transform": {"enabled": True, "prompt": ""}}
    snapshot |= {"experienceVersion": 1}
    job.collection("jobInternals").document("state").set({"snapshot": snapshot})


def paths_of(venue: Venue, session: str) -> list[str]:
    return [
        objects.input_path(venue.project, session, "name", "a"),
        objects.result_path(venue.project, session, session, 1, "result.png"),
    ]


def left(db: Client, venue: Venue) -> dict[str, int]:
    """How many documents and objects the project has."""
    names = ("guests", "sessions", "jobs", "transformCounts")
    counts = {
        name: len(list(db.collection("projects", venue.project, name).list_documents()))
        for name in names
    }
    stored = storage.bucket().list_blobs(prefix=f"projects/{venue.project}/")
    return {**counts, "objects": len(list(stored))}


def assert_valid(suite: Suite, db: Client, venue: Venue) -> None:
    assert not check(db, suite.bucket, project_id=venue.project).violations


@pytest.fixture(autouse=True)
def _an_empty_bucket(suite: Suite) -> None:
    """What other tests left belongs to sessions that are not in this test's database."""
    storage.delete_objects(storage.bucket().list_blobs(prefix="projects/"))


NOTHING = {"guests": 0, "sessions": 0, "jobs": 0, "transformCounts": 0, "objects": 0}


class TestOver:
    def test_a_guest_goes_with_everything_of_theirs(self, suite: Suite, quiet_db: Client) -> None:
        venue = a_kept_venue(quiet_db)
        a_visit(quiet_db, venue, 31, 32)
        state = quiet_db.collection_group("jobInternals")
        assert sweep_retention()["guests"] == 1
        assert left(quiet_db, venue) == NOTHING
        assert list(state.stream()) == []
        assert_valid(suite, quiet_db, venue)

    def test_who_came_and_did_nothing_goes_too(self, quiet_db: Client) -> None:
        venue = a_kept_venue(quiet_db)
        uid = a_guest(quiet_db, venue.project)
        guest = quiet_db.document("projects", venue.project, "guests", uid)
        guest.update({"createdAt": clock.now_ms() - 31 * DAY})
        sweep_retention()
        assert not guest.get().exists

    def test_counts_of_days_that_are_over_go(self, quiet_db: Client) -> None:
        venue = a_kept_venue(quiet_db)
        counts = quiet_db.collection("projects", venue.project, "transformCounts")
        for day in ("20200101", day_of(clock.now_ms())):
            counts.document(f"{day}-0").set({"day": day, "shard": 0, "count": 1})
        assert sweep_retention()["counts"] == 1
        assert [each.id[:8] for each in counts.stream()] == [day_of(clock.now_ms())]

    def test_a_session_of_nobody_goes(self, suite: Suite, quiet_db: Client) -> None:
        venue = a_kept_venue(quiet_db)
        then = clock.now_ms() - 31 * DAY
        refused = {"phase": None, "experienceVersion": None, "status": "error"}
        a_session(quiet_db, venue.project, "stranger", venue.main, updatedAt=then, **refused)
        assert sweep_retention()["sessions"] == 1
        assert left(quiet_db, venue) == NOTHING


class TestKept:
    @pytest.mark.parametrize("ages", [(29,), (400, 29), (29, 400)])
    def test_all_of_a_guest_who_was_active_since(
        self, suite: Suite, quiet_db: Client, ages: tuple[int, ...]
    ) -> None:
        venue = a_kept_venue(quiet_db)
        a_visit(quiet_db, venue, *ages)
        before = left(quiet_db, venue)
        assert not any(sweep_retention().values())
        assert left(quiet_db, venue) == before
        assert_valid(suite, quiet_db, venue)

    @pytest.mark.parametrize("venue", [{"days": None}, {"published": False, "status": "draft"}])
    def test_all_where_no_number_of_days_is_published(
        self, quiet_db: Client, venue: dict[str, Any]
    ) -> None:
        made = a_kept_venue(quiet_db, **venue)
        a_visit(quiet_db, made, 400)
        before = left(quiet_db, made)
        assert not any(sweep_retention().values())
        assert left(quiet_db, made) == before

    def test_a_guest_who_accepted_the_consent_again(self, quiet_db: Client) -> None:
        venue = a_kept_venue(quiet_db)
        uid = a_visit(quiet_db, venue, 31)
        consent = {"version": "2", "acceptedAt": clock.now_ms()}
        quiet_db.document("projects", venue.project, "guests", uid).update({"consent": consent})
        assert not any(sweep_retention().values())

    def test_other_guests_of_the_project_and_other_projects(
        self, suite: Suite, quiet_db: Client
    ) -> None:
        venue, other = a_kept_venue(quiet_db), a_kept_venue(quiet_db, days=60)
        a_visit(quiet_db, venue, 31)
        a_visit(quiet_db, venue, 1)
        a_visit(quiet_db, other, 31)
        sweep_retention()
        kept = {**NOTHING, "guests": 1, "sessions": 1, "jobs": 1, "objects": 2}
        assert (left(quiet_db, venue), left(quiet_db, other)) == (kept, kept)
        assert_valid(suite, quiet_db, venue)
        assert_valid(suite, quiet_db, other)


class TestMeanwhile:
    def test_who_begins_a_session_at_that_moment_stays(
        self, suite: Suite, quiet_db: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        venue = a_kept_venue(quiet_db)
        uid = a_visit(quiet_db, venue, 31)
        before = left(quiet_db, venue)
        guest = quiet_db.document("projects", venue.project, "guests", uid)

        def touch() -> None:
            guest.update({"consent": {"version": "2", "acceptedAt": clock.now_ms()}})

        _just_before(monkeypatch, transactions, "run", touch)
        assert not any(sweep_retention().values())
        assert left(quiet_db, venue) == before

    def test_who_moves_on_in_an_old_session_at_that_moment_stays(
        self, quiet_db: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        venue = a_kept_venue(quiet_db)
        a_visit(quiet_db, venue, 31)
        [session] = quiet_db.collection("projects", venue.project, "sessions").stream()

        def touch() -> None:
            session.reference.update({"updatedAt": clock.now_ms()})

        _just_before(monkeypatch, transactions, "run", touch)
        assert not any(sweep_retention().values())
        assert left(quiet_db, venue)["sessions"] == 1

    def test_who_comes_again_at_that_moment_keeps_what_is_new(
        self, suite: Suite, quiet_db: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        venue = a_kept_venue(quiet_db)
        uid = a_visit(quiet_db, venue, 31)
        new = []

        def come_again() -> None:
            a_guest(quiet_db, venue.project, uid)
            fields = {"workspaceId": venue.workspace}
            new.append(a_session(quiet_db, venue.project, uid, venue.main, **fields))

        _just_before(monkeypatch, store, "query_sessions_of", come_again)
        assert sweep_retention()["guests"] == 1
        assert left(quiet_db, venue) == {**NOTHING, "guests": 1, "sessions": 1}
        assert stored_session(quiet_db, venue.project, new[0])["status"] == "active"
        assert_valid(suite, quiet_db, venue)


class TestAgain:
    def test_many_runs_at_once_are_one(self, suite: Suite, quiet_db: Client) -> None:
        venue = a_kept_venue(quiet_db)
        for _ in range(3):
            a_visit(quiet_db, venue, 31)
        a_visit(quiet_db, venue, 1)
        at_once(3, lambda _: sweep_retention())
        assert left(quiet_db, venue) == {
            **NOTHING,
            "guests": 1,
            "sessions": 1,
            "jobs": 1,
            "objects": 2,
        }
        assert_valid(suite, quiet_db, venue)
        assert not any(sweep_retention().values())

    @pytest.mark.parametrize(
        ("module", "name"),
        [(store, "query_sessions_of"), (objects, "delete_of_session"), (store, "internals_ref")],
        ids=["the guest is gone", "so is nothing else", "the objects are gone"],
    )
    def test_the_next_run_finishes_what_one_that_broke_off_left(
        self,
        suite: Suite,
        quiet_db: Client,
        monkeypatch: pytest.MonkeyPatch,
        module: Any,
        name: str,
    ) -> None:
        venue = a_kept_venue(quiet_db)
        uid = a_visit(quiet_db, venue, 31, 33)
        with monkeypatch.context() as broken:
            broken.setattr(module, name, _broken)
            broken.setattr(sweep, "_delete_orphan", _broken)
            sweep_retention()
        assert left(quiet_db, venue)["sessions"] == 2
        a_guest(quiet_db, venue.project, uid)  # and they come again before it is finished
        assert sweep_retention()["sessions"] == 2
        assert left(quiet_db, venue) == {**NOTHING, "guests": 1}
        assert_valid(suite, quiet_db, venue)

    def test_one_that_cannot_be_read_does_not_stop_the_others(self, quiet_db: Client) -> None:
        venue = a_kept_venue(quiet_db)
        broken, _fine = (a_visit(quiet_db, venue, 31) for _ in range(2))
        guests = quiet_db.collection("projects", venue.project, "guests")
        guests.document(broken).update({"completedExperiences": "none"})
        assert sweep_retention()["guests"] == 1
        assert [each.id for each in guests.stream()] == [broken]


class TestTime:
    def test_a_run_stops_in_time_and_the_next_goes_on_from_there(
        self, quiet_db: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(sweeps, "PAGE_SIZE", 1)
        venues = sorted((a_kept_venue(quiet_db) for _ in range(3)), key=lambda each: each.project)
        for venue in venues:
            a_visit(quiet_db, venue, 31)
        swept: list[str] = []
        original = sweep._sweep_project

        def out_of_time(run: Any, project: Any) -> None:
            swept.append(project.id)
            if len(swept) == 2:
                run._until = 0
            original(run, project)

        monkeypatch.setattr(sweep, "_sweep_project", out_of_time)
        assert sweep_retention()["guests"] == 1
        assert store.state_ref(quiet_db).get().get("project") == venues[1].project
        sweep_retention()
        ids = [venue.project for venue in venues]
        assert swept == [*ids[:2], *ids[1:], ids[0]]
        assert [left(quiet_db, venue)["guests"] for venue in venues] == [0, 0, 0]
        assert store.state_ref(quiet_db).get().get("project") == ""


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
        _just_before(monkeypatch, uploads, "delete_unchanged", lambda: objects.publish(path))
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
    def test_a_hundred_thousand_would_go_within_a_run(self, quiet_db: Client) -> None:
        venue, count = a_venue(quiet_db), 3000
        flood(venue, a_session(quiet_db, venue.project, "g", venue.main), count)
        began = time.monotonic()
        assert sweep_retention()["uploads"] == count
        seconds = time.monotonic() - began
        print(f"{count / seconds:.0f} objects a second")
        assert 100_000 / (count / seconds) < sweep.RUN_MS / 1000

    @pytest.mark.usefixtures("late")
    def test_a_run_without_time_goes_on_where_it_stopped(self, quiet_db: Client) -> None:
        venue = a_venue(quiet_db)
        paths = [self.uploaded(quiet_db, venue)[1] for _ in range(2)]
        sweep_retention(0)
        assert store.state_ref(quiet_db).get().get("upload").startswith("projects/")
        sweep_retention()
        assert [objects.find(path) for path in paths] == [None, None]
        assert store.state_ref(quiet_db).get().get("upload") == ""


def flood(venue: Venue, session: str, count: int) -> None:
    """So many uploads that nobody confirmed."""

    def upload(number: int) -> None:
        path = objects.input_path(venue.project, session, "photo", f"{number:06}")
        storage.bucket().blob(path).upload_from_string(b"x", content_type="image/jpeg")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(upload, range(count)))


def batches_of(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many objects each request that deletes names, from now on."""
    sizes: list[int] = []
    original = storage._delete_batch

    def counted(blobs: list[Any], if_unchanged: bool) -> int:
        sizes.append(len(blobs))
        return original(blobs, if_unchanged)

    monkeypatch.setattr(storage, "_delete_batch", counted)
    return sizes


def _just_before(
    monkeypatch: pytest.MonkeyPatch, module: Any, name: str, do: Callable[[], Any]
) -> None:
    """Let something happen once, just before this function of a module is called."""
    original = getattr(module, name)

    def after(*arguments: Any, **options: Any) -> Any:
        monkeypatch.setattr(module, name, original)
        do()
        return original(*arguments, **options)

    monkeypatch.setattr(module, name, after)


def _broken(*_arguments: Any, **_options: Any) -> Any:
    raise RuntimeError("the process ends here")
