"""How every operation of a provider begins."""

import sys

from experience.providers.models import ProviderFailed

EVENT = "experience.provider"


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
