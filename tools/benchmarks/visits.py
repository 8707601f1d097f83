"""A guest's whole visit, with nobody else there: the demo's calls, one after the other."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console

from emulator.demo.visit import PHOTO, DemoVisit
from tools.benchmarks.bench import Bench
from tools.benchmarks.timing import Samples

WAITING = "the picture"


class Visit(DemoVisit):
    """The demo's, without its screen."""

    def __init__(self, bench: Bench) -> None:
        super().__init__(Console(quiet=True), bench.suite)
        self.guest.uid = bench.name("visitor")
        self.bar = self.progress.add_task("Visit")
        self.waited = 0.0

    @contextmanager
    def _step(self, phase: str, what: str, steps: int = 1) -> Iterator[None]:
        began = time.perf_counter()
        with super()._step(phase, what, steps):
            yield
        if what.startswith(WAITING):
            self.waited += time.perf_counter() - began


def measure(bench: Bench, rounds: int, warm: int = 1) -> tuple[Samples, Samples]:
    """The whole of it, and of that the wait for the picture."""
    photo = PHOTO.read_bytes()
    whole, waited = [], []
    for sample in range(warm + rounds):
        bench.settle()
        visit = Visit(bench)
        began = time.perf_counter()
        visit.play(photo)
        if sample >= warm:
            whole.append(time.perf_counter() - began)
            waited.append(visit.waited)
        visit.guest.close()
    return Samples(whole), Samples(waited)
