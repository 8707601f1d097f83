"""Players whose calls die at their commit, or meet locks all the time: each thing counts once."""

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests

from emulator.demo.chaos import RETRYABLE
from emulator.demo.client import CallError, unsigned_token
from experience.ids import new_id
from experience.players.store import progress_ref
from tests.experience.players.played import RULES
from tests.support.builders.workspaces import a_member, a_step, a_workspace, an_experience
from tests.support.faulty_suite import FaultySuite
from tests.support.waiting import eventually

pytestmark = pytest.mark.exhaustive

MAX_TRIES = 40
PLAYERS = 4
BATCHES = 5


class Trail:
    """An experience, and players whose pages try everything again that may pass."""

    def __init__(self, faulty_suite: FaultySuite) -> None:
        self.faulty_suite = faulty_suite
        self.workspace = a_workspace(faulty_suite.db)
        self.owner = a_member(faulty_suite.db, self.workspace, "owner")
        draft = {"steps": [a_step("name")], "transform": None, "progress": RULES}
        self.experience = an_experience(faulty_suite.db, self.workspace, draft=draft)
        self.ids = {"workspaceId": self.workspace, "experienceId": self.experience}

    def call(self, uid: str, name: str, **data: Any) -> Any:
        return self.insist(uid, name, **self.ids, **data)

    def insist(self, uid: str, name: str, **data: Any) -> Any:
        client = self.faulty_suite.client(uid)
        for attempt in range(MAX_TRIES):
            try:
                return client.call(name, **data)
            except CallError as error:
                if error.status not in RETRYABLE:
                    raise
            except (requests.RequestException, ValueError):
                pass
            time.sleep(min(1, 0.05 * attempt))
        raise AssertionError(f"{name} did not succeed in {MAX_TRIES} tries")

    def check(self, uid: str, *, xp: int, key: int) -> None:
        """Everything counted once, and nothing drifts."""
        assert self.call(self.owner, "auditProgress", playerId=uid)["drifts"] == []
        own = progress_ref(self.faulty_suite.db, uid, self.workspace, self.experience)
        progress = own.get().to_dict() or {}
        profile = own.parent.parent.get().to_dict()
        assert (progress["xp"], profile["xp"]) == (xp, xp)
        assert progress["state"]["inventoryQuantities"].get("key", 0) == key


def visit(event_id: str, content: str = "gate") -> dict[str, Any]:
    return {"eventId": event_id, "eventType": "waypoint_visited", "contentId": content}


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("is_first", [True, False])
@pytest.mark.parametrize("function", ["trackProgressEvents", "updateInventory", "updateLocation"])
def test_a_call_that_dies_at_its_commit_counts_once(
    faulty_suite: FaultySuite, function: str, when: str, is_first: bool
) -> None:
    trail, uid = Trail(faulty_suite), f"killed-{new_id()}"
    if not is_first:
        trail.call(uid, "trackProgressEvents", events=[visit("before")])
    requests: dict[str, dict[str, Any]] = {
        "trackProgressEvents": {"events": [visit("a"), visit("b", "tower")], "batchId": "one"},
        "updateInventory": {
            "operations": [{"op": "add", "itemId": "key", "quantity": 1}],
            "requestId": "one",
        },
        "updateLocation": {"locationLat": 1, "locationLng": 1},
    }
    asked = requests[function]
    faulty_suite.faults(killAtCommit=1, killWhen=when, only=function)
    trail.call(uid, function, **asked)
    eventually(lambda: faulty_suite.suite.faults.kill_at_commit is None)
    faulty_suite.faults()
    trail.call(uid, function, **asked)
    tracked = 200 if function == "trackProgressEvents" else 0
    key = 1 if function == "updateInventory" else 0
    trail.check(uid, xp=tracked + (0 if is_first else 100), key=key)


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("commit", [1, 2, 3])
def test_a_merger_that_dies_at_a_commit_takes_everything_over_once(
    faulty_suite: FaultySuite, commit: int, when: str
) -> None:
    trail, uid, guest = Trail(faulty_suite), f"account-{new_id()}", f"guest-{new_id()}"
    for each, content in ((uid, "gate"), (guest, "tower")):
        trail.call(each, "trackProgressEvents", events=[visit("first", content)])
    token = unsigned_token(faulty_suite.suite.project, guest)
    faulty_suite.faults(killAtCommit=commit, killWhen=when, only="mergePlayer")
    trail.insist(uid, "mergePlayer", fromIdToken=token)
    eventually(lambda: faulty_suite.suite.faults.kill_at_commit is None)
    faulty_suite.faults()
    trail.insist(uid, "mergePlayer", fromIdToken=token)
    trail.call(uid, "trackProgressEvents", events=[visit("first", "gate"), visit("last", "gate")])
    trail.check(uid, xp=300, key=0)
    audit = trail.call(trail.owner, "auditProgress", playerId=uid)
    assert (audit["drifts"], audit["events"]) == ([], 2 + 2 + 1 + 1)
    assert trail.call(trail.owner, "auditProgress", playerId=guest) == {"events": 2, "drifts": []}


def test_players_whose_commits_are_aborted_count_everything_once(
    faulty_suite: FaultySuite,
) -> None:
    trail = Trail(faulty_suite)
    faulty_suite.faults(abort=0.3)
    uids = [f"aborted-{new_id()}" for _ in range(PLAYERS)]

    def play(number: int) -> None:
        """Each batch is sent twice, and shares an event with the one before."""
        uid, batch = uids[number % PLAYERS], number // PLAYERS % BATCHES
        events = [visit(str(batch)), visit(str(batch + 1))]
        trail.call(uid, "trackProgressEvents", events=events)
        change = [{"op": "add", "itemId": "key", "quantity": 1}]
        trail.call(uid, "updateInventory", operations=change, requestId=str(batch))

    with ThreadPoolExecutor(PLAYERS) as pool:
        list(pool.map(play, range(2 * PLAYERS * BATCHES)))
    faulty_suite.faults()
    for uid in uids:
        trail.check(uid, xp=100 * (BATCHES + 1), key=BATCHES)
