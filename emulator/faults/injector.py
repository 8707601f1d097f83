"""Decides when a fault is injected.

Each decision depends on the seed, on its subject (never a random id or the clock) and on how often
the subject came up before: the same requests in the same order meet the same faults again.
"""

import hashlib
import threading
from collections import Counter

from emulator.faults.settings import Faults


class FaultInjector:
    """Decides which faults are injected, under settings that can change at any time.

    A subject begins with the name of the function that it concerns. `injected` counts the faults
    by the names of their settings.
    """

    def __init__(self, faults: Faults | None = None) -> None:
        self.set(faults or Faults())

    def set(self, faults: Faults) -> None:
        """Decide by these settings from now on, and start all counts anew."""
        self.faults = faults
        self.injected: Counter[str] = Counter()
        self._draws: Counter[tuple[str, str]] = Counter()
        self._lock = threading.Lock()

    def injects(self, kind: str, subject: str, share: float = 1) -> bool:
        """Whether to inject this fault now, with this share of its probability.

        `kind` is the name of a probability, to which a word may be added: `abort.read`.
        """
        setting = kind.partition(".")[0]
        probability: float = getattr(self.faults, setting) * share
        if probability == 0 or not self.faults.apply_to(subject):
            return False
        is_injected = self._draw(kind, subject) < probability
        if is_injected:
            self._count(setting)
        return is_injected

    def delay_seconds(self, subject: str) -> float:
        shortest, longest = self.faults.delay_ms
        if longest == 0 or not self.faults.apply_to(subject):
            return 0
        self._count("delayMs")
        return (shortest + (longest - shortest) * self._draw("delayMs", subject)) / 1000

    def flip_coin(self, kind: str, subject: str) -> bool:
        """Choose one of the two ways in which a fault can occur."""
        return self._draw(kind, subject) < 0.5

    def _count(self, setting: str) -> None:
        with self._lock:
            self.injected[setting] += 1

    def _draw(self, kind: str, subject: str) -> float:
        """A number in [0, 1), a different one each time."""
        with self._lock:
            self._draws[kind, subject] += 1
            times = self._draws[kind, subject]
        digest = hashlib.sha256(f"{self.faults.seed} {kind} {subject} {times}".encode()).digest()
        return int.from_bytes(digest[:6]) / 2**48
