"""The sample functions folder, what it wrote down, and waiting for it."""

import json
from pathlib import Path
from typing import Any

from tests.support.waiting import eventually

SAMPLE = Path(__file__).with_name("sample")


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
