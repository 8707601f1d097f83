"""What is deleted when its time is over, what is kept, and what a run that broke off leaves."""

from typing import Any

import pytest
from google.cloud.firestore import Client, FieldFilter

from emulator.suite.suite import Suite
from experience import clock, sweeps, transactions
from experience.guests.store import guest_ref
from experience.media.store import objects
from experience.retention import store
from experience.retention.usecases import sweep
from experience.retention.usecases.sweep import sweep_retention
from experience.sweeps import LastRun
from experience.transforms.models.quota import day_of
from tests.experience.rests import Rests
from tests.experience.retention.visits import (
    DAY,
    a_kept_venue,
    a_visit,
    assert_valid,
    just_before,
    left,
)
from tests.support.builders.guests import a_guest
from tests.support.builders.sessions import a_session, stored_session
from tests.support.calling import at_once

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

    @pytest.mark.parametrize("fields", [{"answers": "?"}, {"currentStepIndex": -1}])
    def test_sessions_whose_other_fields_are_unreadable_go_too(
        self, quiet_db: Client, fields: dict[str, Any]
    ) -> None:
        venue = a_kept_venue(quiet_db)
        uid = a_visit(quiet_db, venue, 31, 32)
        sessions = quiet_db.collection("projects", venue.project, "sessions")
        newest = sessions.where(filter=FieldFilter("createdBy", "==", uid)).limit(2).get()[1]
        newest.reference.update(fields)
        assert sweep_retention()["sessions"] == 2
        assert left(quiet_db, venue) == NOTHING

    def test_a_session_of_nobody_goes_although_it_is_unreadable(self, quiet_db: Client) -> None:
        venue = a_kept_venue(quiet_db)
        then = clock.now_ms() - 31 * DAY
        a_session(quiet_db, venue.project, "stranger", venue.main, updatedAt=then, answers="?")
        assert sweep_retention()["sessions"] == 1
        assert left(quiet_db, venue) == NOTHING

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

    def test_all_of_a_guest_whose_newest_session_is_unreadable(self, quiet_db: Client) -> None:
        venue = a_kept_venue(quiet_db)
        uid = a_visit(quiet_db, venue, 40)
        a_session(quiet_db, venue.project, uid, venue.main, answers="?")
        before = left(quiet_db, venue)
        assert not any(sweep_retention().values())
        assert left(quiet_db, venue) == before


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

        just_before(monkeypatch, transactions, "run", touch)
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

        just_before(monkeypatch, transactions, "run", touch)
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

        just_before(monkeypatch, store, "query_sessions_of", come_again)
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
    def test_what_a_run_has_no_time_for_tasks_go_on_with(
        self, suite: Suite, quiet_db: Client, rests: Rests
    ) -> None:
        """Of the first project one guest, and nothing of the others: in the end all are gone."""
        venues = [a_kept_venue(quiet_db) for _ in range(2)]
        for age in (31, 32, 33, 40):
            for venue in venues:
                a_visit(quiet_db, venue, age)
        kept = [a_visit(quiet_db, venue, 1, 33) for venue in venues]
        assert sweep_retention(0)["guests"] == 1
        state = LastRun.load(quiet_db.document("sweeps", "sweepRetention").get().to_dict() or {})
        assert (state.done["guests"], state.left) == (1, 4)
        assert 0 <= state.oldest_overdue_seconds - 3 * DAY // 1000 < 600
        delayed = {each.kind for name, each in rests.waiting.items() if rests.delays[name]}
        assert delayed == {"sessions"}  # those of the guests who are still to go
        rests.work(0, times=2)
        for venue, guest in zip(venues, kept, strict=True):
            assert (left(quiet_db, venue)["guests"], left(quiet_db, venue)["sessions"]) == (1, 2)
            assert guest_ref(quiet_db, venue.project, guest).get().exists
            assert_valid(suite, quiet_db, venue)
        stored = quiet_db.document("sweeps", "sweepRetention").get()
        assert stored.get("done.guests") == 8

    def test_a_range_is_kept_if_its_project_keeps_it_by_now(
        self, quiet_db: Client, rests: Rests
    ) -> None:
        venue = a_kept_venue(quiet_db)
        for age in (31, 32):
            a_visit(quiet_db, venue, age)
        sweep_retention(0)
        days = "publishedConfig.retentionDays"
        quiet_db.document("projects", venue.project).update({days: 60})
        rests.work()
        assert left(quiet_db, venue)["guests"] == 1

    def test_a_run_goes_on_for_less_than_a_day(self, quiet_db: Client, rests: Rests) -> None:
        venue = a_kept_venue(quiet_db)
        for age in (31, 32):
            a_visit(quiet_db, venue, age)
        begun = clock.now_ms() - sweeps.MAX_CONTINUED_MS - 1
        until = clock.now_ms() - 30 * DAY
        rest = sweeps.Rest(
            name="sweepRetention",
            begun_at=begun,
            kind="guests",
            parent=f"projects/{venue.project}",
            until=until,
        )
        sweep.continue_retention(0, rest)
        assert (left(quiet_db, venue)["guests"], rests.waiting) == (1, {})


def _broken(*_arguments: Any, **_options: Any) -> Any:
    raise RuntimeError("the process ends here")
