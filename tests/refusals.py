"""What is refused while tests run is held to what the callables declare.

The functions of a suite log a refusal that their callable does not declare, and `undeclared` finds
those lines. Of a use case that a test calls itself, `watch` asks the declarations of the callables
in front of it.
"""

import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from types import CodeType, FrameType, FunctionType, ModuleType
from typing import Any

import pytest

from contract.catalogue import callables
from experience.calls import Declaration
from experience.errors import Refusal

MESSAGE = "undeclared refusal"  # as experience/calls.py logs it


def undeclared(log: Path) -> list[str]:
    """The refusals in a suite's log that no declaration covers."""
    return [line for line in log.read_text().splitlines() if MESSAGE in line]


def watch(patch: pytest.MonkeyPatch) -> None:
    """From now on a refusal that its callable does not declare fails where it is raised."""
    behind = _use_cases()
    begin = Refusal.__init__

    def begin_and_check(refused: Refusal, *args: Any, **details: Any) -> None:
        begin(refused, *args, **details)
        called = [each for each in _frames(sys._getframe(1)) if each in behind]
        declarations = behind[called[-1]] if called else []  # the outermost: where the call began
        silent = [each.name for each in declarations if not each.covers(refused)]
        assert not silent, f"{silent} do not declare {refused.code} {refused.details}"

    patch.setattr(Refusal, "__init__", begin_and_check)


def _frames(frame: FrameType | None) -> Iterator[CodeType]:
    while frame is not None:
        yield frame.f_code
        frame = frame.f_back


def _use_cases() -> dict[CodeType, list[Declaration[Any]]]:
    """What endpoints name, such as `usecases.get_project`, with what they declare."""
    behind: dict[CodeType, list[Declaration[Any]]] = defaultdict(list)
    for each in callables():
        code, known = each.declaration.function.__code__, each.declaration.function.__globals__
        modules = [known[name] for name in code.co_names if isinstance(known.get(name), ModuleType)]
        for module in modules:
            for name in code.co_names:
                use_case = getattr(module, name, None)
                if isinstance(use_case, FunctionType):
                    behind[use_case.__code__].append(each.declaration)
    return behind
