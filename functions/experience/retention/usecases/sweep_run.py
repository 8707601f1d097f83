"""One run of the nightly sweep, or a task that goes on with a part of it."""

import threading
from collections.abc import Callable, Sequence
from typing import Any

from google.cloud.firestore import DocumentReference

from experience import sweeps, transactions
from experience.media.models import UpdateDownloadUrls
from experience.media.store.parents import find_open
from experience.media.store.uploads import Listed
from experience.media.usecases.update_download_urls import enqueue
from experience.retention import store
from experience.sweeps import Found, Part, Rest, Sweep
from experience.transforms.models.quota import day_of

NAME = "sweepRetention"
KINDS = ("guests", "sessions", "counts", "uploads", "progress")


ORPHANS_AFTER_SECONDS = 4 * 3600
"""How long after tasks may go on with a project's guests others look through its sessions."""


class SweepRun(Sweep):
    """One run of the sweep: its deadline, and what it has deleted."""

    def __init__(self, milliseconds: int, rest: Rest | None = None) -> None:
        super().__init__(NAME, milliseconds, rest)
        self.now = self.started_at
        self.updated: set[str] = set()
        """The parents whose download URLs a task updates."""
        self.kept_until = self.now
        """What the project or event at hand no longer keeps was there by then (Unix ms)."""
        self.waiting: set[str] = set()
        """The projects with whose guests tasks go on."""
        self._lock = threading.Lock()

    def delay_of(self, rest: Rest) -> float:
        """A project's sessions wait for its guests: until they are gone, none is nobody's."""
        return ORPHANS_AFTER_SECONDS if (rest.kind, rest.part) == ("sessions", 1) else 0

    def count(self, kind: str, number: int = 1) -> None:
        """Count what was deleted along with something else. From any thread."""
        with self._lock:
            self.done[kind] += number

    @property
    def deleted(self) -> dict[str, int]:
        """How much of each kind it has deleted."""
        return {kind: self.done[kind] for kind in KINDS}

    def delete_due(
        self, kind: str, query: Any, delete: Callable[[Found], int], field: str
    ) -> int | None:
        """Delete what a query finds; the time, in `field`, of the first that it did not come to."""
        stopped = self.repair(Part(kind, query, delete, (field,), self.now - self.kept_until))
        return int(stopped[1].get(field)) if stopped else None


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
                enqueue(UpdateDownloadUrls(parent=parent, cause=f"sweep {run.rest.begun_at}"))
            except Exception:  # noqa: BLE001  (the next run finds it again)
                run.log_failure(parent=parent)
                run.failed += 1
