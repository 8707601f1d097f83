"""How many sessions a guest may begin within an hour."""

from typing import Any

import pytest
from google.cloud.firestore import Client as Database

from emulator.demo.client import Client
from experience.clock import now_ms
from experience.guests.models import WINDOW_MS
from tests.experience.conftest import SignIn
from tests.support.builders.guests import a_guest, stored_guest
from tests.support.builders.venues import Venue, a_venue
from tests.support.calling import refused

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
