"""Typed reads of stored documents, which the store of every domain is made of.

A store has three verbs: `get_x` raises NotFound, `find_x` may find nothing, and `query_x` makes a
query. What is read in one request is parsed one by one. What hardly changes an instance remembers.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Any, Generic, TypeVar

from google.cloud.firestore import (
    DELETE_FIELD,
    Client,
    DocumentReference,
    DocumentSnapshot,
    FieldFilter,
    Transaction,
)
from pydantic import ValidationError

from experience import logs, transactions
from experience.documents import SHARDS, Document, SparseDocument, Versioned
from experience.errors import NotFound

D = TypeVar("D", bound=Document)
S = TypeVar("S", bound=SparseDocument)
T = TypeVar("T")
V = TypeVar("V")


def get(
    client: Client,
    reference: DocumentReference,
    model: type[D],
    transaction: Transaction | None = None,
    *,
    what: str,
) -> D:
    """A stored document. One read. Raises NotFound for `what`."""
    return require(find(client, reference, model, transaction), what=what)


def find(
    client: Client,
    reference: DocumentReference,
    model: type[D],
    transaction: Transaction | None = None,
) -> D | None:
    """A stored document, or None. One read."""
    [snapshot] = transactions.read(client, [reference], transaction)
    return parse(snapshot, model)


def parse(snapshot: DocumentSnapshot[Any], model: type[D]) -> D | None:
    """The document that was read, or None; an empty one is none. Raises ValidationError."""
    data = transactions.fields(snapshot)
    return model.load(data) if data else None


def parse_versioned(snapshot: DocumentSnapshot[Any], model: type[D]) -> Versioned[D] | None:
    """The document that was read with the times of its writes, or None. Raises ValidationError."""
    value = parse(snapshot, model)
    if value is None:
        return None
    return Versioned(value, snapshot.update_time, snapshot.create_time)


def parse_or_log(snapshot: DocumentSnapshot[Any], model: type[D]) -> D | None:
    """The document that was read, or None.

    A document that does not validate is logged and counts as missing, so that one of many does not
    stop the others.
    """
    try:
        return parse(snapshot, model)
    except ValidationError as error:
        path = snapshot.reference.path
        logs.error("unreadable document", document=path, problems=error.error_count())
        return None


def require(document: T | None, *, what: str) -> T:
    """What was found. Raises NotFound for `what` where there is nothing."""
    if document is None:
        raise NotFound(what)
    return document


def field_updates(stored: S, changed: S) -> dict[str, Any]:
    """What turns one into the other, by top-level field: a field that ends is deleted."""
    ended = stored.dump().keys() - changed.dump().keys()
    return {**stored.difference(changed), **dict.fromkeys(ended, DELETE_FIELD)}


def in_all_shards(query: Any) -> Any:
    """A query in the order of time, by an index that begins with the shard."""
    return query.where(filter=FieldFilter("shard", "in", list(range(SHARDS))))


class Memory(Generic[V]):
    """The values used last, at most `max_count`, each for at most `max_age_seconds()`."""

    def __init__(self, max_count: int, max_age_seconds: Callable[[], float] | None = None) -> None:
        self._max_count = max_count
        self._max_age_seconds = max_age_seconds
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, tuple[V, float]] = OrderedDict()

    def get(self, key: str) -> V | None:
        """The value that was kept under this key, unless it is too old or was dropped."""
        with self._lock:
            if key not in self._kept:
                return None
            value, kept_at = self._kept[key]
            if self._max_age_seconds and time.monotonic() - kept_at >= self._max_age_seconds():
                return None
            self._kept.move_to_end(key)
            return value

    def keep(self, key: str, value: V) -> V:
        """Keep a value, which it returns; the one used longest ago is dropped if need be."""
        with self._lock:
            self._kept[key] = value, time.monotonic()
            self._kept.move_to_end(key)
            while len(self._kept) > self._max_count:
                self._kept.popitem(last=False)
        return value
