"""A visitor walks a trail among others: progress, board and analytics, and a picture of them."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from emulator.demo import seed, trail
from emulator.demo.client import Client
from emulator.demo.shown import ShownVisit, expect
from emulator.demo.trail_map import draw
from emulator.suite.suite import Suite

IDS = {"workspaceId": seed.WORKSPACE, "experienceId": trail.EXPERIENCE}
BATCH = 50
OTHERS = {
    "Bela": 6, "Chidi": 5, "Dana": 5, "Emre": 4, "Freya": 6, "Goran": 3,
    "Hana": 3, "Iris": 2, "Jun": 6, "Kofi": 4, "Lena": 2, "Milo": 1,
}  # fmt: skip
"""The other visitors, and how many waypoints each of them passes."""


class DemoPlayer(ShownVisit):
    """One visitor among twelve others, from the trail's publication to its numbers."""

    STEPS = 14
    LABEL_WIDTH = 8

    def __init__(self, console: Console, suite: Suite, style: str = "cartoon") -> None:
        super().__init__(console, suite, style, uid="demo-player")
        self.operator = Client.of(suite.env, seed.OPERATOR)

    def run(self, _photo: bytes, out: Path) -> None:
        """Walk the trail, show what it gave, and draw the map in `out`."""
        self.control("POST", "meter:reset")
        with self.progress:
            self._publish()
            self._others()
            progress = self._walk()
            board, analytics, positions = self._numbers()
        file = out / "player.png"
        draw(file, progress, board, analytics, positions)
        self.console.print(f"[green]✓[/] {file}", soft_wrap=True)
        self.console.print(_summary(progress))
        self.console.print(_board(board))
        self.console.print(_analytics(analytics))
        self.console.print(self.costs())
        self.operator.close()
        self.client.close()

    def _publish(self) -> None:
        with self.step("author", "saveExperience, publishExperience", 2):
            new = {"expectedVersion": 0, "name": "The Wylding Woods", "draft": trail.draft()}
            saved = self.operator.call("saveExperience", **IDS, **new)
            version = {"expectedVersion": saved["draftVersion"]}
            self.operator.call("publishExperience", **IDS, **version)

    def _others(self) -> None:
        what = f"{len(OTHERS)} visitors walk the trail"
        with self.step("others", what, 2), ThreadPoolExecutor(4) as pool:
            list(pool.map(self._other, enumerate(OTHERS.items(), start=1)))

    def _other(self, entry: tuple[int, tuple[str, int]]) -> None:
        number, (name, count) = entry
        client = Client.of(self.suite.env, f"demo-player-{number}")
        for events in _batches(number, count):
            client.call("trackProgressEvents", **IDS, events=events)
        client.call("setNickname", **IDS, nickname=name)
        client.close()

    def _walk(self) -> dict[str, Any]:
        passed = len(trail.WAYPOINTS)
        batches = list(_batches(0, passed))
        for number, events in enumerate(batches, start=1):
            with self.step("player", f"trackProgressEvents, {len(events)} events", 1):
                batch = {"batchId": f"walk-{number}", "events": events}
                self.client.call("trackProgressEvents", **IDS, **batch)
        with self.step("player", "the last batch again, as if its response was lost", 1):
            before = self.client.call("getExperienceProgress", **IDS)
            self.client.call("trackProgressEvents", **IDS, **batch)
            after = self.client.call("getExperienceProgress", **IDS)
            expect(before == after, "a batch counts once, however often it comes")
        with self.step("player", "setNickname, updateInventory", 2):
            self.client.call("setNickname", **IDS, nickname="Ada")
            used = [{"op": "remove", "itemId": trail.ITEM, "quantity": 1}]
            self.client.call("updateInventory", **IDS, operations=used)
        progress: dict[str, Any] = self.client.call("getExperienceProgress", **IDS)
        expect(progress["completionPercentage"] == 100, "the visitor has completed the trail")
        return progress

    def _numbers(self) -> tuple[dict[str, Any], dict[str, Any], list[dict[str, Any]]]:
        with self.step("player", "getLeaderboard"):
            board = self.client.call("getLeaderboard", **IDS, metric="xp", period="day")
        with self.step("operator", "getContentAnalytics"):
            analytics = self.operator.call("getContentAnalytics", **IDS, days=7)
        with self.step("operator", "findEventsNear", 2):
            positions = list(self._positions())
        return board, analytics, positions

    def _positions(self) -> Iterator[dict[str, Any]]:
        """Every event on the trail that has a position."""
        lat, lng = trail.position(170, 100)
        circle = {"lat": lat, "lng": lng, "radiusMeters": 400, "pageSize": 100}
        token = None
        while True:
            page = self.operator.call("findEventsNear", **IDS, **circle, pageToken=token)
            yield from page["items"]
            token = page["nextPageToken"]
            if token is None:
                return


def _batches(number: int, count: int) -> Iterator[list[dict[str, Any]]]:
    """A visitor's events, in batches as a phone sends them."""
    events = list(trail.walk(number, count, time.time_ns() // 1_000_000))
    for first in range(0, len(events), BATCH):
        yield events[first : first + BATCH]


def _summary(progress: dict[str, Any]) -> Table:
    table = Table(title="Ada's progress", title_justify="left", show_header=False)
    state = progress["state"]
    rows = {
        "completion": f"{progress['completionPercentage']:.0f} %",
        "xp, level": f"{progress['xp']}, {progress['level']}",
        "distance": f"{progress['distanceMeters']:.0f} m",
        "playtime": f"{progress['playtimeSeconds']} s",
        "waypoints": ", ".join(state["visitedWaypoints"]),
        "achievements": ", ".join(
            f"{each['id']} {each['tier']}" for each in progress["achievements"]
        ),
    }
    for name, value in rows.items():
        table.add_row(name, value)
    return table


def _board(board: dict[str, Any]) -> Table:
    table = Table(title=f"xp of the day, {board['key']}", title_justify="left")
    for heading in ("rank", "nickname", "xp"):
        table.add_column(heading, justify="left" if heading == "nickname" else "right")
    for entry in board["entries"]:
        name = entry["nickname"] or "-"
        style = "bold" if entry["isMe"] else None
        table.add_row(str(entry["rank"]), name, f"{entry['value']:.0f}", style=style)
    return table


def _analytics(analytics: dict[str, Any]) -> Table:
    table = Table(title="Seven days of the trail", title_justify="left")
    for heading in ("content", "visits", "visitors", "seconds each"):
        table.add_column(heading, justify="left" if heading == "content" else "right")
    for entry in analytics["contents"]:
        seconds = entry["averageSeconds"]
        each = "-" if seconds is None else f"{seconds:.0f}"
        visitors = str(entry["uniqueVisitors"])
        table.add_row(entry["contentId"], str(entry["visits"]), visitors, each)
    return table
