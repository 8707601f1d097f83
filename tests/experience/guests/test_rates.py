"""How often a guest may do something: a window of an hour that begins with its first use."""

import pytest

from experience.errors import ResourceExhausted
from experience.guests.models import WINDOW_MS, Rate, next_rate

NOW = 1_700_000_000_000


class TestCounted:
    def test_the_first_time_begins_an_hour(self) -> None:
        assert next_rate(None, 1, NOW) == Rate(since=NOW, count=1)

    def test_a_further_time_counts_within_the_same_hour(self) -> None:
        assert next_rate(Rate(since=NOW, count=1), 3, NOW + 5) == Rate(since=NOW, count=2)

    def test_the_last_one_allowed_is_the_limit_itself(self) -> None:
        assert next_rate(Rate(since=NOW, count=2), 3, NOW).count == 3

    @pytest.mark.parametrize(
        ("elapsed_ms", "seconds"), [(0, 3600), (1, 3600), (1_000, 3599), (WINDOW_MS - 1, 1)]
    )
    def test_one_too_many_is_told_how_long_to_wait(self, elapsed_ms: int, seconds: int) -> None:
        with pytest.raises(ResourceExhausted) as caught:
            next_rate(Rate(since=NOW, count=3), 3, NOW + elapsed_ms)
        details = {"reason": "rate_limited", "retryAfterSeconds": seconds, "limit": 3}
        assert caught.value.details == details

    def test_who_waits_as_long_as_they_were_told_may_go_on(self) -> None:
        used_up = Rate(since=NOW, count=3)
        with pytest.raises(ResourceExhausted) as caught:
            next_rate(used_up, 3, NOW + 123)
        later = NOW + 123 + caught.value.details["retryAfterSeconds"] * 1000
        assert next_rate(used_up, 3, later) == Rate(since=later, count=1)

    def test_after_an_hour_it_begins_anew_however_much_was_used(self) -> None:
        later = NOW + WINDOW_MS
        assert next_rate(Rate(since=NOW, count=99), 1, later) == Rate(since=later, count=1)

    def test_a_lowered_limit_holds_at_once(self) -> None:
        with pytest.raises(ResourceExhausted):
            next_rate(Rate(since=NOW, count=9), 5, NOW)

    def test_a_limit_of_none_at_all_lets_nobody_through(self) -> None:
        with pytest.raises(ResourceExhausted):
            next_rate(None, 0, NOW)
