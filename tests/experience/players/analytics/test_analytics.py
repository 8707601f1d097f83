"""Visits, times and unique visitors of contents against what was counted one by one."""

import random
from collections import defaultdict
from collections.abc import Callable
from typing import Any

import pytest
from google.cloud.firestore import Client as Database

from emulator.demo.client import Client
from experience.clock import now_ms
from experience.players.models.analytics import GetContentAnalytics
from experience.players.usecases.analytics import get_content_analytics
from experience.players.usecases.fold_rollups import fold_day
from experience.progress.calendar import day_after, day_of
from tests.support.builders.workspaces import a_member, a_workspace, an_experience, edit
from tests.support.calling import issue_paths, refused
from tests.support.players.rollups import Visit, a_visitor, add_to_rollup

SignIn = Callable[[str | None], Client]
TYPES = ("waypoint_visited", "time_spent", "quest_started")


@pytest.fixture
def experience(db: Database, workspace: str) -> str:
    return an_experience(db, workspace)


@pytest.fixture
def analytics(db: Database, workspace: str, experience: str) -> Callable[..., dict[str, Any]]:
    uid = a_member(db, workspace, "viewer")
    ids = {"workspaceId": workspace, "experienceId": experience}
    return lambda **more: get_content_analytics(
        uid, GetContentAnalytics.load({**ids, **more})
    ).shown()


def today() -> str:
    return day_of(now_ms(), "UTC")


class TestWhoMayRead:
    def test_viewers_and_above(
        self, db: Database, signed_in: SignIn, workspace: str, experience: str
    ) -> None:
        ids = {"workspaceId": workspace, "experienceId": experience}
        name = "getContentAnalytics"
        assert refused(signed_in(None), name, **ids).reason == "unauthenticated"
        stranger = a_member(db, a_workspace(db), "owner")
        for uid in ("visitor", stranger):
            assert refused(signed_in(uid), name, **ids).reason == "workspace_not_found"
        viewer = signed_in(a_member(db, workspace, "viewer"))
        found = viewer.call(name, **ids)
        assert (found["contents"], found["other"]["averageSeconds"]) == ([], None)
        missing = refused(viewer, name, **{**ids, "experienceId": "nowhere"})
        assert missing.reason == "experience_not_found"
        for days in (0, 366, "7", 1.5):
            assert issue_paths(refused(viewer, name, **ids, days=days)) == ["days"]


class TestWindow:
    def test_adds_up_what_each_content_had_in_any_window(
        self, db: Database, workspace: str, experience: str, analytics: Callable[..., Any]
    ) -> None:
        """Folded days, shards, and increments to a day that was folded before."""
        chosen, last = random.Random(7), today()
        history: list[tuple[int, str, str, Visit]] = []
        for _ in range(150):
            content = chosen.choice(["gate", "`a.b~/c`", "well", None])
            seconds = chosen.choice([None, 0, 12.5, 90])
            visit = (content, chosen.choice(TYPES), seconds)
            history.append(
                (chosen.choice([0, 1, 6, 7, 30, 31, 60]), "", f"p{len(history) % 9}", visit)
            )
        for number, (age, _, uid, visit) in enumerate(history):
            if number == 120:
                assert fold_day(db, workspace, experience, day_after(last, -60))
            add_to_rollup(db, workspace, experience, day_after(last, -age), int(uid[1:]), visit)
        visited: dict[tuple[str, str], int] = defaultdict(lambda: 999)
        for age, _, uid, (content, *_) in history:
            if content:
                visited[content, uid] = min(visited[content, uid], age)
        for (content, uid), age in visited.items():
            a_visitor(db, workspace, experience, content, uid, day_after(last, -age))

        for days in (1, 2, 7, 31, 32, 365):
            for event_type in (None, *TYPES):
                within = [
                    visit
                    for age, _, _, visit in history
                    if age < days and event_type in (None, visit[1])
                ]
                found = analytics(days=days, eventType=event_type)
                assert found["firstDay"] == day_after(last, 1 - days)
                expected = {}
                for content in {visit[0] for visit in within} - {None}:
                    timed = [v[2] for v in within if v[0] == content and v[2] is not None]
                    uids = sum(1 for (c, _), age in visited.items() if c == content and age < days)
                    expected[content] = {
                        "contentId": content,
                        "visits": sum(1 for visit in within if visit[0] == content),
                        "timedVisits": len(timed),
                        "averageSeconds": pytest.approx(sum(timed) / len(timed), abs=1e-3)
                        if timed
                        else None,
                        "uniqueVisitors": uids if event_type is None else None,
                    }
                assert {each["contentId"]: each for each in found["contents"]} == expected
                visits = [each["visits"] for each in found["contents"]]
                assert visits == sorted(visits, reverse=True)
                if event_type is None:
                    assert sum(found["events"].values()) == len(within)
                    alone = analytics(days=days, contentId="`a.b~/c`")
                    assert alone["contents"][0] == expected.get("`a.b~/c`", alone["contents"][0])
                    assert found["uniqueVisitors"] == "exact"
                else:
                    assert found["uniqueVisitors"] == "not_kept_by_event_type"

    def test_counts_days_in_the_zone_of_the_rules(
        self, db: Database, workspace: str, experience: str, analytics: Callable[..., Any]
    ) -> None:
        assert analytics()["timeZone"] == "UTC"
        for zone in ("Pacific/Kiritimati", "Etc/GMT+12"):
            edit(db, workspace, experience, published={"steps": [], "progress": {"timeZone": zone}})
            found = analytics(days=1)
            assert found["firstDay"] == found["lastDay"] == day_of(now_ms(), zone)

    def test_shows_a_hundred_and_what_the_others_had_together(
        self, db: Database, workspace: str, experience: str, analytics: Callable[..., Any]
    ) -> None:
        often: list[Visit] = [(f"c{n % 105}", TYPES[0], 2.0) for n in range(205)]
        add_to_rollup(db, workspace, experience, today(), 1, *often)
        more: list[Visit] = [("x", TYPES[0], None), ("y", TYPES[1], 4.0)]
        add_to_rollup(db, workspace, experience, today(), 2, *more, others=True)
        add_to_rollup(db, workspace, f"{experience}x", today(), 2, *more)
        found = analytics()
        assert [each["visits"] for each in found["contents"]] == [2] * 100
        assert found["other"] == {"visits": 7, "timedVisits": 6, "averageSeconds": 2.333}
        unknown = analytics(contentId="nobody came")["contents"]
        assert unknown == [
            {"visits": 0, "timedVisits": 0, "averageSeconds": None}
            | {"contentId": "nobody came", "uniqueVisitors": 0}
        ]
