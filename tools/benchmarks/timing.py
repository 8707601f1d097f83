"""Samples of one thing, told by their median and by the range of the middle half of them."""

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Samples:
    """Seconds, in any order."""

    seconds: Sequence[float]

    @property
    def median(self) -> float:
        return statistics.median(self.seconds)

    def shown(self) -> str:
        """`12.1 ms (11.0 to 14.2)`"""
        ordered = sorted(self.seconds)
        low, high = ordered[len(ordered) // 4], ordered[(3 * len(ordered)) // 4]
        if self.median < 1:
            return f"{self.median * 1000:.1f} ms ({low * 1000:.1f} to {high * 1000:.1f})"
        return f"{self.median:.2f} s ({low:.2f} to {high:.2f})"


def seconds_of(do: Callable[..., Any], *arguments: Any) -> float:
    """How long it takes."""
    began = time.perf_counter()
    do(*arguments)
    return time.perf_counter() - began
