"""What players and their operators call, against the targets of the earlier design."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from google.cloud.firestore import FieldFilter, Query

from experience.clock import now_ms
from experience.ids import new_id
from experience.players import store
from experience.players.models.near import FindEventsNear
from experience.players.models.progress import ProgressSummary
from experience.players.usecases.fold_rollups import fold_day
from experience.progress.calendar import day_after, day_of
from tests.support.builders.workspaces import a_member, a_workspace
from tests.support.players.builders import a_counting_experience, a_progress
from tests.support.players.rollups import a_visitor
from tests.support.players.scattered_events import ScatteredEvents
from tools import markdown
from tools.benchmarks.bench import Bench, Call
from tools.benchmarks.timing import Samples, seconds_of

EVENTS = 1_000_000
POINTS = 100_000
PLACES = 50
DAYS = 31
CONTENTS = 50
PLAYERS = 300
IN_A_BATCH = 50
TYPES = ("waypoint_visited", "interaction_performed")


@dataclass(frozen=True)
class Case:
    """A callable, how many milliseconds it may take, and the query alone that it is about."""

    name: str
    function: str
    target: int | None
    prepare: Callable[["Players"], Call]
    query: Callable[["Players"], Any] | None = None


@dataclass(frozen=True)
class Result:
    """What came of a case: the call, and the bare query."""

    case: Case
    call: Samples
    bare: Samples | None

    def row(self) -> list[str]:
        """For the table."""
        case, bare = self.case, self.bare.shown() if self.bare else ""
        target = "" if case.target is None else f"{case.target} ms"
        return [case.name, f"`{case.function}`", target, self.call.shown(), bare]


@dataclass(frozen=True)
class Near:
    """Reads of pages near random places, for each event returned."""

    points: int
    pages: int
    mean: float
    most: float


@dataclass(frozen=True)
class Players:
    """A player among others in an experience, and who looks at them."""

    bench: Bench
    where: dict[str, str]
    viewer: str
    uid: str

    @classmethod
    def made(cls, bench: Bench) -> "Players":
        """With the rollups of a million events, folded but for today's."""
        db, workspace = bench.db, a_workspace(bench.db)
        waypoints = {f"waypoint-{n}": 1 for n in range(CONTENTS)}
        rules: dict[str, Any] = {"completion": {"waypoints": waypoints}}
        experience = a_counting_experience(db, workspace, **rules, xp={TYPES[0]: 10})
        where = {"workspaceId": workspace, "experienceId": experience}
        players = cls(bench, where, a_member(db, workspace, "viewer"), bench.name("player"))
        bench.call(players.uid, "trackProgressEvents", **where, events=[players.event(0)])
        for number in range(PLAYERS):
            visited = [f"waypoint-{number % CONTENTS}"]
            state = {"visitedWaypoints": visited}
            a_progress(db, f"other-{number}", workspace, experience, state=state)
        for uid, content in ((f"other-{n}", f"waypoint-{n % CONTENTS}") for n in range(PLAYERS)):
            a_visitor(db, workspace, experience, content, uid, day_of(now_ms(), "UTC"))
        rollups = list(players.rollups())
        for begin in range(0, len(rollups), IN_A_BATCH):
            batch = db.batch()
            for reference, fields in rollups[begin : begin + IN_A_BATCH]:
                batch.set(reference, fields)
            batch.commit()
        for age in range(1, DAYS):
            assert fold_day(db, workspace, experience, day_after(day_of(now_ms(), "UTC"), -age))
        return players

    def rollups(self) -> Iterator[tuple[Any, dict[str, Any]]]:
        """A million events of 50 contents, on 31 days of 16 shards."""
        shards = len(store.SHARDS) * DAYS
        each = EVENTS // (shards * CONTENTS * len(TYPES))
        tally = {"count": each, "timed": each // 2, "seconds": each * 20}
        today = day_of(now_ms(), "UTC")
        for number in range(shards):
            age, shard = divmod(number, len(store.SHARDS))
            day = day_after(today, -age)
            ids = {**self.where, "day": day, "shard": shard}
            contents = {f"waypoint-{n}": dict.fromkeys(TYPES, tally) for n in range(CONTENTS)}
            events = dict.fromkeys(TYPES, each * CONTENTS)
            workspace, experience = self.where.values()
            reference = store.rollup_ref(self.bench.db, workspace, experience, day, shard)
            yield reference, {**ids, "events": events, "contents": contents}

    def event(self, number: int) -> dict[str, Any]:
        """A waypoint that is visited."""
        content = f"waypoint-{number % CONTENTS}"
        return {"eventId": new_id(), "eventType": TYPES[0], "contentId": content}

    def tracking(self) -> Call:
        """One event of a player who has played before."""
        return self.uid, {**self.where, "events": [self.event(1)]}

    def holding(self) -> Call:
        """One more of an item."""
        operation = {"op": "add", "itemId": "coin", "quantity": 1}
        return self.uid, {**self.where, "operations": [operation]}

    def looking(self, **more: Any) -> Call:
        """An operator."""
        return self.viewer, {**self.where, **more}

    def visitors(self) -> Any:
        """The query for five of those who visited a waypoint, and one more."""
        query = store.query_progress(self.bench.db, *self.where.values())
        visited = FieldFilter("state.visitedWaypoints", "array_contains", "waypoint-3")
        query = query.where(filter=visited).select(ProgressSummary.stored_fields())
        for field in ("lastPlayedAt", "__name__"):
            query = query.order_by(field, direction=Query.DESCENDING)
        return query.limit(6)


CASES = [
    Case("read progress", "getExperienceProgress", 10, lambda p: (p.uid, p.where)),
    Case("track one event", "trackProgressEvents", 50, Players.tracking),
    Case("change the inventory", "updateInventory", 20, Players.holding),
    Case(
        "has a player visited a waypoint", "getExperienceProgress", 15,
        lambda p: p.looking(playerId=p.uid),
    ),
    Case(
        f"who visited it, of {PLAYERS} (five)", "listProgress", None,
        lambda p: p.looking(visited="waypoint-3", pageSize=5), Players.visitors,
    ),
    Case(
        f"visits of {CONTENTS} contents in {DAYS} days, of {EVENTS:,} events",
        "getContentAnalytics", 500, lambda p: p.looking(days=DAYS),
    ),
    Case(
        f"visits of one of them in {DAYS} days", "getContentAnalytics", 500,
        lambda p: p.looking(days=DAYS, contentId="waypoint-3"),
    ),
    Case(
        "visits of one of them in 7 days", "getContentAnalytics", 500,
        lambda p: p.looking(days=7, contentId="waypoint-3"),
    ),
    Case(
        f"visits of {CONTENTS} contents today, not folded yet", "getContentAnalytics", 500,
        lambda p: p.looking(days=1),
    ),
]  # fmt: skip
FUNCTIONS = {case.function for case in CASES}


def measure(bench: Bench, rounds: int, warm: int = 1) -> list[Result]:
    """Every case, over HTTP."""
    players = Players.made(bench)
    results = []
    for case in CASES:
        seconds: list[float] = []
        bare: list[float] = []
        query = case.query(players) if case.query else None
        for sample in range(warm + rounds):
            uid, data = case.prepare(players)
            bench.settle()
            took = seconds_of(lambda: bench.call(uid, case.function, **data))  # noqa: B023
            alone = seconds_of(lambda: list(query.stream())) if query else 0  # noqa: B023
            if sample >= warm:
                seconds.append(took)
                bare.append(alone)
        results.append(Result(case, Samples(seconds), Samples(bare) if query else None))
    return results


def measure_near(points: int = POINTS, places: int = PLACES) -> Near:
    """The reads of near queries among points that lie evenly within 100 km, in memory.

    How many documents a query reads is decided by the order of time and the cells alone. The
    emulator has no index of cells and looks at every event for each of them.
    """
    chosen = random.Random(1)  # noqa: S311
    around = [(52 + chosen.random() * 0.9, 13 + chosen.random() * 1.46) for _ in range(points)]
    events = ScatteredEvents("w", around, chosen)
    ratios = []
    for _ in range(places):
        at = {"lat": 52.1 + chosen.random() * 0.7, "lng": 13.1 + chosen.random() * 1.2}
        radius = chosen.choice([1000, 2000, 5000, 10_000])
        asked = {"workspaceId": "w", **at, "radiusMeters": radius, "pageSize": 20}
        events.reads = 0
        found = events.find(FindEventsNear.load(asked))
        ratios.append(events.reads / max(len(found.items), 1))
    return Near(points, places, sum(ratios) / places, max(ratios))


def table(results: list[Result], near: Near) -> str:
    """For the page."""
    heads = ["", "callable", " target", " the call takes", " its query alone"]
    facts = (
        f"Near: {near.pages} pages among {near.points:,} points read {near.mean:.1f} events for"
        f" each that they return, and {near.most:.1f} at most."
    )
    return f"{markdown.table(heads, [each.row() for each in results])}\n\n{facts}"
