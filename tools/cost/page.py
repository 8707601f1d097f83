"""docs/cost.md: the figures on record, at the prices on the list."""

import tomllib
from collections.abc import Iterator
from pathlib import Path

import yaml

from emulator.billing import prices
from tools import markdown
from tools.cost.cases.visit import VISIT
from tools.cost.figures import Figures
from tools.cost.stage import Cost
from tools.manifest import ROOT, SNAPSHOT

PAGE = ROOT / "docs" / "cost.md"
ASSUMPTIONS = Path(__file__).with_name("assumptions.toml")
GIB = 2**30
MILLION = 1_000_000
TASKS = "runTransform"


def rendered(figures: Figures) -> str:
    """The page as it ought to be."""
    return markdown.filled(
        PAGE.read_text(),
        {
            "visit": _visit(figures),
            "bill": _bill(figures),
            "assumptions": _assumptions(),
            "figures": _figures(figures),
            "prices": _prices(),
        },
    )


def besides(cost: Cost) -> str:
    """What it costs apart from documents, in words; one call goes without saying."""
    amounts = [(cost.invocations if cost.invocations > 1 else 0, "calls"), (cost.tasks, "task")]
    amounts += [(cost.storage_class_a, "class A"), (cost.storage_class_b, "class B")]
    return ", ".join(f"{amount} {what}" for amount, what in amounts if amount)


def assumed() -> dict[str, float]:
    """By name, what is assumed of a visit."""
    entries = tomllib.loads(ASSUMPTIONS.read_text())
    return {name: entry["value"] for name, entry in entries.items()}


def _visit(figures: Figures) -> str:
    """The visit by function, in warm instances."""
    rows: list[list[object]] = [
        [f"`{name}`", *_numbers(cost)] for name, cost in figures.visit.items()
    ]
    rows.append(["**together**", *(f"**{n}**" for n in _numbers(figures.costs[VISIT, "warm"]))])
    rows.append(["**in cold instances**", *_numbers(figures.costs[VISIT, "cold"])])
    heads = [" calls", " reads", " writes", " deletes", " tasks", " class A", " class B"]
    reasons = [f"- {state}: {figures.why[VISIT, state]}" for state in ("warm", "cold")]
    return "\n".join([markdown.table(["function", *heads], rows), "", *reasons])


def _bill(figures: Figures) -> str:
    """What a million visits cost, line by line and in all."""
    listed = prices.read()
    rows: list[list[object]] = []
    total = 0.0
    for what, amount, kind in _lines(figures):
        dollars = amount * listed.prices[kind].each * MILLION
        total += dollars
        shown = amount * 1024 if what.startswith("MiB") else amount  # priced by the GiB
        rows.append([what, f"{shown:,.3g}", f"{dollars:,.0f}"])
    rows.append(["**together**", "", f"**{total:,.0f}**"])
    return markdown.table(["what", " of it in a visit", " dollars for a million visits"], rows)


def _lines(figures: Figures) -> Iterator[tuple[str, float, str]]:
    """What is billed for a visit: in words, how much, and at which price."""
    assumptions, cost = assumed(), figures.costs[VISIT, "warm"]
    yield "document reads of the functions", cost.reads, "reads"
    yield "document reads of the page's listeners", assumptions["listenerReads"], "reads"
    yield "document reads of the rules", assumptions["rulesReads"], "reads"
    yield "document writes", cost.writes, "writes"
    yield "document deletes", cost.deletes, "deletes"
    yield "invocations", cost.invocations, "invocations"
    vcpu, memory = _compute(figures, assumptions)
    yield "vCPU-seconds", vcpu, "vcpuSeconds"
    yield "GiB-seconds of memory", memory, "memoryGibSeconds"
    yield "tasks", cost.tasks, "tasks"
    class_a = cost.storage_class_a + assumptions["clientClassA"]
    yield "storage operations, class A", class_a, "storageClassA"
    class_b = cost.storage_class_b + assumptions["clientClassB"]
    yield "storage operations, class B", class_b, "storageClassB"
    events = sum(each.invocations for name, each in figures.visit.items() if name[:2] == "on")
    yield "MiB of events", 2 * events * assumptions["eventBytes"] / GIB, "eventGib"
    pictures = assumptions["resultBytes"] + assumptions["thumbnailBytes"]
    calls = cost.invocations - events - figures.visit[TASKS].invocations
    answers = (calls + assumptions["listenerReads"]) * assumptions["answerBytes"]
    yield "MiB sent to the guest", (pictures + answers) / GIB, "egressGib"
    stored = (pictures + assumptions["photoBytes"]) * assumptions["months"] / GIB
    yield "MiB-months of objects", stored, "storedGibMonths"
    documents = assumptions["documentBytes"] * assumptions["months"] / GIB
    yield "MiB-months of documents", documents, "documentGibMonths"
    yield "MiB of logs", cost.invocations * assumptions["logBytes"] / GIB, "logGib"


def _compute(figures: Figures, assumptions: dict[str, float]) -> tuple[float, float]:
    """vCPU-seconds and GiB-seconds, by what each function is deployed with."""
    endpoints = yaml.safe_load(SNAPSHOT.read_text())["endpoints"]
    vcpu = memory = 0.0
    for name, cost in figures.visit.items():
        kind = "trigger" if name.startswith("on") else "call"
        seconds = assumptions["transformSeconds" if name == TASKS else f"{kind}Seconds"]
        vcpu += cost.invocations * seconds * endpoints[name]["cpu"]
        memory += cost.invocations * seconds * endpoints[name]["availableMemoryMb"] / 1024
    return vcpu, memory


def _assumptions() -> str:
    entries = tomllib.loads(ASSUMPTIONS.read_text())
    rows = [[f"`{name}`", f"{e['value']:,} {e['unit']}", e["why"]] for name, e in entries.items()]
    return markdown.table(["assumption", " value", "why"], rows)


def _figures(figures: Figures) -> str:
    """Every figure with its reason, by function."""
    rows = []
    for case, cost in sorted(figures.costs.items(), key=lambda item: item[0][0]):
        if case[0] == VISIT:
            continue
        dollars = prices.read().dollars(cost.amounts()) * MILLION
        counts = f"{cost.reads} / {cost.writes} / {cost.deletes}"
        row = [f"`{case[0]}`", case[1], counts, besides(cost), f"{dollars:.2f}", figures.why[case]]
        rows.append(row)
    heads = ["function", "state", " r / w / d", "and", " $ a million", "why not fewer"]
    return markdown.table(heads, rows)


def _numbers(cost: Cost) -> list[int]:
    return list(cost.amounts().values())


def _prices() -> str:
    listed = prices.read()
    rows = [
        [each.what, f"{each.dollars:g} for {each.per:,}", each.free, f"<{each.source}>", each.note]
        for each in listed.prices.values()
    ]
    return markdown.table(["what", " dollars", "free", "public page", "note"], rows)
