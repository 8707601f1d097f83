"""Sessions that guests write past the callables, whatever becomes of their events."""

from typing import Any

import pytest

from experience.clock import now_ms
from tests.security_rules.clients import RestClient
from tests.support.builders.sessions import stored_session, written_session
from tests.support.builders.venues import Venue
from tests.support.trouble import GuestInTrouble, Trouble

FAULTS: dict[str, dict[str, Any]] = {
    "once": {},
    "twice": {"duplicate": 1},
    "late": {"delayMs": [300, 300]},
    "overtaken": {"reorder": 1},
    "aborted": {"abort": 0.2},
    "lost": {"drop": 1},
}


class Writer(GuestInTrouble):
    """A guest's tab that writes to the database itself."""

    def __init__(self, trouble: Trouble, venue: Venue, uid: str) -> None:
        super().__init__(trouble, venue, uid)
        host = trouble.suite.env["FIRESTORE_EMULATOR_HOST"]
        self.database = RestClient(host, trouble.suite.project, uid)

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
        self, trouble: Trouble, fault: str, patient: bool
    ) -> None:
        """Who is patient waits for the trigger; who is in a hurry calls before it came."""
        venue = trouble.venue(pregate=True)
        guest = Writer(trouble, venue, f"written-{fault}-{patient}")
        guest.call("ensureGuest")
        trouble.faults(**FAULTS[fault])
        gate = guest.write(venue.pregate)
        assert guest.move_on(gate, 1)
        self.wait(trouble, fault, patient)
        gate = guest.complete(gate)["session"]
        main = guest.write(venue.main)
        self.wait(trouble, fault, patient)
        guest.take_photo(main)
        assert guest.move_on(main, 2)
        guest.complete(main)
        trouble.calm()

        stored = [stored_session(trouble.db, venue.project, each["id"]) for each in (gate, main)]
        assert [(each["phase"], each["status"]) for each in stored] == [
            ("pregate", "completed"),
            ("main", "completed"),
        ]
        assert [each["currentStepIndex"] for each in stored] == [1, 2]
        assert stored[0]["mainSessionId"] == main["id"]
        assert stored[1]["jobStatus"] == "completed"
        [stored_guest] = trouble.of(venue.project, "guests")
        assert stored_guest["activeSessions"] == {}
        assert len(stored_guest["completedExperiences"]) == 2

    def wait(self, trouble: Trouble, fault: str, patient: bool) -> None:
        if patient:
            trouble.suite.settle()
        if patient and fault == "lost":
            trouble.sweep("sweepSessions")


class TestRefusals:
    def test_a_second_one_of_the_experience_ends_in_an_error(self, trouble: Trouble) -> None:
        venue = trouble.venue()
        guest = Writer(trouble, venue, "two-tabs")
        guest.call("ensureGuest")
        sessions = [guest.write(venue.main) for _ in range(2)]
        trouble.suite.settle()
        stored = [stored_session(trouble.db, venue.project, each["id"]) for each in sessions]
        assert sorted(each["status"] for each in stored) == ["active", "error"]
        refused = next(each for each in stored if each["status"] == "error")
        assert refused["error"]["code"] == "session_active"
        [stored_guest] = trouble.of(venue.project, "guests")
        claim = stored_guest["activeSessions"][venue.main]
        assert claim["sessionId"] in {each["id"] for each in sessions} - {refused["id"]}
        assert guest.begin()["id"] == claim["sessionId"]
        assert not guest.move_on(refused, 1)

    @pytest.mark.parametrize("fault", ["once", "twice", "lost"])
    def test_what_no_guest_wrote_ends_in_an_error(self, trouble: Trouble, fault: str) -> None:
        venue = trouble.venue()
        guest = Writer(trouble, venue, "never-came-in")
        trouble.faults(**FAULTS[fault])
        session = guest.write(venue.main)
        trouble.suite.settle()
        trouble.calm()
        stored = stored_session(trouble.db, venue.project, session["id"])
        assert (stored["status"], stored["error"]["code"]) == ("error", "guest_required")
