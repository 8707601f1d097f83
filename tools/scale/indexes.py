"""What an index in the order of time makes of the rate at which documents may be written.

Each of its new entries goes to its end, and one end takes 500 writes a second. An index that begins
with the shard has as many ends as there are shards.
"""

import importlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, get_args

from experience.documents import SHARDS, Document

TIME = re.compile(r".*(At|Since)$")
FIXED = {"createdAt", "shard", "experienceId", "projectId", "eventId", "workflowName", "createdBy"}
"""Fields that a document is created with, and that nothing changes."""

Json = Mapping[str, Any]


@dataclass(frozen=True)
class TimeIndex:
    """An index whose entries are in the order of time, and the writes of a visit to its ends."""

    collection: str
    fields: tuple[str, ...]
    ends: int
    writes: int

    def visits_a_minute(self, writes_a_second: float) -> float:
        """At how many visits a minute its ends take no more."""
        return writes_a_second * self.ends / self.writes * 60


def time_indexes(collection: str, about: Json, declared: Json) -> list[TimeIndex]:
    """The indexes of a collection in the order of time, by its model and what is declared.

    One whose first field is a guest's own, as `createdBy`, has an end for each of them, and limits
    nothing.
    """
    times = set(_times(_model(about["model"])))
    found = [(path,) for path in sorted(times) if _has_own_index(collection, path, declared)]
    found += [
        tuple(each["fieldPath"] for each in index["fields"])
        for index in declared["indexes"]
        if index["collectionGroup"] == collection
    ]
    indexes = []
    for fields in found:
        if times & set(fields) and fields[0] != "createdBy":
            writes = about["created"] if set(fields) <= FIXED else sum(about["writes"].values())
            ends = SHARDS if fields[0] == "shard" else 1
            indexes.append(TimeIndex(collection, fields, ends, writes))
    return indexes


def _model(name: str) -> type[Document]:
    module, _, model = name.partition(":")
    found: type[Document] = getattr(importlib.import_module(module), model)
    return found


def _times(model: type[Document], prefix: str = "") -> Iterator[str]:
    """The paths of a model's times, also of the documents in it."""
    for name, field in model.model_fields.items():
        path = f"{prefix}{field.alias or name}"
        for kind in (field.annotation, *get_args(field.annotation)):
            if isinstance(kind, type) and issubclass(kind, Document):
                yield from _times(kind, f"{path}.")
            elif kind is int and TIME.match(path):
                yield path


def _has_own_index(collection: str, path: str, declared: Json) -> bool:
    """Whether a field has an index that nobody has asked for, or one that somebody has."""
    overrides = {
        each["fieldPath"]: each["indexes"]
        for each in declared["fieldOverrides"]
        if each["collectionGroup"] == collection and "indexes" in each
    }
    parts = path.split(".")
    ancestors = [".".join(parts[:length]) for length in range(len(parts), 0, -1)]
    for candidate in [*ancestors, "*"]:
        if candidate in overrides:
            return bool(overrides[candidate])
    return True
