"""How many calls a second one functions' process answers, for so many guests at once."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from emulator.demo.client import Client
from tools.benchmarks.bench import PROJECT, Bench, Call
from tools.benchmarks.timing import Samples

CONCURRENCIES = (1, 8, 16)


@dataclass(frozen=True)
class Result:
    """What so many guests got, each calling again as soon as they have their answer."""

    function: str
    guests: int
    a_second: float
    waited: Samples


def measure(
    bench: Bench, seconds: float, concurrencies: tuple[int, ...] = CONCURRENCIES
) -> list[Result]:
    """A read, an update and a create: of the guest's own documents, so nobody collides."""
    sessions = [bench.pregate() for _ in range(max(concurrencies))]
    results = []
    for function, data in (
        ("getSession", lambda call, _number: call),
        ("updateSessionProgress", _answer),
        ("ensureGuest", lambda call, number: (f"{call[0]}-{number}", _ENTERING)),
    ):
        for guests in concurrencies:
            waited, took = _run(bench, function, sessions[:guests], data, seconds)
            results.append(Result(function, guests, len(waited) / took, Samples(waited)))
            bench.settle()
    return results


_ENTERING = {**PROJECT, "consentVersion": "2026-1"}


def _answer(call: Call, number: int) -> Call:
    uid, ids = call
    return uid, {**ids, "inputs": {"adult": number % 2 == 0}}


def _run(
    bench: Bench,
    function: str,
    calls: list[Call],
    data: Callable[[Call, int], Call],
    seconds: float,
) -> tuple[list[float], float]:
    """How long each call waited for its answer, and how long it went on."""
    barrier = threading.Barrier(len(calls))
    mark = bench.name("many")

    def visit(call: Call) -> list[float]:
        waited: list[float] = []
        caller = Client.of(bench.suite.env, f"{mark}-{call[0]}")
        barrier.wait()
        deadline = time.perf_counter() + seconds
        while not waited or time.perf_counter() < deadline:
            uid, request = data(call, len(waited))
            caller.uid = f"{mark}-{uid}" if function == "ensureGuest" else uid
            began = time.perf_counter()
            caller.call(function, **request)
            waited.append(time.perf_counter() - began)
        caller.close()
        return waited

    began = time.perf_counter()
    with ThreadPoolExecutor(len(calls)) as pool:
        waited: list[Any] = list(pool.map(visit, calls))
    took = time.perf_counter() - began
    return [each for guest in waited for each in guest], took
