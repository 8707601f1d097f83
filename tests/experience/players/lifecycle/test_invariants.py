"""What players leave in the database breaks no invariant, whatever they did."""

import pytest
from google.cloud.firestore import Client as Database

from emulator.demo import trail
from emulator.suite.suite import Suite
from experience import storage
from experience.clock import now_ms
from experience.ids import new_id
from experience.players import store
from experience.players.models.leaderboard import GetLeaderboard, Metric
from experience.players.models.lifecycle.own import ExportPlayerData, SaveState
from experience.players.models.tracking import TrackProgressEvents, UpdateInventory
from experience.players.usecases.inventory import update_inventory
from experience.players.usecases.leaderboard import get_leaderboard
from experience.players.usecases.lifecycle import erase, export, saves
from experience.players.usecases.track import track_progress_events
from operations.checks.check import Violation, check
from tests.experience.players.lifecycle.test_merge import Pair
from tests.support.builders.workspaces import a_member, an_experience

BATCH = 25


def walked(db: Database, workspace: str, experience: str) -> list[str]:
    """Three visitors on the demo's trail, one of whom completes it and uses what they found."""
    uids = [f"walker-{new_id()}" for _ in range(3)]
    ids = {"workspaceId": workspace, "experienceId": experience}
    for number, uid in enumerate(uids):
        count = len(trail.WAYPOINTS) - number
        events = list(trail.walk(number, count, now_ms()))
        for first in range(0, len(events), BATCH):
            batch = {**ids, "events": events[first : first + BATCH]}
            track_progress_events(uid, TrackProgressEvents.load(batch))
    used = [{"op": "remove", "itemId": trail.ITEM, "quantity": 1}]
    update_inventory(uids[0], UpdateInventory.load({**ids, "operations": used}))
    return uids


@pytest.mark.exhaustive
def test_of_a_walk_a_merger_and_an_erasure_hold(quiet_db: Database, suite: Suite) -> None:
    def violations() -> list[Violation]:
        """Those of players: the suite's bucket has objects of other tests."""
        found = check(quiet_db, suite.bucket).violations
        return [each for each in found if each.path.split("/")[0] != "projects"]

    pair = Pair(quiet_db)
    a_member(quiet_db, pair.workspace, "owner")
    experience = an_experience(quiet_db, pair.workspace, draft=trail.draft())
    uids = walked(quiet_db, pair.workspace, experience)
    assert violations() == []
    ids = {"workspace_id": pair.workspace, "experience_id": experience}
    saves.save_state(uids[1], SaveState(**ids, slot=1, data={}))
    pair.merge()
    pair.play(pair.account, pair.game, "hill")
    for metric in Metric:
        get_leaderboard(uids[0], GetLeaderboard(**ids, metric=metric))
    export.export_player_data(uids[1], ExportPlayerData())
    assert violations() == []
    erase.erase(quiet_db, uids[1])
    erase.erase(quiet_db, pair.account)
    assert violations() == []

    own = store.progress_ref(quiet_db, uids[0], pair.workspace, experience)
    store.player_ref(quiet_db, uids[0]).update({"xp": 1})
    store.event_ref(own, "odd").set({"playerId": uids[0]})
    storage.bucket().blob(erase.erasure_path(store.player_hash(uids[1]))).delete()
    assert {(each.invariant, each.path) for each in violations()} >= {
        ("a_profile_is_the_sum_of_its_progress", f"players/{uids[0]}"),
        ("documents_can_be_read", f"{own.path}/progressEvents/odd"),
        ("nothing_is_left_of_the_erased", store.tombstone_ref(quiet_db, uids[1]).path),
    }
