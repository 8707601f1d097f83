"""The keys of vendors, out of Secret Manager; locally out of the environment."""

import base64
import os
from typing import NamedTuple
from urllib.parse import quote

from experience import clients, config, logs
from experience.errors import FailedPrecondition
from experience.providers.models import ProviderFailed

SECRET_MANAGER = "https://secretmanager.googleapis.com"  # noqa: S105  (an address)

_read: dict[str, str] = {}


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


def value_of(key: Key) -> str:
    """The key itself. Raises FailedPrecondition `provider_not_configured`.

    A variable of the key's name comes first: the suite has no Secret Manager. Else the newest
    version of the secret is read, once in the life of an instance. Raises ProviderFailed where
    Secret Manager cannot be reached.
    """
    value = os.environ.get(key.variable) or _read.get(key.secret)
    if not value and key.secret:
        value = _secret(key.secret)
        _read[key.secret] = value
    if not value:
        raise FailedPrecondition(
            "provider_not_configured",
            f"The provider {key.provider_id} has no key in this deployment.",
            providerId=key.provider_id,
        )
    return value


def _secret(name: str) -> str:
    """The newest version; empty where there is none that we may read.

    https://cloud.google.com/secret-manager/docs/reference/rest/v1/projects.secrets.versions/access
    """
    import google.auth
    from google.auth.exceptions import GoogleAuthError
    from google.auth.transport.requests import AuthorizedSession
    from requests import RequestException

    project = clients.project_id()
    path = f"/v1/projects/{project}/secrets/{quote(name, safe='')}/versions/latest:access"
    try:
        credentials, _ = google.auth.default(
            scopes=["https://www.googleapis.com/auth/cloud-platform"]
        )
        session = AuthorizedSession(credentials)
        answer = session.get(SECRET_MANAGER + path, timeout=10)
        if answer.status_code == 200:
            return base64.b64decode(answer.json()["payload"]["data"]).decode().strip()
    except (GoogleAuthError, RequestException) as error:
        raise ProviderFailed("The provider's key could not be read.") from error
    logs.error("secret unreadable", secret=name, status=answer.status_code)
    return ""
