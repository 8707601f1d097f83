"""Suspending the download URLs of a project or an event that closes, until it opens again.

It is closed while it, or its workspace, is archived or deleted. The stored URLs stay as they
are, so that they work again afterwards (docs/decisions/0024-closed-projects-suspend-their-urls.md).
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from experience import clients, clock, config, logs, sweeps
from experience.ids import fingerprint
from experience.media.models import UpdateDownloadUrls
from experience.media.store import download_urls, objects, parents
from experience.workflows.execution.worker import TASK_SECONDS

if TYPE_CHECKING:
    from google.cloud.storage import Blob

UPDATE_MS = 240_000
"""How long one task works; the function has 300 s. The next one continues."""

MAX_WORKERS = 8


def enqueue_for_parent(parent: str, cause: str, *, is_open: bool) -> None:
    """Have a parent's URLs updated. One task; two if it has closed. Safe to repeat.

    An instance that remembers the parent as open may confirm an upload, and a worker store a
    picture, when all others are suspended. The second task comes when both have ended.
    """
    enqueue(UpdateDownloadUrls(parent=parent, cause=cause))
    if not is_open:
        late = config.STATUS_SECONDS.value + TASK_SECONDS
        again = UpdateDownloadUrls(parent=parent, cause=f"{cause} again")
        enqueue(again, delay_seconds=late)


def enqueue_for_workspace(workspace_id: str, cause: str, *, is_open: bool) -> None:
    """Have the URLs of all projects and events of a workspace updated. A read for each.

    Safe to repeat.
    """

    def one(found: sweeps.Found) -> None:
        enqueue_for_parent(found.reference.path, cause, is_open=is_open)

    with ThreadPoolExecutor(MAX_WORKERS) as pool:
        for query in parents.query_parents(clients.firestore(), workspace_id):
            for page in sweeps.query_pages(query):
                list(pool.map(one, page))


def enqueue(task: UpdateDownloadUrls, *, delay_seconds: float = 0) -> None:
    """Enqueue a task once: its name is derived from its payload."""
    payload = task.model_dump(mode="json", by_alias=True)
    name = fingerprint("updateDownloadUrls", *payload.values())
    clients.enqueue("updateDownloadUrls", payload, task_id=name, delay_seconds=delay_seconds)


def update_download_urls(task: UpdateDownloadUrls, milliseconds: int = UPDATE_MS) -> None:
    """Suspend or restore the URLs of a parent's objects, as the parent is at this moment.

    The parent is read again after the last change. If it has been closed or opened meanwhile, all
    begins again, so the last of several tasks leaves what is right, in whichever order they come
    and however often. Four reads; a request to the storage for a thousand objects, and one for each
    hundred to change. Without time the next task continues.
    """
    until = clock.now_ms() + milliseconds
    after, is_open = task.after, _is_open(task.parent)
    while is_open is not None:
        after = _update_from(task.parent, after, is_open, until)
        was_open, is_open = is_open, _is_open(task.parent)
        if is_open != was_open:
            after = ""
        elif not after:
            return
        if clock.now_ms() >= until:
            enqueue(task.model_copy(update={"after": after, "part": task.part + 1}))
            return


def _is_open(parent: str) -> bool | None:
    """Whether the parent is open; None if that cannot be read. Two reads."""
    return parents.find_open(clients.firestore(), [parent]).get(parent)


def _update_from(parent: str, after: str, is_open: bool, until: int) -> str:
    """Update objects until the time is over; gives the name of the next one, or "" after all."""
    changed, reached = 0, ""
    for index, blobs in enumerate(_pages(parent, after)):
        if index and clock.now_ms() >= until:  # a task gets somewhere, however little time it has
            reached = str(blobs[0].name)
            break
        changed += download_urls.update(blobs, is_open=is_open)
    if changed:
        logs.info("download urls updated", parent=parent, open=is_open, objects=changed)
    return reached


def _pages(parent: str, after: str) -> "Iterator[list[Blob]]":
    """The parent's objects from the one named `after` on."""
    for folder in parents.folders(parent):
        if folder > after or after.startswith(folder):
            yield from objects.list_pages(folder, after if after.startswith(folder) else "")
