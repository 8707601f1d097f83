"""What every sweep does: all results of a query, in pages, whatever single ones are like."""

import contextlib
import traceback
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from google.cloud.firestore import DocumentSnapshot

from experience import logs

PAGE_SIZE = 200

Found = DocumentSnapshot[Any]


def pages(query: Any, after: dict[str, Any] | None = None) -> Iterator[list[Found]]:
    """The results of an ordered query, each once, from behind the values `after` on."""
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
    """A document that cannot be read, or be mended now, is logged and does not stop the others."""
    try:
        yield
    except Exception:  # noqa: BLE001
        logs.error("sweep failed", document=snapshot.reference.path, exc=traceback.format_exc())


def repair_each(
    found: Iterable[Found], put_right: Callable[[dict[str, Any]], bool]
) -> tuple[int, list[Found]]:
    """How many of these had something to be put right, and those where that failed.

    `put_right` gets the fields, with the ids that the path tells. A document that cannot be read,
    or be mended now, is logged and does not stop the others.
    """
    mended, failed = 0, []
    for snapshot in found:
        path = snapshot.reference.path
        match path.split("/"):
            case ["projects", project_id, _, own_id]:
                ids = {"projectId": project_id, "id": own_id}
            case _:  # a collection group holds all of one name: events have sessions as well
                continue
        try:
            mended += put_right({**(snapshot.to_dict() or {}), **ids})
        except Exception:  # noqa: BLE001
            logs.error("sweep failed", document=path, exc=traceback.format_exc())
            failed.append(snapshot)
    return mended, failed
