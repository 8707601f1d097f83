"""What may be uploaded, what callers send about it, and how bytes show their type."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal
from urllib.parse import unquote, urlsplit

from pydantic import Field

from experience.documents import Document, Request
from experience.ids import DocumentId
from experience.imaging import files

MEBIBYTE = 2**20
MAX_BYTES = {"image": 20 * MEBIBYTE, "video": 200 * MEBIBYTE}

ImageType = Literal["image/jpeg", "image/png", "image/webp", "image/avif"]
VideoType = Literal["video/mp4", "video/webm", "video/quicktime"]
ContentType = Literal[ImageType, VideoType]
UnsupportedType = Literal["image/heic", "image/heif"]
"""What phones take photos in, and nothing here decodes (docs/media.md)."""
UNSUPPORTED_TYPES: tuple[str, ...] = UnsupportedType.__args__  # type: ignore[attr-defined]
CONTENT_TYPES: tuple[str, ...] = ContentType.__args__  # type: ignore[attr-defined]

HEAD_BYTES = 64 * 1024
"""How much of an upload is read: enough for its type and, of nearly every photo, its size."""

# The type by the brand of an ISO file; others share the container, such as HEIC photos. The third
# line is of phones that record 3GP. Source: https://mp4ra.org/registered-types/brands
_MP4_BRANDS = (
    *(b"isom", b"iso2", b"iso3", b"iso4", b"iso5", b"iso6", b"iso7", b"iso8", b"iso9"),
    *(b"mp41", b"mp42", b"avc1", b"dash", b"cmfc", b"MSNV", b"mmp4", b"M4V ", b"M4VH", b"M4VP"),
    *(b"3gp4", b"3gp5", b"3gp6"),
)
TYPE_OF_BRAND = {**dict.fromkeys(_MP4_BRANDS, "video/mp4"), b"qt  ": "video/quicktime"}


def kind_of(content_type: str) -> str:
    """`image` or `video`."""
    return content_type.partition("/")[0]


def sniff(head: bytes) -> str | None:
    """The content type that the first bytes show, whatever anybody says about them.

    Sources: https://mimesniff.spec.whatwg.org/ and, for MP4, ISO/IEC 14496-12 (`ftyp`).
    """
    if image := files.content_type(head):
        return image
    if head[4:8] == b"ftyp":
        return TYPE_OF_BRAND.get(head[8:12])
    if _document_type(head[:1024]) == b"webm":
        return "video/webm"
    return None


def _document_type(head: bytes) -> bytes | None:
    """What an EBML file says it is (RFC 8794, sections 4, 5 and 11.2.4)."""
    if not head.startswith(b"\x1aE\xdf\xa3"):
        return None
    position = 4 + _width(head[4:])
    while position < len(head):
        id_ = head[position : position + _width(head[position:])]
        position += len(id_)
        width = _width(head[position:])
        length = int.from_bytes(head[position : position + width]) & ((1 << 7 * width) - 1)
        body = head[position + width :][:length]
        if id_ == b"\x42\x82":
            return body.rstrip(b"\0")
        position += width + length
    return None


def _width(field: bytes) -> int:
    """Bytes of an EBML number: one more than the zero bits that it begins with."""
    return 9 - field[0].bit_length() if field and field[0] else 8


def path_in(url: str) -> str:
    """The object's path, out of its download URL."""
    return unquote(urlsplit(url).path.partition("/o/")[2])


def bucket_in(url: str) -> str:
    """The name of the object's bucket, out of its download URL."""
    return urlsplit(url).path.partition("/o/")[0].rpartition("/b/")[2]


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
    content_encoding: str = ""
    """What its bytes are packed with, as its uploader says: `gzip`."""
    generation: int = 0
    """The number of its contents: another upload to the same path has another."""


class CreateUpload(Request):
    """A file that a guest is about to upload for a capture step."""

    project_id: DocumentId
    session_id: DocumentId
    step_id: DocumentId
    content_type: Literal[ContentType, UnsupportedType]
    size_bytes: int = Field(ge=1)


class SignedUpload(Document):
    """Where to send the file, and with which headers, until `expires_at` (Unix milliseconds)."""

    path: str
    url: str
    method: Literal["PUT"] = "PUT"
    headers: dict[str, str]
    expires_at: int


class Upload(SignedUpload):
    """Where to send the file, and with which headers, until `expires_at` (Unix milliseconds).

    An image is one PUT. A video is PUT in one piece or in parts, as a resumable upload.
    """

    asset_id: str


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


def opened(
    before: Mapping[str, Any] | None, after: Mapping[str, Any] | None, closed: Collection[str]
) -> bool | None:
    """Whether a change of a project, an event or a workspace opened or closed it, or None."""
    statuses = [str((fields or {}).get("status")) for fields in (before, after)]
    was_open, is_open = (status not in closed for status in statuses)
    return None if is_open == was_open else is_open


class UpdateDownloadUrls(Request):
    """A task: let the download URLs of a project or an event work if it is open, and only then.

    `parent` is its path, `cause` tells one occasion from another. `after` is the object at which
    an earlier task stopped, and `part` counts these tasks.
    """

    parent: Annotated[str, Field(pattern=r"^(projects|events)/[A-Za-z0-9_-]{1,128}$")]
    cause: str
    after: str = ""
    part: int = 0
