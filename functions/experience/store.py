"""Typed reads of stored documents, which every domain's store is made of."""

from typing import Any, TypeVar

from google.cloud.firestore import DocumentSnapshot
from pydantic import ValidationError

from experience import logs
from experience.documents import Document

D = TypeVar("D", bound=Document)


def parse_or_log(model: type[D], snapshot: "DocumentSnapshot[Any]") -> D | None:
    """The stored document; None where there is none, and for one that does not validate.

    An operator finds the latter in the log.
    """
    if not snapshot.exists:
        return None
    try:
        return model.load(snapshot.to_dict() or {})
    except ValidationError as error:
        path = snapshot.reference.path
        logs.error("unreadable document", document=path, problems=error.error_count())
        return None
