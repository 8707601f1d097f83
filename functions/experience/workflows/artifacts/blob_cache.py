"""The bytes that one task has stored or read, so that it does not fetch them again."""

import threading

from experience.providers.models import Blob

MAX_BYTES = 64 * 1024 * 1024


class BlobCache:
    """Objects of the bucket by path, up to a number of bytes. The oldest ones are evicted.

    Only for objects that never change: those named after their content, and a generation's result.
    A hit does not mean that the object still exists.
    """

    def __init__(self, max_bytes: int = MAX_BYTES) -> None:
        self._max_bytes = max_bytes
        self._lock = threading.Lock()  # a skill has a thread of its own
        self._blobs: dict[str, Blob] = {}
        self._bytes = 0

    def get(self, path: str) -> Blob | None:
        """The object at a path, if it is cached."""
        return self._blobs.get(path)

    def put(self, path: str, blob: Blob) -> None:
        """Cache the object at a path."""
        with self._lock:
            if path in self._blobs or len(blob.data) > self._max_bytes:
                return
            self._blobs[path] = blob
            self._bytes += len(blob.data)
            while self._bytes > self._max_bytes:
                oldest = next(iter(self._blobs))
                self._bytes -= len(self._blobs.pop(oldest).data)
