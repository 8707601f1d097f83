"""Completed main sessions whose event was lost: their job, their pregate, each looked at once."""

from collections.abc import Callable
from typing import Any

import pytest
from google.cloud.firestore import Client

from experience import clock, sweeps
from experience.sessions.models.session import Session
from experience.sessions.usecases.time_cursor import LOOKBACK_MS
from experience.transforms.models.job import job_id_of
from experience.transforms.usecases import sweep
from experience.transforms.usecases.sweep import sweep_jobs
from tests.support.builders.jobs import a_booth, a_completed_session
from tests.support.builders.sessions import a_session, session_fields, session_ref, stored_session
from tests.support.builders.venues import Venue, a_venue
from tests.support.builders.workspaces import publish
from tests.support.calling import at_once

MINUTE = 60_000
HOUR = 60 * MINUTE
Completed = Callable[..., Session]


@pytest.fixture
def completed(quiet_db: Client) -> Completed:
    """A session with a photo, completed some minutes ago, and no event of it ever came."""

    def make(venue: Venue, minutes: float = 5, **fields: Any) -> Session:
        then = round(clock.now_ms() - minutes * MINUTE)
        return a_completed_session(quiet_db, venue, **{"completedAt": then, **fields})

    return make


def job_of(db: Client, session: Session) -> str | None:
    """The job that the session names."""
    job: str | None = stored_session(db, session.project_id, session.id)["jobId"]
    return job


def reached(db: Client) -> dict[str, Any]:
    fields: dict[str, Any] | None = db.document("sweeps", "completedSessions").get().to_dict()
    assert fields is not None
    return fields


class TestLostEvent:
    def test_a_completed_session_gets_its_job(self, quiet_db: Client, completed: Completed) -> None:
        session = completed(a_booth(quiet_db))
        assert sweep_jobs() == 1
        assert job_of(quiet_db, session) == job_id_of(session.project_id, session.id)
        assert sweep_jobs() == 0

    def test_its_pregate_is_linked_to_it(self, quiet_db: Client) -> None:
        venue = a_venue(quiet_db, pregate=True)
        then = clock.now_ms() - HOUR
        ended = {"workspaceId": venue.workspace, "status": "completed", "completedAt": then}
        pregate = a_session(quiet_db, venue.project, "g", venue.pregate, phase="pregate", **ended)
        later = {**ended, "createdAt": then + MINUTE, "completedAt": then + 2 * MINUTE}
        main = a_session(quiet_db, venue.project, "g", venue.main, **later)
        assert sweep_jobs() == 1
        assert stored_session(quiet_db, venue.project, pregate)["mainSessionId"] == main

    def test_over_the_daily_limit_the_job_is_made_as_failed(
        self, quiet_db: Client, completed: Completed
    ) -> None:
        venue = a_booth(quiet_db)
        quiet_db.document("projects", venue.project).update(
            {"publishedConfig.dailyTransformLimit": 0}
        )
        session = completed(venue)
        assert sweep_jobs() == 1
        stored = stored_session(quiet_db, venue.project, session.id)
        assert (stored["jobStatus"], stored["jobError"]["code"]) == ("failed", "QUOTA_EXCEEDED")

    def test_what_may_be_on_its_way_or_is_a_day_old_is_left_alone(
        self, quiet_db: Client, completed: Completed
    ) -> None:
        venue = a_booth(quiet_db)
        young, old = completed(venue, minutes=1), completed(venue, minutes=24 * 60 + 1)
        assert sweep_jobs() == 0
        assert (job_of(quiet_db, young), job_of(quiet_db, old)) == (None, None)

    def test_other_phases_and_ends_get_none(self, quiet_db: Client, completed: Completed) -> None:
        venue = a_booth(quiet_db)
        sessions = [completed(venue, phase="preshare"), completed(venue, status="abandoned")]
        assert sweep_jobs() == 0
        assert [job_of(quiet_db, each) for each in sessions] == [None, None]

    def test_an_events_session_of_the_same_name_is_not_a_projects(self, quiet_db: Client) -> None:
        fields = session_fields("p", "g", "e", status="completed")
        fields |= {"completedAt": clock.now_ms() - HOUR}
        quiet_db.document("events", "e", "sessions", "s").set(fields)
        assert sweep_jobs() == 0
        assert reached(quiet_db)["failed"] == []


class TestPages:
    def test_sessions_of_one_millisecond_are_all_found_across_pages(
        self, quiet_db: Client, completed: Completed, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(sweeps, "PAGE_SIZE", 2)
        venue, then = a_booth(quiet_db), clock.now_ms() - 5 * MINUTE
        sessions = [completed(venue, completedAt=then) for _ in range(5)]
        assert sweep_jobs() == 5
        assert None not in [job_of(quiet_db, each) for each in sessions]

    def test_each_session_is_looked_at_once(
        self, quiet_db: Client, completed: Completed, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(sweeps, "PAGE_SIZE", 3)
        seen = watched(monkeypatch)
        venue, then = a_booth(quiet_db), clock.now_ms() - 5 * MINUTE
        sessions = [completed(venue, completedAt=then + number // 2) for number in range(6)]
        sweep_jobs()
        sweep_jobs()
        assert sorted(seen) == sorted(each.id for each in sessions)

    def test_a_sweep_that_was_killed_resumes_where_it_stopped(
        self, quiet_db: Client, completed: Completed, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(sweeps, "PAGE_SIZE", 2)
        venue, then = a_booth(quiet_db), clock.now_ms() - 5 * MINUTE
        sessions = [completed(venue, completedAt=then) for _ in range(5)]
        with monkeypatch.context() as patch:
            seen = watched(patch, killed_at=3)
            with pytest.raises(SystemExit):
                sweep_jobs()
        again = watched(monkeypatch)
        assert sweep_jobs() in (2, 3)  # the fourth may have been finished beside the third
        assert {*seen[:2], *again} == {each.id for each in sessions}
        assert not {*seen[:2]} & {*again}
        assert None not in [job_of(quiet_db, each) for each in sessions]

    def test_a_later_session_is_found_by_a_later_sweep(
        self, quiet_db: Client, completed: Completed, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        venue = a_booth(quiet_db)
        session = completed(venue, minutes=1)
        sweep_jobs()
        now = clock.now_ms()
        monkeypatch.setattr(clock, "now_ms", lambda: now + 2 * MINUTE)
        assert sweep_jobs() == 1
        assert job_of(quiet_db, session)

    def test_a_longer_grace_does_not_lead_back(
        self, quiet_db: Client, completed: Completed, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        sweep_jobs()
        before = reached(quiet_db)
        monkeypatch.setenv("SWEEP_GRACE_SECONDS", "600")
        sweep_jobs()
        assert reached(quiet_db) == before

    def test_two_sweeps_at_once_make_one_job_each(
        self, quiet_db: Client, completed: Completed
    ) -> None:
        venue = a_booth(quiet_db)
        sessions = [completed(venue) for _ in range(4)]
        assert sum(at_once(2, lambda _: sweep_jobs())) == 4
        assert None not in [job_of(quiet_db, each) for each in sessions]


class TestPoison:
    def test_what_cannot_be_read_or_mended_does_not_stop_the_others(
        self, quiet_db: Client, completed: Completed, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(sweeps, "PAGE_SIZE", 2)
        venue = a_booth(quiet_db)
        unreadable = [completed(venue, minutes=9) for _ in range(3)]
        for each in unreadable:
            session_ref(quiet_db, venue.project, each.id).update({"mode": "nonsense"})
        completed(venue, minutes=8, experienceVersion=9)
        sessions = [completed(venue) for _ in range(3)]
        assert sweep_jobs() == 3
        assert None not in [job_of(quiet_db, each) for each in sessions]
        assert len(reached(quiet_db)["failed"]) == 4

    def test_what_could_not_be_mended_is_tried_again_until_it_can(
        self, quiet_db: Client, completed: Completed
    ) -> None:
        venue = a_booth(quiet_db)
        session = completed(venue, experienceVersion=2)
        for _ in range(2):
            assert sweep_jobs() == 0
            path = f"projects/{venue.project}/sessions/{session.id}"
            assert reached(quiet_db)["failed"] == [path]
        publish(quiet_db, venue.workspace, venue.main, 2)
        assert sweep_jobs() == 1
        assert job_of(quiet_db, session)
        assert reached(quiet_db)["failed"] == []

    def test_after_a_day_or_when_it_is_gone_it_is_forgotten(
        self, quiet_db: Client, completed: Completed, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        venue = a_booth(quiet_db)
        kept, gone = (completed(venue, experienceVersion=9) for _ in range(2))
        sweep_jobs()
        session_ref(quiet_db, venue.project, gone.id).delete()
        sweep_jobs()
        assert [path.rpartition("/")[2] for path in reached(quiet_db)["failed"]] == [kept.id]
        now = clock.now_ms()
        monkeypatch.setattr(clock, "now_ms", lambda: now + LOOKBACK_MS)
        sweep_jobs()
        assert reached(quiet_db)["failed"] == []


def watched(patch: pytest.MonkeyPatch, killed_at: int = 0) -> list[str]:
    """The ids of the sessions that are looked at; at that number the process is killed."""
    seen: list[str] = []
    finish = sweep._finish

    def recording_finish(fields: dict[str, Any]) -> bool:
        seen.append(fields["id"])
        if len(seen) == killed_at:
            raise SystemExit
        return finish(fields)

    patch.setattr(sweep, "_finish", recording_finish)
    return seen
