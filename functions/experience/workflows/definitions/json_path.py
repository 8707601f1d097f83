"""Paths into JSON values, such as `data.moods[0].name`."""

import re
from typing import Any

_PATTERN = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*(\[\d+\])*(\.[A-Za-z_][A-Za-z0-9_-]*(\[\d+\])*)*")
_PART = re.compile(r"([A-Za-z_][A-Za-z0-9_-]*)|\[(\d+)\]")

MISSING: Any = object()
"""There is no value at the path, not even null."""

Parts = tuple[str | int, ...]


def parse(path: str) -> Parts:
    """The parts of a path. The empty path has none, and means the whole value. ValueError."""
    if not path:
        return ()
    if not _PATTERN.fullmatch(path):
        raise ValueError(f"{path!r} is not a path such as data.moods[0]")
    return tuple(name or int(index) for name, index in _PART.findall(path))


def find(value: Any, path: str) -> Any:
    """The value at the path, or MISSING."""
    for part in parse(path):
        if isinstance(part, int):
            if not isinstance(value, list) or part >= len(value):
                return MISSING
        elif not isinstance(value, dict) or part not in value:
            return MISSING
        value = value[part]
    return value


def overlap(one: str, other: str) -> bool:
    """Whether a change at one path can be seen at the other: one is a prefix of the other."""
    first, second = parse(one), parse(other)
    shorter = min(len(first), len(second))
    return first[:shorter] == second[:shorter]
