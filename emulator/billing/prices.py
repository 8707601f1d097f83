"""What Google Cloud charges: the list prices of prices.toml, applied to the meter's counts."""

import functools
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("prices.toml")


@dataclass(frozen=True)
class Price:
    """The price of `per` units; `free` and `note` are for readers."""

    what: str
    dollars: float
    per: int
    source: str
    free: str
    note: str = ""

    @property
    def each(self) -> float:
        """Dollars for one unit."""
        return self.dollars / self.per


@dataclass(frozen=True)
class PriceList:
    """Prices by the meter's names, and prices of what the meter cannot count."""

    checked: str
    region: str
    prices: Mapping[str, Price]

    def dollars(self, amounts: Mapping[str, float]) -> float:
        """The price of these amounts; amounts without a price are free."""
        return sum(
            amount * self.prices[name].each
            for name, amount in amounts.items()
            if name in self.prices
        )


@functools.cache
def read() -> PriceList:
    """The list of prices.toml."""
    data: dict[str, Any] = tomllib.loads(FILE.read_text())
    checked, region = data.pop("checked"), data.pop("region")
    return PriceList(checked, region, {name: Price(**each) for name, each in data.items()})
