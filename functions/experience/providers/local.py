"""The provider `local`: our own imaging. No network, no price."""

from collections.abc import Callable
from typing import cast, get_args

from experience.imaging import files, processes
from experience.imaging.models import ImageRefused, Style
from experience.providers import calling
from experience.providers.models import (
    Blob,
    Blobs,
    FailureCode,
    LocalParams,
    Params,
    Poll,
    ProviderFailed,
    State,
    never_taken,
    parsed,
)

ID = "local"


class Local:
    """Makes the picture at once, so its job is the picture: the id is the uri of the result.

    Equal parameters make equal bytes, which are stored once: nothing is lost or paid by repeating.
    """

    completes_in_submit = True
    needs_permit = False  # the queue of steps bounds how many work here
    submit_seconds = 0.0  # one that is under way does no harm

    def __init__(self, blobs: Blobs) -> None:
        self._blobs = blobs

    def submit(
        self,
        params: Params,
        idempotency_key: str,  # noqa: ARG002
        *,
        begun_at: int | None = None,  # noqa: ARG002
        timeout_ms: int | None = None,  # noqa: ARG002
        is_taken: Callable[[str], bool] = never_taken,  # noqa: ARG002
    ) -> str:
        calling.announce(ID, "submit")
        wanted = parsed(LocalParams, params)
        if wanted.style not in get_args(Style):
            message = f"There is no style {wanted.style!r}."
            raise _failed(message, FailureCode.PROCESSING_FAILED)
        source = self._read(wanted.sources[0])
        try:
            picture = processes.stylise(source.data, cast(Style, wanted.style))
        except ImageRefused as refused:
            raise _failed(refused.message, FailureCode(refused.code)) from refused
        return self._blobs.write(Blob(picture, str(files.content_type(picture))))

    def poll(self, provider_job_id: str) -> Poll:
        calling.announce(ID, "poll")
        return Poll(State.COMPLETED, result_uri=provider_job_id, cost_micros=0)

    def cancel(self, provider_job_id: str) -> None:  # noqa: ARG002  (it has ended)
        calling.announce(ID, "cancel")

    def fetch(self, uri: str) -> Blob:
        calling.announce(ID, "fetch")
        return self._read(uri)

    def _read(self, uri: str) -> Blob:
        try:
            return self._blobs.read(uri)
        except FileNotFoundError as error:
            message = "The picture to work from is gone."
            raise _failed(message, FailureCode.INVALID_INPUT) from error


def _failed(message: str, code: FailureCode) -> ProviderFailed:
    """Another try would fail as well; and cost nothing, as this one."""
    return ProviderFailed(message, code=code, retryable=False, cost_micros=0)
