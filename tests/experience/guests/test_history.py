"""What a guest completed, as the guest and the people who run the project see it."""

from collections.abc import Callable
from typing import Any

import pytest
from google.cloud.firestore import ArrayUnion
from google.cloud.firestore import Client as Database

from emulator.demo.client import Client
from experience.ids import new_id
from tests.support.builders.guests import a_guest
from tests.support.builders.sessions import a_session
from tests.support.builders.venues import Venue, a_venue
from tests.support.builders.workspaces import a_member, a_workspace
from tests.support.calling import issue_paths, refused

SignIn = Callable[[str | None], Client]


@pytest.fixture(scope="module")
def venue(db: Database) -> Venue:
    return a_venue(db)


@pytest.fixture
def uid(db: Database, venue: Venue) -> str:
    return a_guest(db, venue.project)


@pytest.fixture
def guest(signed_in: SignIn, uid: str) -> Client:
    return signed_in(uid)


def complete(db: Database, venue: Venue, uid: str, at: int) -> str:
    """The id of a session that the guest completed at this time, now the last of their entries."""
    session = a_session(
        db, venue.project, uid, venue.main, status="completed", completedAt=at, createdAt=at
    )
    entry = {"experienceId": venue.main, "completedAt": at, "sessionId": session}
    db.document("projects", venue.project, "guests", uid).update(
        {"completedExperiences": ArrayUnion([entry])}
    )
    return session


def ids(page: dict[str, Any]) -> list[str]:
    return [item["sessionId"] for item in page["items"]]


class TestGuestHistory:
    def test_each_completed_experience_comes_with_its_session_and_time(
        self, db: Database, guest: Client, venue: Venue, uid: str
    ) -> None:
        first, second = (complete(db, venue, uid, at) for at in (10, 20))

        history = guest.call("getGuestHistory", projectId=venue.project)

        assert ids(history) == [second, first]
        assert history["nextPageToken"] is None
        item = history["items"][0]
        assert (item["experienceId"], item["completedAt"]) == (venue.main, 20)
        assert (item["session"]["id"], item["session"]["inputs"]) == (second, {})

    def test_is_empty_for_who_completed_nothing(self, guest: Client, venue: Venue) -> None:
        history = guest.call("getGuestHistory", projectId=venue.project)

        assert history == {"items": [], "nextPageToken": None}

    def test_a_session_that_is_gone_or_unreadable_leaves_its_entry(
        self, db: Database, guest: Client, venue: Venue, uid: str
    ) -> None:
        gone, broken, whole = (complete(db, venue, uid, at) for at in (10, 20, 30))
        sessions = db.collection("projects", venue.project, "sessions")
        sessions.document(gone).delete()
        sessions.document(broken).update({"answers": "none"})

        history = guest.call("getGuestHistory", projectId=venue.project)

        assert ids(history) == [whole, broken, gone]
        assert [item["session"] is None for item in history["items"]] == [False, True, True]


class TestWhoMayReadIt:
    @pytest.mark.parametrize("role", ["viewer", "owner"])
    def test_members_name_any_guest(
        self, db: Database, signed_in: SignIn, venue: Venue, uid: str, role: str
    ) -> None:
        session = complete(db, venue, uid, 10)
        member = signed_in(a_member(db, venue.workspace, role))

        history = member.call("getGuestHistory", projectId=venue.project, guestId=uid)

        assert ids(history) == [session]

    def test_for_everybody_else_the_guest_does_not_exist(
        self, db: Database, signed_in: SignIn, venue: Venue, uid: str
    ) -> None:
        other = a_guest(db, venue.project)
        foreign = a_member(db, a_workspace(db), "owner")
        about = {"projectId": venue.project}

        for who in (other, foreign, "stranger"):
            error = refused(signed_in(who), "getGuestHistory", **about, guestId=uid)
            missing = refused(signed_in(who), "getGuestHistory", **about, guestId="missing")

            assert (error.status, error.reason) == ("NOT_FOUND", "guest_not_found")
            assert (error.details, error.message) == (missing.details, missing.message)
        error = refused(signed_in(None), "getGuestHistory", **about)
        assert error.status == "UNAUTHENTICATED"

    def test_who_never_came_has_none(self, signed_in: SignIn, venue: Venue) -> None:
        error = refused(signed_in(f"g-{new_id()}"), "getGuestHistory", projectId=venue.project)

        assert (error.status, error.reason) == ("NOT_FOUND", "guest_not_found")


class TestPages:
    def test_of_any_size_are_complete(
        self, db: Database, guest: Client, venue: Venue, uid: str
    ) -> None:
        made = [complete(db, venue, uid, at) for at in (10, 20, 20, 20, 30)]

        for size in (1, 2, 5, 100):
            found, token = [], None
            while True:
                about = {"projectId": venue.project, "pageSize": size}
                page = guest.call("getGuestHistory", **about, pageToken=token)
                found += ids(page)
                token = page["nextPageToken"]
                if token is None:
                    break

            assert found == made[::-1]

    @pytest.mark.parametrize("at", [30, 40, 5], ids=["same moment", "later", "a slow clock"])
    def test_what_is_completed_meanwhile_moves_nothing(
        self, db: Database, guest: Client, venue: Venue, uid: str, at: int
    ) -> None:
        made = [complete(db, venue, uid, each) for each in (10, 30, 30)]
        about = {"projectId": venue.project, "pageSize": 2}

        first = guest.call("getGuestHistory", **about)
        complete(db, venue, uid, at)
        second = guest.call("getGuestHistory", **about, pageToken=first["nextPageToken"])

        assert ids(first) + ids(second) == made[::-1]
        assert second["nextPageToken"] is None

    @pytest.mark.parametrize("token", ["", "x", "-1", "²", "1.5", "2", "9" * 20, "9" * 21, 1])
    def test_no_other_token_is_taken(
        self, db: Database, guest: Client, venue: Venue, uid: str, token: Any
    ) -> None:
        complete(db, venue, uid, 10)

        error = refused(guest, "getGuestHistory", projectId=venue.project, pageToken=token)

        assert issue_paths(error) == ["pageToken"]
