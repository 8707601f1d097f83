"""What every sweep does: for a limited time it repairs what it finds, and says what is left.

A sweep stops between two documents when its time is over, remembers where, and begins there the
next time. No single document stops it: what fails is logged and counted. Every run ends with one
log line `sweep` and with `/sweeps/{name}`, by the name of the deployed function.
"""

import contextlib
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from google.cloud.firestore import Client, DocumentReference, DocumentSnapshot

from experience import clients, clock, logs, transactions
from experience.documents import Document
from experience.store import find

PAGE_SIZE = 200
RUN_MS = 240_000
"""How long a run may last; its function has 300 s."""
LONG_RUN_MS = 1_500_000
"""How long a daily run may last; its function has 1800 s."""
MAX_WORKERS = 16
"""How many documents of a page are repaired at once: each mostly waits for the database."""
MAX_COUNTED = 100_000
"""Up to how many documents what is left is counted, at one read for each thousand."""

Found = DocumentSnapshot[Any]


class Cursor(Document):
    """The last document that a run came to: the values that it is ordered by, and its path."""

    values: list[Any] = []
    path: str


class LastRun(Document):
    """`/sweeps/{name}`: the last run of a sweep, and the cursor of each kind it did not finish.

    `left` is what the run did not come to, up to `MAX_COUNTED` of each kind.
    `oldestOverdueSeconds`: how long the oldest of that is due, where a query goes by that time.
    """

    started_at: int
    finished_at: int
    cursor: dict[str, Cursor] = {}
    done: dict[str, int] = {}
    failed: int = 0
    left: int = 0
    oldest_overdue_seconds: int = 0


@dataclass(frozen=True)
class Part:
    """Something that a sweep repairs: what a query finds, and how.

    `repair` returns how much it has done for a document. `ordered_by`: the fields that the query is
    ordered by, the first of which says since when a document is due, or `__name__`.
    """

    kind: str
    query: Any
    repair: Callable[[Found], int]
    ordered_by: tuple[str, ...]


def sweep_ref(client: Client, name: str) -> DocumentReference:
    """`/sweeps/{name}`: how far a sweep over all tenants has come."""
    return client.document("sweeps", name)


class Sweep:
    """One run of a sweep: until when it may last, what it has done, and what it leaves."""

    def __init__(self, name: str, milliseconds: int = RUN_MS) -> None:
        self.name = name
        self.client = clients.firestore()
        self.started_at = clock.now_ms()
        self.until = self.started_at + milliseconds
        self.done: Counter[str] = Counter()
        self.failed = self.left = 0
        self.oldest_overdue_ms = 0
        self.cursor: dict[str, Cursor] = {}

    @property
    def is_over(self) -> bool:
        """Whether its time is over."""
        return clock.now_ms() >= self.until

    def repair(self, part: Part, after: Cursor | None = None, share: int = 1) -> bool:
        """Repair what is due, many at once; whether it came to the end within its share of time.

        At least one document, however little time there is. One query for each page, and up to a
        hundred reads to count what is left.
        """
        now = clock.now_ms()
        until = now + max(0, self.until - now) // share
        query, values = _begin(self.client, part, after)
        for page in query_pages(query, values):
            count, _ = self.repair_page(part.kind, page, part.repair, until)
            if count < len(page):
                self._leave(part, page, count)
                return False
        return True

    def repair_page(
        self, kind: str, page: list[Found], repair: Callable[[Found], int], until: int | None = None
    ) -> tuple[int, list[Found]]:
        """Repair documents, many at once: to how many it came in time, and which of them failed.

        The first one in any case. What fails is logged and does not stop the others.
        """
        end = self.until if until is None else until
        failed: list[Found] = []

        def one(found: Found) -> int | None:
            if found is not page[0] and clock.now_ms() >= end:
                return None
            try:
                return int(repair(found))
            except Exception:  # noqa: BLE001
                self.log_failure(document=found.reference.path)
                failed.append(found)
                return 0

        with ThreadPoolExecutor(MAX_WORKERS) as pool:
            tried = list(pool.map(one, page))
        self.failed += len(failed)
        self.done[kind] += sum(each or 0 for each in tried)
        return (tried.index(None) if None in tried else len(tried)), failed

    def log_failure(self, **fields: Any) -> None:
        """Log the exception that is being handled."""
        logs.error("sweep failed", function=self.name, **fields, exc=traceback.format_exc())

    def _leave(self, part: Part, page: list[Found], count: int) -> None:
        """Remember where it stopped, and count what is left."""
        last = page[count - 1]
        values = [last.get(each) for each in part.ordered_by if each != "__name__"]
        self.cursor[part.kind] = Cursor(values=values, path=last.reference.path)
        self.leave(part.query, page[count], next(iter(part.ordered_by), "__name__"))

    def leave(self, query: Any, stopped: Found, due: str) -> None:
        """Count what is left of a query from a document on. One read for each thousand.

        `due`: the field that says since when a document is due.
        """
        self.left += count_up_to(query.start_at(stopped))
        since = None if due == "__name__" else due_ms(stopped.get(due))
        if since is not None:
            self.oldest_overdue_ms = max(self.oldest_overdue_ms, clock.now_ms() - since)

    def finish(self) -> None:
        """Keep how the run went, and log it. One write."""
        finished_at = clock.now_ms()
        run = LastRun(
            started_at=self.started_at,
            finished_at=finished_at,
            cursor=self.cursor,
            done={kind: count for kind, count in self.done.items() if count},
            failed=self.failed,
            left=self.left,
            oldest_overdue_seconds=self.oldest_overdue_ms // 1000,
        )
        reference = sweep_ref(self.client, self.name)
        transactions.retry(lambda: reference.set({**run.dump(), "updatedAt": finished_at}))
        log = logs.warning if run.failed or run.left else logs.info
        log(
            "sweep",
            function=self.name,
            done=sum(run.done.values()),
            kinds=run.done,
            failed=run.failed,
            left=run.left,
            oldestOverdueSeconds=run.oldest_overdue_seconds,
            durationMs=finished_at - self.started_at,
        )


def run(
    name: str, *parts: Part, milliseconds: int = RUN_MS, also: Mapping[str, int] | None = None
) -> Counter[str]:
    """Repair all that is due of each part, and return how much of each kind.

    What one part needs does not take the others' time: each has an equal share of what is left, and
    a part that was not finished begins the next time where it stopped. One read and one write, and
    a query for each part. What a query raises is raised after the other parts. `also`: what the
    sweep has done besides.
    """
    sweep = Sweep(name, milliseconds)
    sweep.done.update(also or {})
    last = find(sweep.client, sweep_ref(sweep.client, name), LastRun)
    failures: list[Exception] = []
    for index, part in enumerate(parts):
        try:
            sweep.repair(part, last.cursor.get(part.kind) if last else None, len(parts) - index)
        except Exception as failure:  # noqa: BLE001
            sweep.log_failure(kind=part.kind)
            sweep.failed += 1
            failures.append(failure)
    sweep.finish()
    if failures:
        raise failures[0]
    return sweep.done


def _begin(client: Client, part: Part, after: Cursor | None) -> tuple[Any, list[Any] | None]:
    """A part's query, and the values after which it begins."""
    if after is None:
        return part.query, None
    has_name = part.ordered_by[-1] == "__name__"
    in_order = part.query if has_name else part.query.order_by("__name__")  # as it is anyway
    return in_order, [*after.values, client.document(after.path)]


def due_ms(value: Any) -> int | None:
    """A point in time as a document has it, in Unix milliseconds."""
    if isinstance(value, datetime):
        return int(value.timestamp() * 1000)
    return int(value) if isinstance(value, int | float) else None


def count_up_to(query: Any, limit: int = MAX_COUNTED) -> int:
    """How many documents a query finds, at most this many. One read for each thousand."""
    [[result]] = query.limit(limit).count().get()
    return int(result.value)


def query_pages(query: Any, after: Any = None) -> Iterator[list[Found]]:
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


def of_project(repair: Callable[[dict[str, Any]], int]) -> Callable[[Found], int]:
    """What repairs a project's document, by its fields with the ids from its path.

    It passes over others: a collection group holds all of one name, and events have sessions too.
    """

    def one(found: Found) -> int:
        match found.reference.path.split("/"):
            case ["projects", project_id, _, own_id]:
                ids = {"projectId": project_id, "id": own_id}
                return repair({**(found.to_dict() or {}), **ids})
        return 0

    return one
