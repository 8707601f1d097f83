"""What may be uploaded, what callers send about it, and how bytes show their type."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from pydantic import Field

from experience.documents import Document, Request
from experience.ids import DocumentId

MEBIBYTE = 2**20
LARGEST_BYTES = {"image": 20 * MEBIBYTE, "video": 200 * MEBIBYTE}

ContentType = Literal["image/jpeg", "image/png", "image/webp", "video/mp4", "video/webm"]
CONTENT_TYPES: tuple[str, ...] = ContentType.__args__  # type: ignore[attr-defined]

SIGNATURE_BYTES = 64

# The brands of MP4 files with video; others share the container, such as HEIC photos.
MP4_BRANDS = (b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1", b"M4V ")


def kind_of(content_type: str) -> str:
    """`image` or `video`."""
    return content_type.partition("/")[0]


def sniff(data: bytes) -> str | None:
    """The content type that the first bytes show, whatever anybody says about them.

    Sources: https://mimesniff.spec.whatwg.org/ and, for MP4, ISO/IEC 14496-12 (`ftyp`).
    """
    if data.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return "image/webp"
    if data[4:8] == b"ftyp" and data[8:12] in MP4_BRANDS:
        return "video/mp4"
    if data.startswith(b"\x1aE\xdf\xa3") and b"webm" in data[:SIGNATURE_BYTES]:
        return "video/webm"
    return None


@dataclass(frozen=True)
class StoredObject:
    """An object of the bucket. `created_at` is in Unix milliseconds."""

    path: str
    content_type: str
    size_bytes: int
    created_at: int
    metadata: Mapping[str, str]
    metageneration: int
    """Counts the changes of its metadata."""


class CreateUpload(Request):
    """A file that a guest is about to upload for a capture step."""

    project_id: DocumentId
    session_id: DocumentId
    step_id: DocumentId
    content_type: ContentType
    size_bytes: int = Field(ge=1)


class Upload(Document):
    """Where to send the file, and with which headers, until `expires_at` (Unix milliseconds).

    An image is one PUT. A video is PUT in one piece or in parts, as a resumable upload.
    """

    asset_id: str
    path: str
    url: str
    method: Literal["PUT"] = "PUT"
    headers: dict[str, str]
    expires_at: int


class ConfirmUpload(Request):
    """A file that has been uploaded."""

    project_id: DocumentId
    session_id: DocumentId
    step_id: DocumentId
    asset_id: DocumentId


class GetDownloadUrl(Request):
    """A capture or a result of a session."""

    project_id: DocumentId
    session_id: DocumentId
    asset_id: DocumentId


class Download(Document):
    """An address that works for anybody who has it, until `expires_at` (Unix milliseconds)."""

    url: str
    expires_at: int
