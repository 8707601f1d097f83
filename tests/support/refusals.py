"""What is refused while tests run is held to what the callables declare.

The functions of a suite log a refusal that their callable does not declare, and `undeclared` finds
those lines. Of a use case that a test calls itself, `watch` asks the declarations of the callables
in front of it.
"""

import functools
import sys
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

import pytest

from experience.errors import Refusal
from experience.firebase.callables import Declaration
from tools.contract.declarations import callables

MESSAGE = "undeclared refusal"  # as experience/firebase/callables.py logs it


def undeclared(log: Path) -> list[str]:
    """The refusals in a suite's log that no declaration covers."""
    return [line for line in log.read_text().splitlines() if MESSAGE in line]


def watch(patch: pytest.MonkeyPatch) -> None:
    """From now on a use case fails that ends with a refusal which its callable does not declare.

    Whoever imported it by its name, in the functions or in the tests, calls the watched one.
    """
    watched = {id(each): _watched(each, found) for each, found in use_cases().items()}
    for name, module in list(sys.modules.items()):
        if name.startswith(("experience.", "tests.")):
            for attribute, value in list(vars(module).items()):
                if id(value) in watched:
                    patch.setattr(module, attribute, watched[id(value)])


def _watched(use_case: FunctionType, found: list[Declaration[Any]]) -> Callable[..., Any]:
    @functools.wraps(use_case)
    def checked(*args: Any, **kwargs: Any) -> Any:
        try:
            return use_case(*args, **kwargs)
        except Refusal as refused:
            silent = [each.name for each in found if not each.covers(refused)]
            if not silent:
                raise
            message = f"{silent} do not declare {refused.code} {refused.details}"
            raise AssertionError(message) from refused

    return checked


def use_cases() -> dict[FunctionType, list[Declaration[Any]]]:
    """What endpoints name, such as `usecases.get_project`, with what they declare."""
    behind: dict[FunctionType, list[Declaration[Any]]] = defaultdict(list)
    for each in callables():
        code, known = each.declaration.function.__code__, each.declaration.function.__globals__
        modules = [known[name] for name in code.co_names if isinstance(known.get(name), ModuleType)]
        for module in modules:
            for name in code.co_names:
                use_case = getattr(module, name, None)
                if isinstance(use_case, FunctionType):
                    behind[use_case].append(each.declaration)
    return behind
