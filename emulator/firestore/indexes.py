"""Which composite index a query needs: the check that production makes and the emulator skips.

One rule covers every kind of query. A query is a set of equalities and a sort order that always
ends with `__name__`. An index serves it if its fields are some of those equalities, in any order,
followed by exactly that sort order. Several such indexes are merged until every equality is
covered. The automatic single-field indexes are candidates like any other. No index is read
backwards: Firestore requires an index of its own for the opposite order.

Sources: https://firebase.google.com/docs/firestore/query-data/index-overview (automatic indexes,
merging, scopes, exemptions) and …/multiple-range-fields (the implied sort order).
"""

import json
from collections.abc import Iterator, Mapping
from itertools import chain, product
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic import Field as Constrained
from pydantic.alias_generators import to_camel

from emulator.process.errors import SuiteError

Json = Mapping[str, Any]

ASCENDING, DESCENDING, CONTAINS = "ASCENDING", "DESCENDING", "CONTAINS"
EQUALITIES = {"EQUAL", "IN", "IS_NULL", "IS_NAN"}
ARRAY_EQUALITIES = {"ARRAY_CONTAINS", "ARRAY_CONTAINS_ANY"}
NAME = "__name__"
NAME_ASCENDING = (NAME, ASCENDING)


class Field(NamedTuple):
    """A field of an index, or what a query requires of one."""

    path: str
    mode: str


class Requirement(NamedTuple):
    """What one AND-branch of a query requires of the indexes."""

    equalities: frozenset[Field]  # mode ASCENDING stands for either direction
    order: tuple[Field, ...]


class _Part(BaseModel):
    """A part of firestore.indexes.json, with the fields that the check reads."""

    model_config = ConfigDict(alias_generator=to_camel)


class _DeclaredField(_Part):
    field_path: str


class _DeclaredIndex(_Part):
    collection_group: str
    query_scope: str
    fields: list[_DeclaredField] = Constrained(min_length=1)


class _DeclaredOverride(_Part):
    collection_group: str
    field_path: str


class _Declared(_Part):
    indexes: list[_DeclaredIndex] = []
    field_overrides: list[_DeclaredOverride] = []


def read(file: Path) -> dict[str, Any]:
    """What firestore.indexes.json declares; {} without the file. Raises SuiteError if invalid."""
    if not file.exists():
        return {}
    try:
        declared: dict[str, Any] = json.loads(file.read_text())
        if not isinstance(declared, dict):
            raise TypeError("it has no object")
        _Declared.model_validate(declared)
    except ValidationError as error:
        wrong = [
            ".".join(map(str, each["loc"])) + f": {each['msg']}"
            for each in error.errors(include_url=False)
        ]
        raise SuiteError(f"{file} is no file of indexes: {'; '.join(wrong)}") from error
    except (OSError, TypeError, ValueError) as error:
        raise SuiteError(f"{file} cannot be read: {error}") from error
    return declared


def missing_index(query: Json, declared: Json) -> dict[str, Any] | None:
    """The entry that firestore.indexes.json lacks for `query`, or None if it lacks none.

    `query` is a StructuredQuery in its REST form, `declared` the content of the file. An entry with
    `fieldPath` belongs under `fieldOverrides`, any other under `indexes`.
    """
    if not query.get("from") or "findNearest" in query:
        return None
    source = query["from"][0]
    collection = source.get("collectionId", "")
    scope = "COLLECTION_GROUP" if source.get("allDescendants") else "COLLECTION"
    for need in _requirements(query):
        if not _is_served(need, collection, scope, declared):
            return _entry(need, collection, scope, declared)
    return None


def _requirements(query: Json) -> Iterator[Requirement]:
    branches = list(_branches(query.get("where")))
    order = _order(query, branches)
    for branch in branches:
        equalities = frozenset(
            Field(path, CONTAINS if op in ARRAY_EQUALITIES else ASCENDING)
            for path, op in branch
            if path != NAME and op in EQUALITIES | ARRAY_EQUALITIES
        )
        fixed = {field.path for field in equalities if field.mode != CONTAINS}
        yield Requirement(equalities, tuple(field for field in order if field.path not in fixed))


def _branches(where: Json | None) -> Iterator[list[tuple[str, str]]]:
    """The filter as an OR of ANDs of (field path, operator)."""
    if where is None:
        yield []
    elif "compositeFilter" in where:
        parts = [list(_branches(part)) for part in where["compositeFilter"].get("filters", [])]
        if where["compositeFilter"].get("op") == "OR":
            yield from (branch for part in parts for branch in part)
        else:
            yield from ([*chain.from_iterable(branches)] for branches in product(*parts))
    else:
        condition = where.get("fieldFilter") or where["unaryFilter"]
        yield [(condition["field"]["fieldPath"], condition["op"])]


def _order(query: Json, branches: list[list[tuple[str, str]]]) -> list[Field]:
    """The explicit order, then fields with an inequality by name, then `__name__`."""
    order = [
        Field(item["field"]["fieldPath"], item.get("direction", ASCENDING))
        for item in query.get("orderBy", [])
    ]
    direction = order[-1].mode if order else ASCENDING
    unequal = {
        path
        for branch in branches
        for path, op in branch
        if op not in EQUALITIES | ARRAY_EQUALITIES
    }
    implied = [*sorted(unequal - {NAME}), NAME]
    sorted_by = {field.path for field in order}
    return order + [Field(path, direction) for path in implied if path not in sorted_by]


def _is_served(need: Requirement, collection: str, scope: str, declared: Json) -> bool:
    if not need.equalities and need.order == (NAME_ASCENDING,):
        return True  # documents are stored in this order
    covered: set[Field] = set()
    served = False
    for index in _indexes(need, collection, scope, declared):
        equal, order = _split(index, len(need.order))
        if order == need.order and equal <= need.equalities:
            served = True
            covered |= equal
    return served and covered == need.equalities


def _split(index: list[Field], order_length: int) -> tuple[frozenset[Field], tuple[Field, ...]]:
    split = max(len(index) - order_length, 0)
    equal = (Field(f.path, CONTAINS if f.mode == CONTAINS else ASCENDING) for f in index[:split])
    return frozenset(equal), tuple(index[split:])


def _indexes(
    need: Requirement, collection: str, scope: str, declared: Json
) -> Iterator[list[Field]]:
    """Every index of the collection that could take part, each ending with `__name__`."""
    for path in {field.path for field in (*need.equalities, *need.order)} - {NAME}:
        for index in _single_field_indexes(path, collection, declared):
            if index.get("queryScope", "COLLECTION") == scope:
                yield _with_name([Field(path, _mode(index))])
    for index in declared.get("indexes", []):
        if index["collectionGroup"] == collection and index["queryScope"] == scope:
            yield _with_name([Field(f["fieldPath"], _mode(f)) for f in index["fields"]])


def _single_field_indexes(path: str, collection: str, declared: Json) -> list[Json]:
    """The override of the field, of a map around it, or of `*`; else the automatic indexes."""
    overrides = {
        override["fieldPath"]: override["indexes"]
        for override in declared.get("fieldOverrides", [])
        if override["collectionGroup"] == collection and "indexes" in override
    }
    parts = path.split(".")
    ancestors = [".".join(parts[:length]) for length in range(len(parts), 0, -1)]
    for candidate in [*ancestors, "*"]:
        if candidate in overrides:
            found: list[Json] = overrides[candidate]
            return found
    return [{"order": ASCENDING}, {"order": DESCENDING}, {"arrayConfig": CONTAINS}]


def _mode(field: Json) -> str:
    return str(field.get("order") or field.get("arrayConfig") or "VECTOR")


def _with_name(fields: list[Field]) -> list[Field]:
    if fields[-1].path == NAME:
        return fields
    return [*fields, Field(NAME, DESCENDING if fields[-1].mode == DESCENDING else ASCENDING)]


def _entry(need: Requirement, collection: str, scope: str, declared: Json) -> dict[str, Any]:
    fields = [*sorted(need.equalities), *need.order]
    if fields[:-1] and _with_name(fields[:-1]) == fields:
        fields.pop()  # implied
    if len(fields) == 1 and fields[0].path != NAME:
        (field,) = fields
        existing = _single_field_indexes(field.path, collection, declared)
        added = {**_index_field(field), "queryScope": scope}
        del added["fieldPath"]
        return {
            "collectionGroup": collection,
            "fieldPath": field.path,
            "indexes": [*({"queryScope": "COLLECTION", **index} for index in existing), added],
        }
    return {
        "collectionGroup": collection,
        "queryScope": scope,
        "fields": [_index_field(field) for field in fields],
    }


def _index_field(field: Field) -> dict[str, str]:
    key = "arrayConfig" if field.mode == CONTAINS else "order"
    return {"fieldPath": field.path, key: field.mode}
