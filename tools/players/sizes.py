"""Bytes that Firestore bills, by its documented rules.

Source: https://firebase.google.com/docs/firestore/storage-size
"""

from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any

COLLECTION, GROUP = "COLLECTION", "COLLECTION_GROUP"
CONTAINS = "CONTAINS"
_AUTOMATIC = [
    {"order": "ASCENDING"},
    {"order": "DESCENDING"},
    {"arrayConfig": CONTAINS},
]


def document_size(path: str, fields: Mapping[str, Any]) -> int:
    """A document with its name."""
    return name_size(path) + _map_size(fields)


def name_size(path: str) -> int:
    """A document's name."""
    return sum(_text_size(part) for part in path.split("/")) + 16


def index_sizes(path: str, fields: Mapping[str, Any], declared: Mapping[str, Any]) -> list[int]:
    """Every index entry of a document, with `declared` from firestore.indexes.json."""
    *above, collection, _ = path.split("/")
    parent = name_size("/".join(above)) if above else 0
    single = list(_single_field(fields, collection, declared))
    found = [
        name_size(path)
        + _text_size(field)
        + value_size(value)
        + (48 if scope == GROUP else 32 + parent)
        for field, value, scope in single
    ]
    for index in declared["indexes"]:
        if index["collectionGroup"] == collection:
            around = parent if index["queryScope"] == COLLECTION else 0
            found += [
                name_size(path) + around + sum(map(value_size, values)) + 32
                for values in _composite(fields, index["fields"])
            ]
    return found


def value_size(value: Any) -> int:  # noqa: PLR0911
    """A value of a field."""
    match value:
        case None | bool():
            return 1
        case int() | float():
            return 8
        case str():
            return _text_size(value)
        case bytes():
            return len(value)
        case list():
            return sum(map(value_size, value))
        case dict():
            return _map_size(value)
    return 8  # a time


def _map_size(fields: Mapping[str, Any]) -> int:
    return sum(_text_size(name) + value_size(value) for name, value in fields.items()) + 32


def _text_size(text: str) -> int:
    return len(text.encode()) + 1


def _single_field(
    fields: Mapping[str, Any], collection: str, declared: Mapping[str, Any]
) -> Iterator[tuple[str, Any, str]]:
    """The field, value and scope of each entry of a single field's index."""
    overrides = {
        each["fieldPath"]: each["indexes"]
        for each in declared["fieldOverrides"]
        if each["collectionGroup"] == collection
    }
    for field, value in _leaves(fields):
        parts = field.split(".")
        around = [".".join(parts[:length]) for length in range(len(parts), 0, -1)]
        chosen = next((each for each in [*around, "*"] if each in overrides), None)
        for index in _AUTOMATIC if chosen is None else overrides[chosen]:
            scope = index.get("queryScope", COLLECTION)
            if "order" in index:
                yield field, value, scope
            elif isinstance(value, list):
                yield from ((field, each, scope) for each in _distinct(value))


def _leaves(fields: Mapping[str, Any], around: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in fields.items():
        yield around + name, value
        if isinstance(value, dict):
            yield from _leaves(value, f"{around}{name}.")


def _composite(
    fields: Mapping[str, Any], indexed: list[Mapping[str, Any]]
) -> Iterator[tuple[Any, ...]]:
    """The values of each entry: none where a field is missing, one for each element of an array."""
    found = dict(_leaves(fields))
    if any(each["fieldPath"] not in found for each in indexed):
        return
    choices = []
    for each in indexed:
        value = found[each["fieldPath"]]
        is_array = each.get("arrayConfig") == CONTAINS
        choices.append(_distinct(value if isinstance(value, list) else []) if is_array else [value])
    yield from product(*choices)


def _distinct(values: list[Any]) -> list[Any]:
    return [value for number, value in enumerate(values) if value not in values[:number]]
