"""The provider `local`: our own imaging and sounds. No network, no price."""

from collections.abc import Callable
from typing import cast, get_args

from experience.imaging import files, processes
from experience.imaging.models import Artwork, ImageRefused, Style
from experience.providers import calling, sounds
from experience.providers.models import (
    Blob,
    Blobs,
    FailureCode,
    LocalArtworkParams,
    LocalParams,
    LocalSoundParams,
    Params,
    Poll,
    ProviderFailed,
    State,
    never_taken,
    parsed,
)

ID = "local"


class Local:
    """Makes a picture or a sound at once, so its job is the result: the id is its uri.

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
        try:
            return self._blobs.write(self._made(params))
        except ImageRefused as refused:
            raise _failed(refused.message, FailureCode(refused.code)) from refused

    def poll(self, provider_job_id: str) -> Poll:
        calling.announce(ID, "poll")
        return Poll(State.COMPLETED, result_uri=provider_job_id, cost_micros=0)

    def cancel(self, provider_job_id: str) -> None:  # noqa: ARG002  (it has ended)
        calling.announce(ID, "cancel")

    def fetch(self, uri: str) -> Blob:
        calling.announce(ID, "fetch")
        return self._read(uri)

    def _made(self, params: Params) -> Blob:
        """What the parameters ask for: an artwork, a sound, or a photo in a style."""
        if "artwork" in params:
            drawn = parsed(LocalArtworkParams, params)
            size = (drawn.width, drawn.height)
            artwork = Artwork(drawn.artwork, drawn.prompt, drawn.palette, *size)
            return _image(processes.draw(artwork))
        if "sound" in params:
            played = parsed(LocalSoundParams, params)
            return Blob(sounds.synthesise(played.sound, played.prompt), "audio/wav")
        wanted = parsed(LocalParams, params)
        if wanted.style not in get_args(Style):
            message = f"There is no style {wanted.style!r}."
            raise _failed(message, FailureCode.PROCESSING_FAILED)
        source = self._read(wanted.sources[0])
        return _image(processes.stylise(source.data, cast(Style, wanted.style)))

    def _read(self, uri: str) -> Blob:
        try:
            return self._blobs.read(uri)
        except FileNotFoundError as error:
            message = "The picture to work from is gone."
            raise _failed(message, FailureCode.INVALID_INPUT) from error


def _image(data: bytes) -> Blob:
    return Blob(data, str(files.content_type(data)))


def _failed(message: str, code: FailureCode) -> ProviderFailed:
    """Another try would fail as well; and cost nothing, as this one."""
    return ProviderFailed(message, code=code, retryable=False, cost_micros=0)
