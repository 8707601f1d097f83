"""matrix.md as data."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

TABLE = Path(__file__).with_name("matrix.md")

ABSENT = object()
"""The value of a field that is left out."""

MINUTE = 60_000


@dataclass(frozen=True)
class Cell:
    """Who may do one operation in one collection, named by its path without the documents."""

    collection: str
    operation: str
    allowed: str

    def __str__(self) -> str:
        return f"{self.collection} {self.operation}"


@dataclass(frozen=True)
class Field:
    """What a guest may write to one field of a session, each value as it stands in the table."""

    name: str
    begins_with: list[str]
    refused: list[str]
    changes_to: list[str]

    def __str__(self) -> str:
        return self.name


def cells() -> list[Cell]:
    """Every cell of the table of collections."""
    header, *rows = _table("Collections")
    return [
        Cell(collection, operation, allowed.replace("-", ""))
        for collection, *row in rows
        for operation, allowed in zip(header[1:], row, strict=True)
    ]


def collections() -> set[str]:
    """Every collection that has a row."""
    return {cell.collection for cell in cells()}


def fields() -> list[Field]:
    """Every row of the table of a session's fields."""
    _, *rows = _table("What a guest writes of a session")
    return [Field(name, *map(_values, row)) for name, *row in rows]


def value(text: str, *, now: int, **names: str) -> Any:
    """A value of that table; `names` are what its words such as `@me` stand for."""
    if not text.startswith("@"):
        return json.loads(text)
    word = text[1:]
    if moment := re.fullmatch(r"now([+-]\d+)?", word):
        return now + int(moment[1] or 0) * MINUTE
    special = {"absent": ABSENT, "long": "x" * 129, "huge": list(range(10_000))}
    return special[word] if word in special else names[word]


def _values(cell: str) -> list[str]:
    """The values of a cell: commas part them, but not inside JSON."""
    found, rest = [], cell
    while rest := rest.lstrip(", "):
        if rest.startswith("@"):
            length = len(re.split(r"[,\s]", rest)[0])
        else:
            _, length = json.JSONDecoder().raw_decode(rest)
        found.append(rest[:length])
        rest = rest[length:]
    return found


def _table(heading: str) -> list[list[str]]:
    """The table below a heading: its header, and its rows."""
    section = TABLE.read_text().partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    header, _, *rows = [re.split(r"\s*\|\s*", line[1:].strip()[:-1].strip()) for line in lines]
    return [header, *rows]
