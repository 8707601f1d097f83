"""What a task remembers of the bytes that it has had."""

from experience.providers.models import Blob
from experience.workflows.artifacts.blob_cache import BlobCache


def blob(size: int) -> Blob:
    return Blob(bytes(size), "image/png")


class TestMemory:
    def test_what_was_kept_is_there(self) -> None:
        cache, kept = BlobCache(10), blob(10)
        cache.put("a", kept)
        assert cache.get("a") is kept
        assert cache.get("b") is None

    def test_the_oldest_go_when_there_is_too_much(self) -> None:
        cache = BlobCache(10)
        for name in "abc":
            cache.put(name, blob(4))
        assert [name for name in "abc" if cache.get(name)] == ["b", "c"]

    def test_what_is_kept_twice_counts_once(self) -> None:
        cache = BlobCache(10)
        for _ in range(5):
            cache.put("a", blob(5))
        cache.put("b", blob(5))
        assert [name for name in "ab" if cache.get(name)] == ["a", "b"]

    def test_what_is_too_large_displaces_nothing(self) -> None:
        cache = BlobCache(10)
        cache.put("a", blob(5))
        cache.put("b", blob(11))
        assert [name for name in "ab" if cache.get(name)] == ["a"]
