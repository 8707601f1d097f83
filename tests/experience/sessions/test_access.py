"""Whose sessions they are: for everybody else they do not exist."""

from collections.abc import Callable
from typing import Any

import pytest
from google.cloud.firestore import Client as Database

from emulator.demo.client import Client
from tests.support.builders.guests import a_guest
from tests.support.builders.sessions import a_session, stored_session
from tests.support.builders.venues import Venue, a_venue
from tests.support.builders.workspaces import a_member, a_transform, a_workspace
from tests.support.calling import refused

SignIn = Callable[[str | None], Client]

CALLS = ["getSession", "updateSessionProgress", "completeSession", "getJourneySessions"]


def of(venue: Venue, name: str, session: str) -> dict[str, Any]:
    field = "mainSessionId" if name == "getJourneySessions" else "sessionId"
    return {"projectId": venue.project, field: session}


@pytest.fixture
def venue(db: Database) -> Venue:
    made = a_venue(db, transform=a_transform())
    a_guest(db, made.project, "owner")
    return made


@pytest.fixture
def session(db: Database, venue: Venue) -> str:
    return a_session(db, venue.project, "owner", venue.main, workspaceId=venue.workspace)


class TestStrangers:
    @pytest.mark.parametrize("name", CALLS)
    @pytest.mark.parametrize("who", ["another guest", "another workspace's admin", "no guest"])
    def test_the_session_does_not_exist_for_them(
        self, db: Database, signed_in: SignIn, venue: Venue, session: str, name: str, who: str
    ) -> None:
        uid = a_member(db, a_workspace(db), "owner") if "workspace" in who else "stranger"
        if who == "another guest":
            a_guest(db, venue.project, uid)
        before = stored_session(db, venue.project, session)

        error = refused(signed_in(uid), name, **of(venue, name, session))
        missing = refused(signed_in(uid), name, **of(venue, name, "missing"))

        assert (error.status, error.reason) == ("NOT_FOUND", "session_not_found")
        assert (error.details, error.message) == (missing.details, missing.message)
        assert stored_session(db, venue.project, session) == before

    @pytest.mark.parametrize("name", CALLS)
    def test_it_is_not_found_through_another_project(
        self, db: Database, signed_in: SignIn, session: str, name: str
    ) -> None:
        other = a_venue(db)
        a_guest(db, other.project, "owner")

        assert refused(signed_in("owner"), name, **of(other, name, session)).status == "NOT_FOUND"


class TestOperators:
    @pytest.mark.parametrize("role", ["viewer", "editor", "admin", "owner"])
    def test_they_read_it(
        self, db: Database, signed_in: SignIn, venue: Venue, session: str, role: str
    ) -> None:
        operator = signed_in(a_member(db, venue.workspace, role))

        read = operator.call("getSession", projectId=venue.project, sessionId=session)
        journey = operator.call(
            "getJourneySessions", projectId=venue.project, mainSessionId=session
        )

        assert read["session"]["createdBy"] == "owner"
        assert journey["main"] == read["session"]

    @pytest.mark.parametrize("name", ["updateSessionProgress", "completeSession"])
    def test_they_do_not_answer_for_the_guest(
        self, db: Database, signed_in: SignIn, venue: Venue, session: str, name: str
    ) -> None:
        admin = signed_in(a_member(db, venue.workspace, "admin"))

        assert refused(admin, name, **of(venue, name, session)).reason == "session_not_found"


class TestGetSession:
    def test_the_owner_gets_the_session_with_its_steps_and_no_prompt(
        self, signed_in: SignIn, venue: Venue, session: str
    ) -> None:
        answer = signed_in("owner").call("getSession", **of(venue, "getSession", session))

        assert answer["session"]["id"] == session
        assert [step["id"] for step in answer["steps"]] == ["name"]
        assert "SECRET" not in str(answer)

    def test_it_outlives_the_experience(
        self, db: Database, signed_in: SignIn, venue: Venue, session: str
    ) -> None:
        db.document("workspaces", venue.workspace, "experiences", venue.main).delete()

        answer = signed_in("owner").call("getSession", **of(venue, "getSession", session))

        assert [step["id"] for step in answer["steps"]] == ["name"]


class TestGetJourneySessions:
    @pytest.fixture
    def linked(self, db: Database, venue: Venue, session: str) -> Callable[..., str]:
        def link(phase: str, **fields: Any) -> str:
            fields = {"phase": phase, "mainSessionId": session, **fields}
            return a_session(db, venue.project, "owner", phase, **fields)

        return link

    @pytest.fixture
    def journey(
        self, signed_in: SignIn, venue: Venue, session: str
    ) -> Callable[[], dict[str, str | None]]:
        def ask() -> dict[str, str | None]:
            answer = signed_in("owner").call(
                "getJourneySessions", projectId=venue.project, mainSessionId=session
            )
            return {phase: each and each["id"] for phase, each in answer.items()}

        return ask

    def test_main_alone_has_nothing_linked(self, journey: Any, session: str) -> None:
        assert journey() == {"main": session, "pregate": None, "preshare": None}

    def test_of_several_the_newest_completed_one_is_picked(
        self, journey: Any, linked: Callable[..., str], session: str
    ) -> None:
        linked("preshare", createdAt=1, status="completed", completedAt=10)
        newest = linked("preshare", createdAt=2, status="completed", completedAt=20)
        linked("preshare", createdAt=3)
        before = linked("pregate", createdAt=1, status="completed", completedAt=1)

        assert journey() == {"main": session, "pregate": before, "preshare": newest}

    def test_where_none_is_completed_the_newest_is_picked(
        self, journey: Any, linked: Callable[..., str]
    ) -> None:
        linked("preshare", createdAt=1)
        newest = linked("preshare", createdAt=3, status="abandoned")
        linked("preshare", createdAt=2)

        assert journey()["preshare"] == newest

    def test_what_another_guest_links_is_not_part_of_it(
        self, journey: Any, linked: Callable[..., str]
    ) -> None:
        linked("preshare", createdBy="another")

        assert journey()["preshare"] is None

    @pytest.mark.parametrize("phase", ["pregate", "preshare"])
    def test_a_session_of_another_phase_has_no_journey(
        self, signed_in: SignIn, venue: Venue, linked: Callable[..., str], phase: str
    ) -> None:
        error = refused(
            signed_in("owner"),
            "getJourneySessions",
            projectId=venue.project,
            mainSessionId=linked(phase),
        )

        assert (error.status, error.reason) == ("NOT_FOUND", "main_session_not_found")
