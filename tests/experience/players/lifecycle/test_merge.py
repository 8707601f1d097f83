"""An anonymous player becomes a part of an account, wherever the process ends meanwhile."""

from collections import Counter
from typing import Any

import pytest
from google.cloud.firestore import Client as Database

from emulator.demo.client import unsigned_token
from experience import clients
from experience.clock import now_ms
from experience.errors import FailedPrecondition, InvalidArgument, NotFound, ResourceExhausted
from experience.ids import new_id
from experience.players import store
from experience.players.models.audit import AuditProgress
from experience.players.models.lifecycle.merge import MergePlayer
from experience.players.models.lifecycle.own import (
    GetExperienceProgress,
    ListExperienceProgress,
    SaveState,
    SetNickname,
)
from experience.players.models.lists import ListProgress
from experience.players.models.profile import PlayerProfile
from experience.players.models.tracking import TrackProgressEvents
from experience.players.usecases import record
from experience.players.usecases.audit import audit_progress
from experience.players.usecases.lifecycle import erase, merge, own, saves
from experience.players.usecases.lifecycle.sweep import sweep_players
from experience.players.usecases.lists import list_progress
from experience.players.usecases.track import track_progress_events
from experience.progress.calendar import day_of
from experience.store import Memory
from tests.experience.players.lifecycle.test_erase import killed_at, left
from tests.support.builders.workspaces import a_member, a_workspace
from tests.support.calling import at_once
from tests.support.players.builders import a_counting_experience, stored_progress
from tools.players.sizes import document_size

RULES: dict[str, Any] = {
    "completion": {"waypoints": {"lake": 1, "hill": 1}},
    "xp": {"waypoint_visited": 10},
    "achievements": [{"id": "walker", "counter": "waypoints", "tiers": [1, 2]}],
}


class Pair:
    """An account and an anonymous player who both play the same game."""

    def __init__(self, db: Database) -> None:
        self.db, run = db, new_id()
        self.workspace = a_workspace(db)
        self.game = a_counting_experience(db, self.workspace, **RULES)
        self.trail = a_counting_experience(db, self.workspace, **RULES)
        self.account, self.guest = f"account-{run}", f"guest-{run}"
        self.play(self.account, self.game, "lake")
        self.play(self.guest, self.game, "hill")
        self.play(self.guest, self.trail, "lake")
        self.save(self.account, 1, "own")
        self.save(self.guest, 1, "other")
        self.save(self.guest, 2, "other")

    def play(self, uid: str, experience: str, waypoint: str) -> None:
        event = {"eventId": new_id(), "eventType": "waypoint_visited", "contentId": waypoint}
        there = {"workspaceId": self.workspace, "experienceId": experience}
        track_progress_events(uid, TrackProgressEvents.load({**there, "events": [event]}))

    def save(self, uid: str, slot: int, by: str) -> None:
        there = {"workspace_id": self.workspace, "experience_id": self.game}
        saves.save_state(uid, SaveState(**there, slot=slot, data={"by": by}))

    def merge(self) -> PlayerProfile:
        return merge.merge_player(self.account, MergePlayer(from_id_token=self.token(self.guest)))

    def token(self, uid: str, provider: str = "anonymous") -> str:
        signed_in = {"sign_in_provider": provider, "identities": {}}
        return unsigned_token(str(clients.app().project_id), uid, firebase=signed_in)

    def profile(self, uid: str) -> PlayerProfile:
        return PlayerProfile.load(store.player_ref(self.db, uid).get().to_dict() or {})

    def whole(self) -> dict[str, Any]:
        """What the account has, without times."""
        found = [
            stored_progress(self.db, self.account, self.workspace, each) for each in self.games
        ]
        kept = [
            (each.xp, each.completion_percentage, sorted(each.state.visited_waypoints),
             [(one.id, one.tier) for one in each.achievements])
            for each in found
        ]  # fmt: skip
        profile = self.profile(self.account)
        sums = (profile.xp, profile.total_experiences_played, sorted(profile.stats.achievements))
        slots = {
            slot: (store.save_ref(self.own_game, slot).get().to_dict() or {}).get("data")
            for slot in ("1", "2")
        }
        return {
            "progress": kept,
            "profile": sums,
            "from": profile.merged_from,
            "saves": slots,
            "visits": [self.visits(each) for each in (self.account, self.guest)],
        }

    @property
    def games(self) -> list[str]:
        return [self.game, self.trail]

    @property
    def own_game(self) -> Any:
        return store.progress_ref(self.db, self.account, self.workspace, self.game)

    def expected(self) -> dict[str, Any]:
        reached = [f"{self.workspace}~{each}~walker" for each in self.games]
        return {
            "progress": [
                (20, 100.0, ["hill", "lake"], [("walker", 2)]),
                (10, 50.0, ["lake"], [("walker", 1)]),
            ],
            "profile": (30, 2, sorted(reached)),
            "from": [self.guest],
            "saves": {"1": '{"by":"own"}', "2": '{"by":"other"}'},
            "visits": [["hill", "lake", "lake"], []],
        }

    def visits(self, uid: str) -> list[str]:
        """The contents that count a player as a visitor."""
        found = [each.to_dict() for each in store.query_visits_of(self.db, uid).stream()]
        assert all(each["updatedAt"] for each in found)
        return sorted(each["contentId"] for each in found)


class TestMerging:
    def test_gives_the_account_all_of_it_once(self, quiet_db: Database) -> None:
        pair = Pair(quiet_db)
        assert pair.merge().xp == 30
        assert pair.whole() == pair.expected()
        assert pair.merge() == pair.profile(pair.account)
        assert pair.whole() == pair.expected()

    def test_takes_the_other_from_the_boards_and_keeps_their_log(self, quiet_db: Database) -> None:
        pair = Pair(quiet_db)
        pair.merge()
        theirs = store.progress_ref(quiet_db, pair.guest, pair.workspace, pair.game)
        fields = theirs.get().to_dict() or {}
        assert "boards" not in fields
        assert fields["mergedInto"] == pair.account
        assert len(list(theirs.collection("progressEvents").stream())) == 2

    def test_ends_the_other_player(self, quiet_db: Database) -> None:
        pair = Pair(quiet_db)
        pair.merge()
        with pytest.raises(FailedPrecondition) as caught:
            pair.play(pair.guest, pair.game, "lake")
        assert caught.value.reason == "player_merged"
        with pytest.raises(FailedPrecondition):
            pair.save(pair.guest, 3, "later")
        there = {"workspace_id": pair.workspace, "experience_id": pair.game}
        with pytest.raises(FailedPrecondition):
            own.set_nickname(pair.guest, SetNickname(**there, nickname="Ada"))
        pair.play(pair.account, pair.trail, "hill")
        assert pair.profile(pair.account).xp == 40

    def test_at_once_is_as_once(self, quiet_db: Database) -> None:
        pair = Pair(quiet_db)
        at_once(2, lambda _: pair.merge())
        assert pair.whole() == pair.expected()

    @pytest.mark.parametrize("commit", [1, 3, pytest.param(None, marks=pytest.mark.exhaustive)])
    def test_broken_off_is_finished_by_the_next_call(
        self, quiet_db: Database, monkeypatch: pytest.MonkeyPatch, commit: int | None
    ) -> None:
        for last in [commit] if commit else range(1, 20):
            pair = Pair(quiet_db)
            with monkeypatch.context() as broken:
                was_killed = killed_at(broken, last, pair.merge)
            pair.merge()
            assert pair.whole() == pair.expected()
            if not was_killed:
                break

    @pytest.mark.parametrize("counted", [{"events": {"other": 1}}, {}])
    def test_is_not_held_up_by_a_rollup_without_room(
        self, quiet_db: Database, monkeypatch: pytest.MonkeyPatch, counted: dict[str, Any]
    ) -> None:
        """The tier that both reach together then counts as another, or not at all."""
        monkeypatch.setattr(record, "_names", Memory(10))
        pair = Pair(quiet_db)
        day, shard = day_of(now_ms(), "UTC"), record.shard_of(pair.account)
        reference = store.rollup_ref(quiet_db, pair.workspace, pair.game, day, shard)
        ids = {"workspaceId": pair.workspace, "experienceId": pair.game, "day": day, "shard": shard}
        size = document_size(reference.path, {**ids, "filler": "", **counted})
        size -= 32 * len(counted)  # of a map, which the emulator does not count
        reference.set({**ids, "filler": "x" * (1024 * 1024 - size)})
        pair.merge()
        assert pair.whole() == pair.expected()
        assert (reference.get().to_dict() or {}).get("events") == counted.get("events")

    def test_into_an_account_that_never_played(self, quiet_db: Database) -> None:
        pair = Pair(quiet_db)
        pair.account = f"fresh-{new_id()}"
        assert pair.merge().xp == 20
        assert pair.profile(pair.account).total_experiences_played == 2

    def test_erasing_the_account_erases_both(self, quiet_db: Database) -> None:
        pair = Pair(quiet_db)
        pair.merge()
        erase.erase(quiet_db, pair.account)
        assert left(quiet_db) == set()


class TestRefusals:
    def test_of_tokens(self, quiet_db: Database) -> None:
        pair = Pair(quiet_db)
        for token in ("nonsense", pair.token(pair.guest, "password"), pair.token(pair.account)):
            with pytest.raises(InvalidArgument, match="fromIdToken"):
                merge.merge_player(pair.account, MergePlayer(from_id_token=token))
        assert pair.profile(pair.guest).merged_into is None

    def test_of_erased_and_merged_players(self, quiet_db: Database) -> None:
        pair = Pair(quiet_db)
        erase.erase(quiet_db, pair.account)
        with pytest.raises(FailedPrecondition) as caught:
            pair.merge()
        assert caught.value.reason == "player_erased"
        pair.account = f"other-{new_id()}"
        pair.merge()
        pair.account = f"third-{new_id()}"
        with pytest.raises(FailedPrecondition) as caught:
            pair.merge()
        assert caught.value.reason == "player_merged"

    def test_of_what_has_no_room_before_anything_is_written(self, quiet_db: Database) -> None:
        pair = Pair(quiet_db)
        for uid, name in ((pair.account, "a"), (pair.guest, "b")):
            visited = [f"{name}{n}" for n in range(501)]
            reference = store.progress_ref(quiet_db, uid, pair.workspace, pair.game)
            reference.update({"state.visitedWaypoints": visited})
        with pytest.raises(ResourceExhausted):
            pair.merge()
        assert pair.profile(pair.guest).merged_into is None

    def test_of_profiles_that_are_too_large_together(self, quiet_db: Database) -> None:
        pair = Pair(quiet_db)
        for uid, name in ((pair.account, "a"), (pair.guest, "b")):
            reached = [f"w~e~{name}{n}-{'x' * 500}" for n in range(900)]
            store.player_ref(quiet_db, uid).update({"stats.achievements": reached})
        with pytest.raises(ResourceExhausted) as caught:
            pair.merge()
        assert caught.value.details == {"reason": "progress_full", "field": "achievements"}
        assert pair.profile(pair.guest).merged_into is None


class TestTheAudit:
    def test_covers_both_logs_and_what_was_taken_over_is_on_no_list(
        self, quiet_db: Database
    ) -> None:
        pair = Pair(quiet_db)
        pair.merge()
        pair.play(pair.account, pair.game, "lake")
        pair.play(pair.account, pair.trail, "hill")
        viewer = a_member(quiet_db, pair.workspace, "viewer")
        for game, events in ((pair.game, 6), (pair.trail, 4)):
            there = {"workspace_id": pair.workspace, "experience_id": game}
            for uid, count in ((pair.account, events), (pair.guest, 2)):
                audit = audit_progress(viewer, AuditProgress(**there, player_id=uid))
                assert (audit.drifts, audit.events) == ([], count)
            for order in ("lastPlayedAt", "completion"):
                for only in ({}, {"visited": "hill"}):
                    asked = {"workspaceId": pair.workspace, "experienceId": game, **only}
                    page = list_progress(viewer, ListProgress.load({**asked, "orderBy": order}))
                    assert [each.player_id for each in page.items] == [pair.account]
            with pytest.raises(NotFound):
                own.get_experience_progress(
                    viewer, GetExperienceProgress(**there, player_id=pair.guest)
                )
        listed = own.list_experience_progress(pair.guest, ListExperienceProgress())
        assert listed.items == []

    def test_goes_with_tiers_that_both_reached_together(self, quiet_db: Database) -> None:
        pair = Pair(quiet_db)
        pair.merge()
        log = pair.own_game.collection("progressEvents").stream()
        events = [each.to_dict() for each in log]
        made = [each for each in events if each["eventType"] == "achievement_unlocked"]
        assert sorted(each["data"]["tier"] for each in made) == [1, 2]
        assert {each["playerId"] for each in made} == {pair.account}
        day = day_of(made[0]["timestamp"], "UTC")
        shards = {record.shard_of(each) for each in (pair.account, pair.guest)}
        found = [
            store.rollup_ref(quiet_db, pair.workspace, pair.game, day, each).get()
            for each in shards
        ]
        counted: Counter[str] = sum((Counter(each.get("events")) for each in found), Counter())
        assert counted == {"waypoint_visited": 2, "achievement_unlocked": 3}

    def test_follows_a_chain_though_its_first_link_was_broken_off(
        self, quiet_db: Database, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        pair, last = Pair(quiet_db), f"last-{new_id()}"
        first, middle = pair.guest, pair.account
        with monkeypatch.context() as broken:
            assert killed_at(broken, 2, pair.merge)  # before anything was taken over
        pair.account, pair.guest = last, middle
        pair.merge()
        sweep_players()
        assert pair.whole() == pair.expected() | {"from": [middle, first]}
        viewer = a_member(quiet_db, pair.workspace, "viewer")
        for game in pair.games:
            there = {"workspace_id": pair.workspace, "experience_id": game}
            audit = audit_progress(viewer, AuditProgress(**there, player_id=last))
            assert audit.drifts == []
