"""Faults between the functions and the providers that they call."""

import sys
from collections.abc import Mapping
from typing import Any

from emulator.billing.meter import current_function
from emulator.faults.injector import FaultInjector
from emulator.faults.settings import Faults

EVENT = "experience.provider"


class ProviderFaults:
    """Makes calls to providers fail before anything is sent.

    The functions raise the audit event `experience.provider` (PEP 578) for each call, with the
    provider's id and the operation. They treat an OSError as a provider that was not reached.
    """

    def __init__(self) -> None:
        self._injector = FaultInjector()

    def install(self) -> None:
        """Add the audit hook, which cannot be removed again."""
        sys.addaudithook(self._audit)

    def set(self, faults: Faults) -> None:
        self._injector.set(faults)

    @property
    def injected(self) -> Mapping[str, int]:
        """How many calls failed since the faults were set."""
        return self._injector.injected

    def _audit(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event == EVENT:
            subject = " ".join((current_function(), *map(str, arguments)))
            if self._injector.injects("provider", subject):
                raise ConnectionRefusedError("The provider was not reached, by a fault.")
