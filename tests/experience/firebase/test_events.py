"""What becomes of events that a handler cannot make sense of."""

from google.cloud.firestore import Client as Database

from emulator.suite.suite import Suite
from experience.ids import new_id
from tests.support.builders.sessions import a_session, session_ref, stored_session
from tests.support.builders.venues import a_venue


class TestUnreadableDocument:
    def test_it_is_dropped_with_a_line_in_the_log_that_holds_nothing_of_it(
        self, suite: Suite, db: Database
    ) -> None:
        venue, session = a_venue(db), new_id()

        session_ref(db, venue.project, session).set({"mail": "berta@example.com", "phase": 7})
        suite.settle()

        lines = [line for line in functions_log(suite).splitlines() if session in line]
        assert any("unreadable document" in line for line in lines)
        assert "berta@example.com" not in functions_log(suite)
        assert stored_session(db, venue.project, session)["phase"] == 7

    def test_the_next_event_is_handled_as_ever(self, suite: Suite, db: Database) -> None:
        venue = a_venue(db, pregate=True)
        ended = {"phase": "pregate", "status": "completed", "completedAt": 1}
        session_ref(db, venue.project, new_id()).set({"phase": 7})
        pregate = a_session(db, venue.project, "visitor", venue.pregate, **ended)

        main = a_session(db, venue.project, "visitor", venue.main)
        suite.settle()

        assert stored_session(db, venue.project, pregate)["mainSessionId"] == main


class TestRefusedEvent:
    def test_what_can_never_succeed_is_not_delivered_again(
        self, suite: Suite, db: Database
    ) -> None:
        venue = a_venue(db)
        session = a_session(db, venue.project, "visitor", venue.main, experienceVersion=99)

        session_ref(db, venue.project, session).update({"status": "completed"})
        suite.settle(10)  # an event that waits for its next delivery would not settle

        refusals = [line for line in functions_log(suite).splitlines() if session in line]
        assert any("event refused" in line for line in refusals)


def functions_log(suite: Suite) -> str:
    assert suite.functions_log is not None
    return suite.functions_log.read_text()
