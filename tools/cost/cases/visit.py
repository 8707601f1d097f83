"""What the demo's whole visit costs, call by call, and how large its pictures are."""

from typing import Any

from emulator.demo import seed
from emulator.demo.guest_client import GuestClient
from emulator.demo.shown import PHOTO
from emulator.process.http import request
from tools.cost.stage import Cost, Stage

VISIT = "a whole visit"
COLD, WARM = "cold", "warm"


class SettlingGuest(GuestClient):
    """Begins a call when all that the one before started has ended."""

    def __init__(self, stage: Stage, uid: str) -> None:
        super().__init__(stage.caller(uid), seed.PROJECT, PHOTO.read_bytes())
        self.suite = stage.suite

    def call(self, name: str, /, **data: Any) -> Any:
        result = super().call(name, **data)
        self.suite.settle()
        return result


def measure(stage: Stage) -> None:
    """The first visit that the functions' process sees, and the second one."""
    seed.seed(stage.suite.project, stage.suite.bucket)
    for state in (COLD, WARM):
        before = stage.spent()
        guest = SettlingGuest(stage, f"{state}-visitor")
        _, job = guest.open_share_page(guest.play(seed.CARTOON).main.id)
        costs = {name: cost - before.get(name, Cost()) for name, cost in stage.spent().items()}
        stage.costs[VISIT, state] = sum(costs.values(), Cost())
    stage.visit = {name: cost for name, cost in costs.items() if cost != Cost()}
    status, thumbnail = request("GET", job["output"]["thumbnailUrl"])
    assert status == 200
    stage.bytes = {
        "photo": len(guest.photo),
        "result": job["output"]["sizeBytes"],
        "thumbnail": len(thumbnail),
    }
