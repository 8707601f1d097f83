"""One run of the nightly sweep: its deadline, what it deletes, and where it stops."""

import threading
import traceback
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol, TypeVar

from google.cloud.firestore import Client, DocumentReference

from experience import clock, logs, sweeps, transactions
from experience.media.models import UpdateDownloadUrls
from experience.media.store.parents import find_open
from experience.media.store.uploads import Listed
from experience.media.usecases.update_download_urls import enqueue
from experience.retention import store
from experience.transforms.models.quota import day_of

MAX_WORKERS = 8


class HasId(Protocol):
    """What a sweep goes through, such as projects."""

    @property
    def id(self) -> str: ...


T = TypeVar("T", bound=HasId)


class SweepRun:
    """One run of the sweep: its deadline, and what it has deleted."""

    def __init__(self, client: Client, milliseconds: int) -> None:
        self.client = client
        self.now = clock.now_ms()
        self.updated: set[str] = set()
        """The parents whose download URLs a task updates."""
        self.deleted = {"guests": 0, "sessions": 0, "counts": 0, "uploads": 0, "progress": 0}
        self._until = self.now + milliseconds
        self._lock = threading.Lock()

    def count(self, kind: str, number: int = 1) -> None:
        with self._lock:
            self.deleted[kind] += number

    @property
    def is_over(self) -> bool:
        return clock.now_ms() >= self._until

    def delete_each(
        self,
        kind: str,
        pages: Iterable[list[sweeps.Found]],
        delete: Callable[[sweeps.Found], int],
    ) -> None:
        """Do this for all that was found, many at once, for as long as there is time.

        `delete` returns how many of this kind it has deleted.
        """

        def one(found: sweeps.Found) -> int:
            return 0 if self.is_over else delete(found)

        with ThreadPoolExecutor(MAX_WORKERS) as pool:
            for page in pages:
                self.count(kind, sum(pool.map(one, page)))
                if self.is_over:
                    return

    def go_through(self, found: Iterable[T], first: str, sweep: Callable[[T], None]) -> str:
        """Sweep each once, from the one at which the last run stopped.

        Returns the id of the one at which this run stopped, or "" after all of them.
        """
        for each in sorted(found, key=lambda each: (each.id < first, each.id)):
            if self.is_over:
                return each.id
            sweep(each)
            if self.is_over:
                return each.id
        return ""


def delete_counts(run: SweepRun, parent: DocumentReference, until: int) -> None:
    """Delete the counts of a project's or an event's transforms of the days before this one."""
    for page in sweeps.query_pages(store.query_counts_until(parent, day_of(until))):
        batch = run.client.batch()
        for each in page:
            batch.delete(each.reference)
        transactions.retry(batch.commit)
        run.count("counts", len(page))


def enqueue_updates(run: SweepRun, found: Sequence[Listed]) -> None:
    """Have URLs suspended or restored where an event was lost, or an object came too late.

    A read for each parent, and one for its workspace. One task for a parent in each run.
    """
    of_parent: dict[str, list[Listed]] = {}
    for each in found:
        if each.parent not in run.updated and each.has_urls:
            of_parent.setdefault(each.parent, []).append(each)
    for parent, is_open in find_open(run.client, of_parent).items():
        if any(each.is_due(is_open=is_open) for each in of_parent[parent]):
            run.updated.add(parent)
            try:
                enqueue(UpdateDownloadUrls(parent=parent, cause=f"sweep {run.now}"))
            except Exception:  # noqa: BLE001  (the next run finds it again)
                logs.error("sweep failed", parent=parent, exc=traceback.format_exc())
