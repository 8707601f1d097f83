"""Typed reads of stored documents, which the store of every domain is made of.

A store has three verbs: `get_x` raises NotFound, `find_x` may find nothing, and `query_x` makes a
query. What is read in one request is parsed one by one.
"""

from typing import Any, TypeVar

from google.cloud.firestore import Client, DocumentReference, DocumentSnapshot, Transaction
from pydantic import ValidationError

from experience import logs, transactions
from experience.documents import Document, Versioned
from experience.errors import NotFound

D = TypeVar("D", bound=Document)
T = TypeVar("T")


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
