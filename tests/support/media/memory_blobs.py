"""The bytes of one tenant, in memory."""

import hashlib

from experience.providers.models import Blob, Kept


class MemoryBlobs:
    """What providers read and write in tests that need no storage."""

    def __init__(self) -> None:
        self.stored: dict[str, Blob] = {}
        self.costs: dict[str, int | None] = {}

    def read(self, uri: str) -> Blob:
        if uri not in self.stored:
            raise FileNotFoundError(uri)
        return self.stored[uri]

    def write(self, blob: Blob) -> str:
        uri = f"gs://memory/sha256/{hashlib.sha256(blob.data).hexdigest()}"
        self.stored[uri] = blob
        return uri

    def keep(self, key: str, blob: Blob, cost_micros: int | None) -> None:
        self.stored.setdefault(f"gs://memory/kept/{key}", blob)
        self.costs.setdefault(key, cost_micros)

    def kept(self, key: str) -> Kept | None:
        uri = f"gs://memory/kept/{key}"
        return Kept(uri, self.costs[key]) if uri in self.stored else None

    def address(self, uri: str) -> str:
        return f"https://storage.example.com/{uri.removeprefix('gs://')}?signature=1"
