"""What a migration is: a query, and pure functions from the fields of a document to a difference.

A difference names what is written, by field paths as Firestore has them (`lease.holder`). The value
`DELETE_FIELD` deletes a field. Fields that it does not name stay as they are, also those that
nobody knows here. An empty difference means that the document has its new shape already.
"""

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from google.cloud.firestore import DELETE_FIELD, Client, DocumentSnapshot, FieldFilter
from google.cloud.firestore_v1.field_path import FieldPath

from experience.documents import shard_of

Fields = dict[str, Any]
Difference = dict[str, Any]
Change = Callable[[Fields], Difference]


@dataclass(frozen=True)
class Query:
    """The documents of a collection, named without ids (`workspaces/runs`), with these values.

    A value in `where` must still be there after the change, or a revert does not find the document.
    In a collection below another, each field of `where` needs a field override with the scope
    COLLECTION_GROUP in `firestore.indexes.json`.
    """

    collection: str
    where: tuple[tuple[str, Any], ...] = ()

    def of(self, client: Client) -> Any:
        """The query. It may find documents of other collections: see `holds`."""
        name = self.collection.rpartition("/")[2]
        is_top_level = name == self.collection
        query: Any = client.collection(name) if is_top_level else client.collection_group(name)
        for field, value in self.where:
            query = query.where(filter=FieldFilter(field, "==", value))
        return query

    def holds(self, path: str) -> bool:
        """Whether a document is of the collection, and not of another one of the same name."""
        return "/".join(path.split("/")[::2]) == self.collection


@dataclass(frozen=True)
class Migration:
    """One of `operations/migrations/`. `code`: a hash of its source."""

    id: str
    title: str
    query: Query
    change: Change
    inverse: Change | None
    code: str

    def would_change(self, snapshot: DocumentSnapshot[Any]) -> bool:
        """Whether a document has the old shape, or one for which the change fails."""
        try:
            return bool(self.change(snapshot.to_dict() or {}))
        except Exception:  # noqa: BLE001
            return True


def renamed(fields: Fields, names: Mapping[str, str]) -> Difference:
    """The difference that gives fields their new names, by paths from old to new.

    Where a document has both, a newer writer has written the new one, and it stays.
    """
    difference: Difference = {}
    for old, new in names.items():
        parent, name = _parent(fields, old)
        if parent is None or name not in parent:
            continue
        target, new_name = _parent(fields, new)
        if target is None or new_name not in target:
            difference[new] = parent[name]
        difference[old] = DELETE_FIELD
    return difference


def swapped(names: Mapping[str, str]) -> dict[str, str]:
    """The way back."""
    return {new: old for old, new in names.items()}


def sharded(fields: Fields, *named_by: str) -> Difference:
    """The difference that gives a document its shard, which follows from these fields.

    Raises KeyError for a document without them.
    """
    if fields.get("shard") is not None:
        return {}
    return {"shard": shard_of("/".join(str(fields[each]) for each in named_by))}


def unsharded(fields: Fields) -> Difference:
    """The way back. Code from before shards asks for none."""
    return {"shard": DELETE_FIELD} if "shard" in fields else {}


def applied(fields: Fields, difference: Difference) -> Fields:
    """The fields of a document after a difference was written."""
    result = copy.deepcopy(fields)
    for path, value in difference.items():
        *parents, name = FieldPath.from_string(path).parts
        target = result
        for each in parents:
            if not isinstance(target.get(each), dict):
                target[each] = {}
            target = target[each]
        if value is DELETE_FIELD:
            target.pop(name, None)
        else:
            target[name] = value
    return result


def _parent(fields: Fields, path: str) -> tuple[Fields | None, str]:
    """The map that holds the field of this path, None where there is no such map, and its name."""
    *parents, name = FieldPath.from_string(path).parts
    found: Any = fields
    for each in parents:
        found = found.get(each) if isinstance(found, dict) else None
    return (found if isinstance(found, dict) else None), name
