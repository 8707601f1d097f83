"""Lists in pages, each beginning where the one before ended."""

import base64
import json
import re
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from google.cloud.firestore import (
    Client,
    CollectionReference,
    DocumentReference,
    DocumentSnapshot,
    FieldFilter,
    Query,
)

from experience.documents import Document
from experience.errors import InvalidArgument
from experience.ids import fingerprint
from experience.store import in_all_shards, parse_or_log

D = TypeVar("D", bound=Document)

_ASCENDING = "ASCENDING"
_DESCENDING = "DESCENDING"

# The list that a token is of, and the value and the name of the last document that was shown. What
# Firestore does not take as a value or a name must not reach it: a token is what a client sends.
_NUMBER = r"[0-9]{1,16}(?:\.[0-9]{1,20})?(?:e-[0-9]{1,3})?"
_NAME = r"(?!\.{1,2}(?:/|$)|__)[^/\0]+"
_TEXT = r'"(?:[^"\\]|\\.)*"'
_TOKEN = re.compile(rf"([0-9a-f]{{16}})/({_NUMBER}|{_TEXT})/({_NAME}(?:/{_NAME})*)")


class Page(Document, Generic[D]):
    """What a list call answers; `next_page_token` is None on the last page."""

    items: list[D]
    next_page_token: str | None


def newest_first(
    collection: Any,
    filters: dict[str, str | None],
    page_size: int,
    page_token: str | None,
    model: type[D],
    *,
    is_sharded: bool = False,
) -> Page[D]:
    """One page of a collection by `createdAt`, with the equalities that are not None.

    `is_sharded`: its documents have a shard, as many are made at once. One read for each item, and
    one more to know whether another page follows. A document that cannot be read is left out.
    Raises InvalidArgument for a token of another list.
    """
    wanted = {field: value for field, value in filters.items() if value is not None}
    query: Query = in_all_shards(collection) if is_sharded else collection
    for field, value in wanted.items():
        query = query.where(filter=FieldFilter(field, "==", value))
    scope = fingerprint(_path(collection), wanted)[:16]
    order = PageOrder("createdAt", scope, collection)
    shown, token = read_page(query, order, page_size, page_token)
    items = [item for each in shown if (item := parse_or_log(each, model))]
    return Page(items=items, next_page_token=token)


@dataclass(frozen=True)
class PageOrder:
    """How a list is ordered: by this field, from the highest, and which list it is.

    `is_ascending`: from the lowest. `is_text`: the field holds texts, not numbers. `scope` is a
    fingerprint of what is listed. Documents are named by their ids in a `collection`, in a group of
    them by their paths.
    """

    order_by: str
    scope: str
    collection: CollectionReference | None = None
    client: Client | None = None
    is_ascending: bool = False
    is_text: bool = False

    @property
    def direction(self) -> str:
        """As Firestore names it."""
        return _ASCENDING if self.is_ascending else _DESCENDING

    def token(self, last: "DocumentSnapshot[Any]") -> str:
        """What leads on from this document."""
        name = last.id if self.collection else last.reference.path
        value = last.get(self.order_by)
        shown = json.dumps(value) if isinstance(value, str) else value
        plain = f"{self.scope}/{shown}/{name}"
        return base64.urlsafe_b64encode(plain.encode()).decode().rstrip("=")

    def parse(self, token: str) -> dict[str, Any]:
        """The values of the document that a token leads on from. InvalidArgument."""
        refusal = InvalidArgument(("pageToken", "is not a token of this list"))
        try:
            plain = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)).decode()
            found = _TOKEN.fullmatch(plain)
            if found is None or found[1] != self.scope:
                raise refusal
            value = json.loads(found[2])
            if isinstance(value, str) != self.is_text:
                raise refusal
            if isinstance(value, str):
                value.encode()  # half a character is none
            return {self.order_by: value, "__name__": self._document(found[3])}
        except ValueError as error:
            raise refusal from error

    def _document(self, name: str) -> DocumentReference:
        if self.collection is None:
            assert self.client is not None
            return self.client.document(name)
        if "/" in name:
            raise ValueError("a name in a collection has no slash")
        reference: DocumentReference = self.collection.document(name)
        return reference


def read_page(
    query: Query, order: PageOrder, page_size: int, page_token: str | None
) -> tuple[list["DocumentSnapshot[Any]"], str | None]:
    """The documents of one page, in their order, and the token of the next page.

    One read for each, and one more to know whether another page follows. InvalidArgument.
    """
    query = query.order_by(order.order_by, direction=order.direction)
    query = query.order_by("__name__", direction=order.direction)
    if page_token is not None:
        query = query.start_after(order.parse(page_token))
    found: list[DocumentSnapshot[Any]] = list(query.limit(page_size + 1).stream())
    shown = found[:page_size]
    return shown, order.token(shown[-1]) if len(found) > page_size else None


def _path(collection: CollectionReference) -> str:
    parent = collection.parent
    return collection.id if parent is None else f"{parent.path}/{collection.id}"
