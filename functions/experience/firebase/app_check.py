"""Whether a call comes from one of the project's own apps, and whether its token is new.

Sources: https://firebase.google.com/docs/app-check/custom-resource-backend, "replay protection",
and https://firebase.google.com/docs/reference/appcheck/rest/v1beta/projects/verifyAppCheckToken
"""

import os
from typing import Any

from firebase_admin import _http_client, _utils, app_check, exceptions
from jwt.exceptions import PyJWKClientConnectionError

from experience import clients, logs
from experience.errors import AppCheckConsumed, AppCheckRequired, AppCheckUnavailable


def require_app(token: str | None, *, consume: bool = False) -> None:
    """Raise AppCheckRequired without an App Check token that Firebase's SDK verifies.

    `consume`: let the service mark the token as used, which is one request more, and raise
    AppCheckConsumed if it was marked before. Raises AppCheckUnavailable where the service or its
    keys are not reached, or the functions may not ask it.
    """
    if token is None:
        raise AppCheckRequired
    app = clients.app_check_app()
    if os.environ.get("APP_CHECK_EMULATOR_HOST"):
        _utils.get_app_service(app, app_check._APP_CHECK_ATTRIBUTE, _EmulatedService)  # noqa: SLF001
    try:
        verified = app_check.verify_token(token, app, consume=consume)
    except (exceptions.FirebaseError, PyJWKClientConnectionError) as error:
        logs.error("App Check cannot be asked", why=type(error).__name__)
        raise AppCheckUnavailable from error
    except Exception as error:  # the SDK names no errors, and each means no
        logs.warning("App Check token refused", why=type(error).__name__)
        raise AppCheckRequired from error
    if verified.get("already_consumed"):
        logs.warning("App Check token refused", why="consumed before")
        raise AppCheckConsumed


class _EmulatedService(app_check._AppCheckService):  # noqa: SLF001 - test_library_internals.py
    """The SDK's verification, with the keys and the service of an emulator."""

    def __init__(self, app: Any) -> None:
        url = f"http://{os.environ['APP_CHECK_EMULATOR_HOST']}"
        self._JWKS_URL = f"{url}/v1/jwks"
        self._VERIFY_URL_FORMAT = f"{url}/v1beta/projects/{{project_id}}:verifyAppCheckToken"
        super().__init__(app)  # type: ignore[no-untyped-call]
        self._http_client = _http_client.JsonHttpClient(
            credential=_utils.EmulatorAdminCredentials(), timeout=clients.APP_CHECK_SECONDS
        )
