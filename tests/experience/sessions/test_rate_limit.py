"""How many sessions a guest may begin within an hour."""

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from google.cloud.firestore import Client as Database

from emulator.demo.client import Client
from emulator.suite.suite import Suite
from experience import transactions
from experience.clock import now_ms
from experience.guests.models import WINDOW_MS
from experience.sessions.models.session import Session
from experience.sessions.usecases import adopt
from tests.experience.conftest import SignIn
from tests.support.builders.guests import a_guest, stored_guest
from tests.support.builders.sessions import session_ref, stored_session, written_session
from tests.support.builders.venues import Venue, a_venue
from tests.support.calling import refused
from tests.support.waiting import eventually

HOUR = timedelta(hours=1)
PER_HOUR = 60  # the default of SESSIONS_PER_GUEST_AND_HOUR


@pytest.fixture
def visitor(signed_in: SignIn) -> Client:
    return signed_in("visitor")


def entered(db: Database, used: int, since: int | None = None, **venue: Any) -> Venue:
    """A venue whose guest, the visitor, has begun so many sessions since a time, or just now."""
    made = a_venue(db, **venue)
    a_guest(db, made.project, "visitor")
    use(db, made, used, since)
    return made


def use(db: Database, venue: Venue, used: int, since: int | None = None) -> None:
    rate = {"since": now_ms() if since is None else since, "count": used}
    db.document("projects", venue.project, "guests", "visitor").update({"rates.sessions": rate})


def of(venue: Venue, **more: str) -> dict[str, Any]:
    request = {"projectId": venue.project, "experienceId": venue.main}
    return {**request, "mode": "guest", "configSource": "published", **more}


def begun(db: Database, venue: Venue) -> int:
    """How many sessions of the venue are counted for the visitor."""
    count: int = stored_guest(db, venue.project, "visitor")["rates"]["sessions"]["count"]
    return count


class TestSessionsPerHour:
    def test_the_first_session_begins_the_count(self, db: Database, visitor: Client) -> None:
        venue = a_venue(db)
        a_guest(db, venue.project, "visitor")
        visitor.call("createSession", **of(venue))
        rate = stored_guest(db, venue.project, "visitor")["rates"]["sessions"]
        assert rate["count"] == 1
        assert 0 <= now_ms() - rate["since"] < 60_000

    def test_the_last_one_allowed_begins(self, db: Database, visitor: Client) -> None:
        venue = entered(db, PER_HOUR - 1)
        visitor.call("createSession", **of(venue))
        assert begun(db, venue) == PER_HOUR

    def test_one_too_many_is_told_when_to_come_again_and_leaves_nothing(
        self, db: Database, visitor: Client
    ) -> None:
        venue = entered(db, PER_HOUR, now_ms() - WINDOW_MS // 2)
        before = stored_guest(db, venue.project, "visitor")
        error = refused(visitor, "createSession", **of(venue))
        assert (error.status, error.reason) == ("RESOURCE_EXHAUSTED", "rate_limited")
        assert 1700 < error.details["retryAfterSeconds"] <= 1800
        assert stored_guest(db, venue.project, "visitor") == before
        assert list(db.collection("projects", venue.project, "sessions").stream()) == []

    def test_an_hour_later_it_begins_anew(self, db: Database, visitor: Client) -> None:
        venue = entered(db, PER_HOUR, now_ms() - WINDOW_MS)
        visitor.call("createSession", **of(venue))
        assert begun(db, venue) == 1

    def test_coming_back_to_the_active_session_does_not_count(
        self, db: Database, visitor: Client
    ) -> None:
        venue = entered(db, PER_HOUR - 1)
        first = visitor.call("createSession", **of(venue))
        assert visitor.call("createSession", **of(venue)) == first
        assert begun(db, venue) == PER_HOUR

    def test_repeating_a_request_does_not_count_even_after_its_session_ended(
        self, db: Database, visitor: Client
    ) -> None:
        venue = entered(db, PER_HOUR - 1)
        first = visitor.call("createSession", **of(venue, requestId="r1"))["session"]
        ids = {"projectId": venue.project, "sessionId": first["id"]}
        visitor.call("abandonSession", **ids)
        again = visitor.call("createSession", **of(venue, requestId="r1"))["session"]
        assert (again["id"], again["status"]) == (first["id"], "abandoned")
        assert begun(db, venue) == PER_HOUR

    def test_another_guest_is_not_affected(
        self, db: Database, visitor: Client, signed_in: SignIn
    ) -> None:
        venue = entered(db, PER_HOUR)
        a_guest(db, venue.project, "another")
        assert signed_in("another").call("createSession", **of(venue))["session"]["id"]

    def test_the_same_person_at_another_project_is_not_affected(
        self, db: Database, visitor: Client
    ) -> None:
        entered(db, PER_HOUR)
        elsewhere = a_venue(db)
        a_guest(db, elsewhere.project, "visitor")
        assert visitor.call("createSession", **of(elsewhere))["session"]["id"]

    def test_what_is_refused_for_another_reason_does_not_count(
        self, db: Database, visitor: Client
    ) -> None:
        venue = entered(db, 3, pregate=True)
        assert refused(visitor, "createSession", **of(venue)).reason == "pregate_required"
        assert begun(db, venue) == 3


def written(db: Database, venue: Venue, uid: str, **fields: Any) -> tuple[Session, Any]:
    """A session that this guest writes, and when it was written."""
    stored = written_session(venue.project, uid, venue.main, **fields)
    written = session_ref(db, venue.project, stored["id"]).set(stored)
    return Session.load(stored), written.update_time


def reads_of(suite: Suite, function: str) -> int:
    """How many documents a function has read so far."""
    functions = suite.ask_functions("GET", "meter")["functions"]
    return int(functions.get(function, {}).get("reads", 0))


class TestFlood:
    """A guest who writes many sessions at once: they are refused cheaply and expire."""

    def test_is_refused_without_a_look_and_only_for_its_guest(
        self, quiet_db: Database, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        venue = entered(quiet_db, 0)
        other = a_guest(quiet_db, venue.project)
        for _ in range(1 + adopt.MAX_REFUSED):
            adopt.adopt_written(*written(quiet_db, venue, "visitor"))
        late, late_at = written(quiet_db, venue, "visitor", answers=None)
        stale, _ = written(quiet_db, venue, "visitor")
        theirs = written(quiet_db, venue, other)

        with monkeypatch.context() as patch:
            patch.setattr(transactions, "read", None)  # nothing is read
            adopt.adopt_written(late, late_at)
        adopt.adopt_written(stale, late_at)  # has changed since, so it is looked at
        adopt.adopt_written(*theirs)

        refused = stored_session(quiet_db, venue.project, late.id)
        assert (refused["status"], refused["error"]["code"]) == ("error", "rate_limited")
        assert refused["answers"] == []
        looked_at = stored_session(quiet_db, venue.project, stale.id)
        assert looked_at["error"]["code"] == "session_active"
        assert stored_session(quiet_db, venue.project, theirs[0].id)["phase"] == "main"

    def test_what_is_refused_expires_and_nothing_else(self, quiet_db: Database) -> None:
        venue = entered(quiet_db, 0)
        begun = datetime.now(UTC)
        sessions = [written(quiet_db, venue, "visitor") for _ in range(2)]
        for each in sessions:
            adopt.adopt_written(*each)
        taken, refused = (
            stored_session(quiet_db, venue.project, session.id) for session, _ in sessions
        )
        assert taken["phase"] == "main"
        assert "expireAt" not in taken
        assert begun + HOUR - timedelta(seconds=1) <= refused["expireAt"]
        assert refused["expireAt"] <= datetime.now(UTC) + HOUR

    @pytest.mark.exhaustive
    def test_of_500_lets_others_in_meanwhile(self, suite: Suite, db: Database) -> None:
        venue = entered(db, 0)
        other = a_guest(db, venue.project)
        suite.settle()
        before = reads_of(suite, "onSessionCreated")
        batch, flood = db.batch(), []
        for _ in range(500):
            stored = written_session(venue.project, "visitor", venue.main)
            flood.append(stored["id"])
            batch.create(session_ref(db, venue.project, stored["id"]), stored)
        began = time.monotonic()
        batch.commit()
        theirs, _ = written(db, venue, other)
        eventually(lambda: stored_session(db, venue.project, theirs.id)["phase"] == "main")
        waited = time.monotonic() - began
        suite.settle(120)
        reads = reads_of(suite, "onSessionCreated") - before
        print(f"the other guest waited {waited:.1f} s, {reads} reads for 500 sessions")
        phases = [stored_session(db, venue.project, each)["phase"] for each in flood]
        assert phases.count("main") == 1
        assert reads < 1000
