"""Whether an uploaded file is what it may be: by its size, its bytes and the type they show."""

from typing import Any

from experience.errors import FailedPrecondition, InvalidArgument
from experience.imaging import files
from experience.imaging.models import MAX_PIXELS
from experience.media.models import (
    CONTENT_TYPES,
    HEAD_BYTES,
    MAX_BYTES,
    UNSUPPORTED_TYPES,
    StoredObject,
    kind_of,
    sniff,
)
from experience.media.store import objects


def require_uploadable(content_type: str, size_bytes: int) -> None:
    """Raise FailedPrecondition or InvalidArgument for a file that is not worth uploading."""
    if content_type in UNSUPPORTED_TYPES:
        raise _unsupported(content_type)
    max_bytes = MAX_BYTES[kind_of(content_type)]
    if size_bytes > max_bytes:
        raise InvalidArgument(("sizeBytes", f"must be at most {max_bytes} bytes"))


def valid_type(uploaded: StoredObject) -> str:
    """The type that the bytes show, if they may be uploaded. Raises FailedPrecondition.

    Any type of photo is taken for any other: a phone goes by a file's name, which may be wrong.
    Compressed bytes are refused: a signed URL does not bind the header that declares them.
    """
    if uploaded.content_type not in CONTENT_TYPES:
        raise _mismatch(uploaded.content_type, None)
    if uploaded.content_encoding not in ("", "identity"):
        raise _mismatch(uploaded.content_type, uploaded.content_encoding)
    max_bytes = MAX_BYTES[kind_of(uploaded.content_type)]
    if uploaded.size_bytes > max_bytes:
        raise FailedPrecondition(
            "upload_too_large",
            f"The file is larger than {max_bytes} bytes.",
            maxBytes=max_bytes,
        )
    # of an empty object there is no first byte to ask for
    head = _read(uploaded, HEAD_BYTES) if uploaded.size_bytes else b""
    shown = sniff(head)
    if shown in UNSUPPORTED_TYPES and kind_of(uploaded.content_type) == "image":
        raise _unsupported(shown)
    both_images = {kind_of(shown or ""), kind_of(uploaded.content_type)} == {"image"}
    if shown is None or (shown != uploaded.content_type and not both_images):
        raise _mismatch(uploaded.content_type, shown)
    if both_images:
        if files.is_cut_off(head, uploaded.size_bytes) or _lacks_end(uploaded, head):
            raise FailedPrecondition("upload_damaged", "The photo is damaged or incomplete.")
        width, height = files.size(head) or (0, 0)
        if width * height > MAX_PIXELS:
            raise FailedPrecondition(
                "upload_too_many_pixels",
                f"The photo has more than {MAX_PIXELS // 1_000_000} megapixels.",
                width=width,
                height=height,
                maxPixels=MAX_PIXELS,
            )
    return shown


def _lacks_end(uploaded: StoredObject, head: bytes) -> bool:
    """Whether a PNG has no end, which its first bytes do not show. One request more for a PNG."""
    if not head.startswith(files.PNG) or uploaded.size_bytes <= HEAD_BYTES:
        return False
    tail = _read(uploaded, start=uploaded.size_bytes - HEAD_BYTES)
    return files.PNG_END not in tail


def _read(uploaded: StoredObject, first_bytes: int | None = None, start: int = 0) -> bytes:
    return objects.read(uploaded.path, first_bytes, start, uploaded.generation)


def _unsupported(found: str) -> FailedPrecondition:
    return FailedPrecondition(
        "unsupported_media",
        "HEIC photos cannot be read here. Send a JPEG, or take the photo with the page's camera. "
        "An iPhone takes JPEGs after Settings, Camera, Formats, Most Compatible.",
        found=found,
    )


def _mismatch(declared: str, shown: str | None) -> FailedPrecondition:
    details: dict[str, Any] = {"declared": declared, "found": shown}
    return FailedPrecondition(
        "upload_type_mismatch", f"The file's bytes are not {declared}.", **details
    )
