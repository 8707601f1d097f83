"""The decisions that follow from the settings of faults and their seed."""

import hashlib
import threading
from collections import Counter

from emulator.faults.settings import Faults


class FaultInjector:
    """Decides what goes wrong, under settings that can change at any time.

    `struck` counts how often it did, by the names of the settings.
    """

    def __init__(self, faults: Faults | None = None) -> None:
        self.set(faults or Faults())

    def set(self, faults: Faults) -> None:
        """From now on decide by these, as if nothing had been asked before."""
        self.faults = faults
        self.injected: Counter[str] = Counter()
        self._asked: Counter[tuple[str, str]] = Counter()
        self._lock = threading.Lock()

    def injects(self, kind: str, subject: str, share: float = 1) -> bool:
        """Whether this fault, with this share of its probability, strikes what it is asked about.

        `kind` is the name of a probability, to which a word may be added: `abort.read`.
        """
        setting = kind.partition(".")[0]
        probability: float = getattr(self.faults, setting) * share
        if probability == 0 or not self.faults.apply_to(subject):
            return False
        strikes = self._draw(kind, subject) < probability
        if strikes:
            self._count(setting)
        return strikes

    def delay_seconds(self, subject: str) -> float:
        shortest, longest = self.faults.delay_ms
        if longest == 0 or not self.faults.apply_to(subject):
            return 0
        self._count("delayMs")
        return (shortest + (longest - shortest) * self._draw("delayMs", subject)) / 1000

    def flip_coin(self, kind: str, subject: str) -> bool:
        """One of two ways in which a fault can strike."""
        return self._draw(kind, subject) < 0.5

    def _count(self, setting: str) -> None:
        with self._lock:
            self.injected[setting] += 1

    def _draw(self, kind: str, subject: str) -> float:
        """A number from 0 to less than 1, another one each time."""
        with self._lock:
            self._asked[kind, subject] += 1
            times = self._asked[kind, subject]
        drawn = hashlib.sha256(f"{self.faults.seed} {kind} {subject} {times}".encode()).digest()
        return int.from_bytes(drawn[:6]) / 2**48
