"""Lists in pages: newest first, each page beginning where the one before ended."""

import base64
import re
from typing import Any, Generic, TypeVar

from google.cloud.firestore import CollectionReference, DocumentSnapshot, FieldFilter, Query

from experience.documents import Document
from experience.errors import InvalidArgument
from experience.ids import fingerprint
from experience.store import parse_or_log

D = TypeVar("D", bound=Document)

_DESCENDING = "DESCENDING"

# The list that a token is of, and the time and the name of the last document that was shown. What
# Firestore does not take as a time or a name must not reach it: a token is what a client sends.
_TOKEN = re.compile(r"([0-9a-f]{16})/([0-9]{1,16})/((?!\.{1,2}$|__)[^/\0]+)")


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
) -> Page[D]:
    """One page of a collection by `createdAt`, with the equalities that are not None.

    One read for each item, and one more to know whether another page follows. A document that
    cannot be read is left out. Raises InvalidArgument for a token of another list.
    """
    wanted = {field: value for field, value in filters.items() if value is not None}
    query: Query = collection
    for field, value in wanted.items():
        query = query.where(filter=FieldFilter(field, "==", value))
    query = query.order_by("createdAt", direction=_DESCENDING).order_by(
        "__name__", direction=_DESCENDING
    )
    scope = fingerprint(_path(collection), wanted)[:16]
    if page_token is not None:
        created_at, name = _parse(page_token, scope)
        query = query.start_after({"createdAt": created_at, "__name__": collection.document(name)})
    found: list[DocumentSnapshot[Any]] = list(query.limit(page_size + 1).stream())
    shown = found[:page_size]
    token = _token(shown[-1], scope) if len(found) > page_size else None
    items = [item for each in shown if (item := parse_or_log(each, model))]
    return Page(items=items, next_page_token=token)


def _path(collection: CollectionReference) -> str:
    parent = collection.parent
    return collection.id if parent is None else f"{parent.path}/{collection.id}"


def _token(snapshot: "DocumentSnapshot[Any]", scope: str) -> str:
    plain = f"{scope}/{snapshot.get('createdAt')}/{snapshot.id}"
    return base64.urlsafe_b64encode(plain.encode()).decode().rstrip("=")


def _parse(token: str, scope: str) -> tuple[int, str]:
    refusal = InvalidArgument(("pageToken", "is not a token of this list"))
    try:
        plain = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)).decode()
    except ValueError as error:
        raise refusal from error
    found = _TOKEN.fullmatch(plain)
    if found is None or found[1] != scope:
        raise refusal
    return int(found[2]), found[3]
