"""Boards against a brute force that sorts every player: ranks, ties, periods, neighbours."""

import random
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from google.cloud.firestore import Client as Database

from emulator.demo.client import Client
from experience.clock import now_ms
from experience.ids import new_id
from experience.players.models.leaderboard import (
    Board,
    GetLeaderboard,
    Leaderboard,
    Metric,
    public_hash,
)
from experience.players.models.progress import ExperienceProgress
from experience.players.store import board_ref, find_boards_of, progress_ref
from experience.players.usecases import boards as renewal
from experience.players.usecases import leaderboard
from experience.progress.calendar import Period, closed_key_of, key_of
from tests.support.builders.workspaces import a_workspace, edit
from tests.support.calling import at_once, refused
from tests.support.players.builders import a_counting_experience, a_progress

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


class Field:
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
            stored: dict[str, Any] = {"boards": self.some_boards(), "nickname": nickname}
            about = (db, uid, self.workspace, self.experience)
            self.players[uid] = a_progress(*about, batch=batch, **stored)
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
        at = self.now - self.random.randrange(2000)
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
        """Ask for a board as a few of its players."""
        expected = self.standings(metric, period, closed)
        places = {
            place for place in (0, len(expected) // 2, 97, 700, 999, 1000) if place < len(expected)
        }
        for place in (each for each in places if each < len(expected)):
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
            around = (
                {"asOf": got["around"]["asOf"], "entries": shown(near)} if got["around"] else None
            )
            assert got["around"] == around
            assert (around is None) == (place >= 1000)
            assert own["uid"] not in str(got)


@pytest.fixture(scope="module")
def contenders(db: Database) -> Field:
    return Field(db, 40)


class TestEveryBoard:
    @pytest.mark.parametrize(("metric", "period", "closed"), BOARDS)
    def test_is_what_sorting_all_players_gives(
        self, contenders: Field, signed_in: SignIn, metric: Metric, period: Period, closed: bool
    ) -> None:
        contenders.check(signed_in, metric, period, closed)

    @pytest.mark.exhaustive
    def test_of_thousands_is_what_sorting_all_players_gives(
        self, db: Database, signed_in: SignIn
    ) -> None:
        contenders = Field(db, 3000, seed=2)
        for board in BOARDS:
            contenders.check(signed_in, *board)


class TestNeighbours:
    @pytest.mark.parametrize(("metric", "period", "closed"), [BOARDS[0], BOARDS[3], BOARDS[-1]])
    def test_come_from_the_first_thousand_to_whom_is_far_down(
        self,
        db: Database,
        contenders: Field,
        monkeypatch: pytest.MonkeyPatch,
        metric: Metric,
        period: Period,
        closed: bool,
    ) -> None:
        expected = contenders.standings(metric, period, closed)
        count = len(expected)
        assert count > 8
        ask = GetLeaderboard(
            workspace_id=contenders.workspace, experience_id=contenders.experience,
            metric=metric, period=period, closed=closed, around=True,
        )  # fmt: skip
        top, wide = 3, count - 3
        monkeypatch.setattr(leaderboard, "MAX_TOP", top)
        monkeypatch.setattr(leaderboard, "MAX_WIDE_TOP", wide)
        monkeypatch.setattr(renewal, "_TOP", renewal._Size("~3", top, 60_000, 60_000))
        monkeypatch.setattr(renewal, "_WIDE", renewal._Size("~w", wide + 5, 60_000, 60_000))

        for place, own in enumerate(expected):
            got = leaderboard.get_leaderboard(own["uid"], ask)

            assert [each.player for each in got.entries] == [
                each["player"] for each in expected[:top]
            ]
            if place >= wide:
                assert got.around is None
            else:
                assert got.around is not None
                assert [(each.rank, each.player) for each in got.around.entries] == [
                    (each["rank"], each["player"])
                    for each in expected[max(place - 5, 0) : place + 6]
                ]

    def test_show_the_caller_as_they_stand_now(self, db: Database, signed_in: SignIn) -> None:
        contenders = Field(db, 0)
        for points in (10, 30):
            a_climber(db, contenders, points)
        me = a_climber(db, contenders, 20)
        about = {**contenders.about, "metric": "xp", "around": True}
        first = signed_in(me).call("getLeaderboard", **about)

        progress_ref(db, me, contenders.workspace, contenders.experience).update(
            {"boards.all.xp": {"value": 40, "at": now_ms()}}
        )
        second = signed_in(me).call("getLeaderboard", **about)

        assert [each["value"] for each in first["around"]["entries"]] == [30, 20, 10]
        assert (second["asOf"], second["entries"]) == (first["asOf"], first["entries"])
        assert [each["value"] for each in second["around"]["entries"]] == [40, 30, 10]
        assert (second["me"]["rank"], second["me"]["value"]) == (1, 40)


class TestOwnRank:
    @pytest.mark.exhaustive
    def test_is_exact_up_to_a_limit(
        self, db: Database, contenders: Field, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for module in (leaderboard, renewal):
            monkeypatch.setattr(module, "MAX_EXACT_RANK", 4)
        for metric, period, closed in (BOARDS[0], BOARDS[3], BOARDS[-1]):
            ask = GetLeaderboard(
                workspace_id=contenders.workspace, experience_id=contenders.experience,
                metric=metric, period=period, closed=closed,
            )  # fmt: skip
            for own in contenders.standings(metric, period, closed):
                me = leaderboard.get_leaderboard(own["uid"], ask).me

                assert me is not None
                known = own["rank"] <= 4
                assert (me.rank, me.above) == ((own["rank"], None) if known else (None, 4))

    def test_is_none_of_whom_is_on_no_board(self, contenders: Field, visitor: Client) -> None:
        got = visitor.call("getLeaderboard", **contenders.about, metric="xp", around=True)

        assert (got["me"], got["around"]) == (None, None)
        assert not any(each["isMe"] for each in got["entries"])


class TestRenewal:
    """Of readers who come at once one renews, and nobody is kept from an answer."""

    @pytest.fixture
    def readers(self, db: Database) -> Callable[[], list[Leaderboard]]:
        contenders = Field(db, 0)
        a_climber(db, contenders, 10)
        self.board = board_ref(db, contenders.workspace, f"{contenders.experience}~xp~all")
        ask = GetLeaderboard(
            workspace_id=contenders.workspace, experience_id=contenders.experience, metric=Metric.XP
        )
        return lambda: at_once(20, lambda number: leaderboard.get_leaderboard(f"r{number}", ask))

    def renewals(self, got: list[Leaderboard]) -> dict[int, int]:
        """How many readers got the board of which moment."""
        assert all([entry.value for entry in each.entries] == [10] for each in got)
        return {each.as_of: sum(1 for one in got if one.as_of == each.as_of) for each in got}

    def test_is_by_one_of_twenty_readers(self, readers: Callable[[], list[Leaderboard]]) -> None:
        first = self.renewals(readers())
        assert list(first.values()) == [20]  # nobody had a board, so all waited for that one

        assert self.renewals(readers()) == first  # it is new enough

        stale = now_ms() - 30_000
        self.board.update({"asOf": stale, "claimedAt": stale})
        got = self.renewals(readers())
        # Who comes while one of them renews gets the present board, who comes later the new one.
        assert set(got) <= {stale, self.board.get().get("asOf")}

        self.board.update({"asOf": stale - 60_000, "claimedAt": stale})
        assert self.renewals(readers()) == {self.board.get().get("asOf"): 20}

    def test_goes_on_where_a_reader_failed(
        self, readers: Callable[[], list[Leaderboard]], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(renewal, "PAUSES_SECONDS", (0.01,))
        readers()
        old = now_ms() - 90_000
        # Somebody claimed it this moment and never comes back: who waits helps themselves.
        self.board.update({"asOf": old, "claimedAt": now_ms()})
        assert old not in self.renewals(readers())
        assert self.board.get().get("asOf") == old
        # A claim that is too old is none.
        self.board.update({"asOf": old, "claimedAt": now_ms() - 11_000})
        readers()
        assert self.board.get().get("asOf") > old

    def test_a_claim_ends_with_the_renewal(self) -> None:
        board: dict[str, Any] = {
            "workspaceId": "w",
            "experienceId": "e",
            "metric": "xp",
            "key": "all",
        }
        board |= {"expireAt": datetime.now(UTC)}
        for as_of, is_claimed in ((None, True), (999, True), (1000, False), (1500, False)):
            claimed = Board.load({**board, "asOf": as_of, "claimedAt": 1000})
            assert claimed.is_claimed(2000) == is_claimed

    def test_stores_nothing_where_the_board_was_deleted_meanwhile(
        self, db: Database, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        contenders = Field(db, 0)
        a_climber(db, contenders, 10)
        query = renewal._standings

        def slow(*args: Any) -> Any:
            found = query(*args)
            for board in find_boards_of(db, contenders.workspace, contenders.experience):
                board.delete()
            return found

        monkeypatch.setattr(renewal, "_standings", slow)
        ask = GetLeaderboard(
            workspace_id=contenders.workspace, experience_id=contenders.experience, metric=Metric.XP
        )

        assert len(leaderboard.get_leaderboard("somebody", ask).entries) == 1
        assert find_boards_of(db, contenders.workspace, contenders.experience) == []

    def test_leaves_other_experiences_alone(self, db: Database) -> None:
        contenders = Field(db, 0)
        for name in ("", "-2", "x"):
            reference = board_ref(db, contenders.workspace, f"{contenders.experience}{name}~xp~all")
            reference.set({"claimedAt": 1})

        [found] = find_boards_of(db, contenders.workspace, contenders.experience)

        assert found.id == f"{contenders.experience}~xp~all"


class TestRefusals:
    @pytest.mark.parametrize(
        "wrong",
        [
            {"metric": "completion", "period": "day"},
            {"metric": "fastestCompletion", "period": "month"},
            {"metric": "xp", "closed": True},
            {"metric": "gold"},
            {"metric": "xp", "period": "year"},
            {},
        ],
    )
    def test_no_board_of_that_kind(self, visitor: Client, wrong: dict[str, Any]) -> None:
        error = refused(visitor, "getLeaderboard", workspaceId="w", experienceId="e", **wrong)

        assert error.status == "INVALID_ARGUMENT"

    def test_only_of_an_open_experience(self, db: Database, signed_in: SignIn) -> None:
        contenders = Field(db, 0)
        reader = signed_in(f"reader-{new_id()}")
        about = {**contenders.about, "metric": "xp"}

        assert reader.call("getLeaderboard", **about)["entries"] == []
        missing = refused(reader, "getLeaderboard", **{**about, "experienceId": "missing"})
        elsewhere = refused(reader, "getLeaderboard", **{**about, "workspaceId": "missing"})
        assert [missing.reason, elsewhere.reason] == ["experience_not_found"] * 2
        assert refused(signed_in(None), "getLeaderboard", **about).status == "UNAUTHENTICATED"
        deleted = a_counting_experience(db, contenders.workspace)
        edit(db, contenders.workspace, deleted, status="deleted")
        error = refused(reader, "getLeaderboard", **{**about, "experienceId": deleted})
        assert (error.reason, error.details["state"]) == ("experience_unavailable", "deleted")


def a_climber(db: Database, contenders: Field, points: int) -> str:
    """The uid of a new player with so many points."""
    uid = f"player-{new_id()}"
    boards = {"all": {"xp": {"value": points, "at": now_ms()}}}
    a_progress(db, uid, contenders.workspace, contenders.experience, boards=boards)
    return uid
