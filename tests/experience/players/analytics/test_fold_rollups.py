"""Folding days: nothing is lost or counted twice, wherever it stops and whatever comes late."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event
from typing import Any

import pytest
from google.cloud.firestore import Client as Database
from google.cloud.firestore import Transaction

from experience import transactions
from experience.clock import now_ms
from experience.ids import new_id
from experience.players import store
from experience.players.models import analytics as models
from experience.players.models.rollups import bytes_of
from experience.players.usecases.fold_rollups import fold_day, fold_rollups
from experience.progress.calendar import day_after, day_of
from tests.support.builders.workspaces import an_experience
from tests.support.calling import at_once
from tests.support.players.rollups import Visit, add_to_rollup

VISIT: Visit = ("gate", "waypoint_visited", 3.0)
TODAY = day_of(now_ms(), "Etc/GMT+12")


@pytest.fixture
def experience() -> str:
    return f"experience-{new_id()}"


def rollups(db: Database, experience: str) -> dict[str, dict[str, Any]]:
    """The rollups by what their names end with."""
    found = db.collection("workspaces", "w", "contentRollups").stream()
    parts = {snapshot.id: snapshot.to_dict() or {} for snapshot in found}
    begin = f"{experience}~"
    return {name.removeprefix(begin): each for name, each in parts.items() if begin in name}


def visits(db: Database, experience: str) -> int:
    found = rollups(db, experience).values()
    return sum(each["contents"]["gate"]["waypoint_visited"]["count"] for each in found)


class TestFolding:
    def test_leaves_one_document_for_each_day_that_is_over(
        self, quiet_db: Database, experience: str
    ) -> None:
        old, new = day_after(TODAY, -1), TODAY
        for day in (old, new):
            for shard in range(16):
                add_to_rollup(quiet_db, "w", experience, day, shard, VISIT, VISIT)
        before = rollups(quiet_db, experience)
        assert fold_rollups() == (1, 0)
        after = rollups(quiet_db, experience)
        tally = {"count": 32, "timed": 32, "seconds": 96}
        whole = {
            "workspaceId": "w",
            "experienceId": experience,
            "day": old,
            "events": {"waypoint_visited": 32},
            "contents": {"gate": {"waypoint_visited": tally}},
            "other": {},
        }
        kept = {name: each for name, each in before.items() if name.startswith(new)}
        assert after == {f"{old}~all": whole, **kept}
        assert fold_rollups() == (0, 0)
        assert rollups(quiet_db, experience) == after

        add_to_rollup(quiet_db, "w", experience, old, 3, VISIT)
        quiet_db.document("workspaces/w/contentRollups", f"{experience}~{old}~all").update(
            {"later": True}
        )
        assert at_once(3, lambda _: fold_day(quiet_db, "w", experience, old)).count(True) == 1
        late = rollups(quiet_db, experience)[f"{old}~all"]
        assert late["contents"]["gate"]["waypoint_visited"] == {
            "count": 33, "timed": 33, "seconds": 99,
        }  # fmt: skip
        assert late["later"]

    def test_a_reader_sees_each_day_once_at_any_moment(
        self, quiet_db: Database, experience: str
    ) -> None:
        """Folded for the first time, and again with what came late."""
        first = day_after(TODAY, -4)
        days = [day_after(first, age) for age in range(4)]
        ended = Event()

        def fold() -> None:
            for day in days:
                assert fold_day(quiet_db, "w", experience, day)

        def fill() -> None:
            for day in days:
                for shard in range(4):
                    add_to_rollup(quiet_db, "w", experience, day, shard, VISIT)

        def read_or_fold(number: int) -> set[int]:
            if number == 0:
                try:
                    fold()
                finally:
                    ended.set()
                return set()
            seen, is_last = set(), False
            while not is_last:
                is_last = ended.is_set()
                found = store.read_rollups(quiet_db, "w", experience, first, None)
                seen.add(sum(each["events"]["waypoint_visited"] for each in found))
            return seen

        for times in (1, 2):
            fill()
            ended.clear()
            _, *seen = at_once(3, read_or_fold)
            assert seen == [{16 * times}] * 2
        assert visits(quiet_db, experience) == 32

    def test_a_run_without_time_says_what_is_left(
        self, quiet_db: Database, experience: str
    ) -> None:
        for age in (40, 39, 38):
            add_to_rollup(quiet_db, "w", experience, day_after(TODAY, -age), 1, VISIT)
        assert fold_rollups(milliseconds=0) == (1, 2)
        assert visits(quiet_db, experience) == 3
        assert fold_rollups() == (2, 0)

    def test_increments_meanwhile_are_counted_once(
        self, quiet_db: Database, experience: str
    ) -> None:
        day = day_after(TODAY, -50)
        add_to_rollup(quiet_db, "w", experience, day, 0, VISIT)

        def work(number: int) -> None:
            if number == 0:
                for _ in range(4):
                    fold_day(quiet_db, "w", experience, day)
            else:
                for _ in range(5):
                    add_to_rollup(quiet_db, "w", experience, day, number, VISIT)

        at_once(4, work)
        assert visits(quiet_db, experience) == 16
        fold_day(quiet_db, "w", experience, day)
        assert visits(quiet_db, experience) == 16

    @pytest.mark.parametrize("late", [False, True])
    def test_a_crash_before_or_after_a_commit_loses_nothing(
        self,
        quiet_db: Database,
        experience: str,
        monkeypatch: pytest.MonkeyPatch,
        late: bool,
    ) -> None:
        """At each of the commits of a run."""
        days = [day_after(TODAY, -age) for age in (40, 41, 42)]
        for at in range(len(days)):
            for day in days:
                for shard in (0, 1):
                    add_to_rollup(quiet_db, "w", experience, day, shard, VISIT)
            with monkeypatch.context() as patch, crash_at(at, patch, late=late):
                fold_rollups()
            expected = (at + 1) * 6
            assert visits(quiet_db, experience) == expected
            fold_rollups()
            assert visits(quiet_db, experience) == expected
            assert sorted(rollups(quiet_db, experience)) == sorted(f"{each}~all" for each in days)


class Killed(BaseException):
    """The process ended."""


@contextmanager
def crash_at(number: int, patch: pytest.MonkeyPatch, *, late: bool) -> Iterator[None]:
    """End the run at its commit of this number, before it or, `late`, after it."""
    run, counted = transactions.run, iter(range(100))

    def crash(client: Database, body: Callable[[Transaction], Any]) -> Any:
        is_it = next(counted) == number
        if is_it and not late:
            raise Killed
        result = run(client, body)
        if is_it:
            raise Killed
        return result

    patch.setattr(transactions, "run", crash)
    with pytest.raises(Killed):
        yield


class TestOneDocument:
    def test_keeps_what_the_rules_name_and_what_was_visited_most(
        self, quiet_db: Database, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        rules = {"completion": {"waypoints": {"named": 1}}}
        experience = an_experience(quiet_db, "w", draft={"steps": [], "progress": rules})
        day = day_after(TODAY, -45)
        monkeypatch.setattr(models, "MAX_FOLDED_CONTENTS", 2)
        for shard in range(3):
            often: list[Visit] = [("a", "t", 1), ("b", "t", None), (f"rare{shard}", "t", 5)]
            add_to_rollup(quiet_db, "w", experience, day, shard, *often)
        add_to_rollup(quiet_db, "w", experience, day, 3, ("named", "t", None))
        fold_day(quiet_db, "w", experience, day)
        [whole] = rollups(quiet_db, experience).values()
        assert set(whole["contents"]) == {"a", "b", "named"}
        assert whole["other"] == {"t": {"count": 3, "timed": 3, "seconds": 15}}
        assert whole["events"] == {"t": 10}

    def test_fits_into_a_document_however_long_the_names_are(self) -> None:
        totals = models.Totals()
        types: dict[str, dict[str, float]] = {
            f"{'t' * 49}{n}": {"count": 1, "timed": 0, "seconds": 0} for n in range(3)
        }
        names = [f"{'c' * 250}{n:05}" for n in range(3000)]
        for name in names:
            totals.add({"contents": {name: types}})
        folded = totals.folded(lambda _: True)
        size = sum(bytes_of(name, types) for name in folded["contents"])
        assert 890_000 < size <= models.MAX_FOLDED_BYTES
        left = folded["other"][f"{'t' * 49}0"]["count"]
        assert left == 3000 - len(folded["contents"])
