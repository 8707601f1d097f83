"""What Google Cloud charges: the list prices of prices.toml, applied to what was counted."""

import functools
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("prices.toml")


@dataclass(frozen=True)
class Price:
    """What `per` of something cost; `free` and `note` are for readers."""

    what: str
    dollars: float
    per: int
    source: str
    free: str
    note: str = ""

    @property
    def each(self) -> float:
        """Dollars for one of it."""
        return self.dollars / self.per


@dataclass(frozen=True)
class PriceList:
    """Prices by the names under which the meter counts, and of what it cannot count."""

    checked: str
    region: str
    prices: Mapping[str, Price]

    def dollars(self, amounts: Mapping[str, float]) -> float:
        """What these amounts cost; those that nobody charges for cost nothing."""
        return sum(
            amount * self.prices[name].each
            for name, amount in amounts.items()
            if name in self.prices
        )


@functools.cache
def read() -> PriceList:
    """The list as it lies beside this module."""
    data: dict[str, Any] = tomllib.loads(FILE.read_text())
    checked, region = data.pop("checked"), data.pop("region")
    return PriceList(checked, region, {name: Price(**each) for name, each in data.items()})
