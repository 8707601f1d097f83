"""Tracking events: all that follows from them in one commit, once however often it is sent."""

from collections.abc import Callable
from typing import Any

import pytest
from google.cloud.firestore import Client as Database

from experience.clock import now_ms
from experience.errors import (
    AlreadyExists,
    InvalidArgument,
    PermissionDenied,
    Refusal,
    ResourceExhausted,
)
from experience.firebase.request_body import parse
from experience.players import store
from experience.players.models.audit import AuditProgress
from experience.players.models.event import event_key
from experience.players.models.tracking import TrackProgressEvents
from experience.players.usecases.audit import audit_progress
from experience.progress.calendar import day_of
from tests.experience.conftest import SignIn
from tests.experience.players.played import RULES, Played, a_trail, an_event
from tests.support.builders.workspaces import a_member, a_workspace, an_experience, edit
from tests.support.calling import at_once, issue_paths, refused

DAY = 24 * 3_600_000


@pytest.fixture
def player(db: Database, workspace: str) -> Played:
    return Played(db, workspace, a_trail(db, workspace))


def test_one_commit_has_the_log_the_progress_and_all_that_follows(player: Played) -> None:
    visit = an_event(data={"time_spent": 60}, locationLat=52.5, locationLng=13.4)
    answer = player.track(visit, an_event("npc_dialogue", "a.b`c/é"), an_event("dance", None))
    assert (answer.tracked, answer.repeated, answer.flagged) == (3, 0, [])
    assert [(each.id, each.tier) for each in answer.unlocked] == [("explorer", 1)]
    log = player.log()
    assert len(log) == 4
    stored = log[event_key(visit["eventId"])]
    assert stored == {
        "experienceProgressId": player.own.id,
        "playerId": player.uid,
        "workspaceId": player.workspace,
        "experienceId": player.experience,
        "eventType": "waypoint_visited",
        "contentId": "gate",
        "data": {"time_spent": 60},
        "locationLat": 52.5,
        "locationLng": 13.4,
        "cells": stored["cells"],
        "timestamp": stored["receivedAt"],
        "receivedAt": stored["receivedAt"],
        "flags": [],
    }
    assert len(stored["cells"]) == 8
    progress, profile = player.progress(), player.profile()
    assert (progress["xp"], progress["level"], progress["completionPercentage"]) == (100, 2, 50)
    assert answer.progress.state.visited_waypoints == ["gate"]
    assert (profile["totalExperiencesPlayed"], profile["xp"], profile["accountLevel"]) == (
        1,
        100,
        2,
    )
    assert profile["totalPlaytimeSeconds"] == 60
    assert profile["stats"]["achievements"] == [f"{player.own.id}~explorer"]
    rollup = player.rollup()
    assert rollup["events"] == {
        "waypoint_visited": 1,
        "npc_dialogue": 1,
        "dance": 1,
        "achievement_unlocked": 1,
    }
    assert rollup["contents"] == {
        "gate": {"waypoint_visited": {"count": 1, "timed": 1, "seconds": 60}},
        "a.b`c/é": {"npc_dialogue": {"count": 1}},
    }
    assert (player.visitor("gate") or {})["playerId"] == player.uid
    assert player.visitor("a.b`c/é")
    assert player.visitor("explorer") is None


def test_sent_five_times_at_once_it_counts_once(player: Played) -> None:
    events = [an_event(), an_event(content="tower")]
    answers = at_once(5, lambda _: player.track(*events))
    assert sorted((each.tracked, each.repeated) for each in answers) == [(0, 2)] * 4 + [(2, 0)]
    assert (player.progress()["xp"], player.profile()["xp"]) == (200, 200)
    assert player.rollup()["events"]["waypoint_visited"] == 2
    assert player.profile()["totalExperiencesPlayed"] == 1
    assert player.progress()["version"] == 1


def test_different_batches_at_once_all_count(player: Played) -> None:
    player.track(an_event())
    at_once(3, lambda _: player.track(an_event()))
    assert player.progress()["xp"] == 400
    assert player.rollup()["contents"]["gate"]["waypoint_visited"]["count"] == 4


def test_of_mixed_old_and_new_events_the_new_ones_count(player: Played) -> None:
    old = an_event()
    player.track(old)
    answer = player.track(old, an_event(content="tower"))
    assert (answer.tracked, answer.repeated) == (1, 1)
    assert (player.progress()["xp"], len(player.log())) == (200, 4)
    before = player.progress()
    assert player.track(old).repeated == 1
    assert player.progress() == before


def test_a_repeated_batch_gets_the_same_answer(player: Played) -> None:
    batch = {"batchId": "one"}
    event = an_event(occurredAt=0)
    first = player.track(event, **batch)
    player.track(an_event(content="tower"))
    before = player.progress()
    again = player.track(event, **batch)
    assert (again.tracked, again.flagged, again.unlocked) == (1, first.flagged, first.unlocked)
    assert [each.flags for each in again.flagged] == [["clamped_past"]]
    assert player.progress() == before
    player.track(an_event("npc_dialogue"), batchId="two")
    with pytest.raises(AlreadyExists):
        player.track(an_event(), **batch)
    for number in range(9):
        player.track(an_event("npc_dialogue"), batchId=f"later-{number}")
    assert player.track(event, **batch).repeated == 1  # forgotten, but the log knows
    assert player.profile()["totalExperiencesPlayed"] == 1


def test_times_of_the_server_grow_though_its_clock_went_back(db: Database, player: Played) -> None:
    player.track(an_event())
    ahead = now_ms() + 60_000
    player.own.update({"updatedAt": ahead})
    store.player_ref(db, player.uid).update({"updatedAt": ahead + 5})
    player.track(an_event())
    times = [player.progress()["updatedAt"], player.profile()["updatedAt"]]
    assert times == [ahead + 1, ahead + 5]
    assert sorted(each["receivedAt"] for each in player.log().values())[-1] == ahead + 1


def test_clocks_are_believed_within_limits(player: Played) -> None:
    now = now_ms()
    sent = {
        "past": an_event("npc_dialogue", None, occurredAt=now - 40 * DAY),
        "early": an_event("npc_dialogue", None, occurredAt=now - DAY),
        "future": an_event("npc_dialogue", None, occurredAt=now + DAY),
    }
    answer = player.track(*sent.values())
    flags = {each.event_id: each.flags for each in answer.flagged}
    assert flags == {
        sent["past"]["eventId"]: ["clamped_past"],
        sent["future"]["eventId"]: ["clamped_future"],
    }
    log = player.log()
    received = answer.progress.last_played_at
    times = [log[event_key(each["eventId"])]["timestamp"] for each in sent.values()]
    assert times == [received - 30 * DAY, now - DAY, received + 5 * 60_000]
    days = {day_of(each, "Europe/Berlin") for each in times}
    assert sum(player.rollup(day)["events"]["npc_dialogue"] for day in days) == 3


def test_a_late_visit_does_not_set_the_visitor_back(player: Played) -> None:
    now = now_ms()
    player.track(an_event())
    today = (player.visitor("gate") or {})["lastDay"]
    player.track(an_event(occurredAt=now - 3 * DAY))
    assert (player.visitor("gate") or {})["lastDay"] == today == day_of(now, "Europe/Berlin")


def test_who_completes_in_the_first_batch_began_with_its_earliest_event(
    db: Database, player: Played
) -> None:
    now = now_ms()
    events = [an_event(occurredAt=now - 90_000), an_event(content="tower", occurredAt=now)]
    answer = player.track(*events)
    progress = answer.progress
    assert progress.started_at == now - 90_000
    assert progress.completed_at == progress.last_played_at
    taken = progress.last_played_at - progress.started_at
    fastest = player.progress()["boards"]["all"]["fastestCompletion"]
    assert fastest == {"value": taken, "at": progress.last_played_at}
    viewer = a_member(db, player.workspace, "viewer")
    ids = {"workspaceId": player.workspace, "experienceId": player.experience}
    audit = AuditProgress.load({**ids, "playerId": player.uid})
    assert audit_progress(viewer, audit).drifts == []
    player.own.update({"startedAt": now - 100_000})
    assert [each.path for each in audit_progress(viewer, audit).drifts] == ["startedAt"]


class TestRefusals:
    @pytest.mark.parametrize(
        ("event", "path"),
        [
            ({"contentId": None}, "contentId"),
            ({"contentId": "__x__"}, "contentId"),
            ({"contentId": "x" * 256}, "contentId"),
            ({"eventType": ""}, "eventType"),
            ({"eventType": "x" * 51}, "eventType"),
            ({"data": {"x": "y" * 4096}}, "data"),
            ({"data": {"x": [[1]]}}, "data"),
            ({"data": {"": 1}}, "data"),
            ({"data": {"x" * 760: {"x" * 760: 1}}}, "data"),
            ({"data": {"x": [{"ä" * 720: 1}]}}, "data"),
            (
                {"eventType": "state_changed", "data": {"flags": {"x" * 760: {"`" * 330: 1}}}},
                "data",
            ),
            ({"eventType": "item_collected", "data": {"quantity": 0}}, "data"),
            ({"eventType": "item_collected", "data": {"quantity": True}}, "data"),
            ({"eventType": "state_changed", "data": {"flag": {}}}, "data"),
            ({"eventType": "state_changed", "data": {"flags": []}}, "data"),
            ({"locationLat": 1}, "locationLng"),
            ({"locationLat": 91, "locationLng": 1}, "locationLat"),
            ({"occurredAt": "now"}, "occurredAt"),
            ({"eventId": "a/b"}, "eventId"),
        ],
    )
    def test_a_wrong_event_is_named_by_its_index(self, event: Any, path: str) -> None:
        events = [an_event(), an_event(), an_event(), an_event() | event]
        data = {"workspaceId": "w", "experienceId": "e", "events": events}
        with pytest.raises(InvalidArgument) as caught:
            parse(TrackProgressEvents, data)
        assert [each["path"] for each in caught.value.details["issues"]] == [f"events[3].{path}"]

    def test_a_call_is_refused_whole(self, signed_in: SignIn, player: Played, db: Database) -> None:
        client = signed_in(player.uid)
        ids = {"workspaceId": player.workspace, "experienceId": player.experience}
        wrong = [*(an_event() for _ in range(3)), an_event(content=None)]
        error = refused(client, "trackProgressEvents", **ids, events=wrong)
        assert issue_paths(error) == ["events[3].contentId"]
        twice = [an_event()] * 2
        error = refused(client, "trackProgressEvents", **ids, events=twice)
        assert issue_paths(error) == ["events[1].eventId"]
        assert not player.log()
        answer = client.call("trackProgressEvents", **ids, events=[an_event()])
        assert answer["progress"]["playerId"] == player.uid
        assert "boards" not in answer["progress"]

    @pytest.mark.parametrize(
        "kind",
        [
            "achievement_unlocked",
            "inventory_updated",
            "location_updated",
            "session_completed",
            "game_completed",
        ],
    )
    def test_players_cannot_send_what_is_the_servers(self, player: Played, kind: str) -> None:
        with pytest.raises(PermissionDenied) as caught:
            player.track(an_event(), an_event(kind))
        assert caught.value.details == {
            "reason": "server_only_event",
            "path": "events[1].eventType",
        }
        assert not player.progress()

    def test_nothing_is_tracked_where_nothing_can_be_played(
        self, db: Database, workspace: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("STATUS_SECONDS", "0")
        player = Played(db, workspace, "nowhere")
        assert reason_of(lambda: player.track(an_event())) == "experience_not_found"
        draft = an_experience(db, workspace, published=False)
        player = Played(db, workspace, draft)
        assert reason_of(lambda: player.track(an_event())) == "experience_unavailable"
        closing = a_workspace(db)
        player = Played(db, closing, an_experience(db, closing))
        player.track(an_event())
        edit(db, closing, player.experience, status="deleted")
        assert reason_of(lambda: player.track(an_event())) == "experience_unavailable"
        edit(db, closing, player.experience, status="active")
        player.track(an_event())
        db.document("workspaces", closing).update({"status": "deleted"})
        assert reason_of(lambda: player.track(an_event())) == "experience_not_found"

    def test_nothing_is_tracked_of_a_player_who_is_gone(self, db: Database, player: Played) -> None:
        store.tombstone_ref(db, player.uid).set({"at": 1})
        assert reason_of(lambda: player.track(an_event())) == "player_erased"
        store.tombstone_ref(db, player.uid).delete()
        player.track(an_event())
        store.player_ref(db, player.uid).update({"mergedInto": "account"})
        assert reason_of(lambda: player.track(an_event())) == "player_merged"

    def test_an_hour_has_its_limit(self, player: Played, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("EVENTS_PER_PLAYER_AND_HOUR", "3")
        player.track(an_event(), an_event())
        with pytest.raises(ResourceExhausted) as caught:
            player.track(an_event(), an_event())
        details = caught.value.details
        assert (details["reason"], details["limit"]) == ("rate_limited", 3)
        assert 0 < details["retryAfterSeconds"] <= 3600
        assert player.track(an_event()).tracked == 1
        seen = [an_event(), an_event()]
        monkeypatch.setenv("EVENTS_PER_PLAYER_AND_HOUR", "5")
        player.track(*seen)
        repeated = player.track(*seen)  # the log has them, however many came meanwhile
        assert (repeated.tracked, repeated.repeated, repeated.progress.xp) == (0, 2, 500)
        assert reason_of(lambda: player.track(*seen, an_event())) == "rate_limited"
        assert reason_of(lambda: player.track(an_event(), *seen)) == "rate_limited"

    def test_a_full_list_changes_nothing(self, player: Played) -> None:
        player.track(an_event())
        player.own.update({"state.unlockedAreas": [str(number) for number in range(1000)]})
        before = player.progress()
        with pytest.raises(ResourceExhausted, match="no room") as caught:
            player.track(an_event(occurredAt=now_ms() + DAY), an_event("area_unlocked", "new"))
        assert (caught.value.details["field"], caught.value.details["path"]) == (
            "unlockedAreas",
            "events[1]",
        )
        assert player.progress() == before
        assert player.track(an_event("area_unlocked", "999")).tracked == 1


def test_the_version_that_a_player_began_with_is_kept(db: Database, player: Played) -> None:
    player.track(an_event())
    player.own.update({"experienceVersion": 7})
    path = store_path(player)
    db.document(*path, "7").set(
        {
            "version": 7,
            "publishedAt": 1,
            "steps": [],
            "progress": RULES | {"xp": {"npc_dialogue": 7}},
        }
    )
    assert player.track(an_event("npc_dialogue")).progress.xp == 107


def store_path(player: Played) -> tuple[str, ...]:
    return (
        "workspaces",
        player.workspace,
        "experiences",
        player.experience,
        "experienceVersions",
    )


def reason_of(call: Callable[[], Any]) -> str:
    with pytest.raises(Refusal) as caught:
        call()
    return caught.value.reason
