"""Secrets of the deployment, out of Secret Manager.

https://cloud.google.com/secret-manager/docs/reference/rest/v1/projects.secrets.versions/access
"""

import base64
from typing import NamedTuple
from urllib.parse import quote

from experience import clients, logs

ADDRESS = "https://secretmanager.googleapis.com"
NEWEST = "latest"


class Secret(NamedTuple):
    """A secret's value, and the version that has it."""

    version: str
    value: str


class SecretManagerUnreachableError(Exception):
    """Nothing is known of the secret: another try may find it."""


def read(name: str, version: str = NEWEST) -> Secret | None:
    """A version of a secret; None where there is none that we may read.

    Raises SecretManagerUnreachableError.
    """
    import google.auth
    from google.auth.exceptions import GoogleAuthError
    from google.auth.transport.requests import AuthorizedSession
    from requests import RequestException

    path = f"/v1/projects/{clients.project_id()}/secrets/{quote(name, safe='')}/versions"
    try:
        credentials, _ = google.auth.default(
            scopes=["https://www.googleapis.com/auth/cloud-platform"]
        )
        session = AuthorizedSession(credentials)
        address = f"{ADDRESS}{path}/{quote(version, safe='')}:access"
        answer = session.get(address, timeout=10)
        if answer.status_code == 200:
            body = answer.json()
            value = base64.b64decode(body["payload"]["data"]).decode().strip()
            return Secret(str(body.get("name", version)).rpartition("/")[2], value)
    except (GoogleAuthError, RequestException) as error:
        raise SecretManagerUnreachableError(name) from error
    logs.error("secret unreadable", secret=name, status=answer.status_code)
    return None
