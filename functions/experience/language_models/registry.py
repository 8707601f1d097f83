"""The language models by name, and the one that this deployment uses."""

from collections.abc import Callable

from experience import config
from experience.errors import FailedPrecondition
from experience.language_models import gemini, local, openai
from experience.language_models.gemini import Gemini
from experience.language_models.local import Local
from experience.language_models.models import LanguageModel
from experience.language_models.openai import OpenAi
from experience.providers import keys
from experience.providers.http import Http


def language_model() -> LanguageModel:
    """The model of this deployment, `LANGUAGE_MODEL`.

    Ask before anything is written. Raises FailedPrecondition `model_not_configured` for one that
    is unknown or has no key, and ProviderFailed where Secret Manager cannot be reached.
    """
    name = config.LANGUAGE_MODEL.value
    if name not in MODELS:
        known = ", ".join(MODELS)
        raise _not_configured(name, f"There is no language model {name}, only {known}.")
    return MODELS[name]()


def _gemini() -> Gemini:
    headers = {"x-goog-api-key": _key(gemini.ID, keys.gemini())}
    http = Http(config.GEMINI_API_URL.value, headers, _timeout())
    return Gemini(http, config.GEMINI_LANGUAGE_MODEL.value)


def _openai() -> OpenAi:
    url = config.OPENAI_API_URL.value.rstrip("/")
    needs_key = url == openai.OWN_URL
    key = _key(openai.ID, keys.openai()) if needs_key or keys.is_named(keys.openai()) else None
    headers = {"authorization": f"Bearer {key}"} if key else {}
    return OpenAi(Http(url, headers, _timeout()), config.OPENAI_LANGUAGE_MODEL.value)


def _key(name: str, key: keys.Key) -> str:
    try:
        return keys.value_of(key)
    except FailedPrecondition as missing:
        message = f"The language model {name} has no key in this deployment."
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
