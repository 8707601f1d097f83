"""When tasks run: delay, rate, concurrency, retry and backoff, as in Cloud Tasks.

Sources: https://cloud.google.com/tasks/docs/reference/rest/v2/projects.locations.queues for the
meaning of each limit, and src/gcp/cloudtasks.ts in firebase/firebase-tools for the defaults of a
queue that the Firebase CLI creates.
"""

import heapq
import itertools
import logging
import threading
import time
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any

import requests

from emulator.faults.injector import FaultInjector

log = logging.getLogger(__name__)

MAX_WORKERS = 64
RESPONSE_LOST = "its response was lost, by a fault"


@dataclass(frozen=True)
class QueueConfig:
    """Limits of a queue. `max_attempts=-1` and `max_retry_seconds=0` mean no limit."""

    max_attempts: int = 3
    min_backoff_seconds: float = 0.1
    max_backoff_seconds: float = 3600
    max_doublings: int = 16
    max_retry_seconds: float = 0
    max_concurrent_dispatches: int = 1000
    max_dispatches_per_second: float = 500

    @classmethod
    def from_manifest(cls, trigger: Mapping[str, Any]) -> "QueueConfig":
        declared = {**(trigger.get("retryConfig") or {}), **(trigger.get("rateLimits") or {})}
        names = {
            "maxAttempts": "max_attempts",
            "minBackoffSeconds": "min_backoff_seconds",
            "maxBackoffSeconds": "max_backoff_seconds",
            "maxDoublings": "max_doublings",
            "maxRetrySeconds": "max_retry_seconds",
            "maxConcurrentDispatches": "max_concurrent_dispatches",
            "maxDispatchesPerSecond": "max_dispatches_per_second",
        }
        return cls(**{names[key]: value for key, value in declared.items() if value is not None})

    def backoff(self, retry: int) -> float:
        """Seconds before the n-th retry: doubled `max_doublings` times, then linear, capped."""
        doublings = min(retry - 1, self.max_doublings)
        steps = max(retry - self.max_doublings, 1)
        return float(min(self.min_backoff_seconds * 2**doublings * steps, self.max_backoff_seconds))

    def is_exhausted(self, attempts: int, seconds: float) -> bool:
        """Whether to give a task up: if attempts and time are limited, both must be used up."""
        if self.max_attempts == -1:
            return 0 < self.max_retry_seconds <= seconds
        return attempts >= self.max_attempts and seconds >= self.max_retry_seconds


@dataclass(eq=False)
class Task:
    name: str  # projects/…/locations/…/queues/…/tasks/…
    queue: str
    url: str
    body: bytes
    headers: Mapping[str, str]
    eta: float  # seconds since the epoch
    dispatch_deadline_seconds: float = 600
    attempts: int = 0
    responses: int = 0
    previous_response: int | None = None
    first_attempt: float = 0
    done: bool = False  # it succeeded, failed for good, or was deleted
    is_duplicate: bool = False  # a redundant delivery, which is not retried

    @property
    def may_fail(self) -> bool:
        """Whether faults apply: only to the first attempt, so that each task succeeds at last."""
        return self.attempts == 0 and not self.is_duplicate

    @property
    def subject(self) -> str:
        """The function and its data: the same in every run."""
        return f"{self.queue} {self.body.decode(errors='replace')}"

    def attempt_headers(self) -> dict[str, str]:
        """The headers that Cloud Tasks adds.

        Source: https://cloud.google.com/tasks/docs/creating-http-target-tasks
        """
        headers = {
            **self.headers,
            "X-CloudTasks-QueueName": self.queue,
            "X-CloudTasks-TaskName": self.name.rpartition("/")[2],
            "X-CloudTasks-TaskRetryCount": str(self.attempts - 1),
            "X-CloudTasks-TaskExecutionCount": str(self.responses),
            "X-CloudTasks-TaskETA": f"{self.eta:.6f}",
            "User-Agent": "Google-Cloud-Tasks",
        }
        if self.previous_response is not None:
            headers["X-CloudTasks-TaskPreviousResponse"] = str(self.previous_response)
        return headers


Send = Callable[[str, bytes, Mapping[str, str], float], requests.Response]


@dataclass(order=True)
class _Entry:
    at: float
    number: int
    task: Task = field(compare=False)
    due: float = field(compare=False)  # `at` without the delay by a limit or a fault


class Dispatcher:
    """Sends each task when it is due: one thread keeps the time, a pool sends.

    `time_scale` multiplies every delay and backoff. `injector` duplicates and delays tasks, and
    loses their responses.
    """

    def __init__(
        self,
        send: Send,
        config: Callable[[str], QueueConfig],
        time_scale: float = 1,
        injector: FaultInjector | None = None,
    ) -> None:
        self._send = send
        self._config = config
        self._time_scale = time_scale
        self._injector = injector or FaultInjector()
        self._changed = threading.Condition()
        self._numbers = itertools.count()
        self._heap: list[_Entry] = []
        self._held: defaultdict[str, deque[Task]] = defaultdict(
            deque
        )  # those that max_concurrent_dispatches holds back
        self._running: Counter[str] = Counter()
        self._next_dispatch: defaultdict[str, float] = defaultdict(float)
        self._closed = False
        self._pool = ThreadPoolExecutor(MAX_WORKERS, thread_name_prefix="tasks")
        self._thread = threading.Thread(target=self._keep_time, name="tasks-clock", daemon=True)
        self._thread.start()

    def add(self, task: Task) -> None:
        with self._changed:
            now = time.time()
            due = now + max(task.eta - now, 0) * self._time_scale
            delay = self._injector.delay_seconds(task.subject) * self._time_scale
            self._push(task, due + delay, due)

    def delete(self, task: Task) -> bool:
        """Whether the task was still there; a running attempt becomes its last."""
        with self._changed:
            if task.done:
                return False
            task.done = True
            self._heap = [entry for entry in self._heap if entry.task.name != task.name]
            heapq.heapify(self._heap)
            held = self._held[task.queue]
            self._held[task.queue] = deque(t for t in held if t.name != task.name)
            return True

    def pending(self) -> int:
        with self._changed:
            due = sum(entry.due <= time.time() for entry in self._heap)
            return due + sum(map(len, self._held.values())) + self._running.total()

    def scheduled(self) -> int:
        with self._changed:
            return sum(entry.due > time.time() for entry in self._heap)

    def close(self) -> None:
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        self._thread.join()
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _push(self, task: Task, at: float, due: float | None = None) -> None:
        due = at if due is None else due
        with self._changed:
            heapq.heappush(self._heap, _Entry(at, next(self._numbers), task, due))
            self._changed.notify_all()

    def _keep_time(self) -> None:
        with self._changed:
            while not self._closed:
                if not self._heap:
                    self._changed.wait()
                elif (wait := self._heap[0].at - time.time()) > 0:
                    self._changed.wait(min(wait, threading.TIMEOUT_MAX))
                else:
                    self._dispatch(heapq.heappop(self._heap).task)

    def _dispatch(self, task: Task) -> None:
        """Run a due task as soon as the limits of its queue allow."""
        config, now = self._config(task.queue), time.time()
        if self._running[task.queue] >= config.max_concurrent_dispatches:
            self._held[task.queue].append(task)
        elif now < self._next_dispatch[task.queue]:
            self._push(task, self._next_dispatch[task.queue], now)
        else:
            self._next_dispatch[task.queue] = now + 1 / config.max_dispatches_per_second
            self._running[task.queue] += 1
            self._pool.submit(self._attempt, task, config)

    def _attempt(self, task: Task, config: QueueConfig) -> None:
        is_doubled = task.may_fail and self._injector.injects("duplicate", task.subject)
        is_after = is_doubled and self._injector.flip_coin("duplicate.after", task.subject)
        duplicate = replace(task, is_duplicate=True)
        if is_doubled and not is_after:
            self._push(duplicate, time.time())
        task.first_attempt = task.first_attempt or time.time()
        failure = self._run(task)
        with self._changed:
            self._running[task.queue] -= 1
            if is_after:
                self._push(duplicate, time.time())
            if failure is None:
                task.done = True
            else:
                self._retry(task, config, failure)
            if self._held[task.queue]:
                self._push(self._held[task.queue].popleft(), time.time())
            self._changed.notify_all()

    def _run(self, task: Task) -> str | None:
        """The reason for a failure, or None."""
        is_lost = task.may_fail and self._injector.injects("drop", task.subject)
        task.attempts += 1
        try:
            response = self._send(
                task.url, task.body, task.attempt_headers(), task.dispatch_deadline_seconds
            )
        except requests.RequestException as error:
            return str(error)
        if is_lost:
            return RESPONSE_LOST
        task.responses += 1
        task.previous_response = response.status_code
        return None if response.ok else f"{response.status_code} {response.text}"

    def _retry(self, task: Task, config: QueueConfig, failure: str) -> None:
        is_exhausted = config.is_exhausted(task.attempts, time.time() - task.first_attempt)
        if is_exhausted or task.is_duplicate or task.done or self._closed:
            task.done = True
            log.error("task %s failed and is not retried: %s", task.name, failure)
            return
        log.warning("attempt %d of task %s failed: %s", task.attempts, task.name, failure)
        # after a lost response the retry is due at once, so that settling waits for it
        pause = 0 if failure == RESPONSE_LOST else config.backoff(task.attempts)
        task.eta = time.time() + pause
        self._push(task, time.time() + pause * self._time_scale)
