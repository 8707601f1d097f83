"""The audit recomputes a player from the log and finds no drift, whatever the history was."""

import threading
from typing import Any

import pytest
from google.api_core.exceptions import Aborted
from google.cloud.firestore import Client as Database
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from experience.clock import now_ms
from experience.errors import FailedPrecondition
from experience.players import store
from experience.players.models.audit import AuditProgress, Drift, ProgressAudit
from experience.players.models.tracking import UpdateInventory, UpdateLocation
from experience.players.usecases import record
from experience.players.usecases.audit import audit_progress
from experience.players.usecases.inventory import update_inventory
from experience.players.usecases.location import update_location
from tests.experience.conftest import SignIn
from tests.experience.players.played import Played, a_trail, an_event
from tests.support.builders.workspaces import a_member
from tests.support.calling import refused

DAY = 24 * 3_600_000
ACHIEVEMENTS = [
    {"id": "explorer", "counter": "waypoints", "tiers": [1, 2, 3]},
    {"id": "owner", "counter": "items", "tiers": [1, 3]},
    {"id": "walker", "counter": "distanceMeters", "tiers": [10.5, 1000]},
    {"id": "talker", "counter": "npc_dialogue", "tiers": [2]},
    {"id": "regular", "counter": "streakDays", "tiers": [1]},
]
XP = {"waypoint_visited": 10, "achievement_unlocked": 5, "npc_dialogue": 1}
CAPS = {"npc_dialogue": 3, "waypoint_visited": 4}
CONTENTS = ("gate", "tower", "a.b`c/é", "x")
EVENTS = st.fixed_dictionaries(
    {
        "eventType": st.sampled_from(
            (
                "waypoint_visited",
                "quest_started",
                "quest_completed",
                "item_collected",
                "npc_dialogue",
                "location_reached",
                "game_completed",
                "dance",
            )
        ),
        "contentId": st.sampled_from(CONTENTS),
        "data": st.fixed_dictionaries({}, optional={"time_spent": st.floats(-5, 4000)}),
        "ago": st.sampled_from((0, 1000, 60_000, DAY, 40 * DAY, -DAY)),
        "position": st.none() | st.tuples(st.floats(0, 0.001), st.floats(179.9995, 180)),
        "number": st.integers(0, 30),
    }
)
STEPS = st.one_of(
    st.tuples(st.just("track"), st.lists(EVENTS, min_size=1, max_size=5), st.booleans()),
    st.tuples(
        st.just("change"),
        st.sampled_from(("add", "remove", "set")),
        st.sampled_from(CONTENTS),
        st.integers(1, 3),
    ),
    st.tuples(st.just("move"), st.floats(-1, 1), st.floats(-180, 180)),
    st.tuples(st.just("abort")),
)


@pytest.fixture(scope="module")
def trail(db: Database, workspace: str) -> str:
    rules = {"achievements": ACHIEVEMENTS, "xp": XP, "caps": CAPS, "serverOnly": []}
    return a_trail(db, workspace, **rules)


@pytest.fixture(scope="module")
def viewer(db: Database, workspace: str) -> str:
    return a_member(db, workspace, "viewer")


def audited(player: Played, viewer: str) -> ProgressAudit:
    ids = {"workspaceId": player.workspace, "experienceId": player.experience}
    return audit_progress(viewer, AuditProgress.load(ids | {"playerId": player.uid}))


@settings(max_examples=4, deadline=None, suppress_health_check=list(HealthCheck), database=None)
@given(st.lists(STEPS, min_size=2, max_size=6))
def test_any_history_leaves_no_drift(
    db: Database, workspace: str, trail: str, viewer: str, history: list[Any]
) -> None:
    live(Played(db, workspace, trail), history, viewer)


@pytest.mark.exhaustive
@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck), database=None)
@given(st.lists(STEPS, min_size=5, max_size=20))
def test_many_histories_leave_no_drift(
    db: Database, workspace: str, trail: str, viewer: str, history: list[Any]
) -> None:
    live(Played(db, workspace, trail), history, viewer)


def live(player: Played, history: list[Any], viewer: str) -> None:
    """Do all of it; an event's number is its id, so some are sent again, alone or with others."""
    ids = {"workspaceId": player.workspace, "experienceId": player.experience}
    aborting = False
    real = record._commit
    for step in history:
        with pytest.MonkeyPatch.context() as patch:
            if aborting:
                patch.setattr(record, "_commit", _aborted_once(real))
                patch.setattr("experience.transactions.FIRST_PAUSE_SECONDS", 0.0)
            aborting = step[0] == "abort"
            try:
                match step:
                    case ("track", events, twice):
                        sent = list({each["eventId"]: each for each in map(_sent, events)}.values())
                        for _ in range(1 + twice):
                            player.track(*sent)
                    case ("change", op, item, quantity):
                        change = {"op": op, "itemId": item, "quantity": quantity}
                        request = UpdateInventory.load({**ids, "operations": [change]})
                        update_inventory(player.uid, request)
                    case ("move", lat, lng):
                        place = {"locationLat": lat, "locationLng": lng}
                        update_location(player.uid, UpdateLocation.load({**ids, **place}))
            except FailedPrecondition:  # nobody holds enough of it
                assert step[:2] == ("change", "remove")
    if player.progress():
        answer = audited(player, viewer)
        assert answer.drifts == []
        assert answer.events == len(player.log())
        check_sums(player)


def check_sums(player: Played) -> None:
    """The profile has what its only progress has, and each visitor document the newest visit."""
    progress, profile = player.progress(), player.profile()
    assert profile["xp"] == progress["xp"]
    assert profile["totalPlaytimeSeconds"] == progress["playtimeSeconds"]
    assert profile["totalDistanceMeters"] == progress["distanceMeters"]
    assert profile["stats"]["achievements"] == [
        f"{player.own.id}~{each['id']}" for each in progress["achievements"]
    ]
    for event in player.log().values():
        if event["contentId"] and event["eventType"] != "achievement_unlocked":
            visitor = player.visitor(event["contentId"])
            assert visitor
            assert visitor["lastDay"] in progress["seen"].values()


def _sent(event: dict[str, Any]) -> dict[str, Any]:
    lat, lng = event["position"] or (None, None)
    place = {} if lat is None else {"locationLat": lat, "locationLng": lng}
    named = {name: event[name] for name in ("eventType", "contentId", "data")}
    when = {"eventId": f"event-{event['number']}", "occurredAt": now_ms() - event["ago"]}
    return {**named, **place, **when}


def _aborted_once(real: Any) -> Any:
    """A commit whose first attempt meets somebody else's lock."""
    first = threading.Event()

    def commit(*arguments: Any) -> None:
        if not first.is_set():
            first.set()
            raise Aborted("meanwhile")
        real(*arguments)

    return commit


def test_what_was_changed_by_hand_is_named(
    db: Database, player_in_trail: Played, viewer: str, signed_in: SignIn
) -> None:
    player = player_in_trail
    player.track(an_event(), an_event("npc_dialogue"))
    assert audited(player, viewer).drifts == []
    player.own.update({"xp": 7, "nickname": "Ada", "version": 9})
    key, event = next(
        (key, each) for key, each in player.log().items() if each["eventType"] == "npc_dialogue"
    )
    store.event_ref(player.own, key).update({"flags": ["capped"]})
    assert audited(player, viewer).drifts == [
        Drift(path="xp", stored=7, recomputed=10 + 1 + 5 * 2),
        Drift(
            path=f"progressEvents/{key}",
            stored={**event, "flags": ["capped"]},
            recomputed=event,
        ),
    ]
    ids = {"workspaceId": player.workspace, "experienceId": player.experience}
    asked = ids | {"playerId": player.uid}
    assert signed_in(viewer).call("auditProgress", **asked)["events"] == 4
    assert refused(signed_in(player.uid), "auditProgress", **asked).status == "NOT_FOUND"


@pytest.fixture
def player_in_trail(db: Database, workspace: str, trail: str) -> Played:
    return Played(db, workspace, trail)
