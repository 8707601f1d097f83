"""The sample functions folder, what it wrote down, and waiting for it."""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

SAMPLE = Path(__file__).with_name("sample")
DEADLINE_SECONDS = 60


def eventually(condition: Callable[[], Any]) -> Any:
    """The condition's value once it is true; an AssertionError when that takes too long."""
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not (value := condition()):
        assert time.monotonic() < deadline, "the condition did not come true in time"
        time.sleep(0.01)
    return value


class Record:
    """What the sample's functions saw, in order."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.touch()

    def of(self, name: str) -> list[dict[str, Any]]:
        lines = [json.loads(line) for line in self.path.read_text().splitlines()]
        return [line for line in lines if line["name"] == name]

    def wait_for(self, name: str, count: int = 1) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = eventually(
            lambda: seen if len(seen := self.of(name)) >= count else None
        )
        return found
