"""Test processes side by side: which of them runs what, and what all of them will need.

A file's tests stay together. Files that need the same running suite go to the process that has it,
so that it is started once, and the slow ones go first, so that no process is left with one of them
when the others are through.
"""

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from xdist.scheduler import LoadFileScheduling

from emulator.process.child import Child

ROOT = Path(__file__).resolve().parents[2]

MAX_PROCESSES = 4
# What starts something for itself, by the beginnings of its files' paths, the slowest first.
# Files that are not named here share the suite that every process has.
DEDICATED_SUITES = {
    "workflows": ("tests/experience/workflows/",),
    "commands": ("tests/emulator/cli/", "tests/emulator/demo/"),
    "samples": ("tests/emulator/faults/", "tests/emulator/billing/"),
    "suites": ("tests/emulator/", "tests/tools/contract/", "tests/tools/benchmarks/"),
    "faults": ("tests/chaos/",),
    "a browser": ("tests/browser/",),  # by now its packages are there
    "costs": ("tests/tools/cost/",),
}
# Of those that share, the ones that take long.
SLOW = (
    "tests/experience/transforms/",
    "tests/scenarios/",
    "tests/security_rules/",
    "tests/production/",
)
# What every test process waits for when nobody did it beforehand.
CLASSES = "from emulator.firestore.emulator import archive_classes; archive_classes()"
PAGE = (
    "from emulator.web import node; from tests.support.browser import build; build(node.install())"
)
NEEDS_PAGE = ("tests/browser/", "tests/tools/contract/", "tests/emulator/web/test_auth")


def processes() -> int:
    """How many for `-n auto`: more than processors, because tests wait now and then."""
    return min((os.cpu_count() or 1) + 2, MAX_PROCESSES)


def dedicated_suite(file: str) -> str:
    """The suite that a file's tests start for themselves; "" for those that share one."""
    found = (name for name, beginnings in DEDICATED_SUITES.items() if file.startswith(beginnings))
    return next(found, "")


class Scheduling(LoadFileScheduling):
    """Gives each process the files of suites that it has started, then of suites not yet started.

    pytest-xdist's own schedulers know neither which files share a suite nor which are slow. On one
    machine they took 5 to 10 % more processor time: 206 s with `loadgroup` and 189 to 202 s with
    `loadfile`, against 187 s.
    """

    def __init__(self, config: pytest.Config, log: Any = None) -> None:
        super().__init__(config, log)
        self._owners: dict[str, Any] = {}

    def _assign_work_unit(self, node: Any) -> None:
        file = min(self.workqueue, key=lambda file: self._rank(node, file))
        if name := dedicated_suite(file):
            self._owners.setdefault(name, node)
        self.workqueue.move_to_end(file, last=False)
        super()._assign_work_unit(node)

    def _rank(self, node: Any, file: str) -> tuple[int, int]:
        """The lower, the sooner this process gets the file."""
        name = dedicated_suite(file)
        if not name:
            return 2, 0 if file.startswith(SLOW) else 1
        owner = self._owners.get(name)
        return (0 if owner is node else 1 if owner is None else 3), list(DEDICATED_SUITES).index(
            name
        )


class Preparations:
    """What is built once on a machine during the first tests. A test that needs it waits for it."""

    def __init__(self) -> None:
        self._children: list[Child] | None = None

    def begin(self, tests: Sequence[str]) -> None:
        if self._children is not None:
            return
        self._children = []
        needed = [CLASSES]
        if any(test.startswith(NEEDS_PAGE) for test in tests):
            needed.append(PAGE)
        for code in needed:
            # A failure here shows in the tests that need its result.
            child = Child([sys.executable, "-c", code], log=Path(os.devnull), cwd=ROOT)
            child.start()
            self._children.append(child)

    def end(self) -> None:
        for child in self._children or ():
            child.stop()
