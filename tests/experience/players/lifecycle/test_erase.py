"""A player is erased for good: a tombstone first, then everything of theirs, whatever happens."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from google.cloud.firestore import Client as Database

from experience import storage, transactions
from experience.campaigns.usecases.playing.erase import erase_plays
from experience.errors import Contention, FailedPrecondition
from experience.ids import new_id
from experience.players import store
from experience.players.models.lifecycle.erasure import ErasePlayer, PlayerErasure
from experience.players.models.lifecycle.own import SaveState, UpdatePreferences
from experience.players.usecases.lifecycle import erase, own, saves
from operations.personal_data import Holds, of
from tests.experience.players.playing import a_played_experience
from tests.support.calling import at_once

W = "agency"


def a_whole_player(db: Database, uid: str) -> None:
    """A player with a document in each collection that may hold something of them."""
    for experience in ("game", "trail"):
        reference = a_played_experience(
            db, uid, W, experience, nickname="Ada", boards={"all": {"xp": {"value": 3, "at": 1}}}
        )
        for number in range(3):
            store.event_ref(reference, f"e{number}").set({"playerId": uid, "receivedAt": number})
        store.save_ref(reference, "1").set({"data": "{}", "version": 1})
        visitor = store.visitor_ref(db, W, experience, "lake", uid)
        visitor.set({"playerId": uid, "workspaceId": W})
        store.board_ref(db, W, f"{experience}~xp~all").set({"entries": [{"nickname": "Ada"}]})
    export = storage.bucket().blob(f"{store.exports_folder(uid)}one.json")
    export.upload_from_string("{}")


def left(db: Database) -> set[str]:
    """The paths of all documents that are left, but for tombstones."""
    names = ("players", "experienceProgress", "progressEvents", "saves", "visitors", "boards")
    return {each.reference.path for name in names for each in db.collection_group(name).stream()}


def objects_of(uid: str) -> list[str]:
    listed = storage.bucket().list_blobs(prefix=store.exports_folder(uid))
    return [each.name for each in listed]


def erased(uid: str) -> PlayerErasure:
    return erase.erase_player(uid, ErasePlayer())


def counts(receipt: PlayerErasure) -> dict[str, int]:
    return receipt.model_dump(exclude={"receipt_id", "erased_at"})


@pytest.fixture
def uid() -> str:
    return f"player-{new_id()}"


class TestEverything:
    def test_is_gone_at_once_and_others_keep_theirs(self, quiet_db: Database, uid: str) -> None:
        a_whole_player(quiet_db, "other")
        before = left(quiet_db)
        a_whole_player(quiet_db, uid)

        receipt = erased(uid)

        assert before - left(quiet_db) == {f"workspaces/{W}/boards/{e}~xp~all" for e in GAMES}
        assert left(quiet_db) < before
        assert objects_of(uid) == []
        assert counts(receipt) == {
            "players": 1, "progress": 2, "events": 6, "saves": 2, "visitors": 2, "boards": 2,
            "plays": 0, "chats": 0, "objects": 1,
        }  # fmt: skip

    def test_leaves_a_tombstone_and_an_object_that_name_nobody(
        self, quiet_db: Database, uid: str
    ) -> None:
        a_whole_player(quiet_db, uid)
        receipt = erased(uid)
        tombstone = store.tombstone_ref(quiet_db, uid).get().to_dict() or {}
        stored = storage.bucket().blob(f"erasures/{store.player_hash(uid)}").download_as_bytes()
        assert uid not in str((receipt.shown(), tombstone, stored))
        assert tombstone.keys() == {"erasedAt", "status"}
        assert json.loads(stored).keys() == {"erasedAt"}

    def test_again_finds_nothing(self, quiet_db: Database, uid: str) -> None:
        a_whole_player(quiet_db, uid)
        erased(uid)
        first = store.tombstone_ref(quiet_db, uid).get().to_dict()
        assert not any(counts(erased(uid)).values())
        assert store.tombstone_ref(quiet_db, uid).get().to_dict() == first

    def test_of_those_whom_the_player_took_over_is_gone_too(
        self, quiet_db: Database, uid: str
    ) -> None:
        a_whole_player(quiet_db, uid)
        a_whole_player(quiet_db, "anonymous")
        store.player_ref(quiet_db, uid).update({"mergedFrom": ["anonymous"]})
        store.player_ref(quiet_db, "anonymous").update({"mergedInto": uid})
        with pytest.raises(FailedPrecondition, match="account"):
            erased("anonymous")

        assert erased(uid).progress == 4
        assert left(quiet_db) == set()
        assert store.tombstone_ref(quiet_db, "anonymous").get().exists

    def test_more_than_one_commit_takes(
        self, quiet_db: Database, uid: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(erase, "MAX_BATCH", 2)
        a_whole_player(quiet_db, uid)
        assert erased(uid).events == 6
        assert left(quiet_db) == set()

    def test_is_named_by_the_registry(self) -> None:
        assert erase_plays in erase.ERASERS.values()
        assert set(erase.ERASERS) == set(of(Holds.PLAYER))


GAMES = ("game", "trail")


class TestLaterWrites:
    def test_are_refused(self, quiet_db: Database, uid: str) -> None:
        a_whole_player(quiet_db, uid)
        erased(uid)
        there = {"workspace_id": W, "experience_id": "game"}
        with pytest.raises(FailedPrecondition, match="erased"):
            own.update_preferences(uid, UpdatePreferences(preferences={"a": 1}))
        with pytest.raises(FailedPrecondition, match="erased"):
            saves.save_state(uid, SaveState(**there, slot=1, data={}))
        assert left(quiet_db) == set()

    @pytest.mark.parametrize(
        "write",
        [
            lambda uid: own.update_preferences(uid, UpdatePreferences(preferences={"a": 1})),
            lambda uid: saves.save_state(
                uid, SaveState(workspace_id=W, experience_id="game", slot=2, data={})
            ),
        ],
        ids=["preferences", "a save"],
    )
    def test_that_meet_the_erasure_leave_nothing(
        self, quiet_db: Database, uid: str, write: Callable[[str], Any]
    ) -> None:
        a_whole_player(quiet_db, uid)

        def act(number: int) -> Any:
            try:
                return write(uid) if number else erased(uid)
            except FailedPrecondition as refused:
                return refused.reason

        results = at_once(3, act)
        assert isinstance(results[0], PlayerErasure)
        assert left(quiet_db) == set()


class TestBrokenOff:
    def test_two_at_once_are_one(self, quiet_db: Database, uid: str) -> None:
        a_whole_player(quiet_db, uid)
        receipts = at_once(2, lambda _: erased(uid))
        assert left(quiet_db) == set()
        assert sum(each.players for each in receipts) == 1

    def test_out_of_time_it_says_that_something_is_left(self, quiet_db: Database, uid: str) -> None:
        a_whole_player(quiet_db, uid)
        with pytest.raises(Contention):
            erase.erase(quiet_db, uid, milliseconds=0)
        tombstone = store.tombstone_ref(quiet_db, uid).get().to_dict() or {}
        assert (tombstone["status"], tombstone["pending"]) == ("pending", [uid])
        assert erased(uid).progress == 2

    @pytest.mark.parametrize(
        "commit", [2, 5, pytest.param(range(1, 30), marks=pytest.mark.exhaustive)]
    )
    def test_at_a_commit_the_next_call_finishes_it(
        self, quiet_db: Database, monkeypatch: pytest.MonkeyPatch, commit: Any
    ) -> None:
        for last in [commit] if isinstance(commit, int) else commit:
            uid = f"player-{new_id()}"
            a_whole_player(quiet_db, uid)
            a_whole_player(quiet_db, "taken")
            store.player_ref(quiet_db, uid).update({"mergedFrom": ["taken"]})
            with monkeypatch.context() as broken:
                if not killed_at(broken, last, lambda: erased(uid)):  # noqa: B023
                    break
            erased(uid)
            assert left(quiet_db) == set()
            assert objects_of(uid) == objects_of("taken") == []
        else:
            assert isinstance(commit, int)


class Killed(BaseException):
    """The process ends here."""


def killed_at(patch: pytest.MonkeyPatch, commit: int, work: Callable[[], Any]) -> bool:
    """Whether the process ended before its n-th commit."""
    original, seen = transactions.retry, []

    def retry(once: Callable[[], Any]) -> Any:
        seen.append(once)
        if len(seen) >= commit:
            raise Killed
        return original(once)

    patch.setattr(transactions, "retry", retry)
    try:
        work()
    except Killed:
        return True
    return False
