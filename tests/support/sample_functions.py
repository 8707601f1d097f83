"""The sample functions: their folder, a record of their calls, and a process that serves them."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from emulator.functions.supervisor import FunctionsSupervisor
from tests.support.waiting import eventually

SAMPLE = Path(__file__).with_name("sample")


class Record:
    """The calls of the sample functions, in order."""

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


SetFaults = Callable[..., dict[str, Any]]


def sample_supervisor(source: Path, record: Record, host: str = "127.0.0.1") -> FunctionsSupervisor:
    return FunctionsSupervisor(
        source,
        project="demo-sample",
        region="us-central1",
        env={
            "SAMPLE_RECORD": str(record.path),
            "FIRESTORE_EMULATOR_HOST": "127.0.0.1:1",  # for clients that are made and not used
        },
        port=0,
        indexes=source / "firestore.indexes.json",
        log=record.path.with_suffix(".log"),
        host=host,
    )
