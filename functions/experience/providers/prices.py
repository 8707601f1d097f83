"""What vendors charge, in micro-dollars: their answers say what they used, never what it costs.

The lists: https://ai.google.dev/gemini-api/docs/pricing, https://openai.com/api/pricing and
https://replicate.com/pricing. What is not here costs an unknown amount, `None`; `PROVIDER_PRICES`
adds to it, or corrects it.
"""

import json
from typing import Any

from experience import config, logs

LISTED: dict[str, dict[str, float]] = {
    "gemini/gemini-2.5-flash-image": {"inputToken": 0.3, "outputToken": 30},
    "gemini/gemini-2.5-flash": {"inputToken": 0.3, "outputToken": 2.5},
    "gemini/gemini-2.5-flash-lite": {"inputToken": 0.1, "outputToken": 0.4},
    "gemini/gemini-3.1-flash-lite": {"inputToken": 0.25, "outputToken": 1.5},
    "gemini/gemini-3.5-flash": {"inputToken": 1.5, "outputToken": 9},
    "openai/gpt-4.1": {"inputToken": 2, "outputToken": 8},
    "openai/gpt-4.1-mini": {"inputToken": 0.4, "outputToken": 1.6},
    "openai/gpt-4o-mini": {"inputToken": 0.15, "outputToken": 0.6},
    "replicate/google/nano-banana": {"run": 39_000},
    "replicate/black-forest-labs/flux-kontext-pro": {"run": 40_000},
    "replicate/black-forest-labs/flux-schnell": {"run": 3_000},
}


def of_run(provider_id: str, model: str, seconds: float | None) -> int | None:
    """The price of one run that took so long, None where it is not known."""
    price = _price(provider_id, model)
    if "run" in price:
        return round(price["run"])
    if "second" in price and seconds is not None:
        return round(price["second"] * seconds)
    return None


def of_tokens(provider_id: str, model: str, taken: int, made: int) -> int | None:
    """The price of these tokens; None where it is not known."""
    price = _price(provider_id, model)
    if "outputToken" not in price:
        return None
    return round(price.get("inputToken", 0) * taken + price["outputToken"] * made)


def _price(provider_id: str, model: str) -> dict[str, float]:
    name = f"{provider_id}/{model}"
    found = {**LISTED, **_configured()}.get(name)
    return found if isinstance(found, dict) else {}


def _configured() -> dict[str, Any]:
    try:
        prices = json.loads(config.PROVIDER_PRICES.value or "{}")
    except ValueError:
        logs.error("PROVIDER_PRICES is no JSON")
        return {}
    return prices if isinstance(prices, dict) else {}
