"""The retry loop: what it tries again, how long it waits, and when it gives up."""

from collections.abc import Callable
from types import SimpleNamespace

import pytest
from google.api_core.exceptions import Aborted, NotFound

from experience import transactions
from experience.errors import Contention, FailedPrecondition

Work = Callable[[], str]


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Every pause at its longest, and none of them waited for."""
    made: list[float] = []
    longest = SimpleNamespace(uniform=lambda low, high: high)
    monkeypatch.setattr(transactions, "random", longest)
    monkeypatch.setattr(transactions, "time", SimpleNamespace(sleep=made.append))
    return made


def failing(times: int, error: Exception) -> Work:
    left = [error] * times

    def work() -> str:
        if left:
            raise left.pop()
        return "done"

    return work


def exhausted() -> ValueError:
    """As the client's own loop ends."""
    error = ValueError("Failed to commit transaction in 1 attempts.")
    error.__cause__ = Aborted("lock timeout")
    return error


class TestRetry:
    def test_what_succeeds_is_done_once_without_a_pause(self, pauses: list[float]) -> None:
        assert transactions.retry(failing(0, Aborted(""))) == "done"
        assert pauses == []

    @pytest.mark.parametrize("error", [Aborted("contention"), exhausted()])
    def test_what_was_aborted_is_done_again(self, pauses: list[float], error: Exception) -> None:
        assert transactions.retry(failing(3, error)) == "done"
        assert pauses == [0.5, 1, 2]

    @pytest.mark.parametrize("error", [Aborted("contention"), exhausted()])
    def test_after_eight_attempts_it_is_contention(
        self, pauses: list[float], error: Exception
    ) -> None:
        assert transactions.retry(failing(7, error)) == "done"
        pauses.clear()

        with pytest.raises(Contention) as caught:
            transactions.retry(failing(8, error))

        assert pauses == [0.5, 1, 2, 4, 4, 4, 4]
        assert (caught.value.code, caught.value.reason) == ("aborted", "contention")

    @pytest.mark.parametrize(
        "error",
        [NotFound("no document"), ValueError("a bug"), FailedPrecondition("state", "No.")],
        ids=repr,
    )
    def test_anything_else_is_raised_at_once(self, pauses: list[float], error: Exception) -> None:
        with pytest.raises(type(error)) as caught:
            transactions.retry(failing(1, error))

        assert caught.value is error
        assert pauses == []

    def test_a_pause_is_any_time_up_to_its_longest(self, monkeypatch: pytest.MonkeyPatch) -> None:
        made: list[float] = []
        monkeypatch.setattr(transactions, "time", SimpleNamespace(sleep=made.append))

        for _ in range(200):
            transactions.retry(failing(1, Aborted("")))

        assert min(made) < 0.1
        assert 0.4 < max(made) <= transactions.FIRST_PAUSE_SECONDS
