"""What a process imports of everything that is deployed: one module in the cloud, all elsewhere."""

import gc
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import import_module
from typing import Any


def load(deployed: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """The functions that this process serves, by their deployed names.

    Google's runtime and the Firebase CLI's emulator name the one function of an instance in
    `FUNCTION_TARGET`. Without it these are all: for the CLI's discovery and for the local suite.
    """
    target = os.environ.get("FUNCTION_TARGET")
    with _kept():
        return {
            name: getattr(import_module(f"experience.{module}"), _snake_case(name))
            for module, names in deployed.items()
            for name in names
            if target in (None, "", name)
        }


def _snake_case(name: str) -> str:
    return re.sub("[A-Z]", lambda letter: f"_{letter[0].lower()}", name)


@contextmanager
def _kept() -> Iterator[None]:
    """Collect no garbage while modules are imported, and never look at what they hold again.

    They live as long as the process, so that every collection would go through them for nothing:
    a tenth of the time that an import takes.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
