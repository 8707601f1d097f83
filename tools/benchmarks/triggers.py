"""How long after a write its event reaches the event router, and when its function has returned."""

import threading
import time
from typing import Any

from emulator.demo import seed
from tools.benchmarks.bench import PROJECT, Bench
from tools.benchmarks.timing import Samples

FUNCTION = "onSessionCreated"
SECONDS = 30


def measure(bench: Bench, rounds: int, warm: int = 1) -> tuple[Samples, Samples]:
    """From the answer to a write: its arrival at the event router, and the end of its function.

    The function looks at the event and returns: the session is no main session.
    """
    router = bench.suite.event_router
    deliver, done = router.deliver, router._done
    times: dict[str, float] = {}
    ended = threading.Event()

    def recording_delivery(event: Any) -> None:
        if event.function == FUNCTION:
            times["arrived"] = time.perf_counter()
        deliver(event)

    def recording_end(event: Any) -> None:
        if event.function == FUNCTION:
            times["ended"] = time.perf_counter()
            ended.set()
        done(event)

    bench.settle()
    router.deliver, router._done = recording_delivery, recording_end  # type: ignore[method-assign]
    arrivals, ends = [], []
    try:
        for sample in range(warm + rounds):
            ended.clear()
            session = bench.db.document("projects", seed.PROJECT, "sessions", bench.name("session"))
            session.set({**PROJECT, **FIELDS, "id": session.id})
            written = time.perf_counter()
            if not ended.wait(SECONDS):
                raise TimeoutError(f"no event of {session.path} came through")
            if sample >= warm:
                arrivals.append(max(0.0, times["arrived"] - written))
                ends.append(max(0.0, times["ended"] - written))
    finally:
        router.deliver, router._done = deliver, done  # type: ignore[method-assign]
    return Samples(arrivals), Samples(ends)


FIELDS: dict[str, Any] = {
    "workspaceId": seed.WORKSPACE,
    "experienceId": seed.PRESHARE,
    "experienceVersion": 1,
    "mode": "guest",
    "configSource": "published",
    "phase": "preshare",
    "status": "active",
    "createdBy": "bench",
    "createdAt": 1,
    "updatedAt": 1,
}
