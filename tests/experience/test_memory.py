"""What an instance keeps in memory, for how long, and how much of it."""

import pytest

from experience.store import Memory


class TestMemory:
    def test_what_was_used_longest_ago_is_dropped(self) -> None:
        kept = Memory[int](2)
        kept.keep("a", 1)
        kept.keep("b", 2)
        assert kept.get("a") == 1
        kept.keep("c", 3)

        assert [kept.get(key) for key in "abc"] == [1, None, 3]

    def test_what_is_too_old_is_forgotten(self, monkeypatch: pytest.MonkeyPatch) -> None:
        now = 100.0
        monkeypatch.setattr("experience.store.time.monotonic", lambda: now)
        kept = Memory[bool](2, lambda: 60)
        assert kept.keep("a", False) is False
        now = 159.9
        assert kept.get("a") is False
        now = 160.0
        assert kept.get("a") is None

    def test_being_used_makes_nothing_younger(self, monkeypatch: pytest.MonkeyPatch) -> None:
        times = iter([0.0, 30.0, 59.0, 61.0])
        monkeypatch.setattr("experience.store.time.monotonic", lambda: next(times))
        kept = Memory[int](2, lambda: 60)
        kept.keep("a", 1)

        assert [kept.get("a") for _ in range(3)] == [1, 1, None]
