"""The language models by name, and the one that this deployment uses.

Whatever can start a run imports this module, and few instances ask a model: each is imported with
what it asks with when it is made.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from experience import config
from experience.errors import FailedPrecondition
from experience.language_models.models import LanguageModel

if TYPE_CHECKING:
    from experience.providers.keys import Key


def language_model() -> LanguageModel:
    """The model of this deployment, `LANGUAGE_MODEL`.

    Ask before anything is written. Raises FailedPrecondition `model_not_configured` for one that
    is unknown, or has no valid key or address, and ProviderFailed where Secret Manager cannot be
    reached.
    """
    name = config.LANGUAGE_MODEL.value
    if name not in MODELS:
        known = ", ".join(MODELS)
        raise _not_configured(name, f"There is no language model {name}, only {known}.")
    return MODELS[name]()


def _local() -> LanguageModel:
    from experience.language_models.local import Local

    return Local()


def _gemini() -> LanguageModel:
    from experience.language_models import gemini
    from experience.providers import keys
    from experience.providers.http import Http

    url = _address(gemini.ID, config.GEMINI_API_URL.value)
    headers = {"x-goog-api-key": _key(gemini.ID, keys.gemini())}
    return gemini.Gemini(Http(url, headers, _timeout()), config.GEMINI_LANGUAGE_MODEL.value)


def _openai() -> LanguageModel:
    from experience.language_models import openai
    from experience.providers import keys
    from experience.providers.http import Http

    url = _address(openai.ID, config.OPENAI_API_URL.value)
    needs_key = url == openai.OWN_URL
    key = _key(openai.ID, keys.openai()) if needs_key or keys.is_named(keys.openai()) else None
    headers = {"authorization": f"Bearer {key}"} if key else {}
    return openai.OpenAi(Http(url, headers, _timeout()), config.OPENAI_LANGUAGE_MODEL.value)


def _address(name: str, url: str) -> str:
    """The address below which a model serves, without a slash at its end."""
    from experience.providers import addresses

    url = url.strip().rstrip("/")
    try:
        has_query = "?" in addresses.parse(url).target
    except addresses.InvalidAddressError:
        has_query = True
    if has_query:
        message = f"The address of the language model {name} is not of the form http://HOST/PATH."
        raise _not_configured(name, message)
    return url


def _key(name: str, key: "Key") -> str:
    from experience.providers import keys

    try:
        return keys.value_of(key)
    except FailedPrecondition as missing:
        message = f"The language model {name} has no valid key in this deployment."
        raise _not_configured(name, message) from missing


def _timeout() -> float:
    return float(config.LANGUAGE_MODEL_TIMEOUT_SECONDS.value)


def _not_configured(name: str, message: str) -> FailedPrecondition:
    return FailedPrecondition("model_not_configured", message, model=name)


MODELS: dict[str, Callable[[], LanguageModel]] = {
    "local": _local,
    "gemini": _gemini,
    "openai": _openai,
}
