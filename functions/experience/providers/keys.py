"""The keys of vendors, out of Secret Manager; locally out of the environment."""

import os
import re
from typing import NamedTuple

from experience import config, secret_manager
from experience.errors import FailedPrecondition
from experience.providers.models import ProviderFailed

_read: dict[str, str] = {}
_KEY = re.compile(r"[!-~]+")


class Key(NamedTuple):
    """Where a vendor's key is found: the variable that holds it, the parameter that names it."""

    provider_id: str
    variable: str
    secret: str
    """The id of a secret of this project, empty where there is none."""


def replicate() -> Key:
    """Replicate's API token."""
    return Key("replicate", "REPLICATE_API_TOKEN", config.REPLICATE_TOKEN_SECRET.value)


def gemini() -> Key:
    """The API key of Gemini."""
    return Key("gemini", "GEMINI_API_KEY", config.GEMINI_KEY_SECRET.value)


def openai() -> Key:
    """The key of the server of chat completions, which may need none."""
    return Key("openai", "OPENAI_API_KEY", config.OPENAI_KEY_SECRET.value)


def is_named(key: Key) -> bool:
    """Whether this deployment says where the key is, for a server that may need none."""
    return bool(os.environ.get(key.variable) or key.secret)


def value_of(key: Key) -> str:
    """The key itself. Raises FailedPrecondition `provider_not_configured`.

    That is also for what no header holds: the library that writes it would quote it in its error.

    A variable of the key's name comes first: the suite has no Secret Manager. Else the newest
    version of the secret is read, once in the life of an instance. Raises ProviderFailed where
    Secret Manager cannot be reached.
    """
    value = os.environ.get(key.variable, "").strip() or _read.get(key.secret)
    if not value and key.secret:
        value = _secret(key.secret)
        _read[key.secret] = value
    if not value or not _KEY.fullmatch(value):
        raise FailedPrecondition(
            "provider_not_configured",
            f"The provider {key.provider_id} has no {'valid ' if value else ''}key"
            " in this deployment.",
            providerId=key.provider_id,
        )
    return value


def _secret(name: str) -> str:
    """The newest version; empty where there is none that we may read."""
    try:
        secret = secret_manager.read(name)
    except secret_manager.SecretManagerUnreachableError as error:
        raise ProviderFailed("The provider's key could not be read.") from error
    return secret.value if secret else ""
