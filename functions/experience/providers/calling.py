"""How every operation of a provider begins, and the one type in which it fails."""

import sys

EVENT = "experience.provider"


class ProviderFailed(Exception):  # noqa: N818  (what a call of a provider can end with)
    """The provider did not do what it was asked to; `retryable`: it may do it next time."""

    def __init__(self, message: str, *, retryable: bool = True) -> None:
        super().__init__(message)
        self.message = message
        self.retryable = retryable


def announce(provider_id: str, operation: str) -> None:
    """Say that an operation, such as `submit`, begins. Raises ProviderFailed.

    The audit event `experience.provider` (PEP 578) carries the provider's id and the operation.
    A hook may raise OSError, as if the provider had not been reached: that is how the local suite
    makes providers fail. Without a hook it costs nothing.
    """
    try:
        sys.audit(EVENT, provider_id, operation)
    except OSError as error:
        raise ProviderFailed(f"The provider {provider_id} could not be reached.") from error
