"""The language models by name, and the one that this deployment uses."""

from collections.abc import Callable

from experience import config
from experience.errors import FailedPrecondition
from experience.language_models import gemini, local, openai
from experience.language_models.gemini import Gemini
from experience.language_models.local import Local
from experience.language_models.models import LanguageModel
from experience.language_models.openai import OpenAi
from experience.providers import addresses, keys
from experience.providers.addresses import InvalidAddressError
from experience.providers.http import Http


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


def _gemini() -> Gemini:
    url = _address(gemini.ID, config.GEMINI_API_URL.value)
    headers = {"x-goog-api-key": _key(gemini.ID, keys.gemini())}
    return Gemini(Http(url, headers, _timeout()), config.GEMINI_LANGUAGE_MODEL.value)


def _openai() -> OpenAi:
    url = _address(openai.ID, config.OPENAI_API_URL.value)
    needs_key = url == openai.OWN_URL
    key = _key(openai.ID, keys.openai()) if needs_key or keys.is_named(keys.openai()) else None
    headers = {"authorization": f"Bearer {key}"} if key else {}
    return OpenAi(Http(url, headers, _timeout()), config.OPENAI_LANGUAGE_MODEL.value)


def _address(name: str, url: str) -> str:
    """The address below which a model serves, without a slash at its end."""
    url = url.strip().rstrip("/")
    try:
        has_query = "?" in addresses.parse(url).target
    except InvalidAddressError:
        has_query = True
    if has_query:
        message = f"The address of the language model {name} is not of the form http://HOST/PATH."
        raise _not_configured(name, message)
    return url


def _key(name: str, key: keys.Key) -> str:
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
    local.ID: Local,
    gemini.ID: _gemini,
    openai.ID: _openai,
}
