"""What every sweep does: for a limited time it repairs what it finds, and says what is left.

A sweep stops between two documents when its time is over, remembers where, and begins there the
next time. No single document stops it: what fails is logged and counted. Every run ends with one
log line `sweep` and with `/sweeps/{name}`, by the name of the deployed function. A frequent sweep
goes on at its next run; what a daily one leaves it hands on to tasks (`Rest`).
"""

import contextlib
import traceback
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from google.cloud.firestore import Client, DocumentReference, DocumentSnapshot, Increment

from experience import clients, clock, logs, transactions
from experience.documents import Document, Request
from experience.ids import fingerprint
from experience.store import find

PAGE_SIZE = 200
RUN_MS = 240_000
"""How long a run may last; its function has 300 s."""
LONG_RUN_MS = 1_500_000
"""How long a daily run may last; its function has 1800 s."""
MAX_WORKERS = 16
"""How many documents of a page are repaired at once: each mostly waits for the database."""
TASK_MS = 420_000
"""How long a task works on a rest; its function has 540 s."""
MAX_CONTINUED_MS = 20 * 3_600_000
"""For how long a daily run is continued; the next one begins anew."""
MAX_COUNTED = 100_000
"""Up to how many documents what is left is counted, at one read for each thousand."""

CONTINUE = "continueSweep"

Found = DocumentSnapshot[Any]


class Cursor(Document):
    """The last document that a run came to: the values that it is ordered by, and its path."""

    values: list[Any] = []
    path: str


class Rest(Request):
    """What a daily sweep hands on to the task `continueSweep`: all of it, or a range of one kind.

    `begunAt`: when the daily run began; `part`: how often it was handed on since. A range lies
    below one parent, such as `projects/p`, from `since` to `until`: times, or positions of names.
    """

    name: str
    begun_at: int
    part: int = 0
    kind: str = ""
    parent: str = ""
    since: int = 0
    until: int = 0

    @property
    def parent_id(self) -> str:
        """The id of the parent."""
        return self.parent.rpartition("/")[2]

    def after(self, reached: int) -> "list[Rest]":
        """What is left from there on, in halves, so that twice as many work on it."""
        middle = (reached + self.until) // 2
        if reached >= middle:
            return [self.next(since=reached)]
        return [self.next(since=reached, until=middle), self.next(since=middle + 1)]

    def next(self, **changed: Any) -> "Rest":
        """What another task gets."""
        return self.model_copy(update={"part": self.part + 1, **changed})


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
    ordered by, or `__name__`. A document is due so many milliseconds after the first of them.
    """

    kind: str
    query: Any
    repair: Callable[[Found], int]
    ordered_by: tuple[str, ...]
    due_after_ms: int = 0


def sweep_ref(client: Client, name: str) -> DocumentReference:
    """`/sweeps/{name}`: how far a sweep over all tenants has come."""
    return client.document("sweeps", name)


class Sweep:
    """One run of a sweep: until when it may last, what it has done, and what it leaves."""

    def __init__(self, name: str, milliseconds: int = RUN_MS, rest: Rest | None = None) -> None:
        self.name = name
        self.client = clients.firestore()
        self.started_at = clock.now_ms()
        self.rest = rest or Rest(name=name, begun_at=self.started_at)
        self.until = self.started_at + milliseconds
        self.done: Counter[str] = Counter()
        self.failed = self.left = self.handed_on = 0
        self.oldest_overdue_ms = 0
        self.cursor: dict[str, Cursor] = {}

    @property
    def is_over(self) -> bool:
        """Whether its time is over."""
        return clock.now_ms() >= self.until

    def repair(
        self, part: Part, after: Cursor | None = None, share: int = 1
    ) -> tuple[Found, Found] | None:
        """Repair what is due, many at once, within a share of the time that is left.

        At least one document, however little time there is. Returns the last one that it came to
        and the next one, or None after all. A query for each page, and up to a hundred reads to
        count what is left.
        """
        now = clock.now_ms()
        until = now + max(0, self.until - now) // share
        query, values = _begin(self.client, part, after)
        for page in query_pages(query, values):
            count, _ = self.repair_page(part.kind, page, part.repair, until)
            if count < len(page):
                self.leave(part.query, page[count], part.ordered_by[0], part.due_after_ms)
                return page[count - 1], page[count]
        return None

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

    @contextlib.contextmanager
    def logging_failure(self, found: Found) -> Iterator[None]:
        """Log and count the failure of one document, so that it does not stop the others."""
        try:
            yield
        except Exception:  # noqa: BLE001
            self.log_failure(document=found.reference.path)
            self.failed += 1

    def leave(self, query: Any, stopped: Found, field: str, due_after_ms: int) -> None:
        """Count what is left of a query from a document on. One read for each thousand.

        A document is due so many milliseconds after the time in `field`.
        """
        self.left += count_up_to(query.start_at(stopped))
        since = None if field == "__name__" else due_ms(stopped.get(field))
        if since is not None:
            overdue = clock.now_ms() - since - due_after_ms
            self.oldest_overdue_ms = max(self.oldest_overdue_ms, overdue)

    def delay_of(self, rest: Rest) -> float:  # noqa: ARG002
        """How many seconds later a task goes on with this."""
        return 0

    def hand_on(self, *rests: Rest) -> None:
        """Have tasks go on, each once: their names are derived from what they hold.

        Not for longer than until the next daily run, which finds whatever is left.
        """
        for rest in rests:
            if self.started_at - rest.begun_at > MAX_CONTINUED_MS:
                continue
            self.handed_on += 1
            payload = rest.model_dump(mode="json", by_alias=True)
            name = fingerprint(CONTINUE, *payload.values())
            try:
                clients.enqueue(CONTINUE, payload, task_id=name, delay_seconds=self.delay_of(rest))
            except Exception:  # noqa: BLE001  (the next daily run finds it again)
                self.log_failure(kind=rest.kind or None)
                self.failed += 1

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
        fields = {**run.dump(), "updatedAt": finished_at}
        if self.rest.kind:  # one of many that go on with a run: it adds what it has done
            done = {kind: Increment(count) for kind, count in run.done.items()}
            # An empty map would replace what the others have done.
            fields = {"failed": Increment(run.failed), **({"done": done} if done else {})}
            fields |= dict.fromkeys(("finishedAt", "updatedAt"), finished_at)
        reference = sweep_ref(self.client, self.name)
        transactions.retry(lambda: reference.set(fields, merge=bool(self.rest.kind)))
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
            part=self.rest.part,
            handedOn=self.handed_on,
        )

    def sweep_ranges(
        self, ranges: Iterable[Rest], sweep: Callable[[Rest], int | None], slice_ms: int
    ) -> None:
        """Sweep each range for a while at most, and have tasks go on with what takes longer.

        `sweep` returns where it stopped, or None at the end of the range. What it raises is raised
        after the other ranges, so that none keeps them waiting. Ranges that the run does not come
        to are handed on as they are.
        """
        end, failures = self.until, list[Exception]()
        try:
            for index, rest in enumerate(ranges):
                now = clock.now_ms()
                if index and now >= end:
                    self.hand_on(rest.next())
                    continue
                self.until = min(end, now + slice_ms)
                try:
                    reached = sweep(rest)
                except Exception as failure:  # noqa: BLE001
                    self.log_failure(kind=rest.kind, parent=rest.parent)
                    self.failed += 1
                    failures.append(failure)
                    continue
                if reached is not None:
                    self.hand_on(*rest.after(reached))
        finally:
            self.finish()
        if failures:
            raise failures[0]


def run(
    name: str,
    *parts: Part,
    milliseconds: int = RUN_MS,
    rest: Rest | None = None,
    also: Mapping[str, int] | None = None,
    is_daily: bool = False,
) -> Counter[str]:
    """Repair all that is due of each part, and return how much of each kind.

    What one part needs does not take the others' time: each has an equal share of what is left, and
    a part that was not finished begins the next time where it stopped: with a task where `is_daily`
    is set. One read and one write, and a query for each part. What a query raises is raised after
    the other parts. `also`: what the sweep has done besides.
    """
    sweep = Sweep(name, milliseconds, rest)
    sweep.done.update(also or {})
    last = find(sweep.client, sweep_ref(sweep.client, name), LastRun)
    failures: list[Exception] = []
    for index, part in enumerate(parts):
        after = last.cursor.get(part.kind) if last else None
        try:
            stopped = sweep.repair(part, after, len(parts) - index)
        except Exception as failure:  # noqa: BLE001
            sweep.log_failure(kind=part.kind)
            sweep.failed += 1
            failures.append(failure)
            continue
        if stopped:
            sweep.cursor[part.kind] = _cursor_at(part, stopped[0])
    sweep.finish()
    if failures:
        raise failures[0]
    if is_daily and sweep.cursor:
        sweep.hand_on(sweep.rest.next())
    return sweep.done


def _cursor_at(part: Part, last: Found) -> Cursor:
    values = [last.get(each) for each in part.ordered_by if each != "__name__"]
    return Cursor(values=values, path=last.reference.path)


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
