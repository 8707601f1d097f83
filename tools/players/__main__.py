"""`python -m tools.players`: measure what players take and cost, into docs/players.md."""

import json
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markdown import Markdown

from emulator.billing import prices
from emulator.demo.client import Client
from emulator.paths import ROOT
from experience.clock import now_ms
from experience.ids import new_id
from experience.players import store
from tests.support.builders.workspaces import a_workspace
from tests.support.players.builders import a_counting_experience
from tools import markdown
from tools.cost.stage import Cost, Stage, stage
from tools.players.sizes import document_size, index_sizes, name_size

PAGE = ROOT / "docs" / "players.md"
SEED_BYTES = 11e9
MILLION = 1_000_000
GIB = 2**30
WAYPOINTS, QUESTS = 20, 5
HOT_PLAYERS = 1000
WRITERS = 16
RULES: dict[str, Any] = {
    "completion": {
        "waypoints": {f"waypoint-{n}": 1 for n in range(WAYPOINTS)},
        "quests": {f"quest-{n}": 2 for n in range(QUESTS)},
        "items": {},
    },
    "xp": {"waypoint_visited": 10, "quest_completed": 50},
    "achievements": [{"id": "explorer", "counter": "waypoints", "tiers": [5, 10, 20]}],
}


@dataclass(frozen=True)
class Stored:
    """A document with its bytes; `cells` are those of the entries that have a cell."""

    kind: str
    name: int
    document: int
    entries: int
    indexes: int
    cells: int

    @classmethod
    def of(cls, kind: str, path: str, fields: dict[str, Any], declared: dict[str, Any]) -> "Stored":
        """By the declared indexes."""
        entries = index_sizes(path, fields, declared)
        others = index_sizes(path, {**fields, "cells": []}, declared)
        document = document_size(path, fields)
        cells = sum(entries) - sum(others)
        return cls(kind, name_size(path), document, len(entries), sum(entries), cells)

    @property
    def bytes(self) -> int:
        return self.document + self.indexes

    @property
    def names(self) -> int:
        """The bytes of the document's name, which each index entry has too."""
        return self.name * (1 + self.entries)


def main() -> None:
    """Play, measure, and fill the page."""
    console = Console()
    with (
        tempfile.TemporaryDirectory() as folder,
        stage(Path(folder) / "functions.log") as made,
        console.status("Measuring …"),
    ):
        # with ids as long as the server's own
        workspace = a_workspace(made.db, new_id())
        experience = a_counting_experience(made.db, workspace, experience=new_id(), **RULES)
        where = {"workspaceId": workspace, "experienceId": experience}
        costs = cost_of_events(made, where)
        blocks = {
            "player-bytes": bytes_of_a_player(made, where),
            "event-costs": costs,
            "hot-waypoint": writes_of_a_hot_waypoint(made, where),
        }
    markdown.fill(PAGE, blocks)
    for block in blocks.values():
        console.print(Markdown(block))
    console.print("Wrote docs/players.md.")


def bytes_of_a_player(made: Stage, where: dict[str, str]) -> str:
    """One player's documents after all waypoints and quests, 25 events of which 20 have a place."""
    uid = f"{new_id()}01234567"  # as long as Firebase's own
    for begin in range(0, WAYPOINTS + QUESTS, 5):
        events = [an_event(number) for number in range(begin, begin + 5)]
        made.caller(uid).call("trackProgressEvents", **where, events=events)
    declared = json.loads((ROOT / "firestore.indexes.json").read_text())
    found = [
        Stored.of(kind, path, fields, declared)
        for kind, path, fields in _documents_of(made, uid, where)
    ]
    rows, total = [], 0
    for kind in dict.fromkeys(each.kind for each in found):
        own = [each for each in found if each.kind == kind]
        mean = [sum(values) / len(own) for values in zip(*map(_numbers, own), strict=True)]
        rows.append([kind, len(own), *(f"{value:,.0f}" for value in mean)])
        total += sum(each.bytes for each in own)
    heads = ["document", " of a player", " its bytes", " index entries", " their bytes"]
    alone = [each.bytes for each in found if each.kind in ("profile", "progress")]
    price = prices.read().prices["documentGibMonths"].each
    gib = total * MILLION / GIB
    summary = [
        f"- A player of {WAYPOINTS + QUESTS} events takes **{total:,} bytes**, "
        f"{sum(each.document for each in found):,} of them in documents.",
        f"- {sum(each.names for each in found):,} bytes are names: that of a document stands in "
        "each of its index entries.",
        f"- {sum(each.cells for each in found):,} bytes are the entries of cells.",
        f"- Profile and progress alone take {sum(alone):,} bytes.",
        f"- A million such players take **{total * MILLION / 1e9:.1f} GB** "
        f"({gib:.0f} GiB, ${gib * price:.2f} a month).",
        f"- The earlier design, of tables, estimated {SEED_BYTES / 1e9:.0f} GB for a million "
        f"players: {SEED_BYTES / MILLION:,.0f} bytes each, or {total * MILLION / SEED_BYTES:.1f} "
        "times less.",
    ]
    return "\n".join([markdown.table(heads, rows), "", *summary])


def cost_of_events(made: Stage, where: dict[str, str]) -> str:
    """A thousand events of players who are in the middle of it, in batches of several sizes."""
    rows = []
    for size in (1, 10, 50):
        uid = f"{new_id()}01234567"
        made.caller(uid).call("trackProgressEvents", **where, events=[an_event(0)])
        events = [{**an_event(0), "eventId": new_id()} for _ in range(size)]
        cost: Cost = _measured(made, uid, where, events, f"{size} events")
        times = 1000 / size
        dollars = prices.read().dollars(cost.amounts()) * times
        numbers = [
            f"{amount * times:,.0f}" for amount in (cost.invocations, cost.reads, cost.writes)
        ]
        rows.append([f"{size} in a call", *numbers, f"${dollars:.4f}"])
    return markdown.table(["a thousand events", " calls", " reads", " writes", " together"], rows)


def writes_of_a_hot_waypoint(made: Stage, where: dict[str, str]) -> str:
    """A thousand players visit one waypoint, sixteen at once: which documents are written."""
    uids = [f"hot-{new_id()}" for _ in range(HOT_PLAYERS)]
    before = _shards(made, where)

    def visit(mine: list[str]) -> None:
        caller = Client.of(made.suite.env, "nobody")  # one connection for all of them
        for caller.uid in mine:
            event = {**an_event(3), "eventId": new_id()}
            caller.call("trackProgressEvents", **where, events=[event])
        caller.close()

    with ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(visit, [uids[writer::WRITERS] for writer in range(WRITERS)]))
    writes = [after - first for first, after in zip(before, _shards(made, where), strict=True)]
    assert sum(writes) == HOT_PLAYERS
    rows = [[f"{min(writes)}", f"{sum(writes) / len(writes):.1f}", f"{max(writes)}"]]
    heads = [" fewest writes of a shard", " mean", " most"]
    own = "Every other document that a visit writes is the player's own."
    return f"{markdown.table(heads, rows)}\n\n{own}"


def an_event(number: int) -> dict[str, Any]:
    """A waypoint with its place, and after those a quest."""
    named = {"eventId": f"event-{number:02}-{new_id()}", "occurredAt": now_ms()}
    if number >= WAYPOINTS:
        quest = f"quest-{number - WAYPOINTS}"
        return {**named, "eventType": "quest_completed", "contentId": quest}
    place = {"locationLat": 52.5163 + number / 1000, "locationLng": 13.3777}
    data = {"time_spent": 42}
    visited = {"eventType": "waypoint_visited", "contentId": f"waypoint-{number}", "data": data}
    return {**named, **visited, **place}


def _measured(
    made: Stage, uid: str, where: dict[str, str], events: list[dict[str, Any]], state: str
) -> Cost:
    made.call(uid, "trackProgressEvents", state, **where, events=events)
    return made.costs["trackProgressEvents", state]


def _documents_of(
    made: Stage, uid: str, where: dict[str, str]
) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """All documents of a player: what they are, their paths and fields."""
    ids = where["workspaceId"], where["experienceId"]
    progress = store.progress_ref(made.db, uid, *ids)
    contents = [f"waypoint-{n}" for n in range(WAYPOINTS)] + [f"quest-{n}" for n in range(QUESTS)]
    visitors = [store.visitor_ref(made.db, *ids, each, uid) for each in contents]
    single = {"profile": store.player_ref(made.db, uid), "progress": progress}
    for kind, reference in single.items():
        yield kind, reference.path, reference.get().to_dict() or {}
    for snapshot in progress.collection("progressEvents").stream():
        fields = snapshot.to_dict() or {}
        place = "with" if fields.get("cells") else "without"
        yield f"event {place} a place", snapshot.reference.path, fields
    for reference in visitors:
        if fields := reference.get().to_dict():
            yield "visitor of a content", reference.path, fields


def _shards(made: Stage, where: dict[str, str]) -> list[int]:
    """The events of each shard, one write each."""
    ids = where["workspaceId"], where["experienceId"]
    rollups = made.db.collection("workspaces", ids[0], "contentRollups").stream()
    counts = dict.fromkeys(store.SHARDS, 0)
    for snapshot in rollups:
        counts[snapshot.get("shard")] += sum(snapshot.get("events").values())
    return list(counts.values())


def _numbers(each: Stored) -> tuple[int, int, int]:
    return each.document, each.entries, each.indexes


if __name__ == "__main__":
    main()
