"""The decisions that follow from the settings of faults and their seed."""

import hashlib
import threading
from collections import Counter

from emulator.faults.settings import Faults


class Chance:
    """Decides what goes wrong, under settings that can change at any time.

    `struck` counts how often it did, by the names of the settings.
    """

    def __init__(self, faults: Faults | None = None) -> None:
        self.set(faults or Faults())

    def set(self, faults: Faults) -> None:
        """From now on decide by these, as if nothing had been asked before."""
        self.faults = faults
        self.struck: Counter[str] = Counter()
        self._asked: Counter[tuple[str, str]] = Counter()
        self._lock = threading.Lock()

    def happens(self, kind: str, about: str, share: float = 1) -> bool:
        """Whether this fault, with this share of its probability, strikes what it is asked about.

        `kind` is the name of a probability, to which a word may be added: `abort.read`.
        """
        setting = kind.partition(".")[0]
        probability: float = getattr(self.faults, setting) * share
        if probability == 0 or not self.faults.concern(about):
            return False
        strikes = self._draw(kind, about) < probability
        if strikes:
            self._count(setting)
        return strikes

    def delay_seconds(self, about: str) -> float:
        shortest, longest = self.faults.delay_ms
        if longest == 0 or not self.faults.concern(about):
            return 0
        self._count("delayMs")
        return (shortest + (longest - shortest) * self._draw("delayMs", about)) / 1000

    def coin(self, kind: str, about: str) -> bool:
        """One of two ways in which a fault can strike."""
        return self._draw(kind, about) < 0.5

    def _count(self, setting: str) -> None:
        with self._lock:
            self.struck[setting] += 1

    def _draw(self, kind: str, about: str) -> float:
        """A number from 0 to less than 1, another one each time."""
        with self._lock:
            self._asked[kind, about] += 1
            times = self._asked[kind, about]
        drawn = hashlib.sha256(f"{self.faults.seed} {kind} {about} {times}".encode()).digest()
        return int.from_bytes(drawn[:6]) / 2**48
