"""Runs of a sweep: they end in time, go on where they stopped, and say what is left."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from google.cloud.firestore import Client, FieldFilter

from experience import clock, sweeps
from experience.ids import new_id
from experience.sweeps import LastRun, Part, Sweep

HOUR = 3_600_000


class Work:
    """Documents that are due, and what was done for them."""

    def __init__(self, db: Client, count: int) -> None:
        self.db, self.name, self.seen = db, f"test-{new_id()}", list[str]()
        self.documents = db.collection(self.name)
        self.now = clock.now_ms()
        for number in range(count):
            self.documents.document(f"d{number:02}").set({"at": self.now - HOUR + number // 2})

    def part(self, repair: Callable[[sweeps.Found], int] | None = None, kind: str = "work") -> Part:
        query = self.documents.where(filter=FieldFilter("at", "<=", self.now)).order_by("at")
        return Part(kind, query, repair or self.finish, ("at",))

    def finish(self, found: sweeps.Found) -> int:
        """Do what is to be done, once, whoever comes twice."""
        self.seen.append(found.id)
        found.reference.update({"at": self.now + HOUR, "count": 1})
        return 1

    def leave(self, found: sweeps.Found) -> int:
        """Leave it due."""
        self.seen.append(found.id)
        return 0

    def run(self, *parts: Part, milliseconds: int = sweeps.RUN_MS) -> Any:
        return sweeps.run(self.name, *(parts or [self.part()]), milliseconds=milliseconds)

    @property
    def last(self) -> LastRun:
        return LastRun.load(self.db.document("sweeps", self.name).get().to_dict() or {})

    def left(self) -> list[str]:
        return [each.id for each in self.part().query.stream()]


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """The lines `sweep` that are logged."""
    found: list[dict[str, Any]] = []

    def keep(message: str, **fields: Any) -> None:
        found.extend([fields] if message == "sweep" else [])

    monkeypatch.setattr("experience.logs.info", keep)
    monkeypatch.setattr("experience.logs.warning", keep)
    return found


class TestTime:
    def test_a_run_without_time_gets_somewhere_and_says_what_is_left(
        self, quiet_db: Client, lines: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(sweeps, "PAGE_SIZE", 3)
        work = Work(quiet_db, 7)
        assert work.run(milliseconds=0)["work"] == 1
        assert (work.last.left, work.last.failed, work.last.done) == (6, 0, {"work": 1})
        assert HOUR <= work.last.oldest_overdue_seconds * 1000 + 1000 < HOUR + 60_000
        assert work.run()["work"] == 6
        assert (work.last.left, work.last.cursor, work.last.oldest_overdue_seconds) == (0, {}, 0)
        assert (sorted(work.seen), work.left()) == ([f"d{each:02}" for each in range(7)], [])
        assert [(each["function"], each["done"], each["left"]) for each in lines] == [
            (work.name, 1, 6),
            (work.name, 6, 0),
        ]
        assert {"failed", "oldestOverdueSeconds", "durationMs", "kinds"} <= lines[0].keys()

    def test_what_stays_due_does_not_keep_the_others_from_their_turn(
        self, quiet_db: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Each run has time for one: the cursor goes through all, and then begins anew."""
        monkeypatch.setattr(sweeps, "PAGE_SIZE", 2)
        work = Work(quiet_db, 4)
        for _ in range(5):
            work.run(work.part(work.leave), milliseconds=0)
        assert work.seen == ["d00", "d01", "d02", "d03", "d00"]

    def test_one_part_does_not_take_the_time_of_the_others(self, quiet_db: Client) -> None:
        first, second = Work(quiet_db, 3), Work(quiet_db, 3)
        done = first.run(first.part(), second.part(kind="other"), milliseconds=0)
        assert done == {"work": 1, "other": 1}
        assert (first.last.left, sorted(first.last.cursor)) == (4, ["other", "work"])


class TestFailures:
    def test_poison_is_counted_and_stops_nobody(
        self, quiet_db: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(sweeps, "PAGE_SIZE", 2)
        work = Work(quiet_db, 6)

        def poisoned(found: sweeps.Found) -> int:
            if found.id in ("d00", "d01", "d04"):
                raise ValueError(found.id)
            return work.finish(found)

        assert work.run(work.part(poisoned))["work"] == 3
        assert (work.last.failed, work.last.left, work.left()) == (3, 0, ["d00", "d01", "d04"])

    def test_a_query_that_fails_is_raised_after_the_other_parts(self, quiet_db: Client) -> None:
        work = Work(quiet_db, 2)
        broken = Part("broken", None, work.finish, ("at",))
        with pytest.raises(AttributeError):
            work.run(broken, work.part())
        assert (work.last.done, work.last.failed, work.left()) == ({"work": 2}, 1, [])

    @pytest.mark.parametrize("killed_at", range(1, 6))
    def test_a_run_that_is_killed_anywhere_loses_nothing(
        self, quiet_db: Client, monkeypatch: pytest.MonkeyPatch, killed_at: int
    ) -> None:
        monkeypatch.setattr(sweeps, "PAGE_SIZE", 2)
        work = Work(quiet_db, 5)

        def killed(found: sweeps.Found) -> int:
            if len(work.seen) == killed_at:
                raise SystemExit
            return work.finish(found)

        if killed_at < 5:
            with pytest.raises(SystemExit):
                work.run(work.part(killed))
        work.run()
        assert (sorted(work.seen), work.left()) == ([f"d{each:02}" for each in range(5)], [])

    def test_two_runs_at_once_leave_what_one_would(self, quiet_db: Client) -> None:
        work = Work(quiet_db, 8)
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(lambda _: work.run(), range(2)))
        assert (work.left(), work.last.left) == ([], 0)


class TestLeft:
    def test_it_is_counted_up_to_a_bound(self, quiet_db: Client) -> None:
        work = Work(quiet_db, 5)
        assert [sweeps.count_up_to(work.part().query, each) for each in (3, 9)] == [3, 5]

    @pytest.mark.parametrize(("value", "due"), [(7, 7), (7.5, 7), ("20260101", None), (None, None)])
    def test_since_when_it_is_due(self, value: Any, due: int | None) -> None:
        assert sweeps.due_ms(value) == due

    def test_a_page_within_time_is_done_whole(self, quiet_db: Client) -> None:
        work, sweep = Work(quiet_db, 4), Sweep("test")
        page = list(work.part().query.stream())
        assert sweep.repair_page("work", page, work.finish) == (4, [])
        assert sweep.repair_page("work", page, work.finish, until=0) == (1, [])
        assert sweep.repair_page("work", [], work.finish) == (0, [])
