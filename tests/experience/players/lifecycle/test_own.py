"""What players ask of their own profile, progress and saves."""

from typing import Any

import pytest
from google.cloud.firestore import Client as Database
from pydantic import ValidationError

from emulator.demo.client import CallError, Client
from experience.errors import FailedPrecondition
from experience.ids import new_id
from experience.players.models.lifecycle.own import (
    MAX_SAVE_BYTES,
    GetState,
    SaveState,
    SetNickname,
)
from experience.players.store import player_ref, save_ref, tombstone_ref
from experience.players.usecases.lifecycle import own, saves
from tests.experience.conftest import SignIn
from tests.experience.players.playing import a_played_experience
from tests.support.builders.workspaces import a_member, a_workspace, an_experience, edit
from tests.support.calling import at_once, issue_paths, outcome, refused


@pytest.fixture
def player(signed_in: SignIn) -> tuple[str, Client]:
    """A player, signed in, who has never played."""
    uid = f"player-{new_id()}"
    return uid, signed_in(uid)


class TestProfile:
    def test_before_anything_was_played_there_is_none(self, player: tuple[str, Client]) -> None:
        error = refused(player[1], "getPlayerProfile")
        assert (error.status, error.reason) == ("NOT_FOUND", "player_not_found")

    def test_preferences_merge_and_null_takes_one_away(
        self, db: Database, player: tuple[str, Client]
    ) -> None:
        uid, client = player
        client.call("updatePreferences", preferences={"sound": True, "map": {"zoom": 3, "x": 1}})
        made = client.call("updatePreferences", preferences={"sound": None, "map": {"x": None}})

        assert made["stats"]["preferences"] == {"map": {"zoom": 3}}
        assert client.call("getPlayerProfile") == made
        before = player_ref(db, uid).get().update_time
        assert client.call("updatePreferences", preferences={"map": {"zoom": 3}}) == made
        assert player_ref(db, uid).get().update_time == before  # a repeat writes nothing

    def test_calls_at_once_lose_nothing(self, player: tuple[str, Client]) -> None:
        _, client = player
        at_once(4, lambda n: client.call("updatePreferences", preferences={f"p{n}": n}))
        profile = client.call("getPlayerProfile")
        assert profile["stats"]["preferences"] == {f"p{n}": n for n in range(4)}

    @pytest.mark.parametrize(
        "preferences", [{"a": "x" * 17_000}, {"a": [[1]]}, {"__a__": 1}, {"": 1}]
    )
    def test_what_cannot_be_stored_is_refused(
        self, player: tuple[str, Client], preferences: dict[str, Any]
    ) -> None:
        error = refused(player[1], "updatePreferences", preferences=preferences)
        assert issue_paths(error) == ["preferences"]

    def test_many_small_changes_stay_below_the_limit_together(
        self, player: tuple[str, Client]
    ) -> None:
        player[1].call("updatePreferences", preferences={"a": "x" * 9_000})
        error = refused(player[1], "updatePreferences", preferences={"b": "x" * 9_000})
        assert issue_paths(error) == ["preferences"]

    def test_of_an_erased_or_merged_player_nothing_is_kept(
        self, db: Database, player: tuple[str, Client]
    ) -> None:
        uid, client = player
        tombstone_ref(db, uid).set({"erasedAt": 1})
        error = refused(client, "updatePreferences", preferences={"a": 1})
        assert (error.status, error.reason) == ("FAILED_PRECONDITION", "player_erased")
        assert not player_ref(db, uid).get().exists

        tombstone_ref(db, uid).delete()
        player_ref(db, uid).set({"mergedInto": "other", "createdAt": 1, "updatedAt": 1})
        error = refused(client, "updatePreferences", preferences={"a": 1})
        assert (error.status, error.reason) == ("FAILED_PRECONDITION", "player_merged")


@pytest.fixture
def playing(db: Database, player: tuple[str, Client]) -> "Playing":
    """A player who has begun an experience."""
    return Playing(db, *player)


class Playing:
    """A player in one experience of a workspace."""

    def __init__(self, db: Database, uid: str, client: Client) -> None:
        self.db, self.uid, self.client = db, uid, client
        self.workspace = a_workspace(db)
        self.progress = a_played_experience(db, uid, self.workspace, "game")
        self.there = {"workspaceId": self.workspace, "experienceId": "game"}


@pytest.mark.parametrize(
    ("nickname", "is_taken"),
    [
        ("👩‍👩‍👧", True),
        ("Ada 🏳️‍🌈", True),
        ("🧑🏽‍⚕️ Bo", True),
        ("é́", True),
        ("مرحبا", True),
        ("x" * 30, True),
        ("x" * 31, False),
        ("\u3164", False),
        ("\u2800 \u2800", False),
        ("\u115f\u1160", False),
        ("\u0301", False),
        ("\ufe0f", False),
        ("a\u200db", False),
        ("👩\u200d", False),
        ("\u200d", False),
        ("a\u202eb", False),
        ("   ", False),
    ],
)
def test_a_nickname_shows_something(nickname: str, *, is_taken: bool) -> None:
    fields = {"workspaceId": "w", "experienceId": "e", "nickname": nickname}
    if is_taken:
        assert SetNickname.load(fields).nickname == nickname
        return
    with pytest.raises(ValidationError, match="visible characters"):
        SetNickname.load(fields)


def test_nothing_is_kept_of_a_deleted_experience(
    db: Database, workspace: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STATUS_SECONDS", "0")
    uid, experience = f"player-{new_id()}", an_experience(db, workspace)
    a_played_experience(db, uid, workspace, experience)
    ids = {"workspaceId": workspace, "experienceId": experience}
    named = SetNickname(**ids, nickname="Ada")
    saved = SaveState(**ids, slot=1, data={"a": 1})
    own.set_nickname(uid, named)
    saves.save_state(uid, saved)
    edit(db, workspace, experience, status="deleted")
    for call in (lambda: own.set_nickname(uid, named), lambda: saves.save_state(uid, saved)):
        with pytest.raises(FailedPrecondition) as caught:
            call()
        assert caught.value.details == {"reason": "experience_unavailable", "state": "deleted"}
    assert saves.get_state(uid, GetState(**ids, slot=1)).data == {"a": 1}


class TestProgress:
    def test_the_player_and_members_read_it_and_nobody_else(
        self, db: Database, playing: Playing, signed_in: SignIn
    ) -> None:
        own = playing.client.call("getExperienceProgress", **playing.there)
        assert (own["playerId"], own["experienceId"]) == (playing.uid, "game")
        assert "boards" not in own
        asked = {**playing.there, "playerId": playing.uid}
        viewer = signed_in(a_member(db, playing.workspace, "viewer"))
        assert viewer.call("getExperienceProgress", **asked) == own

        stranger = signed_in(f"stranger-{new_id()}")
        hidden = refused(stranger, "getExperienceProgress", **asked)
        missing = refused(stranger, "getExperienceProgress", **playing.there)
        assert hidden.reason == missing.reason == "progress_not_found"
        assert hidden.message == missing.message

    def test_lists_are_newest_first_and_in_pages(self, db: Database, playing: Playing) -> None:
        for number in range(3):
            a_played_experience(
                db, playing.uid, playing.workspace, f"old-{number}", createdAt=number + 1
            )
        first = playing.client.call("listExperienceProgress", pageSize=2)
        token = first["nextPageToken"]
        second = playing.client.call("listExperienceProgress", pageSize=2, pageToken=token)
        shown = [each["experienceId"] for each in first["items"] + second["items"]]
        assert shown == ["game", "old-2", "old-1", "old-0"]
        assert second["nextPageToken"] is None

    def test_a_nickname_is_set_once_and_taken_away(self, playing: Playing) -> None:
        named = playing.client.call("setNickname", **playing.there, nickname="  Ada   L ")
        assert (named["nickname"], named["version"]) == ("Ada L", 2)
        assert playing.client.call("setNickname", **playing.there, nickname="Ada L") == named
        assert playing.client.call("setNickname", **playing.there, nickname=None)["version"] == 3

    @pytest.mark.parametrize("nickname", ["", "   ", "x" * 31, "a\u202eb", "a\x00b"])
    def test_a_nickname_is_one_visible_line(self, playing: Playing, nickname: str) -> None:
        error = refused(playing.client, "setNickname", **playing.there, nickname=nickname)
        assert issue_paths(error) == ["nickname"]


class TestSaves:
    def test_a_save_is_read_as_it_was_written(self, playing: Playing) -> None:
        data = {"board": [[1, 2], [3]], "__x__": None, "": "ü", "n": 1.5}
        slot = {**playing.there, "slot": 10}
        saved = playing.client.call("saveState", **slot, data=data)
        assert (saved["data"], saved["version"], saved["slot"]) == (data, 1, 10)
        assert playing.client.call("getState", **slot) == saved
        error = refused(playing.client, "getState", **playing.there, slot=9)
        assert (error.status, error.reason) == ("NOT_FOUND", "save_not_found")

    def test_a_stale_version_is_refused_with_the_current_one(self, playing: Playing) -> None:
        slot = {**playing.there, "slot": 1}
        first = playing.client.call("saveState", **slot, data={"a": 1}, expectedVersion=0)
        again = playing.client.call("saveState", **slot, data={"a": 1}, expectedVersion=0)
        assert again == first
        error = refused(playing.client, "saveState", **slot, data={"a": 2}, expectedVersion=0)
        assert (error.status, error.details["currentVersion"]) == ("ABORTED", 1)
        assert playing.client.call("saveState", **slot, data={"a": 2})["version"] == 2

    def test_of_two_that_expect_the_same_version_one_is_refused(self, playing: Playing) -> None:
        slot = {**playing.there, "slot": 2, "expectedVersion": 0}
        results = at_once(3, lambda n: outcome(playing.client, "saveState", **slot, data={"by": n}))
        errors = [each for each in results if isinstance(each, CallError)]
        assert [each.reason for each in errors] == ["version_conflict"] * 2
        assert [each["version"] for each in results if each not in errors] == [1]

    def test_a_slot_is_one_of_ten_and_holds_a_hundred_kibibytes(self, playing: Playing) -> None:
        for slot in (0, 11):
            error = refused(playing.client, "saveState", **playing.there, slot=slot, data={})
            assert issue_paths(error) == ["slot"]
        fits = {"a": "x" * (MAX_SAVE_BYTES - 8)}
        playing.client.call("saveState", **playing.there, slot=1, data=fits)
        above = {"a": "x" * (MAX_SAVE_BYTES - 7)}
        error = refused(playing.client, "saveState", **playing.there, slot=1, data=above)
        assert issue_paths(error) == ["data"]

    def test_without_progress_nothing_is_saved(self, playing: Playing) -> None:
        elsewhere = {**playing.there, "experienceId": "other", "slot": 1}
        error = refused(playing.client, "saveState", **elsewhere, data={})
        assert error.reason == "progress_not_found"

    def test_of_an_erased_player_nothing_is_saved(self, db: Database, playing: Playing) -> None:
        tombstone_ref(db, playing.uid).set({"erasedAt": 1})
        player_ref(db, playing.uid).delete()  # the progress goes a moment later
        error = refused(playing.client, "saveState", **playing.there, slot=1, data={})
        assert error.reason == "player_erased"
        assert not save_ref(playing.progress, "1").get().exists
