"""A completed pregate gets the main session that it led to: once, and never another."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from google.cloud.firestore import Client as Database

from emulator.demo.client import Client
from emulator.suite.suite import Suite
from experience.sessions.models.session import Session
from experience.sessions.usecases.link import link_pregate
from tests.support.builders.guests import a_guest
from tests.support.builders.sessions import a_session, session_ref, stored_session
from tests.support.builders.venues import Venue, a_venue
from tests.support.calling import at_once

SignIn = Callable[[str | None], Client]

NOW = time.time_ns() // 1_000_000
MINUTE = 60_000


@pytest.fixture
def venue(db: Database) -> Venue:
    made = a_venue(db, pregate=True)
    a_guest(db, made.project, "visitor")
    return made


class TestLinking:
    @pytest.fixture
    def pregate(self, db: Database, venue: Venue) -> Callable[..., str]:
        def complete(minute: int = 0, project: str = "", **fields: Any) -> str:
            at = NOW + minute * MINUTE
            made = {
                "phase": "pregate",
                "status": "completed",
                "createdAt": at - 1000,
                "completedAt": at,
                **fields,
            }
            uid = made.pop("createdBy", "visitor")
            return a_session(db, project or venue.project, uid, venue.pregate, **made)

        return complete

    @pytest.fixture
    def main(self, suite: Suite, db: Database, venue: Venue) -> Callable[..., str]:
        """A main session whose trigger has run."""

        def begin(minute: int = 1, **fields: Any) -> str:
            fields = {"createdAt": NOW + minute * MINUTE} | fields
            session = a_session(db, venue.project, "visitor", venue.main, **fields)
            suite.settle()
            return session

        return begin

    @pytest.fixture
    def main_of(self, db: Database, venue: Venue) -> Callable[[str], Any]:
        def read_link(pregate: str, project: str = "") -> Any:
            return stored_session(db, project or venue.project, pregate)["mainSessionId"]

        return read_link

    def test_the_named_pregate_is_linked_even_if_another_one_is_newer(
        self, pregate: Any, main: Any, main_of: Any
    ) -> None:
        named, newer = pregate(-2), pregate(-1)

        session = main(pregateSessionId=named)

        assert (main_of(named), main_of(newer)) == (session, None)

    def test_where_the_client_forgot_it_the_newest_is_linked(
        self, pregate: Any, main: Any, main_of: Any
    ) -> None:
        older, newest = pregate(-2), pregate(-1)

        session = main()

        assert (main_of(older), main_of(newest)) == (None, session)

    def test_a_link_is_never_overwritten(self, pregate: Any, main: Any, main_of: Any) -> None:
        linked = pregate(-1, mainSessionId="an earlier one")

        main(pregateSessionId=linked)

        assert main_of(linked) == "an earlier one"

    def test_a_second_main_session_takes_nothing_from_the_first(
        self, pregate: Any, main: Any, main_of: Any
    ) -> None:
        before = pregate()
        first = main(1)

        main(2, pregateSessionId=before)

        assert main_of(before) == first

    @pytest.mark.parametrize(
        "fields",
        [
            {"createdBy": "another guest"},
            {"mode": "preview"},
            {"status": "active", "completedAt": None},
            {"status": "abandoned"},
            {"phase": "preshare"},
        ],
        ids=["another guest's", "another mode's", "active", "abandoned", "a preshare"],
    )
    @pytest.mark.parametrize("named", [True, False])
    def test_what_did_not_lead_here_is_not_linked(
        self, pregate: Any, main: Any, main_of: Any, fields: dict[str, Any], named: bool
    ) -> None:
        other = pregate(**fields)

        main(**({"pregateSessionId": other} if named else {}))

        assert main_of(other) is None

    @pytest.mark.parametrize("named", [True, False])
    def test_nor_is_one_of_another_project(
        self, db: Database, pregate: Any, main: Any, main_of: Any, named: bool
    ) -> None:
        elsewhere = a_venue(db)
        other = pregate(project=elsewhere.project)

        main(**({"pregateSessionId": other} if named else {}))

        assert main_of(other, elsewhere.project) is None

    def test_a_name_that_is_wrong_does_not_hide_the_right_one(
        self, pregate: Any, main: Any, main_of: Any
    ) -> None:
        right = pregate()

        session = main(pregateSessionId="missing")

        assert main_of(right) == session

    def test_a_pregate_completed_later_belongs_to_a_later_main_session(
        self, pregate: Any, main: Any, main_of: Any
    ) -> None:
        first = main(1)
        later = pregate(5)
        assert main_of(later) is None

        second = main(6)

        assert main_of(later) == second != first

    def test_a_quick_second_round_has_its_own_pregate(
        self, pregate: Any, main: Any, main_of: Any
    ) -> None:
        """All of it within the difference that servers' clocks may have."""
        one = pregate(completedAt=NOW)
        first = main(createdAt=NOW + 100)
        two = pregate(completedAt=NOW + 200)
        second = main(createdAt=NOW + 300)

        assert (main_of(one), main_of(two)) == (first, second)

    def test_other_phases_link_nothing(self, pregate: Any, main: Any, main_of: Any) -> None:
        before = pregate()

        main(phase="preshare", mainSessionId="m")
        main(phase="pregate")

        assert main_of(before) is None


class TestDelivery:
    """Events come at least once, late, and in any order: here they are delivered by hand."""

    @pytest.fixture
    def sessions(self, suite: Suite, db: Database, venue: Venue) -> Callable[..., list[Session]]:
        def write(*all_fields: dict[str, Any]) -> list[Session]:
            written = [
                a_session(db, venue.project, "visitor", venue.main, **fields)
                for fields in all_fields
            ]
            suite.settle()
            return [Session.load(stored_session(db, venue.project, each)) for each in written]

        return write

    @pytest.fixture
    def unlinked(self, db: Database, venue: Venue) -> str:
        """A pregate that turns out to be completed, before both main sessions began."""
        return a_session(
            db,
            venue.project,
            "visitor",
            venue.pregate,
            phase="pregate",
            status="completed",
            completedAt=NOW,
            mainSessionId="not yet",
        )

    def test_a_late_event_finds_the_first_main_session_after_the_pregate(
        self, db: Database, venue: Venue, sessions: Any, unlinked: str
    ) -> None:
        _, first, second = sessions(
            {"createdAt": NOW - MINUTE},
            {"createdAt": NOW + MINUTE},
            {"createdAt": NOW + 2 * MINUTE},
        )
        reference = session_ref(db, venue.project, unlinked)
        reference.update({"mainSessionId": None})

        link_pregate(second)

        assert reference.get().get("mainSessionId") == first.id

    def test_delivered_often_and_at_once_it_links_once(
        self, db: Database, venue: Venue, sessions: Any, unlinked: str
    ) -> None:
        mains = sessions({"createdAt": NOW + MINUTE}, {"createdAt": NOW + 2 * MINUTE})
        reference = session_ref(db, venue.project, unlinked)
        reference.update({"mainSessionId": None})

        at_once(6, lambda number: link_pregate(mains[number % 2]))
        linked = reference.get()
        at_once(2, lambda number: link_pregate(mains[number]))

        assert linked.get("mainSessionId") == mains[0].id
        assert reference.get().update_time == linked.update_time

    def test_a_second_delivery_does_not_take_the_next_rounds_pregate(
        self, db: Database, venue: Venue, sessions: Any, unlinked: str
    ) -> None:
        [main] = sessions({"createdAt": NOW})
        session_ref(db, venue.project, unlinked).update({"mainSessionId": main.id})
        fields = {"phase": "pregate", "status": "completed", "completedAt": NOW + 1000}
        following = a_session(db, venue.project, "visitor", venue.pregate, **fields)

        link_pregate(main)

        assert stored_session(db, venue.project, following)["mainSessionId"] is None

    def test_a_session_that_is_gone_links_nothing(
        self, db: Database, venue: Venue, sessions: Any, unlinked: str
    ) -> None:
        [main] = sessions({"createdAt": NOW + MINUTE})
        session_ref(db, venue.project, main.id).delete()
        reference = session_ref(db, venue.project, unlinked)
        reference.update({"mainSessionId": None})

        link_pregate(main)

        assert reference.get().get("mainSessionId") is None


class TestVisit:
    def test_pregate_and_preshare_are_found_from_the_main_session(
        self, suite: Suite, db: Database, signed_in: SignIn
    ) -> None:
        venue = a_venue(db, pregate=True, preshare=True)
        visitor = signed_in("visitor")
        project = {"projectId": venue.project}
        visitor.call("ensureGuest", **project)

        def play(experience: str, **links: str) -> tuple[str, dict[str, Any]]:
            how = {"mode": "guest", "configSource": "published"}
            session = visitor.call(
                "createSession", **project, experienceId=experience, **how, **links
            )["session"]["id"]
            ended = visitor.call("completeSession", **project, sessionId=session)
            return session, ended["next"]

        pregate, following = play(venue.pregate)
        main, following = play(
            following["experienceId"], pregateSessionId=following["params"]["pregate"]
        )
        preshare, following = play(
            following["experienceId"], mainSessionId=following["params"]["session"]
        )
        suite.settle()

        journey = visitor.call("getJourneySessions", **project, mainSessionId=main)
        assert {phase: session["id"] for phase, session in journey.items()} == {
            "main": main,
            "pregate": pregate,
            "preshare": preshare,
        }
        assert following["phase"] == "share"
