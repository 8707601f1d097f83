"""What operators list: players by what they hold, visited and reached, and what players did."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from google.cloud.firestore import Client as Database

from emulator.demo.client import Client
from experience.ids import new_id
from tests.support.builders.workspaces import a_member, a_workspace
from tests.support.calling import issue_paths, refused
from tests.support.players.builders import (
    a_counting_experience,
    a_progress,
    a_progress_event,
)

SignIn = Callable[[str | None], Client]
LISTS = ("listProgress", "listProgressEvents")


def pages(caller: Client, name: str, **data: Any) -> Iterator[list[dict[str, Any]]]:
    """The items of each page up to the last one."""
    token = None
    while True:
        page = caller.call(name, **data, **({"pageToken": token} if token else {}))
        yield page["items"]
        token = page["nextPageToken"]
        if token is None:
            return


@pytest.fixture(scope="module")
def about(db: Database, workspace: str) -> dict[str, str]:
    """An experience with players, among those of another one, of the same workspace."""
    experience = a_counting_experience(db, workspace)
    batch = db.batch()
    for number, (last, completion) in enumerate([(50, 20), (40, 100 / 3), (40, 0), (30, 20)]):
        state = {"inventory": ["key"] * (number % 2), "visitedWaypoints": ["w/1", "a.b"][:number]}
        progress = {
            "lastPlayedAt": last,
            "completionPercentage": completion,
            "state": state,
            "nickname": f"{number}",
        }
        a_progress(db, f"p-{number}-{new_id()}", workspace, experience, batch=batch, **progress)
    a_progress(db, f"p-{new_id()}", workspace, "other", batch=batch)
    a_progress(db, f"p-{new_id()}", "other", experience, batch=batch)
    batch.commit()
    return {"workspaceId": workspace, "experienceId": experience}


@pytest.fixture(scope="module")
def log(db: Database, workspace: str) -> dict[str, Any]:
    """An experience with events of two players, and the keys of all, the newest first."""
    experience, batch = a_counting_experience(db, workspace), db.batch()
    ada, bob = f"ada-{new_id()}", f"bob-{new_id()}"
    made = []
    for uid, kind, content, time in (
        (ada, "waypoint_visited", "w/1", 50),
        (bob, "waypoint_visited", "w/2", 40),
        (ada, "quest_started", "w/1", 40),
        (ada, "waypoint_visited", None, 30),
        (bob, "quest_started", "w/1", 20),
    ):
        fields = {"eventType": kind, "contentId": content, "timestamp": time, "data": {"a": [1]}}
        key = a_progress_event(db, uid, workspace, experience, batch=batch, **fields)
        made.append({"key": key, "uid": uid, **fields})
    a_progress_event(db, ada, workspace, "other", batch=batch)
    batch.commit()
    made.sort(key=lambda each: (each["timestamp"], each["uid"]), reverse=True)
    request = {"workspaceId": workspace, "experienceId": experience}
    return {"about": request, "ada": ada, "made": made}


@pytest.fixture(scope="module")
def viewer(db: Database, signed_in: SignIn, workspace: str) -> Client:
    return signed_in(a_member(db, workspace, "viewer"))


class TestListProgress:
    @pytest.mark.parametrize(
        ("asked", "expected"),
        [
            ({}, ["0", "2", "1", "3"]),
            ({"orderBy": "completion"}, ["1", "3", "0", "2"]),
            ({"holdsItem": "key"}, ["1", "3"]),
            ({"holdsItem": "key", "orderBy": "completion"}, ["1", "3"]),
            ({"visited": "w/1"}, ["2", "1", "3"]),
            ({"visited": "a.b", "orderBy": "completion"}, ["3", "2"]),
            ({"holdsItem": "w/1"}, []),
        ],
    )
    def test_has_who_is_asked_for_on_pages_of_any_size(
        self, viewer: Client, about: dict[str, str], asked: dict[str, str], expected: list[str]
    ) -> None:
        for size in (1, 2, 100):
            found = list(pages(viewer, "listProgress", **about, **asked, pageSize=size))

            assert [item["nickname"] for page in found for item in page] == expected
            assert len(found) == max(-(-len(expected) // size), 1)

    def test_shows_no_state(self, viewer: Client, about: dict[str, str]) -> None:
        [first, *_] = viewer.call("listProgress", **about)["items"]

        assert first["playerId"].startswith("p-0-")
        assert (first["completionPercentage"], first["lastPlayedAt"]) == (20, 50)
        assert not {"state", "boards", "requests", "seen"} & set(first)


class TestListProgressEvents:
    @pytest.mark.parametrize(
        ("asked", "field", "wanted"),
        [
            ({}, "key", None),
            ({"eventType": "quest_started"}, "eventType", "quest_started"),
            ({"contentId": "w/1"}, "contentId", "w/1"),
            ({"playerId": "ada"}, "uid", "ada"),
        ],
    )
    @pytest.mark.parametrize("since", [None, 30, 51])
    def test_has_what_is_asked_for_the_newest_first(
        self,
        viewer: Client,
        log: dict[str, Any],
        asked: dict[str, str],
        field: str,
        wanted: str | None,
        since: int | None,
    ) -> None:
        who = {"ada": log["ada"]}
        request = {name: who.get(value, value) for name, value in asked.items()}
        request |= {"since": since} if since is not None else {}
        expected = [
            each["key"]
            for each in log["made"]
            if (wanted is None or each[field] == who.get(wanted, wanted))
            and (since is None or each["timestamp"] >= since)
        ]
        for size in (1, 2, 100):
            found = pages(viewer, "listProgressEvents", **log["about"], **request, pageSize=size)

            assert [item["id"] for page in found for item in page] == expected

    def test_shows_all_of_an_event_but_its_cells(self, viewer: Client, log: dict[str, Any]) -> None:
        [item, *_] = viewer.call("listProgressEvents", **log["about"])["items"]

        assert (item["playerId"], item["eventType"]) == (log["ada"], "waypoint_visited")
        assert (item["contentId"], item["data"], item["timestamp"]) == ("w/1", {"a": [1]}, 50)
        assert "cells" not in item

    def test_goes_by_one_filter_at_a_time(self, viewer: Client, about: dict[str, str]) -> None:
        two = {"eventType": "a", "contentId": "b"}

        assert refused(viewer, "listProgressEvents", **about, **two).status == "INVALID_ARGUMENT"
        both = {"holdsItem": "a", "visited": "b"}
        assert refused(viewer, "listProgress", **about, **both).status == "INVALID_ARGUMENT"


@pytest.mark.parametrize("name", LISTS)
class TestBothLists:
    def test_are_for_members_alone(
        self, db: Database, signed_in: SignIn, about: dict[str, str], name: str
    ) -> None:
        stranger = signed_in(a_member(db, a_workspace(db), "owner"))

        for caller in (stranger, signed_in("visitor")):
            error = refused(caller, name, **about)
            missing = refused(caller, name, workspaceId="missing", experienceId="e")
            assert (error.reason, error.message) == (missing.reason, missing.message)
            assert error.reason == "workspace_not_found"
        assert refused(signed_in(None), name, **about).status == "UNAUTHENTICATED"

    def test_take_no_token_but_their_own(
        self, viewer: Client, about: dict[str, str], log: dict[str, Any], name: str
    ) -> None:
        tokens = {
            each: viewer.call(each, **(about if each == LISTS[0] else log["about"]), pageSize=1)[
                "nextPageToken"
            ]
            for each in LISTS
        }
        own = about if name == LISTS[0] else log["about"]
        [other] = [token for each, token in tokens.items() if each != name]

        filtered = {"holdsItem": "key"} if name == LISTS[0] else {"eventType": "a"}
        assert issue_paths(refused(viewer, name, **own, pageToken=other)) == ["pageToken"]
        error = refused(viewer, name, **own, **filtered, pageToken=tokens[name])
        assert issue_paths(error) == ["pageToken"]
        for token in ("", "x", "ä", tokens[name] + "AAAA", "a" * 1001):
            assert issue_paths(refused(viewer, name, **own, pageToken=token)) == ["pageToken"]
