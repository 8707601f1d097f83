"""Why a commit on a step or its run is rejected, and which failures are transient."""

from google.api_core.exceptions import GoogleAPICallError, RetryError
from google.auth.exceptions import TransportError
from requests import RequestException

from experience.errors import Contention

TRANSIENT = (Contention, GoogleAPICallError, RetryError, RequestException, TransportError)
"""What a failing database or storage raises. Another attempt may succeed."""


class StepConflict(Exception):  # noqa: N818  (another worker was first, which is no error)
    """The step or its run has changed since it was read. Read it again, and decide again."""


class StaleStep(Exception):  # noqa: N818
    """The step has changed under its lease, which still holds. It was read again: decide again."""


class LeaseLost(Exception):  # noqa: N818
    """Another worker has the step now. Stop, and write nothing more."""
