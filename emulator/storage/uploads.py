"""Uploads in parts: multipart bodies and resumable sessions."""

import json
import re
import secrets
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO, Any

from emulator.storage.content import CHUNK_BYTES, Checksums, Content, SizeRange
from emulator.storage.errors import ErrorKind, StorageError
from emulator.storage.objects import Attributes, ObjectStore, Preconditions, StoredObject

CHUNK_MULTIPLE = 256 * 1024
"""Each chunk of a resumable upload but the last must be a multiple of this."""

LIFETIME_SECONDS = 7 * 24 * 3600
"""For how long a session accepts bytes."""

_CONTENT_RANGE = re.compile(r"bytes (?:(?P<first>\d+)-(?P<last>\d+)|\*)/(?P<total>\d+|\*)")


def read_all(body: IO[bytes]) -> Iterator[bytes]:
    return iter(lambda: body.read(CHUNK_BYTES), b"")


def read_related(body: IO[bytes], boundary: str) -> tuple[Any, str | None, Iterator[bytes]]:
    """The two parts of a multipart/related upload: JSON metadata, and a type with its bytes."""
    delimiter = f"--{boundary}".encode()
    if body.readline().strip() != delimiter:
        raise StorageError(
            ErrorKind.INVALID, "The multipart body does not start with its boundary."
        )
    _read_headers(body)
    lines = list(iter(lambda: _line_before(body, delimiter), None))
    try:
        metadata = json.loads(b"".join(lines) or b"{}")
    except ValueError as error:
        raise StorageError(ErrorKind.INVALID, f"The metadata part is not JSON: {error}") from None
    content_type = _read_headers(body).get("content-type")
    return metadata, content_type, _until(body, b"\r\n" + delimiter + b"--")


def _line_before(body: IO[bytes], delimiter: bytes) -> bytes | None:
    line = body.readline()
    if not line:
        raise StorageError(ErrorKind.INVALID, "The multipart body ends within its metadata.")
    return None if line.strip() == delimiter else line


def _read_headers(body: IO[bytes]) -> dict[str, str]:
    headers = {}
    while line := body.readline().strip().decode():
        name, _, value = line.partition(":")
        headers[name.lower()] = value.strip()
    return headers


def _until(body: IO[bytes], closing: bytes) -> Iterator[bytes]:
    """The bytes before the closing delimiter; holds back only as many as that can occupy."""
    held_back = len(closing) + 64
    tail = b""
    for chunk in read_all(body):
        tail += chunk
        yield tail[:-held_back]
        tail = tail[-held_back:]
    data, found, epilogue = tail.rpartition(closing)
    if not found or epilogue.strip():
        raise StorageError(ErrorKind.INVALID, "The multipart body does not end with its boundary.")
    yield data


@dataclass
class Upload:
    """A resumable session. It is bound to what its start declared: the type in `attributes`, the
    exact `size` unless None, and the preconditions, which are checked again at the end."""

    bucket: str
    name: str
    attributes: Attributes
    preconditions: Preconditions
    checksums: Checksums
    content: Content
    size: int | None = None
    size_range: SizeRange | None = None
    origin: str | None = None
    """The only origin for which browsers get CORS headers, and so may send the bytes."""
    id: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    began: float = field(default_factory=time.monotonic)
    finished: StoredObject | None = None
    cancelled: bool = False
    lock: threading.Lock = field(default_factory=threading.Lock)


class Uploads:
    """The resumable sessions of one server.

    Source: https://cloud.google.com/storage/docs/performing-resumable-uploads. One difference: if a
    request breaks off, the cloud keeps the bytes that arrived, and this server keeps none.
    """

    def __init__(self, store: ObjectStore) -> None:
        self._store = store
        self._uploads: dict[str, Upload] = {}
        store.on_clear.append(self._uploads.clear)

    def start(self, upload: Upload) -> None:
        """Start a session; fail now if its end would fail: by the preconditions or the size."""
        upload.preconditions.check(self._store.bucket(upload.bucket).get(upload.name))
        if upload.size is not None and upload.size_range:
            upload.size_range.check(upload.size)
        self._uploads[upload.id] = upload

    def find(self, upload_id: str, bucket: str) -> Upload:
        """Raises NO_UPLOAD, or UPLOAD_GONE after a cancellation or a week."""
        upload = self._uploads.get(upload_id)
        if upload is None or upload.bucket != bucket:
            raise StorageError(ErrorKind.NO_UPLOAD, "No such upload session; start a new one.")
        if not upload.finished and time.monotonic() - upload.began > LIFETIME_SECONDS:
            self.cancel(upload)
        if upload.cancelled:
            raise StorageError(
                ErrorKind.UPLOAD_GONE, "This upload session is over; start a new one."
            )
        return upload

    def origin_of(self, upload_id: str) -> str | None:
        """The origin for which a session was started."""
        upload = self._uploads.get(upload_id)
        return upload.origin if upload else None

    def cancel(self, upload: Upload) -> None:
        with upload.lock:
            upload.cancelled = True
            upload.content = self._store.new_content()

    def receive(
        self,
        upload: Upload,
        content_range: str | None,
        body: IO[bytes],
        length: int,
        checksums: Checksums,
    ) -> StoredObject | None:
        """Take the next bytes, or with `bytes */N` just say how far it got; the object when done.

        Bytes that the session already has are passed over, as a client resends them that did not
        hear the response.
        """
        with upload.lock:
            if upload.finished:
                return upload.finished
            first, total = _parse_range(content_range, length)
            if upload.size is not None and total not in (None, upload.size):
                raise StorageError(
                    ErrorKind.INVALID, f"The session is for {upload.size} bytes, not for {total}."
                )
            if total is not None and upload.size_range:
                upload.size_range.check(total)
            if first is not None:
                self._append(upload, first, total, body, length)
            if upload.content.size != total:
                return None
            upload.checksums.check(upload.content)
            checksums.check(upload.content)
            upload.finished = self._store.put(
                upload.bucket, upload.name, upload.content, upload.attributes, upload.preconditions
            )
            return upload.finished

    def _append(
        self, upload: Upload, first: int, total: int | None, body: IO[bytes], length: int
    ) -> None:
        received = upload.content.size
        if first > received:
            raise StorageError(
                ErrorKind.INVALID,
                f"According to the Content-Range header, the upload offset is {first} byte(s), "
                f"which exceeds already uploaded size of {received} byte(s).",
            )
        end = first + length
        if end != total and length % CHUNK_MULTIPLE:
            raise StorageError(
                ErrorKind.INVALID,
                f"Every chunk but the last is a multiple of {CHUNK_MULTIPLE} bytes; "
                f"this one has {length}.",
            )
        limit = total if total is not None else upload.size
        if limit is not None and end > limit:
            raise StorageError(
                ErrorKind.INVALID, f"{end} bytes were sent for an upload of {limit}."
            )
        if end > received:
            _skip(body, received - first)
            upload.content.append(read_all(body))


def _parse_range(content_range: str | None, length: int) -> tuple[int | None, int | None]:
    """(offset of the body's first byte or None for a status query, total or None if unknown)."""
    if content_range is None:
        return 0, length
    match = _CONTENT_RANGE.fullmatch(content_range)
    first = int(match["first"]) if match and match["first"] else None
    if match is None or length != (0 if first is None else int(match["last"]) - first + 1):
        raise StorageError(
            ErrorKind.INVALID,
            f"Content-Range «{content_range}» does not describe a body of {length} bytes.",
        )
    return first, None if match["total"] == "*" else int(match["total"])


def _skip(body: IO[bytes], count: int) -> None:
    while count > 0:
        count -= len(body.read(min(count, CHUNK_BYTES)))
