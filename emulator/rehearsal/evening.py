"""Who comes when, and what they do: decided before the evening, by a seed."""

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

Kind = Literal["project", "journey", "player"]

# When guests come: a share of the evening, and how many come then in relation to other times.
DOORS_OPEN, CROWDED, TAIL, LAST = (0.0, 0.2), (0.35, 1.0), (0.6, 0.35), (0.85, 0.05)
RATE = (DOORS_OPEN, CROWDED, TAIL, LAST)
KINDS: dict[Kind, float] = {"project": 0.7, "journey": 0.15, "player": 0.15}
LEAVING, RETURNING, RELOADING, DOUBLE_TAPPING = 0.12, 0.5, 0.2, 0.25
THINK_SECONDS, THINK_SPREAD = 1.0, 0.7  # the median, and the sigma of its logarithm
MAX_THINK_SECONDS = 8.0
CALLS_BEFORE_LEAVING = (3, 12)


@dataclass(frozen=True)
class Plan:
    """One guest: `arrives` is in seconds from the beginning; `seed` is that of what they decide."""

    number: int
    arrives: float
    kind: Kind
    seed: int
    leaves_after: int | None = None
    """The number of calls after which they put the phone away, if they do."""
    returns: bool = False
    """Whether they come back after that, and play to the end."""
    reloads: bool = False
    taps_twice: bool = False


def plan(guests: int, seconds: float, seed: int) -> list[Plan]:
    """All guests in the order of their arrival."""
    source = random.Random(seed)  # noqa: S311 - a rehearsal that can be repeated
    return [
        _guest(number, at, source) for number, at in enumerate(arrivals(guests, seconds, source))
    ]


def _guest(number: int, arrives: float, source: random.Random) -> Plan:
    kind = source.choices(list(KINDS), list(KINDS.values()))[0]
    leaves = source.random() < LEAVING
    return Plan(
        number,
        arrives,
        kind,
        seed=source.getrandbits(32),
        leaves_after=source.randint(*CALLS_BEFORE_LEAVING) if leaves else None,
        returns=leaves and source.random() < RETURNING,
        reloads=source.random() < RELOADING,
        taps_twice=source.random() < DOUBLE_TAPPING,
    )


def arrivals(guests: int, seconds: float, source: random.Random) -> list[float]:
    """When each of the guests comes.

    A Poisson process whose rate changes, given how many come: each comes independently of the
    others, with the density that `RATE` has.
    """
    return sorted(_quantile(source.random()) * seconds for _ in range(guests))


def _quantile(share: float) -> float:
    """By when this share of the guests has come. Between its points `RATE` is linear."""
    pieces = [(a, b, (b[0] - a[0]) * (a[1] + b[1]) / 2) for a, b in pairwise(RATE)]
    left = share * sum(area for *_, area in pieces)
    for (begin, low), (end, high), area in pieces:
        if left <= area:
            slope = (high - low) / (end - begin)
            # the area up to x is low * x + slope * x² / 2
            root = math.sqrt(max(0.0, low * low + 2 * slope * left))
            return begin + 2 * left / (low + root) if left else begin
        left -= area
    return RATE[-1][0]


def think_seconds(source: random.Random) -> float:
    """How long a guest looks at a page before the next tap."""
    return min(source.lognormvariate(math.log(THINK_SECONDS), THINK_SPREAD), MAX_THINK_SECONDS)


def percentile(values: Sequence[float], share: float) -> float:
    """The value that this share of the values does not exceed; 0 if there are none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, math.ceil(share * len(ordered)) - 1)] if ordered else 0.0
