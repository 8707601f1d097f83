"""Giving a session up, and saying that a client cannot go on: once, by its guest alone."""

from typing import Any

import pytest
from google.cloud.firestore import Client as Database

from emulator.demo.client import Client
from experience.errors import FailedPrecondition
from experience.sessions.models.requests import AbandonSession, CompleteSession
from experience.sessions.usecases import complete
from experience.sessions.usecases.end import abandon_session
from tests.experience.conftest import SignIn
from tests.support.builders.guests import a_guest, stored_guest
from tests.support.builders.sessions import a_session, session_ref, stored_session
from tests.support.builders.venues import Venue, a_venue
from tests.support.builders.workspaces import a_member
from tests.support.calling import at_once, issue_paths, refused

ENDS = ("abandonSession", "failSession")
STATUS = {"abandonSession": "abandoned", "failSession": "error"}
SENT: dict[str, dict[str, str]] = {
    "abandonSession": {},
    "failSession": {"code": "CAMERA_DENIED", "message": "No camera."},
}


@pytest.fixture
def visitor(signed_in: SignIn) -> Client:
    return signed_in("visitor")


def begun(db: Database, visitor: Client, **venue: Any) -> tuple[Venue, dict[str, Any]]:
    """A venue, and the ids of the visitor's active main session there."""
    made = a_venue(db, **venue)
    a_guest(db, made.project, "visitor")
    return made, ids_of(made, begin(visitor, made))


def begin(visitor: Client, venue: Venue, **more: str) -> str:
    request = {"projectId": venue.project, "experienceId": venue.main, **more}
    answer = visitor.call("createSession", **request, mode="guest", configSource="published")
    session: str = answer["session"]["id"]
    return session


def ids_of(venue: Venue, session: str) -> dict[str, Any]:
    return {"projectId": venue.project, "sessionId": session}


def stored(db: Database, ids: dict[str, Any]) -> dict[str, Any]:
    return stored_session(db, ids["projectId"], ids["sessionId"])


@pytest.mark.parametrize("end", ENDS)
class TestBothEnds:
    def test_it_ends_and_the_caller_gets_it_as_it_is_stored(
        self, db: Database, visitor: Client, end: str
    ) -> None:
        _, ids = begun(db, visitor)
        before = stored(db, ids)

        answer = visitor.call(end, **ids, **SENT[end])

        after = stored(db, ids)
        assert answer["status"] == after["status"] == STATUS[end]
        assert after["updatedAt"] >= before["updatedAt"]
        assert after["completedAt"] is None
        assert answer["inputs"] == {}
        assert "requestFingerprint" not in answer
        changed = {name for name in after if after[name] != before.get(name)} - {"updatedAt"}
        assert changed == ({"status"} if end == "abandonSession" else {"status", "error"})

    def test_twice_answers_the_same_and_writes_nothing(
        self, db: Database, visitor: Client, end: str
    ) -> None:
        venue, ids = begun(db, visitor)
        first = visitor.call(end, **ids, **SENT[end])
        written = session_ref(db, venue.project, ids["sessionId"]).get().update_time
        assert visitor.call(end, **ids, **SENT[end]) == first
        assert session_ref(db, venue.project, ids["sessionId"]).get().update_time == written

    def test_the_next_session_begins_anew(self, db: Database, visitor: Client, end: str) -> None:
        venue, ids = begun(db, visitor)
        assert begin(visitor, venue) == ids["sessionId"]
        visitor.call(end, **ids, **SENT[end])
        assert stored_guest(db, venue.project, "visitor")["activeSessions"] == {}
        again = begin(visitor, venue)
        assert again != ids["sessionId"]
        assert stored_session(db, venue.project, again)["status"] == "active"

    def test_the_claim_on_a_later_session_stays(
        self, db: Database, visitor: Client, end: str
    ) -> None:
        """An old session of the same experience, which something else has left active."""
        venue, ids = begun(db, visitor)
        older = a_session(db, venue.project, "visitor", venue.main)
        visitor.call(end, **ids_of(venue, older), **SENT[end])
        claims = stored_guest(db, venue.project, "visitor")["activeSessions"]
        assert claims[venue.main]["sessionId"] == ids["sessionId"]
        assert begin(visitor, venue) == ids["sessionId"]

    def test_the_claim_on_another_experience_stays(
        self, db: Database, visitor: Client, end: str
    ) -> None:
        venue, ids = begun(db, visitor)
        other = {"sessionId": "s", "mainSessionId": None}
        guest = db.document("projects", venue.project, "guests", "visitor")
        guest.update({"activeSessions.other": other})
        visitor.call(end, **ids, **SENT[end])
        assert stored_guest(db, venue.project, "visitor")["activeSessions"] == {"other": other}

    def test_another_end_stands_and_is_told(self, db: Database, visitor: Client, end: str) -> None:
        venue, ids = begun(db, visitor)
        for status in {"completed", "abandoned", "error"} - {STATUS[end]}:
            session_ref(db, venue.project, ids["sessionId"]).update({"status": status})
            error = refused(visitor, end, **ids, **SENT[end])
            assert (error.status, error.reason) == ("FAILED_PRECONDITION", "session_not_active")
            assert error.details["status"] == stored(db, ids)["status"] == status

    def test_an_ended_session_takes_no_answer_and_cannot_be_completed(
        self, db: Database, visitor: Client, end: str
    ) -> None:
        _, ids = begun(db, visitor)
        visitor.call(end, **ids, **SENT[end])
        for call, sent in (
            ("updateSessionProgress", {"currentStepIndex": 0}),
            ("completeSession", {}),
        ):
            error = refused(visitor, call, **ids, **sent)
            assert (error.reason, error.details["status"]) == ("session_not_active", STATUS[end])

    def test_nobody_else_can_not_even_an_operator(
        self, db: Database, visitor: Client, signed_in: SignIn, end: str
    ) -> None:
        venue, ids = begun(db, visitor)
        a_guest(db, venue.project, "another")
        for uid in ("another", a_member(db, venue.workspace, "owner")):
            error = refused(signed_in(uid), end, **ids, **SENT[end])
            assert (error.status, error.reason) == ("NOT_FOUND", "session_not_found")
        assert stored(db, ids)["status"] == "active"

    def test_a_session_that_does_not_exist_is_not_found(
        self, db: Database, visitor: Client, end: str
    ) -> None:
        venue, _ = begun(db, visitor)
        error = refused(visitor, end, **ids_of(venue, "none"), **SENT[end])
        assert error.reason == "session_not_found"

    def test_a_session_whose_guest_is_gone_ends_all_the_same(
        self, db: Database, visitor: Client, end: str
    ) -> None:
        venue, ids = begun(db, visitor)
        db.document("projects", venue.project, "guests", "visitor").delete()
        assert visitor.call(end, **ids, **SENT[end])["status"] == STATUS[end]


class TestFailSession:
    def test_what_the_client_said_is_kept_and_a_second_word_changes_nothing(
        self, db: Database, visitor: Client
    ) -> None:
        _, ids = begun(db, visitor)
        visitor.call("failSession", **ids, code="CAMERA_DENIED", message="No camera.")
        answer = visitor.call("failSession", **ids, code="OTHER", message="Something else.")
        assert answer["error"] == {"code": "CAMERA_DENIED", "message": "No camera."}

    @pytest.mark.parametrize(
        ("sent", "path"),
        [
            ({"code": "", "message": "m"}, "code"),
            ({"code": "c" * 101, "message": "m"}, "code"),
            ({"code": "c", "message": "m" * 501}, "message"),
            ({"message": "m"}, "code"),
        ],
    )
    def test_what_it_cannot_keep_is_refused(
        self, visitor: Client, sent: dict[str, str], path: str
    ) -> None:
        error = refused(visitor, "failSession", projectId="p", sessionId="s", **sent)
        assert issue_paths(error) == [path]


class TestAtTheSameMoment:
    @pytest.mark.parametrize("attempt", range(4))
    def test_of_completing_and_abandoning_exactly_one_wins(
        self, db: Database, visitor: Client, attempt: int
    ) -> None:
        venue, ids = begun(db, visitor)

        def act(number: int) -> str:
            try:
                if number == attempt % 2:
                    return complete.complete_session(
                        "visitor", CompleteSession(**ids)
                    ).session.status
                return abandon_session("visitor", AbandonSession(**ids)).status
            except FailedPrecondition as refusal:
                return f"refused: {refusal.details['status']}"

        answers = at_once(2, act)

        status = stored(db, ids)["status"]
        assert status in {"completed", "abandoned"}
        assert sorted(answers) == sorted([status, f"refused: {status}"])
        guest = stored_guest(db, venue.project, "visitor")
        entries = [entry["sessionId"] for entry in guest["completedExperiences"]]
        assert entries == ([ids["sessionId"]] if status == "completed" else [])
        assert guest["activeSessions"] == {}

    def test_of_many_abandonings_all_answer_the_same(self, db: Database, visitor: Client) -> None:
        _, ids = begun(db, visitor)
        request = AbandonSession(**ids)
        answers = at_once(6, lambda _: abandon_session("visitor", request))
        assert all(answer == answers[0] for answer in answers)
