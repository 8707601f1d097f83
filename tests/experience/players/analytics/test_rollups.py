"""A day's sums stay within a document, whatever names players choose, and refuse nobody."""

from collections.abc import Iterator
from typing import Any

import pytest
from google.cloud.firestore import Client as Database

from experience.clock import now_ms
from experience.players import store
from experience.players.models.analytics import Totals
from experience.players.models.rollups import MAX_NEW_BYTES, DayRollup, Names, named_bytes
from experience.players.usecases import record
from experience.players.usecases.fold_rollups import fold_day
from experience.progress.calendar import day_of
from experience.progress.rules import ProgressRules
from experience.store import Memory
from tests.experience.players.played import Played, a_trail, an_event
from tests.experience.players.test_effects import an_arrival
from tools.players.sizes import document_size, value_size

MIB = 1024 * 1024
DAY = "2026-01-01"
RULES = ProgressRules.load({"completion": {"waypoints": {"gate": 1}}})
LONG_TYPE = "😀" * 50


def a_long_id(number: int) -> str:
    return (f"{number:05d}" + "😀" * 255)[:255]


def a_batch(*named: tuple[str, str]) -> DayRollup:
    return DayRollup(DAY, [an_arrival("a", kind, content).event for kind, content in named])


class ADocument:
    """A rollup as Firestore has it, written by several processes that remember its names."""

    def __init__(self, rules: ProgressRules = RULES) -> None:
        self.rules, self.stored = rules, dict[str, Any]()
        self.memories: dict[int, Names] = {}

    def count(self, batch: DayRollup, process: int = 0, *, seen: Names | None = None) -> None:
        """Count it as a process does; with `seen`, that is what it has read of the document."""
        remembered = seen or self.memories.get(process, Names())
        sums, after = batch.fields(self.rules, remembered)
        if seen is None and after != remembered:
            sums, after = batch.fields(self.rules, Names.of(self.stored))
            self.memories[process] = after
        _add(self.stored, sums)

    @property
    def size(self) -> int:
        return document_size(f"workspaces/w/contentRollups/e~{DAY}~0", self.stored)

    @property
    def counted(self) -> int:
        kinds = [*self.stored.get("contents", {}).values(), self.stored.get("other", {})]
        return sum(sums["count"] for each in kinds for sums in each.values())


def _add(stored: dict[str, Any], sums: dict[str, Any]) -> None:
    for name, value in sums.items():
        if isinstance(value, dict):
            _add(stored.setdefault(name, {}), value)
        else:
            stored[name] = stored.get(name, 0) + value


def long_batches(count: int) -> Iterator[DayRollup]:
    for number in range(count):
        yield a_batch(*((LONG_TYPE, a_long_id(number * 50 + each)) for each in range(50)))


def test_long_names_fill_less_than_a_document() -> None:
    document = ADocument()
    for batch in long_batches(100):
        document.count(batch)
    assert document.counted == 5000
    assert 200_000 < document.size < MIB / 2
    assert document.stored["other"][LONG_TYPE]["count"] > 4000


def test_many_processes_fill_no_more_than_one() -> None:
    document = ADocument()
    for number, batch in enumerate(long_batches(200)):
        document.count(batch, process=number % 20)
    assert document.counted == 10_000
    assert document.size < MIB / 2


def test_batches_that_meet_at_the_edge_stay_within_a_document() -> None:
    document = ADocument()
    batches = list(long_batches(140))
    while len(batches) > 40:
        before = document.size
        document.count(batches.pop())
        if document.size - before < MAX_NEW_BYTES / 2:
            break
    seen = Names.of(document.stored)
    near = Names(seen.types, seen.pairs, seen.size - MAX_NEW_BYTES)
    for batch in batches[:25]:
        document.count(batch, seen=near)
    assert document.size < MIB


def test_one_batch_adds_few_bytes_of_names() -> None:
    batch = a_batch(*((f"{number:02d}" + "😀" * 48, a_long_id(number)) for number in range(50)))
    sums, after = batch.fields(RULES, Names())
    assert value_size(sums) < 2 * MAX_NEW_BYTES
    assert 0 < after.size <= MAX_NEW_BYTES
    assert sum(sums["events"].values()) == 50
    usual = a_batch(*(("npc_dialogue", f"{number:036d}") for number in range(50)))
    sums, _ = usual.fields(RULES, Names())
    assert len(sums["contents"]) == 50


def test_what_rules_name_counts_unseen_where_every_pair_of_it_fits() -> None:
    full = Names(frozenset(), frozenset(), MIB)
    sums, after = a_batch(("waypoint_visited", "gate")).fields(RULES, full)
    assert (after, sums["contents"]["gate"]["waypoint_visited"]) == (full, {"count": 1})
    many = {a_long_id(number): 1 for number in range(700)}
    rules = ProgressRules.load({"completion": {"waypoints": many}})
    assert named_bytes(RULES) < 2000
    assert named_bytes(rules) > MIB
    document = ADocument(rules)
    for kind in ("waypoint_visited", "npc_dialogue", LONG_TYPE):
        for number in range(0, 700, 50):
            document.count(a_batch(*((kind, each) for each in [*many][number : number + 50])))
    assert document.counted == 3 * 700
    assert document.size < MIB * 3 / 4


def test_names_of_a_full_document_are_those_that_it_has() -> None:
    stored = {"events": {"npc_dialogue": 1}, "contents": {"inn": {"npc_dialogue": {"count": 1}}}}
    names = Names.of(stored, is_full=True)
    batch = a_batch(("npc_dialogue", "inn"), ("waypoint_visited", "gate"), ("npc_dialogue", "gate"))
    sums, after = batch.fields(RULES, names)
    assert after == names
    assert sums["events"] == {"npc_dialogue": 2, "other": 1}
    assert [*sums["contents"]] == ["inn"]
    assert sums["other"] == {"other": {"count": 2}}


def test_sixteen_full_shards_fold_into_one_document() -> None:
    totals = Totals()
    for shard in range(16):
        kinds = [(f"{shard:02d}-{number:03d}" + "😀" * 50)[:50] for number in range(100)]
        sums = {each: {"count": 1, "timed": 1, "seconds": 1} for each in kinds}
        contents = {a_long_id(shard * 20 + number): sums for number in range(20)}
        totals.add({"events": dict.fromkeys(kinds, 21), "contents": contents, "other": sums})
    whole = totals.folded(lambda _: False)
    assert document_size(f"workspaces/w/contentRollups/e~{DAY}~all", whole) < MIB
    assert sum(whole["events"].values()) == 16 * 100 * 21
    tallies = [*whole["contents"].values(), whole["other"]]
    assert sum(each["count"] for kinds in tallies for each in kinds.values()) == 16 * 100 * 21
    assert len(whole["events"]) == 401


@pytest.mark.parametrize(("left", "counted"), [(600, {"other": 3}), (10, None)])
def test_a_document_without_room_refuses_no_player(
    db: Database,
    workspace: str,
    monkeypatch: pytest.MonkeyPatch,
    left: int,
    counted: dict[str, int] | None,
) -> None:
    monkeypatch.setattr(record, "_names", Memory(10))
    player = Played(db, workspace, a_trail(db, workspace))
    day, shard = day_of(now_ms(), "Europe/Berlin"), record.shard_of(player.uid)
    reference = store.rollup_ref(db, workspace, player.experience, day, shard)
    ids = {"workspaceId": workspace, "experienceId": player.experience, "day": day, "shard": shard}
    size = document_size(reference.path, ids | {"filler": ""})
    reference.set(ids | {"filler": "x" * (MIB - size - left)})
    assert player.track(an_event(content="😀" * 255)).tracked == 1
    assert player.track(an_event("dance", "floor")).tracked == 1
    assert player.progress()["xp"] == 100
    assert player.rollup().get("events") == counted


def test_contents_beyond_a_thousand_count_as_other_unless_rules_name_them(
    db: Database, workspace: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(record, "_names", Memory(10))
    player = Played(db, workspace, a_trail(db, workspace))
    day, shard = day_of(now_ms(), "Europe/Berlin"), record.shard_of(player.uid)
    kept = {f"c{number}": {"npc_dialogue": {"count": 1}} for number in range(1000)}
    store.rollup_ref(db, player.workspace, player.experience, day, shard).set(
        {"contents": kept, "events": {"npc_dialogue": 1000}}
    )
    talk = [an_event("npc_dialogue", each) for each in ("c5", "new", "gate")]
    player.track(*talk, an_event("npc_dialogue", "new", data={"time_spent": 3}))
    rollup = player.rollup()
    assert rollup["events"]["npc_dialogue"] == 1004
    assert rollup["contents"]["c5"]["npc_dialogue"]["count"] == 2
    assert rollup["contents"]["gate"]["npc_dialogue"]["count"] == 1
    assert "new" not in rollup["contents"]
    assert rollup["other"] == {"npc_dialogue": {"count": 2, "timed": 1, "seconds": 3}}

    # what the process remembers of a shard that was folded meanwhile loses and doubles nothing
    assert fold_day(db, player.workspace, player.experience, day)
    player.track(*(an_event("npc_dialogue", each) for each in ("c5", "new", "gate")))
    totals = Totals()
    for each in store.read_rollups(db, player.workspace, player.experience, day, None):
        totals.add(each)
    assert totals.events == {"npc_dialogue": 1007}
    counts = {each: tally["count"] for each, tally in totals.visits(None)[0].items()}
    assert (counts["c5"], counts["gate"]) == (3, 2)
    assert sum(counts.values()) + totals.other["npc_dialogue"]["count"] == 1007
    assert not fold_day(db, player.workspace, player.experience, "2020-01-01")
