"""Why a commit on a step or its run fails, and which failures pass."""

from google.api_core.exceptions import (
    GoogleAPICallError,
    RetryError,
)
from google.auth.exceptions import TransportError
from requests import RequestException

from experience.errors import Contention

TRANSIENT = (Contention, GoogleAPICallError, RetryError, RequestException, TransportError)
"""What a database or a storage fails with; another try may succeed."""


class StepConflict(Exception):  # noqa: N818  (somebody else was first, not an error)
    """The step or its run is not as it was read: look again."""


class StaleStep(Exception):  # noqa: N818
    """The step is still ours, and somebody wrote to it: it was read again, so decide again."""


class LeaseLost(Exception):  # noqa: N818
    """Somebody else has the step now: stop, and write nothing more."""
