"""What sessions alone have made of a guest as a player goes with the guest, and nothing else."""

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from google.api_core.exceptions import NotFound
from google.cloud.firestore import Client as Database

from experience import clock, transactions
from experience.errors import Contention
from experience.ids import new_id
from experience.players import store
from experience.players.models.lifecycle.own import SaveState, SetNickname, UpdatePreferences
from experience.players.models.tracking import TrackProgressEvents
from experience.players.usecases import completions
from experience.players.usecases.completions import count_completion, sweep_progress
from experience.players.usecases.lifecycle import own, saves, untracked
from experience.players.usecases.track import track_progress_events
from experience.retention import store as retention_store
from experience.retention.models import EraseGuest, Erasure
from experience.retention.usecases import erase
from experience.retention.usecases.sweep import sweep_retention
from tests.experience.players.lifecycle.test_erase import killed_at, left
from tests.experience.retention.visits import DAY, just_before
from tests.support.builders.guests import a_guest
from tests.support.calling import at_once
from tests.support.players.builders import a_counting_experience
from tests.support.players.visitor import Visitor

OLD = 31 * DAY
Erase = Callable[[Visitor], Any]


@pytest.fixture
def visitor(quiet_db: Database, monkeypatch: pytest.MonkeyPatch) -> Visitor:
    monkeypatch.setenv("SWEEP_GRACE_SECONDS", "1")
    monkeypatch.setattr(transactions, "FIRST_PAUSE_SECONDS", 0.01)
    return Visitor(quiet_db, retentionDays=30)


def track(visitor: Visitor, experience: str = "") -> None:
    ids = {"workspaceId": visitor.workspace, "experienceId": experience or visitor.experience}
    event = {"eventId": new_id(), "eventType": "waypoint_visited", "contentId": "gate"}
    track_progress_events(visitor.uid, TrackProgressEvents.load({**ids, "events": [event]}))


def a_whole_progress(visitor: Visitor, visits: int = 2) -> None:
    """Counted sessions, a nickname, a save, and a board that shows all of it."""
    for _ in range(visits):
        assert count_completion(visitor.completed(**then()))
    ids = {"workspace_id": visitor.workspace, "experience_id": visitor.experience}
    own.set_nickname(visitor.uid, SetNickname(**ids, nickname="Ada"))
    saves.save_state(visitor.uid, SaveState(**ids, slot=1, data={}))
    board = store.board_ref(visitor.db, visitor.workspace, f"{visitor.experience}~xp~all")
    board.set({"standings": [{"nickname": "Ada"}]})


def then() -> dict[str, Any]:
    return dict.fromkeys(("createdAt", "updatedAt", "completedAt"), clock.now_ms() - OLD)


def by_request(visitor: Visitor) -> Erasure:
    return erase.erase_guest(visitor.uid, EraseGuest(project_id=visitor.project))


def by_age(visitor: Visitor) -> dict[str, int]:
    """As if they had come long ago, unless they are gone already."""
    with contextlib.suppress(NotFound):
        guest = visitor.db.document("projects", visitor.project, "guests", visitor.uid)
        guest.update({"createdAt": clock.now_ms() - OLD})
    return sweep_retention()


BOTH_WAYS = pytest.mark.parametrize("gone", [by_request, by_age])


def sessions_left(visitor: Visitor) -> int:
    return len(visitor.db.collection("projects", visitor.project, "sessions").get())


def rollups(visitor: Visitor) -> list[Any]:
    found = visitor.db.collection_group("contentRollups").get()
    assert visitor.uid not in str([each.to_dict() for each in found])
    return [each.to_dict() for each in found]


@BOTH_WAYS
def test_a_guest_who_tracked_nothing_leaves_nothing(visitor: Visitor, gone: Erase) -> None:
    a_whole_progress(visitor)
    late, counted = visitor.completed(**then()), rollups(visitor)
    gone(visitor)
    assert (left(visitor.db), sessions_left(visitor)) == (set(), 0)
    assert (count_completion(late), sweep_progress()) == (False, 0)
    assert left(visitor.db) == set()
    assert rollups(visitor) == counted  # they name nobody


def test_the_receipt_counts_it_and_a_repetition_finds_nothing(visitor: Visitor) -> None:
    a_whole_progress(visitor)
    assert [by_request(visitor).progress for _ in range(2)] == [1, 0]


@BOTH_WAYS
def test_with_a_tracked_event_all_of_it_stays(visitor: Visitor, gone: Erase) -> None:
    a_whole_progress(visitor)
    track(visitor)
    late = visitor.completed(**then())
    before = (left(visitor.db), visitor.progress(), visitor.profile())
    gone(visitor)
    assert (count_completion(late), sessions_left(visitor)) == (False, 0)
    assert (left(visitor.db), visitor.progress(), visitor.profile()) == before


def test_of_the_profile_what_comes_from_elsewhere_stays(visitor: Visitor) -> None:
    other = a_counting_experience(visitor.db, visitor.workspace, xp={"waypoint_visited": 7})
    track(visitor, other)
    kept = visitor.profile()
    a_whole_progress(visitor)
    assert (visitor.profile()["xp"], len(visitor.profile()["stats"]["achievements"])) == (207, 1)
    by_request(visitor)
    after = visitor.profile()
    assert after | {"updatedAt": 0} == kept | {"updatedAt": 0}
    assert after["updatedAt"] > kept["updatedAt"]
    assert [each.id for each in store.list_progress(visitor.db, visitor.uid)] == [
        store.progress_id(visitor.workspace, other)
    ]


def test_a_profile_with_preferences_stays(visitor: Visitor) -> None:
    a_whole_progress(visitor)
    own.update_preferences(visitor.uid, UpdatePreferences(preferences={"difficulty": "hard"}))
    by_request(visitor)
    profile = visitor.profile()
    assert profile["stats"]["preferences"] == {"difficulty": "hard"}
    assert (profile["xp"], profile["totalExperiencesPlayed"], profile["accountLevel"]) == (0, 0, 1)
    assert profile["stats"]["achievements"] == []
    assert store.list_progress(visitor.db, visitor.uid) == []


def test_of_two_projects_the_last_one_takes_it(visitor: Visitor) -> None:
    other = visitor.guest_of()
    a_whole_progress(visitor)
    assert count_completion(visitor.completed(other))
    by_request(visitor)
    assert visitor.progress()["xp"] == 300
    erase.erase_guest(visitor.uid, EraseGuest(project_id=other))
    assert left(visitor.db) == set()


@pytest.mark.parametrize("merged", [{"mergedFrom": ["other"]}, {"mergedInto": "account"}])
def test_what_belongs_to_an_account_stays(visitor: Visitor, merged: dict[str, Any]) -> None:
    a_whole_progress(visitor)
    store.player_ref(visitor.db, visitor.uid).update(merged)
    before = visitor.progress()
    by_request(visitor)
    assert (visitor.progress(), sessions_left(visitor)) == (before, 0)


@pytest.mark.exhaustive
@BOTH_WAYS
def test_killed_at_any_commit_the_next_one_finishes_it(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch, gone: Erase
) -> None:
    """And whatever is delivered in between brings nothing back for good."""
    for commit in range(1, 20):
        visitor.uid = f"visitor-{new_id()}"
        visitor.own = store.progress_ref(
            visitor.db, visitor.uid, visitor.workspace, visitor.experience
        )
        a_guest(visitor.db, visitor.project, visitor.uid)
        a_whole_progress(visitor, visits=1)
        late = visitor.completed(**then())
        with monkeypatch.context() as broken:
            was_killed = killed_at(broken, commit, lambda: gone(visitor))
        count_completion(late)
        gone(visitor)
        assert (left(visitor.db), sessions_left(visitor)) == (set(), 0)
        if not was_killed:
            assert commit > 4  # guest, the session that is pending, progress, sessions
            return
    pytest.fail("it has no end")


@pytest.mark.parametrize("moment", ["query_sessions_of", "erase_untracked", "logged_event"])
def test_an_event_that_comes_in_that_moment_brings_nothing_back(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    """Before its session is found, before the progress goes, or the erasure in its midst."""
    a_whole_progress(visitor)
    late = visitor.completed(**then())
    if moment == "logged_event":
        just_before(monkeypatch, completions, moment, lambda: by_request(visitor))
        assert not count_completion(late)
    else:
        module = retention_store if moment == "query_sessions_of" else erase
        counted = []
        just_before(monkeypatch, module, moment, lambda: counted.append(count_completion(late)))
        by_request(visitor)
        assert counted == [moment == "query_sessions_of"]
    assert (left(visitor.db), sessions_left(visitor)) == (set(), 0)


def test_contention_is_tried_again_while_there_is_time(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_whole_progress(visitor, visits=1)
    refusals = [1, 2]
    erased = untracked.erase_untracked

    def contended(client: Database, uid: str) -> Iterator[bool]:
        if refusals:
            refusals.pop()
            raise Contention
        return erased(client, uid)

    monkeypatch.setattr(erase, "erase_untracked", contended)
    receipt = by_request(visitor)
    assert (receipt.progress, receipt.sessions, refusals) == (1, 1, [])
    assert (left(visitor.db), sessions_left(visitor)) == (set(), 0)


@pytest.mark.exhaustive
def test_at_once_with_events_and_other_erasures_it_leaves_nothing(visitor: Visitor) -> None:
    a_whole_progress(visitor)
    late = [visitor.completed(**then()) for _ in range(2)]
    works: list[Callable[[], Any]] = [
        lambda: by_request(visitor),
        lambda: by_age(visitor),
        lambda: count_completion(late[0]),
        lambda: count_completion(late[1]),
        sweep_progress,
    ]
    at_once(len(works), lambda number: works[number]())
    assert (left(visitor.db), sessions_left(visitor)) == (set(), 0)


def test_at_once_with_a_tracked_event_the_sums_hold(visitor: Visitor) -> None:
    a_whole_progress(visitor)
    works: list[Callable[[Visitor], object]] = [by_request, track]
    at_once(2, lambda number: works[number](visitor))
    progress, profile = visitor.progress(), visitor.profile()
    kinds = [each["eventType"] for each in visitor.log()]
    assert kinds.count("waypoint_visited") == 1
    assert progress["xp"] == profile["xp"] == 100 * kinds.count("session_completed")
    assert profile["totalExperiencesPlayed"] == 1
