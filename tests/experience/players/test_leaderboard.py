"""Boards against a brute force that sorts every player: ranks, ties, periods, neighbours."""

import random
from collections.abc import Callable
from typing import Any

import pytest
from google.cloud.firestore import Client as Database

from emulator.demo.client import Client
from experience import clients, clock
from experience.clock import now_ms
from experience.ids import new_id
from experience.players.models.leaderboard import Metric, public_hash
from experience.players.models.progress import ExperienceProgress
from experience.players.usecases import boards as renewal
from experience.progress.calendar import Period, closed_key_of, key_of
from tests.support.builders.players import a_counting_experience, a_progress
from tests.support.builders.workspaces import a_workspace, edit
from tests.support.calling import at_once, issue_paths, refused

SignIn = Callable[[str | None], Client]

ZONE = "Pacific/Auckland"
PERIODS = (Period.DAY, Period.WEEK, Period.MONTH)
BOARDS = [
    *((metric, Period.ALL, False) for metric in Metric),
    *(
        (metric, period, closed)
        for metric in (Metric.XP, Metric.DISTANCE)
        for period in PERIODS
        for closed in (False, True)
    ),
]
NAMES = {"distanceMeters": "distance_meters", "fastestCompletion": "fastest_completion"}


class Crowd:
    """Players of one experience with random values, and what their boards must show."""

    def __init__(self, db: Database, count: int, seed: int = 1) -> None:
        self.db, self.workspace = db, a_workspace(db)
        self.experience = a_counting_experience(db, self.workspace, timeZone=ZONE)
        self.players: dict[str, ExperienceProgress] = {}
        self.random, self.now = random.Random(seed), now_ms()
        batch = db.batch()
        for number in range(count):
            uid = f"player-{new_id()}"
            nickname = f"Player {number}" if number % 3 else None
            stored = {"boards": self.some_boards(), "nickname": nickname, "batch": batch}
            self.players[uid] = a_progress(db, uid, self.workspace, self.experience, **stored)
            if number % 400 == 399:
                batch.commit()
                batch = db.batch()
        batch.commit()

    @property
    def about(self) -> dict[str, str]:
        return {"workspaceId": self.workspace, "experienceId": self.experience}

    def value(self) -> dict[str, Any] | None:
        """Of few values, so that many are equal, at times of which some are equal too."""
        if self.random.random() < 0.1:
            return None
        at = self.now - self.random.randrange(len("many") * 500)
        return {"value": float(self.random.randrange(1, 12)), "at": at}

    def some_boards(self) -> dict[str, Any]:
        made: dict[str, Any] = {"all": {metric.value: self.value() for metric in Metric}}
        for period in PERIODS:
            keys = [
                key_of(period, self.now, ZONE),
                closed_key_of(period, self.now, ZONE),
                f"long ago: {period}",
            ]
            begin = self.random.randrange(4)
            if begin == 3:
                continue
            made[period.value] = self.period(keys[begin])
            if begin < 2:
                earlier = self.random.choice(keys[begin + 1 :])
                made[period.value]["previous"] = self.period(earlier)
        return made

    def period(self, key: str) -> dict[str, Any]:
        return {"key": key, "xp": self.value(), "distanceMeters": self.value()}

    def standings(self, metric: Metric, period: Period, closed: bool) -> list[dict[str, Any]]:
        """All who stand on a board, in order, by a way that has nothing in common with ours."""
        found = []
        for uid, progress in self.players.items():
            where: list[Any] = [getattr(progress.boards, period.value)]
            if period is not Period.ALL:
                name = closed_key_of if closed else key_of
                where.append(where[0] and where[0].previous)
                where = [one for one in where if one and one.key == name(period, self.now, ZONE)]
            for one in where:
                if value := getattr(one, NAMES.get(metric.value, metric.value)):
                    sign = 1 if metric is Metric.FASTEST_COMPLETION else -1
                    order = (sign * value.value, value.at, uid)
                    found.append((order, value.value, uid, progress.nickname))
        found.sort()
        values = [value for _, value, _, _ in found]
        return [
            {
                "rank": values.index(value) + 1,
                "nickname": nickname,
                "player": public_hash(self.workspace, self.experience, uid),
                "value": value,
                "uid": uid,
            }
            for _, value, uid, nickname in found
        ]

    def check(self, signed_in: SignIn, metric: Metric, period: Period, closed: bool) -> None:
        """Ask for a board as a few of its players, and as one who is not on it."""
        expected = self.standings(metric, period, closed)
        places = sorted({0, 1, len(expected) // 3, len(expected) // 2, len(expected) - 1})
        for place in places:
            own = expected[place]
            got = signed_in(own["uid"]).call(
                "getLeaderboard", **self.about, metric=metric, period=period, closed=closed,
                around=True,
            )  # fmt: skip

            def shown(rows: list[dict[str, Any]], me: str = own["uid"]) -> list[dict[str, Any]]:
                return [
                    {**{k: v for k, v in row.items() if k != "uid"}, "isMe": row["uid"] == me}
                    for row in rows
                ]

            assert got["entries"] == shown(expected[:100])
            assert {**got["me"], "isMe": True} == {**shown([own])[0], "above": None}
            near = expected[max(place - 5, 0) : place + 6]
            assert got["around"]["entries"] == shown(near)
            assert own["uid"] not in str(got)


@pytest.fixture(scope="module")
def crowd(db: Database) -> Crowd:
    return Crowd(db, 40)


class TestEveryBoard:
    @pytest.mark.parametrize(("metric", "period", "closed"), BOARDS)
    def test_is_what_sorting_all_players_gives(
        self, crowd: Crowd, signed_in: SignIn, metric: Metric, period: Period, closed: bool
    ) -> None:
        crowd.check(signed_in, metric, period, closed)

    @pytest.mark.exhaustive
    def test_of_thousands_is_what_sorting_all_players_gives(
        self, db: Database, signed_in: SignIn
    ) -> None:
        crowd = Crowd(db, 3000, seed=2)
        for board in BOARDS:
            crowd.check(signed_in, *board)
