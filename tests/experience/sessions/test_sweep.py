"""Sessions that nobody touched for a day."""

from typing import Any

import pytest
from google.cloud.firestore import Client

from experience import clock, sweeps
from experience.sessions.models.requests import CreateSession
from experience.sessions.usecases import end
from experience.sessions.usecases.create import create_session
from experience.sessions.usecases.sweep import sweep_sessions
from tests.support.builders.guests import a_guest, stored_guest
from tests.support.builders.sessions import a_session, session_fields, session_ref, stored_session
from tests.support.builders.venues import Venue, a_venue
from tests.support.calling import at_once

DAY = 24 * 3_600_000


def sweep_idle() -> int:
    return sweep_sessions()["abandoned"]


def begun(venue: Venue, uid: str) -> str:
    request = {"projectId": venue.project, "experienceId": venue.main}
    request |= {"mode": "guest", "configSource": "published"}
    return create_session(uid, CreateSession.model_validate(request)).session.id


def idle(db: Client, venue: Venue, uid: str = "g", **fields: Any) -> str:
    """A session that its guest left a day ago, with the guest's claim on it."""
    a_guest(db, venue.project, uid)
    session = begun(venue, uid)
    left = {"updatedAt": clock.now_ms() - DAY, **fields}
    session_ref(db, venue.project, session).update(left)
    return session


class TestIdle:
    def test_it_is_abandoned_and_its_guest_can_begin_anew(self, quiet_db: Client) -> None:
        venue = a_venue(quiet_db)
        session = idle(quiet_db, venue)
        assert sweep_idle() == 1
        stored = stored_session(quiet_db, venue.project, session)
        assert (stored["status"], stored["completedAt"]) == ("abandoned", None)
        assert clock.now_ms() - stored["updatedAt"] < DAY
        assert stored_guest(quiet_db, venue.project, "g")["activeSessions"] == {}
        assert begun(venue, "g") != session
        assert sweep_idle() == 0

    def test_less_than_a_day_is_not_long_enough(self, quiet_db: Client) -> None:
        venue = a_venue(quiet_db)
        session = idle(quiet_db, venue, updatedAt=clock.now_ms() - DAY + 60_000)
        assert sweep_idle() == 0
        assert stored_session(quiet_db, venue.project, session)["status"] == "active"

    def test_how_long_is_for_the_deployment_to_say(
        self, quiet_db: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        idle(quiet_db, a_venue(quiet_db))
        monkeypatch.setenv("SESSION_IDLE_HOURS", "25")
        assert sweep_idle() == 0
        monkeypatch.setenv("SESSION_IDLE_HOURS", "1")
        assert sweep_idle() == 1

    @pytest.mark.parametrize("status", ["completed", "abandoned", "error"])
    def test_another_end_stands(self, quiet_db: Client, status: str) -> None:
        venue = a_venue(quiet_db)
        session = idle(quiet_db, venue, status=status)
        before = stored_session(quiet_db, venue.project, session)
        assert sweep_idle() == 0
        assert stored_session(quiet_db, venue.project, session) == before

    def test_a_session_whose_guest_touches_it_meanwhile_stays(
        self, quiet_db: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        venue = a_venue(quiet_db)
        session, now = idle(quiet_db, venue), clock.now_ms()
        end_session = end.end_session

        def touched_before(*args: Any) -> Any:
            session_ref(quiet_db, venue.project, session).update({"updatedAt": now})
            return end_session(*args)

        monkeypatch.setattr(end, "end_session", touched_before)
        assert sweep_idle() == 0
        stored = stored_session(quiet_db, venue.project, session)
        assert (stored["status"], stored["updatedAt"]) == ("active", now)
        assert stored_guest(quiet_db, venue.project, "g")["activeSessions"] != {}

    def test_the_claim_on_a_newer_session_stays(self, quiet_db: Client) -> None:
        venue = a_venue(quiet_db)
        a_guest(quiet_db, venue.project, "g")
        newer = begun(venue, "g")
        a_session(quiet_db, venue.project, "g", venue.main, updatedAt=1)
        assert sweep_idle() == 1
        assert begun(venue, "g") == newer


class TestManyAndBroken:
    def test_more_than_one_page_all_of_one_millisecond(
        self, quiet_db: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(sweeps, "PAGE_SIZE", 2)
        venue, then = a_venue(quiet_db), clock.now_ms() - DAY
        sessions = [idle(quiet_db, venue, f"g{n}", updatedAt=then) for n in range(5)]
        assert sweep_idle() == 5
        stored = [stored_session(quiet_db, venue.project, each) for each in sessions]
        assert {each["status"] for each in stored} == {"abandoned"}

    def test_what_cannot_be_read_does_not_stop_the_others(
        self, quiet_db: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(sweeps, "PAGE_SIZE", 2)
        venue = a_venue(quiet_db)
        for number in range(3):  # the oldest of all, a page and more of them
            a_session(quiet_db, venue.project, f"b{number}", venue.main, updatedAt=0, mode="none")
        session = idle(quiet_db, venue)
        broken = idle(quiet_db, venue, "broken", updatedAt=1)
        quiet_db.document("projects", venue.project, "guests", "broken").update({"id": None})
        assert sweep_idle() == 1
        assert stored_session(quiet_db, venue.project, session)["status"] == "abandoned"
        assert stored_session(quiet_db, venue.project, broken)["status"] == "active"

    def test_a_session_of_nobody_and_one_whose_guest_is_gone_end_too(
        self, quiet_db: Client
    ) -> None:
        venue = a_venue(quiet_db)
        a_session(quiet_db, venue.project, "gone", venue.main, updatedAt=1)
        a_session(quiet_db, venue.project, "", venue.main, updatedAt=1, createdBy=None)
        assert sweep_idle() == 2

    def test_an_events_session_of_the_same_name_is_left_alone(self, quiet_db: Client) -> None:
        event = quiet_db.document("events", "e", "sessions", "s")
        event.set(session_fields("p", "g", "e"))
        assert sweep_idle() == 0
        assert event.get().get("status") == "active"

    def test_two_sweeps_at_once_leave_what_one_would(self, quiet_db: Client) -> None:
        venue = a_venue(quiet_db)
        sessions = [idle(quiet_db, venue, f"g{number}") for number in range(4)]
        at_once(2, lambda _: sweep_idle())
        for number, session in enumerate(sessions):
            assert stored_session(quiet_db, venue.project, session)["status"] == "abandoned"
            assert stored_guest(quiet_db, venue.project, f"g{number}")["activeSessions"] == {}
