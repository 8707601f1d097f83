"""The invariants of players: each is broken and reported, and a whole player breaks none."""

from dataclasses import replace
from typing import Any

import pytest

from experience.players.models.event import content_hash
from experience.players.models.leaderboard import Board
from experience.players.models.lifecycle.erasure import PlayerTombstone
from experience.players.models.lifecycle.own import SavedState
from experience.players.models.profile import PlayerProfile
from experience.players.models.progress import ExperienceProgress
from experience.players.store import player_hash
from experience.workspaces.models import ExperienceVersion
from operations.checks.data import Data
from operations.checks.player_data import LoggedEvent, Rollup, Visitor
from operations.checks.player_invariants import PLAYER_INVARIANTS

OWN, TAKEN = "players/u/experienceProgress/w~e", "players/taken/experienceProgress/w~e"
LAKE, HILL = content_hash("lake"), content_hash("hill")
TIMES = dict.fromkeys(("startedAt", "lastPlayedAt", "createdAt", "updatedAt"), 1)
ERASED = player_hash("erased")
TOMBSTONE, RECEIPT = f"playerTombstones/{ERASED}", f"erasures/{ERASED}"


def a_visitor(uid: str, content: str, day: str) -> dict[str, Visitor]:
    """By its path."""
    path = f"workspaces/w/contentVisitors/e~{content_hash(content)}/visitors/{uid}"
    ids = {"workspaceId": "w", "experienceId": "e", "contentId": content, "playerId": uid}
    return {path: Visitor.load({**ids, "lastDay": day})}


@pytest.fixture(scope="module")
def whole() -> Data:
    """Player `u` took over `taken`; both were at the lake, and `taken` on the hill too."""
    ids = {"workspaceId": "w", "experienceId": "e"}
    value = {"value": 30, "at": 1}
    state = {"inventory": ["key"], "inventoryQuantities": {"key": 2}, "completedQuests": ["q"],
             "activeQuests": ["r"], "visitedWaypoints": ["lake", "hill"]}  # fmt: skip
    own = {
        **ids, **TIMES, "experienceVersion": 1, "xp": 30, "playtimeSeconds": 60,
        "distanceMeters": 1.5, "completionPercentage": 100, "completedAt": 5, "state": state,
        "collected": ["key"], "achievements": [{"id": "walker", "tier": 1, "unlockedAt": 1}],
        "seen": {LAKE: "2026-01-03", HILL: "2026-01-01"},
        "boards": {
            "all": {"xp": value, "distanceMeters": {"value": 1.5, "at": 1},
                    "completion": {"value": 100, "at": 5},
                    "fastestCompletion": {"value": 4, "at": 5}},
            "day": {"key": "2026-01-03", "xp": {"value": 10, "at": 1},
                    "previous": {"key": "2026-01-01", "xp": {"value": 20, "at": 1}}},
        },
    }  # fmt: skip
    taken = {"workspaceId": "w", **TIMES, "experienceVersion": 1, "xp": 10,
             "mergedInto": "u", "mergedAt": 3,
             "seen": {LAKE: "2026-01-01", HILL: "2026-01-01"}}  # fmt: skip
    profile = {"createdAt": 1, "updatedAt": 1, "totalExperiencesPlayed": 1}
    sums = {"totalPlaytimeSeconds": 60, "totalDistanceMeters": 1.5, "xp": 30}
    achieved = {"stats": {"achievements": ["w~e~walker"]}, "mergedFrom": ["taken"]}
    about = {"experienceProgressId": "w~e", **ids}
    logged = {OWN: "u", TAKEN: "taken"}
    visits = {"waypoint_visited": {"count": 2, "timed": 1, "seconds": 60}}
    rollup = {**ids, "day": "2026-01-01", "events": {"waypoint_visited": 3}, "other": visits,
              "contents": {"lake": {"waypoint_visited": {"count": 1}}}}  # fmt: skip
    board = {**ids, "metric": "xp", "key": "all", "claimedAt": 1, "expireAt": "2026-01-01T00:00Z"}
    version = {"version": 1, "steps": [], "transform": None, "createdAt": 1, "publishedAt": 1}
    return Data(
        versions={
            "workspaces/w/experiences/e/experienceVersions/1": ExperienceVersion.load(version)
        },
        players={
            "players/u": PlayerProfile.load({**profile, **sums, **achieved}),
            "players/taken": PlayerProfile.load({**profile, "xp": 10, "mergedInto": "u"}),
        },
        progress={OWN: ExperienceProgress.load(own), TAKEN: ExperienceProgress.load(taken)},
        progress_events={
            f"{path}/progressEvents/one": LoggedEvent.load({**about, "playerId": uid})
            for path, uid in logged.items()
        },
        saves={f"{OWN}/saves/1": SavedState(data="", version=1, created_at=1, updated_at=1)},
        visitors=a_visitor("u", "lake", "2026-01-03")
        | a_visitor("taken", "lake", "2026-01-01")
        | a_visitor("taken", "hill", "2026-01-01"),
        boards={"workspaces/w/boards/e~xp~all": Board.load(board)},
        rollups={
            "workspaces/w/contentRollups/e~2026-01-01~all": Rollup.load(rollup),
            "workspaces/w/contentRollups/e~2026-01-01~3": Rollup.load({**rollup, "shard": 3}),
        },
        tombstones={TOMBSTONE: PlayerTombstone(erased_at=1)},
        objects=frozenset({RECEIPT, f"exports/players/{player_hash('u')}/one.json"}),
    )


def reported(data: Data) -> list[tuple[str, str, str]]:
    return [
        (invariant.__name__, path, message)
        for invariant in PLAYER_INVARIANTS
        for path, message in invariant(data)
    ]


PLAYER, OTHER = "players/u", "players/taken"
EVENT, SAVE = f"{OWN}/progressEvents/one", f"{OWN}/saves/1"
VISITOR = f"workspaces/w/contentVisitors/e~{LAKE}/visitors/u"
BOARD, ROLLUP = "workspaces/w/boards/e~xp~all", "workspaces/w/contentRollups/e~2026-01-01~3"
SHOWN = "sums_of_players_say_where_they_are"
WHERE, ORPHAN = "players_documents_say_where_they_are", "a_progress_has_a_player"
SUM, STATE = "a_profile_is_the_sum_of_its_progress", "a_state_agrees_with_itself"
BOARDS, VISITS = "boards_have_the_present_values", "visitors_are_remembered"
ROLLUPS, MERGED = "rollups_add_up", "merged_players_know_each_other"
ERASURES = "nothing_is_left_of_the_erased"

CHANGED: list[tuple[str, str, dict[str, Any], str, str]] = [
    (WHERE, OWN, {"workspaceId": "v"}, OWN, "is of v~e"),
    (WHERE, OWN, {"experienceId": "f"}, OWN, "is of w~f"),
    (WHERE, OWN, {"experienceId": ""}, OWN, "is of w~"),
    (WHERE, TAKEN, {"experienceId": "f"}, TAKEN, "is of w~f"),
    (WHERE, EVENT, {"playerId": "taken"}, EVENT, "of taken in w~e"),
    (WHERE, EVENT, {"experienceProgressId": "w~f"}, EVENT, "in w~f or w~e"),
    (WHERE, EVENT, {"experienceId": "f"}, EVENT, "in w~e or w~f"),
    (SHOWN, VISITOR, {"contentId": "sea"}, VISITOR, "of u at sea"),
    (SHOWN, VISITOR, {"playerId": "taken"}, VISITOR, "of taken at lake"),
    (SHOWN, BOARD, {"key": "2026-01-01"}, BOARD, "board e~xp~2026-01-01 of w"),
    (SHOWN, ROLLUP, {"shard": 4}, ROLLUP, "e~2026-01-01~4"),
    (SHOWN, ROLLUP, {"shard": None}, ROLLUP, "e~2026-01-01~all"),
    (ORPHAN, OWN, {"experienceVersion": 2}, OWN, "to version 2, which"),
    (SUM, OWN, {"xp": 31}, PLAYER, "xp 30 instead of 31"),
    (SUM, OWN, {"playtimeSeconds": 0}, PLAYER, "totalPlaytimeSeconds 60 instead of 0"),
    (SUM, OWN, {"distanceMeters": 2.5}, PLAYER, "totalDistanceMeters 1.5, not 2.5"),
    (SUM, PLAYER, {"totalExperiencesPlayed": 2}, PLAYER, "Played 2 instead of 1"),
    (SUM, PLAYER, {"accountLevel": 7}, PLAYER, "accountLevel 7 instead of 1"),
    (SUM, PLAYER, {"stats": {"achievements": []}}, PLAYER, "lacks the achievements w~e~walker"),
    (SUM, TAKEN, {"xp": 0}, OTHER, "xp 10 instead of 0"),
    (STATE, OWN, {"state": {"inventory": ["key"]}}, OWN, "does not agree"),
    (STATE, OWN, {"state": {"inventoryQuantities": {"key": 0}}}, OWN, "does not agree"),
    (STATE, OWN, {"collected": []}, OWN, "never collected: key"),
    (STATE, OWN, {"state": {"activeQuests": ["q"], "completedQuests": ["q"]}}, OWN, "active que"),
    (STATE, OWN, {"state": {"visitedWaypoints": ["a", "a"]}}, OWN, "in visitedWaypoints: a"),
    (STATE, OWN, {"collected": ["key", "key"]}, OWN, "in collected: key"),
    (BOARDS, OWN, {"xp": 40}, OWN, "has xp 30.0 on boards instead of 40"),
    (BOARDS, OWN, {"distanceMeters": 9}, OWN, "distanceMeters 1.5 on boards"),
    (BOARDS, OWN, {"completionPercentage": 50}, OWN, "completion 100.0 on boards"),
    (BOARDS, OWN, {"completedAt": None}, OWN, "fastestCompletion 4.0 on boards instead of None"),
    (BOARDS, OWN, {"boards": {}}, OWN, "has xp None on boards"),
    (BOARDS, OWN, {"xp": 15}, OWN, "has xp 20.0 in 2026-01-01, of 15 in all"),
    (BOARDS, TAKEN, {"boards": {"all": {"xp": {"value": 10, "at": 1}}}}, TAKEN, "was merged"),
    (VISITS, OWN, {"seen": {LAKE: "2026-01-01", HILL: "2026-01-01"}}, OWN, "of 1 visitor"),
    (VISITS, OWN, {"seen": {}}, OWN, "of 2 visitor"),
    (VISITS, VISITOR, {"lastDay": "2026-01-04"}, OWN, "of 1 visitor"),
    (VISITS, PLAYER, {"mergedFrom": []}, OWN, "of 1 visitor"),
    (VISITS, VISITOR, {"playerId": "x"}, VISITOR, "a player without progress"),
    (ROLLUPS, ROLLUP, {"events": {"waypoint_visited": 2}}, ROLLUP, "has 3 visits in 2 events"),
    (ROLLUPS, ROLLUP, {"events": {"a": -1}}, ROLLUP, "negative number"),
    (ROLLUPS, ROLLUP, {"other": {"a": {"count": -1}}}, ROLLUP, "sums of a that cannot be"),
    (ROLLUPS, ROLLUP, {"other": {"a": {"count": 1, "timed": 2}}}, ROLLUP, "sums of a"),
    (ROLLUPS, ROLLUP, {"other": {"a": {"count": 1, "seconds": 1}}}, ROLLUP, "sums of a"),
    (MERGED, PLAYER, {"mergedFrom": []}, OTHER, "into u, who does not name them"),
    (MERGED, PLAYER, {"mergedFrom": ["taken", "x"]}, PLAYER, "names x, who was not merged"),
    (MERGED, OTHER, {"mergedInto": "x"}, OTHER, "into x, who does not name them"),
    (MERGED, OTHER, {"mergePending": True}, OTHER, "not merged into u to the end"),
    (MERGED, TAKEN, {"mergedInto": None}, OTHER, "has progress that was not"),
    (MERGED, OWN, {"mergedInto": "x"}, PLAYER, "has progress that was not"),
    (ERASURES, TOMBSTONE, {"status": "pending"}, TOMBSTONE, "not over"),
    (ERASURES, TOMBSTONE, {"pending": ["erased"]}, TOMBSTONE, "not over"),
]  # fmt: skip
REMOVED = [
    (ORPHAN, PLAYER, OWN, "belongs to no player"),
    (ORPHAN, OWN, EVENT, "belongs to no progress"),
    (ORPHAN, OWN, SAVE, "belongs to no progress"),
    (SUM, OWN, PLAYER, "xp 30 instead of 0"),
    (VISITS, VISITOR, OWN, "of 1 visitor"),
    (ROLLUPS, "workspaces/w/contentRollups/", "workspaces/w/experiences/e", "0 events in rollups"),
    (MERGED, PLAYER, OTHER, "into u, who does not name them"),
    (MERGED, OTHER, PLAYER, "names taken, who was not merged"),
]


def kinds(data: Data) -> dict[str, Any]:
    """The documents of each kind, to be changed."""
    named = {name: getattr(data, name) for name in vars(Data())}
    return {name: dict(kind) for name, kind in named.items() if isinstance(kind, dict)}


class TestPlayerInvariants:
    def test_whole_players_break_none(self, whole: Data) -> None:
        assert reported(whole) == []

    @pytest.mark.parametrize(
        ("invariant", "changed", "fields", "path", "message"),
        CHANGED,
        ids=[f"{each[0]}: {each[4]}" for each in CHANGED],
    )
    def test_a_changed_document_is_reported(
        self, whole: Data, invariant: str, changed: str, fields: dict[str, Any], path: str,
        message: str,
    ) -> None:  # fmt: skip
        documents = kinds(whole)
        [kind] = [kind for kind in documents.values() if changed in kind]
        kind[changed] = type(kind[changed]).load({**kind[changed].dump(), **fields})
        found = reported(replace(whole, **documents))
        assert [each for each in found if each[:2] == (invariant, path) and message in each[2]]

    @pytest.mark.parametrize(
        ("invariant", "removed", "path", "message"),
        REMOVED,
        ids=[f"{each[1]}: {each[3]}" for each in REMOVED],
    )
    def test_a_removed_document_is_reported(
        self, whole: Data, invariant: str, removed: str, path: str, message: str
    ) -> None:
        documents = kinds(whole)
        for kind in documents.values():
            for each in list(kind):
                if each == removed or (removed.endswith("/") and each.startswith(removed)):
                    del kind[each]
        found = reported(replace(whole, **documents))
        assert [each for each in found if each[:2] == (invariant, path) and message in each[2]]

    def test_a_save_in_no_slot_is_reported(self, whole: Data) -> None:
        moved = {f"{OWN}/saves/11": whole.saves[SAVE]}
        assert (WHERE, f"{OWN}/saves/11", "is in no slot") in reported(replace(whole, saves=moved))

    @pytest.mark.parametrize("uid", ["u", "taken"])
    def test_whatever_is_left_of_an_erased_player_is_reported(self, whole: Data, uid: str) -> None:
        stone = f"playerTombstones/{player_hash(uid)}"
        erased = replace(whole, tombstones={stone: PlayerTombstone(erased_at=1)})
        found = {path for name, path, _ in reported(erased) if name == ERASURES}
        own = {
            path
            for kind in kinds(whole).values()
            for path in kind
            if f"{path}/".startswith(f"players/{uid}/") or path.endswith(f"/visitors/{uid}")
        }
        exports = {each for each in whole.objects or () if player_hash(uid) in each}
        assert found == own | exports | {stone}
        assert own

    def test_an_erasure_that_the_bucket_forgot_is_reported(self, whole: Data) -> None:
        forgotten = replace(whole, objects=frozenset())
        [found] = reported(forgotten)
        assert found[:2] == (ERASURES, TOMBSTONE)
        assert reported(replace(whole, objects=None)) == []

    def test_every_invariant_is_broken_somewhere_here(self) -> None:
        broken = {each[0] for each in CHANGED} | {each[0] for each in REMOVED}
        assert {each.__name__ for each in PLAYER_INVARIANTS} == broken
