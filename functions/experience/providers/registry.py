"""The providers by id."""

from collections.abc import Callable

from experience import config
from experience.errors import InvalidArgument
from experience.providers import gemini, keys, local, replicate
from experience.providers.gemini import Gemini
from experience.providers.http import Http
from experience.providers.local import Local
from experience.providers.models import Blobs, Provider
from experience.providers.replicate import Replicate

PROVIDERS: dict[str, Callable[[Blobs], Provider]] = {
    local.ID: Local,
    replicate.ID: lambda blobs: Replicate(_replicate_api(), blobs),
    gemini.ID: lambda blobs: Gemini(_gemini_api(), blobs),
}

_CLASSES: dict[str, type[Provider]] = {
    local.ID: Local,
    replicate.ID: Replicate,
    gemini.ID: Gemini,
}

CREATE_SECONDS = 10
"""Replicate responds before it begins. With a lost response a request takes three times as long."""

KEYS = {replicate.ID: keys.replicate, gemini.ID: keys.gemini}


def provider(provider_id: str, blobs: Blobs) -> Provider:
    """A provider that works on these bytes. Raises as `require`."""
    require(provider_id)
    return PROVIDERS[provider_id](blobs)


def needs_permit(provider_id: str) -> bool:
    """Whether each of its jobs holds a permit of its tenant; known also without a key."""
    known = _CLASSES.get(provider_id)
    return known is None or known.needs_permit


def require(provider_id: str) -> None:
    """Ask this before a run begins, so that a missing key does not end it half-way.

    Raises InvalidArgument for an unknown provider, and FailedPrecondition
    `provider_not_configured` for one without a key.
    """
    if provider_id not in PROVIDERS:
        known = ", ".join(PROVIDERS)
        raise InvalidArgument(
            ("providerId", f"there is no provider {provider_id}, only {known}"),
            reason="unknown_provider",
        )
    if provider_id in KEYS:
        keys.value_of(KEYS[provider_id]())


def _replicate_api() -> Http:
    token = keys.value_of(keys.replicate())
    headers = {"authorization": f"Bearer {token}"}
    seconds = min(_timeout(), CREATE_SECONDS)
    return Http(config.REPLICATE_API_URL.value, headers, seconds, _timeout())


def _gemini_api() -> Http:
    headers = {"x-goog-api-key": keys.value_of(keys.gemini())}
    return Http(config.GEMINI_API_URL.value, headers, _timeout(), _timeout())


def _timeout() -> float:
    return float(config.PROVIDER_TIMEOUT_SECONDS.value)
