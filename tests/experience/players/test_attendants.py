"""What attendants send about a player."""

import pytest
from google.cloud.firestore import Client as Database

from experience.errors import NotFound, PermissionDenied, ResourceExhausted
from experience.players import store
from tests.experience.players.played import Played, a_trail, an_event
from tests.support.builders.workspaces import a_member


@pytest.fixture
def player(db: Database, workspace: str) -> Played:
    return Played(db, workspace, a_trail(db, workspace))


def test_attendants_may_send_some_of_it(db: Database, player: Played) -> None:
    attendant = a_member(db, player.workspace, "attendant")
    about = {"uid": attendant, "playerId": player.uid}
    with pytest.raises(NotFound, match="progress"):
        player.track(an_event("game_completed", None), **about)
    player.track(an_event())
    granted = an_event("achievement_unlocked", "brave", data={"tier": 2})
    player.track(an_event("game_completed", None), granted, **about)
    progress = player.progress()
    assert progress["completedAt"] == progress["lastPlayedAt"]
    assert [(each["id"], each["tier"]) for each in progress["achievements"]] == [
        ("explorer", 1),
        ("brave", 2),
    ]
    assert f"{player.own.id}~brave" in player.profile()["stats"]["achievements"]
    with pytest.raises(PermissionDenied):
        player.track(an_event("inventory_updated", None), **about)
    with pytest.raises(NotFound, match="workspace"):
        player.track(an_event(), playerId=player.uid, uid="stranger")
    viewer = a_member(db, player.workspace, "viewer")
    with pytest.raises(PermissionDenied, match="role"):
        player.track(an_event(), playerId=player.uid, uid=viewer)


def test_attendants_award_no_more_than_a_profile_holds(db: Database, player: Played) -> None:
    """What the rules name, and what is there already, has room all the same."""
    about = {"uid": a_member(db, player.workspace, "attendant"), "playerId": player.uid}
    player.track(an_event("npc_dialogue"))
    held = [f"w~e~{number}" for number in range(998)]
    profile = store.player_ref(db, player.uid)
    profile.update({"stats.achievements": held})
    awards = [an_event("achievement_unlocked", each) for each in ("brave", "kind", "swift")]
    with pytest.raises(ResourceExhausted) as caught:
        player.track(*awards, **about)
    assert caught.value.details == {
        "reason": "progress_full", "field": "achievements", "path": "events[2]"
    }  # fmt: skip
    assert len(player.log()) == 1
    player.track(*awards[:2], **about)
    player.track(an_event())
    again = an_event("achievement_unlocked", "kind", data={"tier": 2})
    player.track(again, an_event("achievement_unlocked", "explorer"), **about)
    own = {f"{player.own.id}~{each}" for each in ("brave", "kind", "explorer")}
    assert {*player.profile()["stats"]["achievements"]} == {*held, *own}
    tiers = {each["id"]: each["tier"] for each in player.progress()["achievements"]}
    assert tiers == {"brave": 1, "kind": 2, "explorer": 1}
    long = [f"{'é' * 255}{number}" for number in range(600)]
    profile.update({"stats.achievements": long})
    with pytest.raises(ResourceExhausted):
        player.track(awards[2], **about)


def test_an_attendants_ids_are_not_those_of_the_player(db: Database, player: Played) -> None:
    attendants = [a_member(db, player.workspace, "attendant") for _ in range(2)]
    same = {"eventId": "award-1"}
    player.track(an_event("npc_dialogue") | same, batchId="1")
    for number, each in enumerate(attendants):
        award = an_event("achievement_unlocked", f"brave-{number}") | same
        for repeated in (0, 1):
            fields = {} if repeated else {"batchId": "1"}
            answer = player.track(award, uid=each, playerId=player.uid, **fields)
            assert (answer.tracked, answer.repeated) == (1 - repeated, repeated)
    awarded = [each["id"] for each in player.progress()["achievements"]]
    assert awarded == ["brave-0", "brave-1"]
    assert player.track(an_event("npc_dialogue") | same).repeated == 1
    assert attendants[0] not in str(player.progress())
