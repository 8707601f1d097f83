"""One run of the nightly sweep: its deadline, what it deletes, and where it stops."""

import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol, TypeVar

from google.cloud.firestore import Client

from experience import clock, sweeps

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
        """Projects whose download URLs a task updates."""
        self.deleted = {"guests": 0, "sessions": 0, "counts": 0, "uploads": 0}
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
