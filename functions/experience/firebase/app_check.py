"""Whether a call comes from one of the project's own apps."""

from firebase_admin import app_check

from experience import clients, logs
from experience.errors import AppCheckRequired


def require_app(token: str | None) -> None:
    """Raise AppCheckRequired without an App Check token that Firebase's SDK verifies."""
    clients.app()  # it verifies with the default app, and does not make it
    if token is None:
        raise AppCheckRequired
    try:
        app_check.verify_token(token)
    except Exception as error:  # the SDK names no errors, and each means no
        logs.warning("App Check token refused", why=type(error).__name__)
        raise AppCheckRequired from error
