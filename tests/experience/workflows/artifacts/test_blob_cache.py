"""What a task remembers of the bytes that it has had."""

from experience.providers.models import Blob
from experience.workflows.artifacts.blob_cache import BlobCache


def blob(size: int) -> Blob:
    return Blob(bytes(size), "image/png")


class TestMemory:
    def test_what_was_kept_is_there(self) -> None:
        memory, kept = BlobCache(10), blob(10)
        memory.keep("a", kept)
        assert memory.get("a") is kept
        assert memory.get("b") is None

    def test_the_oldest_go_when_there_is_too_much(self) -> None:
        memory = BlobCache(10)
        for name in "abc":
            memory.keep(name, blob(4))
        assert [name for name in "abc" if memory.get(name)] == ["b", "c"]

    def test_what_is_kept_twice_counts_once(self) -> None:
        memory = BlobCache(10)
        for _ in range(5):
            memory.keep("a", blob(5))
        memory.keep("b", blob(5))
        assert [name for name in "ab" if memory.get(name)] == ["a", "b"]

    def test_what_is_too_large_displaces_nothing(self) -> None:
        memory = BlobCache(10)
        memory.keep("a", blob(5))
        memory.keep("b", blob(11))
        assert [name for name in "ab" if memory.get(name)] == ["a"]
