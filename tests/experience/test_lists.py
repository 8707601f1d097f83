"""The four lists in pages: whose they are, in which order, and that no page lacks or repeats."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from google.cloud.firestore import Client as Database

from emulator.demo.client import Client
from experience.ids import new_id
from tests.support.builders.guests import a_guest
from tests.support.builders.projects import a_project
from tests.support.builders.sessions import a_session, session_ref
from tests.support.builders.venues import a_venue
from tests.support.builders.workspaces import a_member, a_workspace, an_experience
from tests.support.calling import issue_paths, refused

SignIn = Callable[[str | None], Client]

LISTS = ("listExperiences", "listProjects", "listGuests", "listSessions")
OF_A_PROJECT = ("listGuests", "listSessions")
# Three at the same millisecond in the middle, where a page may end.
TIMES = [5, 4, 3, 3, 3, 2, 1]


@dataclass(frozen=True)
class Listed:
    """A workspace with a project, and how to fill and call one of its lists."""

    db: Database
    name: str
    workspace: str
    project: str

    @property
    def about(self) -> dict[str, str]:
        if self.name in OF_A_PROJECT:
            return {"projectId": self.project}
        return {"workspaceId": self.workspace}

    def add(self, created_at: int) -> str:
        """The id of one more document, created at this time."""
        match self.name:
            case "listExperiences":
                made = an_experience(self.db, self.workspace, published=False)
                reference = self.db.document("workspaces", self.workspace, "experiences", made)
            case "listProjects":
                made = a_project(self.db, self.workspace)
                reference = self.db.document("projects", made)
            case "listGuests":
                made = a_guest(self.db, self.project)
                reference = self.db.document("projects", self.project, "guests", made)
            case _:
                made = a_session(self.db, self.project, "g", "e", workspaceId=self.workspace)
                reference = session_ref(self.db, self.project, made)
        reference.update({"createdAt": created_at})
        return made


@pytest.fixture
def listed(db: Database, request: pytest.FixtureRequest) -> Listed:
    """The list that the test's parameter names; a project's own is in another workspace's list."""
    workspace = a_workspace(db)
    owner = workspace if request.param in OF_A_PROJECT else a_workspace(db)
    return Listed(db, request.param, workspace, a_project(db, owner))


@pytest.fixture
def viewer(db: Database, signed_in: SignIn, listed: Listed) -> Client:
    return signed_in(a_member(db, listed.workspace, "viewer"))


def pages(caller: Client, name: str, **data: Any) -> Iterator[list[str]]:
    """The ids on each page up to the last one."""
    token = None
    while True:
        page = caller.call(name, **data, **({"pageToken": token} if token else {}))
        assert set(page) == {"items", "nextPageToken"}
        yield [item["id"] for item in page["items"]]
        token = page["nextPageToken"]
        if token is None:
            return


@pytest.mark.parametrize("listed", LISTS, indirect=True)
class TestEveryList:
    def test_is_for_members_alone(self, db: Database, signed_in: SignIn, listed: Listed) -> None:
        for uid, status in (
            (None, "UNAUTHENTICATED"),
            ("visitor", "NOT_FOUND"),
            (a_member(db, a_workspace(db), "owner"), "NOT_FOUND"),
        ):
            error = refused(signed_in(uid), listed.name, **listed.about)
            missing = refused(signed_in(uid), listed.name, **dict.fromkeys(listed.about, "missing"))

            assert error.status == status
            assert (error.details, error.message) == (missing.details, missing.message)

    def test_is_empty_at_first(self, viewer: Client, listed: Listed) -> None:
        page = viewer.call(listed.name, **listed.about)

        assert page == {"items": [], "nextPageToken": None}

    def test_pages_of_any_size_are_newest_first_and_complete(
        self, viewer: Client, listed: Listed
    ) -> None:
        made = [(time, listed.add(time)) for time in TIMES]
        expected = [each for _, each in sorted(made, reverse=True)]

        for size in (1, 2, 3, 4, 6, 7, 8, 100):
            found = list(pages(viewer, listed.name, **listed.about, pageSize=size))

            assert [each for page in found for each in page] == expected
            assert [len(page) for page in found[:-1]] == [size] * (len(found) - 1)
            assert len(found) == -(-len(TIMES) // size)

    def test_what_comes_or_goes_between_pages_moves_nothing_else(
        self, db: Database, viewer: Client, listed: Listed
    ) -> None:
        made = [listed.add(time) for time in (40, 30, 20, 10)]
        first = viewer.call(listed.name, **listed.about, pageSize=2)
        listed.add(50)
        between = listed.add(15)

        second = viewer.call(listed.name, **listed.about, pageToken=first["nextPageToken"])

        assert [item["id"] for item in second["items"]] == [made[2], between, made[3]]

    def test_takes_no_token_but_its_own(
        self, db: Database, signed_in: SignIn, viewer: Client, listed: Listed
    ) -> None:
        for time in (2, 1):
            listed.add(time)
        own = viewer.call(listed.name, **listed.about, pageSize=1)["nextPageToken"]
        other = Listed(db, listed.name, a_workspace(db), a_project(db, listed.workspace))
        foreign = signed_in(a_member(db, other.workspace, "viewer"))
        reader = viewer if listed.name in OF_A_PROJECT else foreign

        assert issue_paths(refused(reader, listed.name, **other.about, pageToken=own)) == [
            "pageToken"
        ]
        tokens: list[Any] = ["", "x", "ä", "a" * 1001, own + "AAAA", own.swapcase(), 7, []]
        for token in tokens:
            error = refused(viewer, listed.name, **listed.about, pageToken=token)
            assert issue_paths(error) == ["pageToken"]

    @pytest.mark.parametrize("size", [0, -1, 101, "many", 1.5])
    def test_a_page_has_1_to_100_items(self, viewer: Client, listed: Listed, size: Any) -> None:
        error = refused(viewer, listed.name, **listed.about, pageSize=size)

        assert issue_paths(error) == ["pageSize"]


class TestListSessions:
    @pytest.fixture
    def project(self, db: Database) -> dict[str, str]:
        venue = a_venue(db)
        return {"workspace": venue.workspace, "projectId": venue.project}

    @pytest.fixture
    def call(self, db: Database, signed_in: SignIn, project: dict[str, str]) -> Callable[..., Any]:
        viewer = signed_in(a_member(db, project["workspace"], "viewer"))
        return lambda **data: viewer.call("listSessions", projectId=project["projectId"], **data)

    @pytest.mark.parametrize(
        ("name", "value"),
        [("eventId", "night"), ("status", "abandoned"), ("experienceId", "booth")],
    )
    def test_each_filter_has_its_own_pages(
        self,
        db: Database,
        project: dict[str, str],
        call: Callable[..., Any],
        name: str,
        value: str,
    ) -> None:
        def add(time: int, **fields: Any) -> str:
            about = (db, project["projectId"], "g", "other")
            return a_session(*about, createdAt=time, **fields)

        wanted = [add(time, **{name: value}) for time in (3, 2, 1)]
        add(2)

        first = call(**{name: value}, pageSize=2)
        second = call(**{name: value}, pageSize=2, pageToken=first["nextPageToken"])

        assert [item["id"] for item in first["items"] + second["items"]] == wanted
        assert second["nextPageToken"] is None

    def test_takes_one_filter_at_a_time(
        self, db: Database, signed_in: SignIn, project: dict[str, str]
    ) -> None:
        viewer = signed_in(a_member(db, project["workspace"], "viewer"))
        about = {"projectId": project["projectId"], "eventId": "night"}

        two = refused(viewer, "listSessions", **about, status="active")
        three = refused(viewer, "listSessions", **about, status="active", experienceId="booth")
        unknown = refused(viewer, "listSessions", projectId="p", status="lost")

        assert issue_paths(two) == ["eventId", "status"]
        assert issue_paths(three) == ["eventId", "status", "experienceId"]
        assert issue_paths(unknown) == ["status"]

    def test_a_token_is_of_one_filter_and_value(
        self, db: Database, signed_in: SignIn, project: dict[str, str], call: Callable[..., Any]
    ) -> None:
        for time in (2, 1):
            a_session(db, project["projectId"], "g", "booth", eventId="night", createdAt=time)
        token = call(eventId="night", pageSize=1)["nextPageToken"]
        viewer = signed_in(a_member(db, project["workspace"], "viewer"))
        about = {"projectId": project["projectId"], "pageToken": token}

        others: list[dict[str, str]] = [{}, {"eventId": "day"}, {"experienceId": "booth"}]
        for other in others:
            assert issue_paths(refused(viewer, "listSessions", **about, **other)) == ["pageToken"]

    def test_sessions_come_as_every_call_shows_them(
        self, db: Database, project: dict[str, str], call: Callable[..., Any]
    ) -> None:
        answer = {"stepId": "name", "stepType": "short_text", "value": "Anna", "answeredAt": 1}
        answered = {"answers": [answer], "requestFingerprint": "f"}
        a_session(db, project["projectId"], "g", "booth", **answered)

        [item] = call()["items"]

        assert item["inputs"] == {"name": "Anna"}
        assert (item["activeJobId"], item["resultAssetId"]) == (None, None)
        assert "requestFingerprint" not in item


class TestListExperiences:
    def test_by_status(self, db: Database, signed_in: SignIn) -> None:
        workspace = a_workspace(db)
        viewer = signed_in(a_member(db, workspace, "viewer"))
        active = an_experience(db, workspace)
        deleted = an_experience(db, workspace, status="deleted")

        def ids(**data: str) -> list[str]:
            page = viewer.call("listExperiences", workspaceId=workspace, **data)
            return [item["id"] for item in page["items"]]

        assert ids(status="active") == [active]
        assert ids(status="deleted") == [deleted]
        assert set(ids()) == {active, deleted}


class TestGetGuest:
    def test_is_the_caller_and_nobody_else(self, db: Database, signed_in: SignIn) -> None:
        venue = a_venue(db)
        uid = a_guest(db, venue.project, f"guest-{new_id()}", completed={"booth": "s"})
        about = {"projectId": venue.project}

        guest = signed_in(uid).call("getGuest", **about)

        assert (guest["id"], guest["authUid"], guest["projectId"]) == (uid, uid, venue.project)
        assert guest["completedExperiences"][0]["sessionId"] == "s"
        owner = signed_in(a_member(db, venue.workspace, "owner"))
        error = refused(owner, "getGuest", **about)
        assert (error.status, error.reason) == ("NOT_FOUND", "guest_not_found")
        missing = refused(signed_in(uid), "getGuest", projectId="missing")
        assert (missing.status, missing.reason) == ("NOT_FOUND", "project_not_found")
        assert refused(signed_in(None), "getGuest", **about).status == "UNAUTHENTICATED"
        assert issue_paths(refused(owner, "getGuest", **about, guestId=uid)) == ["guestId"]
