"""What a sweep hands on to tasks, worked off here instead of by the suite's queue."""

from typing import Any

import pytest

from experience import clients
from experience.retention.usecases.rests import continue_sweep
from experience.sweeps import CONTINUE, Rest


class Rests:
    """The rests that were handed on, each once, and how many were worked off."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.waiting: dict[str, Rest] = {}
        self.delays: dict[str, float] = {}
        self.names: set[str] = set()
        enqueue = clients.enqueue

        def keep(
            function: str, data: dict[str, Any], *, task_id: str, delay_seconds: float = 0
        ) -> None:
            if function != CONTINUE:
                enqueue(function, data, task_id=task_id, delay_seconds=delay_seconds)
            elif task_id not in self.names:  # a name that was used before changes nothing
                self.names.add(task_id)
                self.waiting[task_id] = Rest.load(data)
                self.delays[task_id] = delay_seconds

        monkeypatch.setattr(clients, "enqueue", keep)

    def work(self, milliseconds: int = 60_000, times: int = 1) -> int:
        """Go on until nothing is left, each `times`; how many tasks that took."""
        count = 0
        while self.waiting:
            rest = self.waiting.pop(min(self.waiting, key=lambda name: self.delays[name]))
            assert rest.part < 100, f"handed on without end: {rest}"
            for _ in range(times):
                continue_sweep(rest, milliseconds)
            count += 1
        return count
