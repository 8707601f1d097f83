"""A guest's whole visit, with nobody else there: the demo's calls, one after the other."""

import time

from rich.console import Console

from emulator.demo.shown import PHOTO
from emulator.demo.visit import DemoVisit
from tools.benchmarks.bench import Bench
from tools.benchmarks.timing import Samples


def measure(bench: Bench, rounds: int, warm: int = 1) -> tuple[Samples, Samples]:
    """The whole of it, and of that the wait for the picture."""
    photo = PHOTO.read_bytes()
    whole, waited = [], []
    for sample in range(warm + rounds):
        bench.settle()
        visit = DemoVisit(Console(quiet=True), bench.suite, uid=bench.name("visitor"))
        began = time.perf_counter()
        visit.play(photo)
        if sample >= warm:
            whole.append(time.perf_counter() - began)
            waited.append(visit.waited_seconds)
        visit.client.close()
    return Samples(whole), Samples(waited)
