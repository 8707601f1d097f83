"""Faults between the functions and the providers that they call."""

import sys
from collections.abc import Mapping
from typing import Any

from emulator.billing.meter import current_function
from emulator.faults.injector import FaultInjector
from emulator.faults.settings import Faults

EVENT = "experience.provider"


class ProviderFaults:
    """Makes operations of providers fail, as if nothing had been sent.

    The functions announce each one as the audit event `experience.provider` (PEP 578) with the
    provider's id and the operation, and take an OSError for a provider that was not reached.
    """

    def __init__(self) -> None:
        self._injector = FaultInjector()

    def install(self) -> None:
        """Listen, for as long as the process lives: a hook cannot be removed."""
        sys.addaudithook(self._heard)

    def set(self, faults: Faults) -> None:
        self._injector.set(faults)

    @property
    def injected(self) -> Mapping[str, int]:
        """How often a provider failed since the faults were set."""
        return self._injector.injected

    def _heard(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event == EVENT:
            subject = " ".join((current_function(), *map(str, arguments)))
            if self._injector.injects("provider", subject):
                raise ConnectionRefusedError("The provider was not reached, by a fault.")
