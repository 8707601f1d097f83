"""docs/performance.md: what one run measured, as tables and as a picture."""

import os
import platform
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from emulator.firestore import java
from emulator.firestore.installation import find_installation
from tools import markdown
from tools.benchmarks import calls, cold_start, journeys, load, pictures, players, runs
from tools.benchmarks.production import comparison
from tools.benchmarks.production.table import table as production
from tools.benchmarks.report import chart
from tools.benchmarks.timing import Samples

ROOT = Path(__file__).resolve().parents[3]
PAGE = ROOT / "docs" / "performance.md"
PICTURE = ROOT / "docs" / "pictures" / "performance.svg"


@dataclass(frozen=True)
class Half:
    """What was measured in a project, with few sessions in it or with many."""

    calls: Sequence[calls.Result]
    event: Samples
    handled: Samples
    visit: Samples
    picture: Samples


@dataclass(frozen=True)
class Report:
    """One run."""

    machine: str
    rounds: int
    sessions: int
    production: Sequence[comparison.Result]
    cold: Sequence[cold_start.Start]
    load: Sequence[load.Result]
    runs: runs.Result
    picture: pictures.Result
    event_picture: journeys.Pictures
    played: list[players.Result]
    near: players.Near
    few: Half
    many: Half
    unmeasured: Sequence[str]

    def blocks(self) -> dict[str, str]:
        """The tables of the page."""
        return {
            "production": production(self.production),
            "machine": self.machine,
            "calls": _calls(self.few.calls, self.unmeasured),
            "load": _load(self.load),
            "runs": _runs(self.runs),
            "picture": _picture(self.picture),
            "event-picture": event_picture(self.event_picture),
            "players": players.table(self.played, self.near),
            "cold": cold_start.table(self.cold),
            "times": _times(self),
            "many": _many(self),
        }

    def write(self, page: Path = PAGE, picture: Path = PICTURE) -> None:
        """Put them into the page, and draw the picture."""
        markdown.fill(page, self.blocks())
        pairs = [
            (each.case.function, each.bare.median, each.call.median)
            for each in self.few.calls
            if each.bare
        ]
        picture.write_text(chart.bars(pairs))


def machine(busy: float) -> str:
    """What ran it, and how busy it was with other work before (its load average)."""
    installation = find_installation()
    jar = installation.jar.stem if "-v" in installation.jar.stem else _sdk(installation.jar)
    state = "calm" if busy < 1 else "busy with other work"
    facts = [
        time.strftime("%Y-%m-%d"),
        f"{os.cpu_count()} cores, {state} (load {busy:.1f} before the run)",
        f"Python {platform.python_version()}",
        f"Firestore emulator: {jar}, on Java {java.version_of(installation.java)}",
    ]
    return "\n".join(f"- {fact}" for fact in facts)


def _sdk(jar: Path) -> str:
    """The Cloud SDK's jar bears no version; that of the SDK lies at its root."""
    version = jar.parents[3] / "VERSION"
    return f"that of the Cloud SDK {version.read_text().strip()}" if version.is_file() else jar.name


def _calls(results: Sequence[calls.Result], unmeasured: Sequence[str]) -> str:
    rows = [
        [
            each.case.function if each.bare is None else f"`{each.case.function}`",
            each.case.bare.replace(", ", " · "),
            each.bare.shown() if each.bare else "",
            each.call.shown(),
            f"{each.ratio:.1f}" if each.ratio else "",
            each.case.besides,
        ]
        for each in results
    ]
    heads = ["callable", "bare transaction", " takes", " the call takes", " ratio", "besides"]
    table = markdown.table(heads, rows)
    return f"{table}\n\nNot measured: {', '.join(unmeasured)}." if unmeasured else table


def _load(results: Sequence[load.Result]) -> str:
    functions = list(dict.fromkeys(each.function for each in results))
    rows = []
    for function in functions:
        own = [each for each in results if each.function == function]
        rows.append(
            [f"`{function}`", *(f"{r.a_second:.0f}, {r.waited.median * 1000:.0f} ms" for r in own)]
        )
    counts = sorted({each.guests for each in results})
    heads = [f" {count} guest{'s' if count > 1 else ''}" for count in counts]
    return markdown.table(["calls a second, wait for each", *heads], rows)


def _runs(result: runs.Result) -> str:
    rows = [
        [
            part.name,
            part.shape.replace(", ", " · "),
            part.bare.shown(),
            part.engine.shown(),
            f"{part.ratio:.1f}",
        ]
        for part in (result.start, result.work)
    ]
    heads = ["of a run", "bare transaction", " takes", " the engine takes", " ratio"]
    work, steps = result.work, result.steps
    more = (work.engine.median - work.bare.median) / steps * 1000
    reads, writes = (
        sum(part.documents(kind) for part in (result.start, work)) / steps
        for kind in ("read", "write")
    )
    rates = result.a_second.items()
    workers = ", ".join(f"**{rate:.1f}** by {n} worker{'s' * (n > 1)}" for n, rate in rates)
    summary = [
        f"- A step that does nothing takes {work.engine.median / steps * 1000:.1f} ms, "
        f"{more:.1f} ms more than its documents.",
        f"- Documents for each step, with its part of the start: **{reads:.1f}** read, "
        f"**{writes:.1f}** written.",
        f"- Runs of {steps} steps that end in a second: {workers}.",
    ]
    return "\n".join([markdown.table(heads, rows), "", *summary])


def _picture(result: pictures.Result) -> str:
    alone = {name: samples.shown() for name, samples in result.alone.items()}
    rows = [
        ["**the guest's wait**, from the answer to `completeSession`", result.wait.shown()],
        ["**as a run**, from its creation to its end", result.run.shown()],
        *([f"… `{name}`", samples.shown()] for name, samples in result.steps.items()),
        ["… around the steps: the queue, and the engine's commits", result.around.shown()],
        ["alone: the imaging in three stages, with JPEGs between them", alone["stages"]],
        ["alone: the storage, 2 files read and 4 stored", alone["files"]],
        ["**without an engine**", result.direct.shown()],
        ["alone: the imaging at once", alone["imaging"]],
        ["alone: the storage, 2 files read and 2 stored", alone["storage"]],
        ["alone: the database, 6 documents read and 8 written", alone["database"]],
    ]
    table = markdown.table([f"a picture, {result.width} pixels wide", " takes"], rows)
    return f"{table}\n\nAs a run it takes **{result.ratio:.2f}** times as long."


def event_picture(result: journeys.Pictures) -> str:
    """A guest's wait at an event, and in a project."""
    rows = [
        ["in a project, from the answer to `completeSession`", result.project.shown()],
        ["at an event, from the answer to `triggerTransform`", result.event.shown()],
    ]
    table = markdown.table(
        [f"a guest's wait for a PNG, {journeys.WIDTH} pixels wide", " takes"], rows
    )
    return f"{table}\n\nAt an event it takes **{result.ratio:.2f}** times as long."


def _times(report: Report) -> str:
    rows = [
        [what, getattr(report.few, name).shown(), getattr(report.many, name).shown()]
        for what, name in (
            ("from the answer to a write until its event has come", "event"),
            ("… until its function has handled it", "handled"),
            ("a whole visit, with the picture", "visit"),
            ("of that, the wait for the picture", "picture"),
        )
    ]
    heads = ["", " an empty project", f" {report.sessions:,} sessions in it"]
    return markdown.table(heads, rows)


def _many(report: Report) -> str:
    rows = []
    for few, many in zip(report.few.calls, report.many.calls, strict=True):
        times = many.call.median / few.call.median
        name = few.case.function if few.bare is None else f"`{few.case.function}`"
        rows.append([name, few.call.shown(), many.call.shown(), f"{times:.1f}"])
    heads = ["callable", " an empty project", f" {report.sessions:,} sessions in it", " ratio"]
    return markdown.table(heads, rows)
