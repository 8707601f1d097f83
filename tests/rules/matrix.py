"""matrix.md as data."""

import re
from dataclasses import dataclass
from pathlib import Path

TABLE = Path(__file__).with_name("matrix.md")


@dataclass(frozen=True)
class Cell:
    """Who may do one operation in one collection, named by its path without the documents."""

    collection: str
    operation: str
    allowed: str

    def __str__(self) -> str:
        return f"{self.collection} {self.operation}"


def cells() -> list[Cell]:
    """Every cell of the table of collections."""
    header, _, *rows = _last_table()
    return [
        Cell(collection, operation, allowed.replace("-", ""))
        for collection, *row in rows
        for operation, allowed in zip(header[1:], row, strict=True)
    ]


def collections() -> set[str]:
    """Every collection that has a row."""
    return {cell.collection for cell in cells()}


def _last_table() -> list[list[str]]:
    last = TABLE.read_text().strip().rpartition("\n\n")[2]
    return [re.split(r"\s*\|\s*", line.strip("| ")) for line in last.splitlines()]
