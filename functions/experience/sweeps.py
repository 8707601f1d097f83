"""What every sweep does: it reads a query in pages, and no single document stops it."""

import contextlib
import traceback
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from google.cloud.firestore import DocumentSnapshot

from experience import logs

PAGE_SIZE = 200

Found = DocumentSnapshot[Any]


def query_pages(query: Any, after: dict[str, Any] | None = None) -> Iterator[list[Found]]:
    """The results of an ordered query, each once, that come after the values `after`."""
    start: Any = after
    while True:
        page = list((query.start_after(start) if start else query).limit(PAGE_SIZE).stream())
        if page:
            yield page
        if len(page) < PAGE_SIZE:
            return
        start = page[-1]


@contextlib.contextmanager
def logging_failure(snapshot: Found) -> Iterator[None]:
    """Log the failure of one document, so that it does not stop the others."""
    try:
        yield
    except Exception:  # noqa: BLE001
        logs.error("sweep failed", document=snapshot.reference.path, exc=traceback.format_exc())


def repair_each(
    found: Iterable[Found], repair: Callable[[dict[str, Any]], bool]
) -> tuple[int, list[Found]]:
    """The number of documents that `repair` changed, and the documents for which it failed.

    `repair` gets the fields with the ids from the path, and returns whether it changed anything.
    A failure is logged and does not stop the others.
    """
    repaired, failed = 0, []
    for snapshot in found:
        path = snapshot.reference.path
        match path.split("/"):
            case ["projects", project_id, _, own_id]:
                ids = {"projectId": project_id, "id": own_id}
            case _:  # a collection group holds all of one name: events have sessions as well
                continue
        try:
            repaired += repair({**(snapshot.to_dict() or {}), **ids})
        except Exception:  # noqa: BLE001
            logs.error("sweep failed", document=path, exc=traceback.format_exc())
            failed.append(snapshot)
    return repaired, failed
