"""Web clients of Firestore, by its REST API: the rules decide about each of their requests."""

import functools
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import urllib3

from emulator.demo.client import unsigned_token

# Thousands of requests are asked of the rules: connections are kept.
_CONNECTIONS = urllib3.PoolManager(maxsize=16)

_token = functools.cache(unsigned_token)


# By which a guest asks for their own sessions, beside their uid.
VISITS: dict[str, Any] = {"mode": "guest", "configSource": "published"}


@dataclass(frozen=True)
class RestClient:
    """Somebody with or without a uid. Each method says whether the rules allow what it does.

    https://firebase.google.com/docs/firestore/reference/rest/v1/projects.databases.documents
    """

    firestore: str
    """host:port of the emulator."""
    project: str
    """The Firebase project."""
    uid: str | None

    def get(self, path: str) -> bool:
        return self._ask("GET", f"/{path}")

    def query(
        self,
        path: str,
        /,
        *,
        everywhere: bool = False,
        limit: int | None = 100,
        **where: str | None,
    ) -> bool:
        """The documents of a collection whose fields equal these; `everywhere`: of its name."""
        parent, collection = self._query_of(path, everywhere, where)
        collection |= {} if limit is None else {"limit": limit}
        return self._ask("POST", f"{parent}:runQuery", {"structuredQuery": collection})

    def count(self, path: str, /, **where: str | None) -> bool:
        parent, collection = self._query_of(path, False, where)
        collection["limit"] = 100
        counted = {"structuredQuery": collection, "aggregations": [{"count": {}}]}
        aggregation = {"structuredAggregationQuery": counted}
        return self._ask("POST", f"{parent}:runAggregationQuery", aggregation)

    def get_all(self, *paths: str) -> bool:
        return self._ask("POST", ":batchGet", {"documents": [self._name(path) for path in paths]})

    def create(self, path: str, /, **fields: Any) -> bool:
        collection, _, document = path.rpartition("/")
        return self._ask("POST", f"/{collection}?documentId={document}", _document(fields))

    def update(self, path: str, /, **fields: Any) -> bool:
        mask = "".join(f"&updateMask.fieldPaths={name}" for name in fields)
        return self._ask("PATCH", f"/{path}?currentDocument.exists=true{mask}", _document(fields))

    def remove_field(self, path: str, name: str) -> bool:
        mask = f"currentDocument.exists=true&updateMask.fieldPaths={name}"
        return self._ask("PATCH", f"/{path}?{mask}", _document({}))

    def delete(self, path: str) -> bool:
        return self._ask("DELETE", f"/{path}")

    def commit(self, *writes: dict[str, Any]) -> bool:
        return self._ask("POST", ":commit", {"writes": list(writes)})

    def write(self, path: str, fields: dict[str, Any]) -> dict[str, Any]:
        """A write for `commit` that makes a new document of these fields."""
        document = {"name": self._name(path), **_document(fields)}
        return {"update": document, "currentDocument": {"exists": False}}

    def increment(self, path: str, field: str) -> dict[str, Any]:
        """A write for `commit` that carries no field, only what is to be done to one."""
        transform = {"fieldPath": field, "increment": {"integerValue": "1"}}
        return {"transform": {"document": self._name(path), "fieldTransforms": [transform]}}

    def _query_of(
        self, path: str, everywhere: bool, where: dict[str, str | None]
    ) -> tuple[str, dict[str, Any]]:
        parent, _, collection = path.rpartition("/")
        query: dict[str, Any] = {
            "from": [{"collectionId": collection, "allDescendants": everywhere}]
        }
        filters = [_equals(name, value) for name, value in where.items()]
        if filters:
            query["where"] = {"compositeFilter": {"op": "AND", "filters": filters}}
        return "" if everywhere or not parent else f"/{parent}", query

    def _name(self, path: str) -> str:
        return f"projects/{self.project}/databases/(default)/documents/{path}"

    def _ask(self, method: str, path: str, body: Any = None) -> bool:
        headers = {"Content-Type": "application/json"}
        if self.uid is not None:
            headers["Authorization"] = f"Bearer {_token(self.project, self.uid)}"
        url = f"http://{self.firestore}/v1/{self._name('').rstrip('/')}{path}"
        data = None if body is None else json.dumps(body).encode()
        answer = _CONNECTIONS.request(method, url, body=data, headers=headers, timeout=30)
        if answer.status in {200, 404}:  # what is not there may be known not to be there
            return True
        assert answer.status == 403, f"{method} {path}: {answer.status} {answer.data.decode()}"
        return False


def _document(fields: dict[str, Any]) -> dict[str, Any]:
    return {"fields": {name: _value(value) for name, value in fields.items()}}


def _value(value: Any) -> dict[str, Any]:
    """https://firebase.google.com/docs/firestore/reference/rest/v1/Value"""
    if value is None:
        return {"nullValue": None}
    kinds: dict[type, Callable[[Any], dict[str, Any]]] = {
        bool: lambda given: {"booleanValue": given},
        int: lambda given: {"integerValue": str(given)},
        float: lambda given: {"doubleValue": given},
        str: lambda given: {"stringValue": given},
        list: lambda given: {"arrayValue": {"values": [_value(item) for item in given]}},
        dict: lambda given: {"mapValue": _document(given)},
    }
    return kinds[type(value)](value)


def _equals(name: str, value: str | None) -> dict[str, Any]:
    field = {"fieldPath": name}
    if value is None:
        return {"unaryFilter": {"field": field, "op": "IS_NULL"}}
    return {"fieldFilter": {"field": field, "op": "EQUAL", "value": {"stringValue": value}}}
