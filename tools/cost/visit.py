"""What the demo's whole visit costs, call by call, and how large its pictures are."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from rich.console import Console

from emulator.demo import seed
from emulator.demo.visit import PHOTO, DemoVisit
from emulator.process.http import request
from tools.cost.measuring import Cost, Stage

VISIT = "a whole visit"
COLD, WARM = "cold", "warm"


class Visit(DemoVisit):
    """The demo's own calls, each begun when all that the one before started has ended."""

    def __init__(self, stage: Stage, uid: str) -> None:
        self.stage = stage
        super().__init__(Console(quiet=True), stage.suite)
        self.guest.close()
        self.guest = stage.caller(uid)
        self.bar = self.progress.add_task("Visit")

    def _call(self, phase: str, name: str, **data: Any) -> Any:
        result = super()._call(phase, name, **data)
        self.stage.suite.settle()
        return result

    @contextmanager
    def _watch(self, _session_id: str) -> Iterator[Callable[[], None]]:
        """The picture is there already, and a listener's reads are not the functions'."""
        yield lambda: None


def measure(stage: Stage) -> None:
    """The first visit that the functions' process sees, and the second one."""
    seed.seed(stage.suite.project, stage.suite.bucket)
    photo = PHOTO.read_bytes()
    for state in (COLD, WARM):
        before = stage.spent()
        _, job = Visit(stage, f"{state}-visitor").play(photo)
        costs = {name: cost - before.get(name, Cost()) for name, cost in stage.spent().items()}
        stage.costs[VISIT, state] = sum(costs.values(), Cost())
    stage.visit = {name: cost for name, cost in costs.items() if cost != Cost()}
    status, thumbnail = request("GET", job["output"]["thumbnailUrl"])
    assert status == 200
    stage.bytes = {
        "photo": len(photo),
        "result": job["output"]["sizeBytes"],
        "thumbnail": len(thumbnail),
    }
