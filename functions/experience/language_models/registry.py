"""The language models by name, and the one that this deployment uses."""

from collections.abc import Callable

from experience import config
from experience.errors import FailedPrecondition
from experience.language_models import local
from experience.language_models.local import Local
from experience.language_models.models import LanguageModel

MODELS: dict[str, Callable[[], LanguageModel]] = {local.ID: Local}


def language_model() -> LanguageModel:
    """The model of this deployment, `LANGUAGE_MODEL`.

    Ask before anything is written. Raises FailedPrecondition `model_not_configured` for one that
    is unknown or has no key.
    """
    name = config.LANGUAGE_MODEL.value
    if name not in MODELS:
        known = ", ".join(MODELS)
        message = f"There is no language model {name}, only {known}."
        raise FailedPrecondition("model_not_configured", message, model=name)
    return MODELS[name]()
