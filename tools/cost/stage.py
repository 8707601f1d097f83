"""Counting what one call, event, task or schedule costs, against the real emulator.

Figures must not depend on time or order: a suite of its own, whose functions' process is fresh;
everything that was started before has ended when a measurement begins, and what it starts itself
has ended when the meter is read.
"""

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import requests
from google.cloud.firestore import Client as Database
from pydantic.alias_generators import to_camel

from emulator.delivery.eventarc import Event
from emulator.demo.client import CallError, Client
from emulator.suite.suite import Suite
from experience import clients, storage
from experience.workflows.runs import dispatch as run_dispatch

PROJECT = "demo-cost"
SETTLE_SECONDS = 120
LATE = {"onJobCreated"}
"""Delivered only after the function has returned. Otherwise either it or the creator of the job
might enqueue the task first."""


@dataclass(frozen=True)
class Cost:
    """What was billed, in the meter's kinds; two can be added and taken from each other."""

    invocations: int = 0
    reads: int = 0
    writes: int = 0
    deletes: int = 0
    tasks: int = 0
    storage_class_a: int = 0
    storage_class_b: int = 0

    @classmethod
    def of(cls, usage: dict[str, float]) -> "Cost":
        """From the meter's figures of a function."""
        return cls(**{each.name: int(usage.get(to_camel(each.name), 0)) for each in fields(cls)})

    def amounts(self) -> dict[str, int]:
        """By the names of the meter and the price list."""
        return {to_camel(name): amount for name, amount in asdict(self).items()}

    def __add__(self, other: "Cost") -> "Cost":
        mine, theirs = asdict(self), asdict(other)
        return Cost(**{name: mine[name] + theirs[name] for name in mine})

    def __sub__(self, other: "Cost") -> "Cost":
        mine, theirs = asdict(self), asdict(other)
        return Cost(**{name: mine[name] - theirs[name] for name in mine})


Case = tuple[str, str]
"""A function, and the state in which it is measured."""


class Stage:
    """A running suite in which costs are measured, and the costs so far."""

    def __init__(self, suite: Suite, db: Database) -> None:
        self.suite = suite
        self.db = db
        self.costs: dict[Case, Cost] = {}
        self.visit: dict[str, Cost] = {}
        """Of the demo's visit, by function."""
        self.bytes: dict[str, int] = {}
        """Of the demo's photo and what became of it."""
        self._callers: dict[str, Client] = {}
        self._late: list[Event] = []
        self._deliver = suite.event_router.deliver
        suite.event_router.deliver = self._deliver_late  # type: ignore[method-assign]

    def caller(self, uid: str) -> Client:
        """A signed-in visitor."""
        if uid not in self._callers:
            self._callers[uid] = Client.of(self.suite.env, uid)
        return self._callers[uid]

    def call(self, uid: str, function: str, state: str, /, **data: Any) -> Any:
        """Measure one call; gives its result."""
        return self.measure({function: state}, lambda: self.caller(uid).call(function, **data))

    def warm(self, **ids: str) -> None:
        """Let the functions know a project, or a workspace: mostly a call has done so before."""
        name = "getGuest" if "projectId" in ids else "listExperiences"
        with suppress(CallError):  # an onlooker is neither a guest nor a member
            self.caller("onlooker").call(name, **ids)

    def deliver(self, function: str, data: dict[str, Any]) -> None:
        """Call a task function as its queue does."""
        body = json.dumps({"data": data}).encode()
        headers = {"Content-Type": "application/json"}
        url = self.suite.functions.function_url(function)
        self.suite.functions.post(url, body, headers, SETTLE_SECONDS).raise_for_status()

    def open(self, function: str, path: str) -> None:
        """Open a page of a function, as a browser does; it may be one of nothing."""
        requests.get(f"{self.suite.functions.function_url(function)}{path}", timeout=SETTLE_SECONDS)

    def run_schedule(self, name: str, state: str) -> None:
        """Measure one run of a schedule."""
        self.measure({name: state}, lambda: self.suite.scheduler.run(name))

    def measure(self, states: dict[str, str], do: Callable[[], Any]) -> Any:
        """Count what `do`, and all that it starts, costs each of these functions in its state."""
        before = self.spent()
        result = do()
        after = self.spent()
        for case in states.items():
            function, state = case
            assert case not in self.costs, f"{case} is measured twice"
            self.costs[case] = after.get(function, Cost()) - before.get(function, Cost())
            assert self.costs[case].invocations, f"{function} was not called: {state}"
        return result

    def spent(self) -> dict[str, Cost]:
        """What each function has cost so far, when everything has come to rest."""
        self.suite.settle(SETTLE_SECONDS)
        while self._late:
            self._deliver(self._late.pop())
        self.suite.settle(SETTLE_SECONDS)
        functions = self.suite.ask_functions("GET", "meter")["functions"]
        return {name: Cost.of(usage) for name, usage in functions.items()}

    @property
    def deployed(self) -> set[str]:
        """The names of all functions."""
        return set(self.suite.functions.manifest["endpoints"])

    def _deliver_late(self, event: Event) -> None:
        """Let one that would race with the function that caused it come after all else."""
        if event.function in LATE:
            self._late.append(event)
        else:
            self._deliver(event)

    @contextmanager
    def without_events(self) -> Iterator[None]:
        """Meanwhile no event is delivered, and this process enqueues nothing."""
        deliver, dispatch = self.suite.event_router.deliver, run_dispatch.enqueue
        self.suite.event_router.deliver = lambda event: None  # type: ignore[method-assign]  # noqa: ARG005
        run_dispatch.enqueue = lambda *_, **__: None
        try:
            yield
            self.suite.settle(SETTLE_SECONDS)
        finally:
            self.suite.event_router.deliver = deliver  # type: ignore[method-assign]
            run_dispatch.enqueue = dispatch

    @contextmanager
    def one_at_a_time(self, function: str) -> Iterator[None]:
        """Meanwhile the tasks of a function run one after another, in the order they were created.

        What they read of each other's work depends on chance otherwise.
        """
        queue = self.suite.functions.manifest["endpoints"][function]["taskQueueTrigger"]
        kept = queue["rateLimits"]
        queue["rateLimits"] = {**kept, "maxConcurrentDispatches": 1}
        try:
            yield
        finally:
            queue["rateLimits"] = kept

    def close(self) -> None:
        """End the connections."""
        for caller in self._callers.values():
            caller.close()


@contextmanager
def stage(log: Path, kind: type[Suite] = Suite) -> Iterator[Stage]:
    """A suite of its own, nothing in it; its addresses are in the environment meanwhile."""
    kept = dict(os.environ)
    os.environ["STATUS_SECONDS"] = "3600"  # so that no figure depends on time
    os.environ["ERASE_DELETED_ACCOUNTS"] = "true"
    try:
        with kind(PROJECT, free_ports=True, functions_log=log) as suite:
            os.environ.update(suite.env)
            made = Stage(suite, _database())
            try:
                yield made
            finally:
                made.close()
                made.db.close()
    finally:
        os.environ.clear()
        os.environ.update(kept)
        _forget_clients()


def _database() -> Database:
    """The client that builders and use cases in this process share, at this suite's address."""
    _forget_clients()
    return clients.firestore()


def _forget_clients() -> None:
    for made in (clients.firestore, storage.made_bucket, storage.signer):
        made.cache_clear()
