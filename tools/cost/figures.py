"""The figures as they are kept: what each case costs, and why it cannot cost less.

`figures.toml` is written by `make cost`; of an entry only `why` is written by hand, and it stays.
"""

import json
import tomllib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic.alias_generators import to_camel

from tools.cost.stage import Case, Cost

FILE = Path(__file__).with_name("figures.toml")
HEADER = """\
# What each function costs in a defined state, and why it cannot be fewer: read by tools/cost and
# by docs/cost.md. `make cost` measures and writes it; only `why` is written by hand, and kept.
# One invocation each, where nothing else is said.
"""
KINDS = [field for field in Cost.__dataclass_fields__ if field != "invocations"]


@dataclass(frozen=True)
class Figures:
    """What is on record."""

    costs: Mapping[Case, Cost]
    why: Mapping[Case, str]
    visit: Mapping[str, Cost]
    bytes: Mapping[str, int]


def load(file: Path = FILE) -> Figures:
    """The record; an empty one where there is none yet."""
    data: dict[str, Any] = tomllib.loads(file.read_text()) if file.exists() else {}
    costs, why = {}, {}
    for entry in data.get("figure", ()):
        case = (entry["function"], entry["state"])
        costs[case] = _cost(entry)
        why[case] = entry["why"]
    visit = {entry["function"]: _cost(entry) for entry in data.get("visit", ())}
    return Figures(costs, why, visit, data.get("bytes", {}))


def save(figures: Figures, file: Path = FILE) -> None:
    """Write the record, in the order of the measurement."""
    file.write_text("\n".join(_lines(figures)))


def changes(kept: Figures, measured: Figures) -> Iterator[str]:
    """What is otherwise than on record."""
    yield from _changes(kept.costs, measured.costs)
    of_visits = [
        {(function, "in a whole visit"): cost for function, cost in each.visit.items()}
        for each in (kept, measured)
    ]
    yield from _changes(*of_visits)


def _changes(kept: Mapping[Case, Cost], measured: Mapping[Case, Cost]) -> Iterator[str]:
    for case, cost in measured.items():
        if case not in kept:
            yield f"{_name(case)}: is not on record"
            continue
        then = kept[case].amounts()
        for kind, now in cost.amounts().items():
            if now != then[kind]:
                way = "UP" if now > then[kind] else "down"
                yield f"{_name(case)}: {kind} went {way} from {then[kind]} to {now}"
    for case in kept:
        if case not in measured:
            yield f"{_name(case)}: is not measured any more"


def missing(figures: Figures, deployed: Collection[str]) -> Iterator[str]:
    """The functions without a figure, and the figures without a reason."""
    known = {function for function, _ in figures.costs}
    for function in sorted(set(deployed) - known):
        yield (
            f"{function}: has no figure. Call it in tools/cost (stage.call, stage.measure), run"
            " `make cost`, and say in tools/cost/figures.toml why it cannot be fewer."
        )
    for case in figures.costs:
        if not figures.why.get(case):
            yield f"{_name(case)}: say in tools/cost/figures.toml why it cannot be fewer."


def _name(case: Case) -> str:
    return f"{case[0]} ({case[1]})" if case[1] else case[0]


def _cost(entry: Mapping[str, Any]) -> Cost:
    amounts = {kind: entry.get(to_camel(kind), 0) for kind in KINDS}
    return Cost(invocations=entry.get("invocations", 1), **amounts)


def _lines(figures: Figures) -> Iterator[str]:
    yield HEADER
    for case, cost in figures.costs.items():
        yield "[[figure]]"
        yield f"function = {json.dumps(case[0])}"
        yield f"state = {json.dumps(case[1])}"
        yield from _amounts(cost)
        yield f"why = {json.dumps(figures.why.get(case, ''), ensure_ascii=False)}"
        yield ""
    yield "# The visit of the demo in warm instances, by function.\n"
    for function, cost in figures.visit.items():
        yield "[[visit]]"
        yield f"function = {json.dumps(function)}"
        yield from _amounts(cost)
        yield ""
    yield "# Of the demo's photo and of what becomes of it.\n"
    yield "[bytes]"
    for name, size in figures.bytes.items():
        yield f"{name} = {size}"
    yield ""


def _amounts(cost: Cost) -> Iterator[str]:
    for kind, amount in cost.amounts().items():
        if amount != (1 if kind == "invocations" else 0):
            yield f"{kind} = {amount}"
