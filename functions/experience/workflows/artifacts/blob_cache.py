"""Bytes that one task has had in its hands, so that it does not fetch them again."""

import threading

from experience.providers.models import Blob

MAX_BYTES = 64 * 1024 * 1024


class BlobCache:
    """Objects of the bucket by their paths, up to so many bytes; the oldest go first.

    Only for objects that never change: those named by their content, and a generation's result. It
    says what they hold, and never whether they are still there.
    """

    def __init__(self, most_bytes: int = MAX_BYTES) -> None:
        self._most_bytes = most_bytes
        self._lock = threading.Lock()  # a skill has a thread of its own
        self._blobs: dict[str, Blob] = {}
        self._bytes = 0

    def get(self, path: str) -> Blob | None:
        """What lies there, if it is remembered."""
        return self._blobs.get(path)

    def keep(self, path: str, blob: Blob) -> None:
        """Remember what lies there."""
        with self._lock:
            if path in self._blobs or len(blob.data) > self._most_bytes:
                return
            self._blobs[path] = blob
            self._bytes += len(blob.data)
            while self._bytes > self._most_bytes:
                oldest = next(iter(self._blobs))
                self._bytes -= len(self._blobs.pop(oldest).data)
