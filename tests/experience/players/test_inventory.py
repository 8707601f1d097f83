"""What players hold and where they are: all or nothing, versioned, safe to repeat."""

from collections.abc import Callable
from typing import Any

import pytest
from google.cloud.firestore import Client as Database

from emulator.demo.client import Client
from experience.errors import (
    AlreadyExists,
    FailedPrecondition,
    PermissionDenied,
    Refusal,
    VersionConflict,
)
from experience.players.models.progress import ProgressView
from experience.players.models.tracking import UpdateInventory, UpdateLocation
from experience.players.usecases.inventory import update_inventory
from experience.players.usecases.location import update_location
from tests.experience.conftest import SignIn
from tests.experience.players.played import Played, a_trail, an_event
from tests.support.builders.workspaces import a_member
from tests.support.calling import at_once, issue_paths, refused

Change = tuple[str, str, int]


@pytest.fixture
def player(db: Database, workspace: str) -> Played:
    return Played(db, workspace, a_trail(db, workspace))


def change(player: Played, *steps: Change, **fields: Any) -> ProgressView:
    listed = [{"op": op, "itemId": item, "quantity": count} for op, item, count in steps]
    ids = {"workspaceId": player.workspace, "experienceId": player.experience}
    request = UpdateInventory.load({**ids, "operations": listed, **fields})
    return update_inventory(player.uid, request)


def move(player: Played, lat: float, lng: float, **fields: Any) -> ProgressView:
    ids = {"workspaceId": player.workspace, "experienceId": player.experience}
    place = {"locationLat": lat, "locationLng": lng, **fields}
    return update_location(player.uid, UpdateLocation.load(ids | place))


def outcome(call: Callable[[], Any]) -> str:
    try:
        call()
    except Refusal as refusal:
        return refusal.reason
    return "ok"


def test_a_change_is_one_of_the_hours_events(
    player: Played, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EVENTS_PER_PLAYER_AND_HOUR", "1")
    change(player, ("add", "coin", 1))
    assert outcome(lambda: change(player, ("add", "coin", 1))) == "rate_limited"
    assert player.progress()["state"]["inventoryQuantities"] == {"coin": 1}


def test_players_collect_nothing_by_themselves_that_the_server_gives(
    db: Database, workspace: str
) -> None:
    rules = {"completion": {"items": {"crown": 1}}, "serverOnly": ["item_collected"]}
    player = Played(db, workspace, a_trail(db, workspace, **rules))
    player.track(an_event("npc_dialogue"))
    attendant = a_member(db, workspace, "attendant")
    gift = an_event("item_collected", "apple", data={"quantity": 3})
    player.track(gift, uid=attendant, playerId=player.uid)
    before = player.progress()
    for steps in (
        [("remove", "apple", 1), ("add", "crown", 1)],
        [("remove", "apple", 1), ("set", "apple", 3)],
    ):
        with pytest.raises(PermissionDenied) as caught:
            change(player, *steps)
        assert caught.value.details == {
            "reason": "server_only_event",
            "path": "operations[1].op",
        }
    assert player.progress() == before
    view = change(player, ("remove", "apple", 1), ("set", "apple", 1))
    assert (view.state.inventory_quantities, view.completion_percentage) == ({"apple": 1}, 0)


def test_operations_go_all_or_nothing_and_are_logged(player: Played) -> None:
    view = change(player, ("add", "a.b`c", 2), ("remove", "a.b`c", 1), ("set", "map", 3))
    assert view.state.inventory == ["a.b`c", "map"]
    assert view.state.inventory_quantities == {"a.b`c": 1, "map": 3}
    [event] = player.log().values()
    assert event["eventType"] == "inventory_updated"
    assert event["data"]["operations"][1] == {"op": "remove", "itemId": "a.b`c", "quantity": 1}
    assert player.rollup()["events"] == {"inventory_updated": 1}
    before = player.progress()
    with pytest.raises(FailedPrecondition) as refusal:
        change(player, ("add", "new", 1), ("remove", "map", 4))
    assert refusal.value.details["held"] == 3
    assert player.progress() == before


def test_two_who_remove_the_last_one_at_once_succeed_once(player: Played) -> None:
    change(player, ("add", "key", 1))
    ends = at_once(2, lambda _: outcome(lambda: change(player, ("remove", "key", 1))))
    assert sorted(ends) == ["not_enough_items", "ok"]
    assert player.progress()["state"]["inventory"] == []


def test_a_stale_version_changes_nothing(player: Played) -> None:
    first = change(player, ("add", "key", 1), expectedVersion=0)
    again = change(player, ("add", "key", 1), expectedVersion=first.version)
    with pytest.raises(VersionConflict) as refusal:
        change(player, ("add", "key", 1), expectedVersion=first.version)
    assert refusal.value.details["currentVersion"] == again.version == 2
    assert player.progress()["state"]["inventoryQuantities"] == {"key": 2}


def test_a_repeated_request_counts_once(player: Played) -> None:
    once = {"requestId": "one"}
    at_once(3, lambda _: change(player, ("add", "key", 1), **once))
    assert player.progress()["state"]["inventoryQuantities"] == {"key": 1}
    assert len(player.log()) == 1
    with pytest.raises(AlreadyExists):
        change(player, ("add", "key", 2), **once)
    for number in range(10):
        change(player, ("add", "map", 1), requestId=f"later-{number}")
    assert change(player, ("add", "key", 1), **once).state.inventory_quantities["key"] == 1
    with pytest.raises(AlreadyExists):
        change(player, ("add", "key", 2), **once)


def test_a_walk_counts_and_a_leap_does_not(player: Played) -> None:
    move(player, 52.5, 13.4, currentLocation="gate")
    now = player.progress()["lastPosition"]["at"]
    player.own.update({"lastPosition.at": now - 100_000})
    walked = move(player, 52.501, 13.4)
    assert walked.distance_meters == pytest.approx(111.2, abs=0.1)
    assert walked.current_location == "gate"
    leapt = move(player, 53.5, 13.4)
    assert leapt.distance_meters == walked.distance_meters
    assert leapt.last_position
    assert leapt.last_position.lat == 53.5
    flags = [each["flags"] for each in player.log().values()]
    assert sorted(flags) == [[], [], ["implausible_speed"]]
    assert player.profile()["totalDistanceMeters"] == walked.distance_meters


def test_the_callables_refuse_what_is_wrong(signed_in: SignIn, player: Played) -> None:
    client: Client = signed_in(player.uid)
    ids = {"workspaceId": player.workspace, "experienceId": player.experience}
    none = [
        {"op": "add", "itemId": "key", "quantity": 1},
        {"op": "add", "itemId": "", "quantity": 0},
    ]
    error = refused(client, "updateInventory", **ids, operations=none)
    assert issue_paths(error) == ["operations[1].itemId"]
    error = refused(client, "updateLocation", **ids, locationLat=91, locationLng=1)
    assert issue_paths(error) == ["locationLat"]
    client.call("updateInventory", **ids, operations=none[:1])
    assert client.call("updateLocation", **ids, locationLat=1, locationLng=1)["version"] == 2
    player.track(an_event())
    assert player.progress()["version"] == 3
