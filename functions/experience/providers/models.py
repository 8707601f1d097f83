"""What is asked of a provider, how it answers, and the one type in which it fails."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any, Literal, Protocol, TypeVar

from pydantic import Field, StringConstraints, ValidationError

from experience.documents import Request

MediaType = Literal["image", "video", "audio"]
Params = Mapping[str, Any]
P = TypeVar("P", bound=Request)


MAX_RETRY_AFTER_SECONDS = 3600.0
"""A longer wait than a queue can keep, or one that is no number, is as good as this."""


class FailureCode(StrEnum):
    """The job error codes that a provider can end with."""

    PROVIDER_ERROR = "PROVIDER_ERROR"
    """It could not be reached, refused the account, or answered what nobody can read."""
    SAFETY_FILTERED = "SAFETY_FILTERED"
    """It will not make this, and says so."""
    INVALID_INPUT = "INVALID_INPUT"
    """What it was asked for is not something that it can make."""
    PROCESSING_FAILED = "PROCESSING_FAILED"
    """Something else about the request is wrong, such as its style."""
    TIMEOUT = "TIMEOUT"
    """It did not answer in time."""
    CANCELLED = "CANCELLED"
    """It was cancelled, and stopped."""


class ProviderFailed(Exception):  # noqa: N818  (what a call of a provider can end with)
    """The provider did not do what it was asked to; `retryable`: it may do it next time.

    `retry_after_seconds` is what it asked for itself, an hour at most. `cost_micros` is what it
    charged all the same (micro-dollars), None where that is not known. `is_unsure`: the request may
    have had its effect.
    """

    is_unsure = False

    def __init__(
        self,
        message: str,
        *,
        code: FailureCode = FailureCode.PROVIDER_ERROR,
        retryable: bool = True,
        retry_after_seconds: float | None = None,
        cost_micros: int | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.retryable = retryable
        self.retry_after_seconds = retry_after_seconds and max(
            0.0, min(MAX_RETRY_AFTER_SECONDS, retry_after_seconds)
        )
        self.cost_micros = cost_micros


class State(StrEnum):
    """How far a provider is."""

    PROCESSING = "processing"
    COMPLETED = "completed"
    FAILED = "failed"


@dataclass(frozen=True)
class Poll:
    """A provider's answer to where a job stands.

    Completed it has a `result_uri`, failed a `failure`. `cost_micros` is in micro-dollars, None
    where the provider does not say what it charges.
    """

    state: State
    result_uri: str | None = None
    cost_micros: int | None = None
    failure: ProviderFailed | None = None


@dataclass(frozen=True)
class Blob:
    """Bytes and what they are, such as `image/png`."""

    data: bytes
    content_type: str


@dataclass(frozen=True)
class Kept:
    """A result that was stored under the key of its request, and what it cost in micro-dollars."""

    uri: str
    cost_micros: int | None = None


class Blobs(Protocol):
    """Where a provider finds its sources and leaves its results: the bytes of one tenant."""

    def read(self, uri: str) -> Blob:
        """What is stored there. Raises FileNotFoundError."""

    def write(self, blob: Blob) -> str:
        """Store bytes under their own hash, and return their uri: equal bytes, the same uri."""

    def keep(self, key: str, blob: Blob, cost_micros: int | None) -> None:
        """Store the result of the request with this key, unless one is stored."""

    def kept(self, key: str) -> Kept | None:
        """The result stored for this key."""

    def address(self, uri: str) -> str:
        """An https address under which a vendor can read these bytes for the next hour."""


def never_taken(_provider_job_id: str) -> bool:
    """No other job is known."""
    return False


class Provider(Protocol):
    """What every provider can do. Each operation can be repeated, and raises ProviderFailed."""

    completes_in_submit: bool
    """Whether what was submitted has ended when `submit` returns."""
    needs_permit: bool
    """Whether the number of its jobs under way is bounded for each tenant, as vendors ask."""
    submit_seconds: float
    """A submit has ended after this time, even if its process has died."""

    def submit(
        self,
        params: Params,
        idempotency_key: str,
        *,
        begun_at: int | None = None,
        timeout_ms: int | None = None,
        is_taken: Callable[[str], bool] = never_taken,
    ) -> str:
        """Create a job at the provider, and return its id there.

        `begun_at`: when an earlier submit with this key began whose outcome is unknown (Unix ms),
        or None. Then the job is found again or refused, and never paid twice. `is_taken(id)`:
        whether another job has this provider job, which is then skipped. After `timeout_ms` the
        result is no longer needed.
        """

    def poll(self, provider_job_id: str) -> Poll:
        """The state of the job."""

    def cancel(self, provider_job_id: str) -> None:
        """Cancel the job. A job that has ended stays as it is."""

    def fetch(self, uri: str) -> Blob:
        """A result's bytes."""


class LocalParams(Request):
    """The photo in `sources`, restyled on this machine."""

    sources: list[str] = Field(min_length=1, max_length=1)
    style: str


MAX_PROMPT = 2000
HexColour = Annotated[str, StringConstraints(pattern=r"^#[0-9a-f]{6}$")]


class LocalArtworkParams(Request):
    """A picture drawn on this machine after a prompt.

    `palette`: the main colour, the second one, the ground, and that of text which stays readable on
    a background. The size is in pixels.
    """

    artwork: Literal["background", "emblem"]
    prompt: str = Field(max_length=MAX_PROMPT)
    palette: tuple[HexColour, HexColour, HexColour, HexColour]
    width: int = Field(default=1440, ge=256, le=1600)
    height: int = Field(default=900, ge=256, le=1600)


class LocalSoundParams(Request):
    """A sound computed on this machine after a prompt, or by the name of a voice."""

    sound: Literal["spin", "win"]
    prompt: str = Field(max_length=MAX_PROMPT)


_MODEL_NAME = "[A-Za-z0-9_-][A-Za-z0-9._-]*"  # of a path, where `..` leads elsewhere


class ReplicateParams(Request):
    """A model of Replicate, by `owner/name` or by its version's id, and the model's own input.

    The sources are one of its inputs, under the name that the model has for it; as a list, where it
    takes several.
    """

    model: str = Field(pattern=rf"^({_MODEL_NAME}/{_MODEL_NAME}|[0-9a-f]{{64}})$")
    input: dict[str, Any] = {}
    sources: list[str] = []
    source_input: str = "image"
    sources_as_list: bool = False


class GeminiParams(Request):
    """A picture after a prompt, and after the pictures in `sources` where there are any."""

    model: str = Field(default="gemini-2.5-flash-image", pattern=r"^[\w.-]+$")
    prompt: str = Field(min_length=1)
    sources: list[str] = []
    aspect_ratio: str | None = None


def parsed(model: type[P], params: Params) -> P:
    """The parameters as this provider takes them. Raises ProviderFailed, naming the fields."""
    try:
        return model.model_validate(params)
    except ValidationError as error:
        issues = [
            f"{'.'.join(map(str, issue['loc']))}: {issue['msg']}"
            for issue in error.errors(include_url=False, include_context=False, include_input=False)
        ]
        raise ProviderFailed(
            f"These parameters cannot be used: {'; '.join(issues)}.",
            code=FailureCode.INVALID_INPUT,
            retryable=False,
        ) from error


# How files begin that are what their type says: (offset, bytes).
_BEGINNINGS: dict[str, tuple[tuple[int, bytes], ...]] = {
    "image/png": ((0, b"\x89PNG\r\n\x1a\n"),),
    "image/jpeg": ((0, b"\xff\xd8\xff"),),
    "image/webp": ((8, b"WEBP"),),
    "video/mp4": ((4, b"ftyp"),),
    "video/webm": ((0, b"\x1aE\xdf\xa3"),),
    "audio/mpeg": ((0, b"ID3"), (0, b"\xff\xfb"), (0, b"\xff\xf3"), (0, b"\xff\xf2")),
    "audio/wav": ((8, b"WAVE"),),
    "audio/ogg": ((0, b"OggS"),),
    "audio/mp4": ((4, b"ftyp"),),
}
_SAME = {"image/jpg": "image/jpeg", "audio/x-wav": "audio/wav", "audio/mp3": "audio/mpeg"}


def checked(data: bytes, content_type: str) -> Blob:
    """A result under the type of its bytes: vendors label a JPEG as `image/png`.

    The type that the vendor says counts where several types begin alike. Raises ProviderFailed
    where the bytes are of no known type, or of another medium than the vendor says.
    """
    plain = content_type.partition(";")[0].strip().lower()
    plain = _SAME.get(plain, plain)
    if plain not in _BEGINNINGS:
        raise ProviderFailed(f"The provider answered with {plain or 'an unnamed type'}.")
    medium = plain.partition("/")[0] + "/"
    found = [known for known in _BEGINNINGS if known.startswith(medium) and _begins(data, known)]
    if not found:
        raise ProviderFailed(f"The provider answered with {plain} whose bytes are something else.")
    return Blob(data, plain if plain in found else found[0])


def _begins(data: bytes, content_type: str) -> bool:
    """Whether the bytes begin as files of this type do."""
    return any(data[at : at + len(begin)] == begin for at, begin in _BEGINNINGS[content_type])
