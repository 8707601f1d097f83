"""Suspending the download URLs of a project that closes, and restoring them when it opens again.

A project is closed while it, or its workspace, is archived or deleted. The stored URLs stay as they
are, so that they work again afterwards (docs/decisions/0024-closed-projects-suspend-their-urls.md).
"""

from concurrent.futures import ThreadPoolExecutor

from experience import clients, clock, config, logs, sweeps
from experience.ids import fingerprint
from experience.media.models import UpdateDownloadUrls
from experience.media.store import download_urls, objects
from experience.projects import store
from experience.workflows.execution.worker import TASK_SECONDS

UPDATE_MS = 240_000
"""How long one task works; the function has 300 s. The next one continues."""

MAX_WORKERS = 8


def enqueue_for_project(project_id: str, cause: str, *, is_open: bool) -> None:
    """Have a project's URLs updated. One task; two if it has closed. Safe to repeat.

    An instance that remembers the project as open may confirm an upload, and a worker store a
    picture, when all others are suspended. The second task comes when both have ended.
    """
    enqueue(UpdateDownloadUrls(project_id=project_id, cause=cause))
    if not is_open:
        late = config.STATUS_SECONDS.value + TASK_SECONDS
        again = UpdateDownloadUrls(project_id=project_id, cause=f"{cause} again")
        enqueue(again, delay_seconds=late)


def enqueue_for_workspace(workspace_id: str, cause: str, *, is_open: bool) -> None:
    """Have the URLs of all projects of a workspace updated. A read for each. Safe to repeat."""
    query = store.query_project_ids(clients.firestore(), workspace_id)

    def one(found: sweeps.Found) -> None:
        enqueue_for_project(found.id, cause, is_open=is_open)

    with ThreadPoolExecutor(MAX_WORKERS) as pool:
        for page in sweeps.query_pages(query):
            list(pool.map(one, page))


def enqueue(task: UpdateDownloadUrls, *, delay_seconds: float = 0) -> None:
    """Enqueue a task once: its name is derived from its payload."""
    payload = task.model_dump(mode="json", by_alias=True)
    name = fingerprint("updateDownloadUrls", *payload.values())
    clients.enqueue("updateDownloadUrls", payload, task_id=name, delay_seconds=delay_seconds)


def update_download_urls(task: UpdateDownloadUrls, milliseconds: int = UPDATE_MS) -> None:
    """Suspend or restore the URLs of a project's objects, as the project is at this moment.

    The project is read again after the last change. If it has been closed or opened meanwhile, all
    begins again, so the last of several tasks leaves what is right, in whichever order they come
    and however often. Four reads; a request to the storage for a thousand objects, and one for each
    hundred to change. Without time the next task continues.
    """
    until = clock.now_ms() + milliseconds
    after, is_open = task.after, _is_open(task.project_id)
    while is_open is not None:
        after = _update_from(task.project_id, after, is_open, until)
        was_open, is_open = is_open, _is_open(task.project_id)
        if is_open != was_open:
            after = ""
        elif not after:
            return
        if clock.now_ms() >= until:
            enqueue(task.model_copy(update={"after": after, "part": task.part + 1}))
            return


def _is_open(project_id: str) -> bool | None:
    """Whether the project is open; None if that cannot be read. Two reads."""
    return store.find_open(clients.firestore(), [project_id]).get(project_id)


def _update_from(project_id: str, after: str, is_open: bool, until: int) -> str:
    """Update objects until the time is over; gives the name of the next one, or "" after all."""
    changed, reached = 0, ""
    for index, blobs in enumerate(objects.list_pages(f"projects/{project_id}/", after)):
        if index and clock.now_ms() >= until:  # a task gets somewhere, however little time it has
            reached = str(blobs[0].name)
            break
        changed += download_urls.update(blobs, is_open=is_open)
    if changed:
        logs.info("download urls updated", project=project_id, open=is_open, objects=changed)
    return reached
