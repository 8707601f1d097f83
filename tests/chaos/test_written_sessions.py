"""Sessions that guests write past the callables, whatever becomes of their events."""

from typing import Any

import pytest

from experience.clock import now_ms
from tests.security_rules.clients import RestClient
from tests.support.builders.sessions import stored_session, written_session
from tests.support.builders.venues import Venue
from tests.support.faulty_suite import FaultyGuest, FaultySuite

pytestmark = pytest.mark.exhaustive

FAULTS: dict[str, dict[str, Any]] = {
    "once": {},
    "twice": {"duplicate": 1},
    "late": {"delayMs": [300, 300]},
    "overtaken": {"reorder": 1},
    "aborted": {"abort": 0.2},
    "lost": {"drop": 1},
}


class Writer(FaultyGuest):
    """A guest's tab that writes to the database itself."""

    def __init__(self, faulty_suite: FaultySuite, venue: Venue, uid: str) -> None:
        super().__init__(faulty_suite, venue, uid)
        host = faulty_suite.suite.env["FIRESTORE_EMULATOR_HOST"]
        self.database = RestClient(host, faulty_suite.suite.project, uid)

    def write(self, experience: str) -> dict[str, Any]:
        """A session of this experience, as it was written."""
        session = written_session(self.venue.project, self.uid, experience)
        assert self.database.create(self.path(session), **session)
        return session

    def move_on(self, session: dict[str, Any], index: int) -> bool:
        return self.database.update(self.path(session), currentStepIndex=index, updatedAt=now_ms())

    def path(self, session: dict[str, Any]) -> str:
        return f"projects/{self.venue.project}/sessions/{session['id']}"


@pytest.mark.parametrize("patient", [True, False], ids=["patient", "in a hurry"])
@pytest.mark.parametrize("fault", FAULTS)
class TestVisit:
    def test_it_ends_as_one_by_callables_does(
        self, faulty_suite: FaultySuite, fault: str, patient: bool
    ) -> None:
        """Who is patient waits for the trigger; who is in a hurry calls before it came."""
        venue = faulty_suite.venue(pregate=True)
        guest = Writer(faulty_suite, venue, f"written-{fault}-{patient}")
        guest.call("ensureGuest")
        faulty_suite.faults(**FAULTS[fault])
        gate = guest.write(venue.pregate)
        assert guest.move_on(gate, 1)
        self.wait(faulty_suite, fault, patient)
        gate = guest.complete(gate)["session"]
        main = guest.write(venue.main)
        self.wait(faulty_suite, fault, patient)
        guest.take_photo(main)
        assert guest.move_on(main, 2)
        guest.complete(main)
        faulty_suite.recover()

        stored = [
            stored_session(faulty_suite.db, venue.project, each["id"]) for each in (gate, main)
        ]
        assert [(each["phase"], each["status"]) for each in stored] == [
            ("pregate", "completed"),
            ("main", "completed"),
        ]
        assert [each["currentStepIndex"] for each in stored] == [1, 2]
        assert stored[0]["mainSessionId"] == main["id"]
        assert stored[1]["jobStatus"] == "completed"
        [stored_guest] = faulty_suite.of(venue.project, "guests")
        assert stored_guest["activeSessions"] == {}
        assert len(stored_guest["completedExperiences"]) == 2

    def wait(self, faulty_suite: FaultySuite, fault: str, patient: bool) -> None:
        if patient:
            faulty_suite.suite.settle()
        if patient and fault == "lost":
            faulty_suite.sweep("sweepSessions")


class TestRefusals:
    def test_a_second_one_of_the_experience_ends_in_an_error(
        self, faulty_suite: FaultySuite
    ) -> None:
        venue = faulty_suite.venue()
        guest = Writer(faulty_suite, venue, "two-tabs")
        guest.call("ensureGuest")
        sessions = [guest.write(venue.main) for _ in range(2)]
        faulty_suite.suite.settle()
        stored = [stored_session(faulty_suite.db, venue.project, each["id"]) for each in sessions]
        assert sorted(each["status"] for each in stored) == ["active", "error"]
        refused = next(each for each in stored if each["status"] == "error")
        assert refused["error"]["code"] == "session_active"
        [stored_guest] = faulty_suite.of(venue.project, "guests")
        claim = stored_guest["activeSessions"][venue.main]
        assert claim["sessionId"] in {each["id"] for each in sessions} - {refused["id"]}
        assert guest.begin()["id"] == claim["sessionId"]
        assert not guest.move_on(refused, 1)

    @pytest.mark.parametrize("fault", ["once", "twice", "lost"])
    def test_what_no_guest_wrote_ends_in_an_error(
        self, faulty_suite: FaultySuite, fault: str
    ) -> None:
        venue = faulty_suite.venue()
        guest = Writer(faulty_suite, venue, "never-came-in")
        faulty_suite.faults(**FAULTS[fault])
        session = written_session(venue.project, guest.uid, venue.main)
        faulty_suite.db.document(guest.path(session)).set(session)  # the rules let no stranger
        faulty_suite.suite.settle()
        faulty_suite.recover()
        stored = stored_session(faulty_suite.db, venue.project, session["id"])
        assert (stored["status"], stored["error"]["code"]) == ("error", "guest_required")
