"""The bytes of objects: files that know their checksums and are deleted with the last reference."""

import base64
import hashlib
import weakref
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import google_crc32c

from emulator.storage.errors import ErrorKind, StorageError

CHUNK_BYTES = 1 << 20


class Content:
    """One file of bytes, growing while it is uploaded, never changed afterwards.

    Copies of an object share it. The file is deleted when nothing refers to it any more, so that
    failed uploads and overwritten objects leave nothing behind.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.size = 0
        self._md5 = hashlib.md5(usedforsecurity=False)
        self._crc32c = google_crc32c.Checksum()  # type: ignore[no-untyped-call]
        path.touch()
        weakref.finalize(self, path.unlink, missing_ok=True)

    def append(self, chunks: Iterable[bytes]) -> None:
        with self.path.open("ab") as file:
            for chunk in chunks:
                file.write(chunk)
                self._md5.update(chunk)
                self._crc32c.update(chunk)  # type: ignore[no-untyped-call]
                self.size += len(chunk)

    @property
    def md5(self) -> str:
        return base64.b64encode(self._md5.digest()).decode()

    @property
    def md5_hex(self) -> str:
        return self._md5.hexdigest()

    @property
    def crc32c(self) -> str:
        digest: bytes = self._crc32c.digest()  # type: ignore[no-untyped-call]
        return base64.b64encode(digest).decode()


@dataclass(frozen=True)
class Checksums:
    """The base64 checksums that the client sent; None for those that it did not send."""

    md5: str | None = None
    crc32c: str | None = None

    def check(self, content: Content) -> None:
        """Raise BAD_DIGEST if the bytes do not match the checksums."""
        for name, sent, computed in (
            ("MD5", self.md5, content.md5),
            ("CRC32C", self.crc32c, content.crc32c),
        ):
            if sent not in (None, computed):
                raise StorageError(
                    ErrorKind.BAD_DIGEST,
                    f'Provided {name} hash "{sent}" doesn\'t match calculated {name} hash '
                    f'"{computed}".',
                )


@dataclass(frozen=True)
class SizeRange:
    """The sizes that `x-goog-content-length-range: min,max` allows, both included."""

    minimum: int
    maximum: int

    def check(self, size: int) -> None:
        if size > self.maximum:
            raise StorageError(
                ErrorKind.TOO_LARGE,
                "Your proposed upload is larger than the maximum object size specified in your "
                "signed URL or policy.",
                f"{size} bytes, at most {self.maximum} are allowed.",
            )
        if size < self.minimum:
            raise StorageError(
                ErrorKind.TOO_SMALL,
                "Your proposed upload is smaller than the minimum object size specified in your "
                "signed URL or policy.",
                f"{size} bytes, at least {self.minimum} are required.",
            )
