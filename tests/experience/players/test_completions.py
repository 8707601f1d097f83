"""A guest's completed session counts for the player once, whatever becomes of its event."""

from typing import Any

import pytest
from google.cloud.firestore import Client as Database

from emulator.demo.client import unsigned_token
from emulator.suite.suite import Suite
from experience import clients, transactions
from experience.errors import Contention
from experience.players import store
from experience.players.models.audit import AuditProgress
from experience.players.models.lifecycle.erasure import ErasePlayer
from experience.players.models.lifecycle.merge import MergePlayer
from experience.players.usecases import completions
from experience.players.usecases.audit import audit_progress
from experience.players.usecases.completions import count_completion, sweep_progress
from experience.players.usecases.lifecycle import erase, merge
from tests.experience.conftest import SignIn
from tests.experience.players.lifecycle.test_erase import killed_at
from tests.experience.retention.visits import just_before
from tests.support.builders.sessions import session_ref, stored_session
from tests.support.builders.venues import a_venue
from tests.support.builders.workspaces import a_member, edit
from tests.support.calling import at_once
from tests.support.players.visitor import Visitor
from tests.support.waiting import eventually

NOTHING = (0, 0, 0, 0)
ONCE = (1, 1, 1, 1)


@pytest.fixture
def visitor(quiet_db: Database, monkeypatch: pytest.MonkeyPatch) -> Visitor:
    monkeypatch.setenv("SWEEP_GRACE_SECONDS", "1")
    monkeypatch.setattr(transactions, "FIRST_PAUSE_SECONDS", 0.01)
    return Visitor(quiet_db)


def drifts(visitor: Visitor) -> list[Any]:
    ids = {"workspace_id": visitor.workspace, "experience_id": visitor.experience}
    viewer = a_member(visitor.db, visitor.workspace, "viewer")
    return audit_progress(viewer, AuditProgress(**ids, player_id=visitor.uid)).drifts


def test_a_visit_counts_by_itself_and_a_preview_or_one_without_rules_does_not(
    db: Database, suite: Suite, signed_in: SignIn
) -> None:
    visitor = Visitor(db)
    editor = a_member(db, visitor.workspace, "editor")
    plain = a_venue(db)
    played = [
        (editor, visitor.project, visitor.experience, "preview"),
        (visitor.uid, plain.project, plain.main, "guest"),
        (visitor.uid, visitor.project, visitor.experience, "guest"),
    ]
    for uid, project, experience, mode in played:
        page, ids = signed_in(uid), {"projectId": project}
        page.call("ensureGuest", **ids)
        choice = {"experienceId": experience, "mode": mode, "configSource": "published"}
        made = page.call("createSession", **ids, **choice)["session"]["id"]
        for _ in range(2):
            done = page.call("completeSession", **ids, sessionId=made)["session"]
        assert (done["status"], "progressPending" in done) == ("completed", False)
    eventually(lambda: visitor.counted() == ONCE)
    suite.settle()

    session = stored_session(db, visitor.project, made)
    assert "progressPending" not in session
    [event] = [each for each in visitor.log() if each["eventType"] == "session_completed"]
    assert event["data"] == {"projectId": visitor.project, "sessionId": session["id"]}
    assert (event["contentId"], event["timestamp"]) == (None, session["completedAt"])
    progress = visitor.progress()
    assert [each["id"] for each in progress["achievements"]] == ["regular"]
    assert (progress["streak"]["days"], progress["experienceVersion"]) == (1, 1)
    assert (progress["boards"]["all"]["xp"]["value"], progress["completionPercentage"]) == (100, 0)
    assert (visitor.profile()["totalExperiencesPlayed"], drifts(visitor)) == (1, [])
    listed = [each.id for uid in (visitor.uid, editor) for each in store.list_progress(db, uid)]
    assert listed == [visitor.own.id]
    assert visitor.counted() == ONCE


def test_each_session_counts_once_however_often_and_by_however_many(visitor: Visitor) -> None:
    """By its event, by its event again, and by sweeps, all at the same moment."""
    sessions = [visitor.completed() for _ in range(3)]
    work = [lambda each=each: count_completion(each) for each in sessions * 2]
    outcomes = at_once(8, lambda n: [*work, sweep_progress, sweep_progress][n]())
    assert sum(outcomes) == 3
    assert visitor.counted() == (3, 3, 3, 3)
    assert not any(visitor.is_pending(each) for each in sessions)
    assert [each["tier"] for each in visitor.progress()["achievements"]] == [2]
    before = visitor.progress()
    assert not any(count_completion(each) for each in sessions)
    assert sweep_progress() == 0
    assert (visitor.progress(), drifts(visitor)) == (before, [])


def test_it_begins_with_the_version_that_the_session_is_pinned_to(visitor: Visitor) -> None:
    session = visitor.completed()
    edit(visitor.db, visitor.workspace, visitor.experience, publishedVersion=2)
    assert count_completion(session)
    assert visitor.progress()["experienceVersion"] == 1


def test_a_sweep_counts_what_has_lost_its_event_but_leaves_new_ones_to_theirs(
    visitor: Visitor,
) -> None:
    lost, new = visitor.completed(), visitor.completed(completedAt=2**53)
    broken = visitor.completed()
    session_ref(visitor.db, visitor.project, broken.id).update({"mode": "unreadable"})
    assert sweep_progress() == 1
    pending = [visitor.is_pending(each) for each in (lost, new, broken)]
    assert (pending, visitor.counted()) == ([False, True, True], ONCE)


def test_killed_before_its_commit_it_is_swept(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = visitor.completed()
    with monkeypatch.context() as broken:
        assert killed_at(broken, 1, lambda: count_completion(session))
    assert (visitor.counted(), visitor.is_pending(session)) == (NOTHING, True)
    with monkeypatch.context() as broken:
        assert not killed_at(broken, 2, lambda: count_completion(session))  # there is one commit
    assert (visitor.counted(), visitor.is_pending(session)) == (ONCE, False)


def test_a_session_that_the_log_has_already_ends_to_be_pending(visitor: Visitor) -> None:
    """As after a restore of the sessions from an older backup."""
    session = visitor.completed()
    assert count_completion(session)
    session_ref(visitor.db, visitor.project, session.id).update({"progressPending": True})
    assert not count_completion(session)
    assert (visitor.counted(), visitor.is_pending(session)) == (ONCE, False)


@pytest.mark.parametrize("change", ["deleted", "withdrawn", "written"])
def test_what_becomes_of_the_session_before_the_commit_decides(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    session = visitor.completed()
    reference = session_ref(visitor.db, visitor.project, session.id)
    changes = {
        "deleted": reference.delete,
        "withdrawn": lambda: completions.withdraw_completion(reference),
        "written": lambda: reference.update({"jobStatus": "running"}),
    }
    just_before(monkeypatch, completions, "logged_event", changes[change])
    assert count_completion(session) == (change == "written")
    assert visitor.counted() == (ONCE if change == "written" else NOTHING)
    assert reference.get().exists == (change != "deleted")
    assert bool(visitor.profile()) == (change == "written")


class TestRefused:
    """For good, and then nothing tries again."""

    def test_of_an_erased_player(self, visitor: Visitor) -> None:
        erase.erase_player(visitor.uid, ErasePlayer())
        session = visitor.completed()
        assert not count_completion(session)
        assert not visitor.is_pending(session)
        assert (visitor.counted(), visitor.profile()) == (NOTHING, {})

    @pytest.mark.parametrize(
        "fields", [{"status": "deleted"}, {"publishedVersion": None, "published": None}]
    )
    def test_of_an_experience_that_is_closed(
        self, visitor: Visitor, fields: dict[str, Any]
    ) -> None:
        session = visitor.completed()
        edit(visitor.db, visitor.workspace, visitor.experience, **fields)
        assert sweep_progress() == 0
        assert (visitor.counted(), visitor.is_pending(session)) == (NOTHING, False)

    def test_of_an_experience_or_a_version_that_is_gone(self, visitor: Visitor) -> None:
        gone = [visitor.completed(experienceVersion=7), visitor.completed(experienceId="gone")]
        assert [count_completion(each) for each in gone] == [False, False]
        assert not any(visitor.is_pending(each) for each in gone)

    def test_but_not_by_the_limit_of_events_or_by_contention(
        self, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("EVENTS_PER_PLAYER_AND_HOUR", "0")
        assert count_completion(visitor.completed())
        session = visitor.completed()

        def refuse(*_: Any, **__: Any) -> Any:
            raise Contention

        with monkeypatch.context() as busy:
            busy.setattr(completions, "record", refuse)
            with pytest.raises(Contention):
                count_completion(session)
        assert visitor.is_pending(session)
        assert sweep_progress() == 1
        assert visitor.counted() == (2, 2, 2, 2)


def test_of_a_merged_player_the_account_gets_it(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also of one who is merged in that moment."""
    first, second, third = (visitor.completed() for _ in range(3))
    assert count_completion(first)
    guest, visitor.uid = visitor.uid, f"account-of-{visitor.uid}"
    visitor.own = store.progress_ref(visitor.db, visitor.uid, visitor.workspace, visitor.experience)
    signed_in = {"sign_in_provider": "anonymous", "identities": {}}
    token = unsigned_token(str(clients.app().project_id), guest, firebase=signed_in)
    become = MergePlayer(from_id_token=token)
    just_before(
        monkeypatch,
        completions,
        "logged_event",
        lambda: merge.merge_player(visitor.uid, become),
    )
    assert [count_completion(each) for each in (second, third)] == [True, True]
    assert not any(visitor.is_pending(each) for each in (first, second, third))
    progress, profile = visitor.progress(), visitor.profile()
    assert (progress["xp"], profile["xp"], len(visitor.log())) == (300, 300, 3)
    assert [each["tier"] for each in progress["achievements"]] == [2]

    erase.erase_player(visitor.uid, ErasePlayer())
    late = [visitor.completed(createdBy=uid) for uid in (guest, visitor.uid)]
    assert [count_completion(each) for each in late] == [False, False]
    assert not any(visitor.is_pending(each) for each in late)
    assert visitor.db.collection("players").get() == []
