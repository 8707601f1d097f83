"""How a day's limit is divided among the documents that count it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from experience.transforms.models.quota import MAX_SHARDS, MIN_SHARDS, SHARE, shares_of

limits = st.integers(min_value=0, max_value=3 * MAX_SHARDS * SHARE)


class TestShares:
    @given(limits)
    def test_together_they_are_the_limit(self, limit: int) -> None:
        assert sum(shares_of(limit)) == limit

    @given(limits, limits)
    def test_a_raised_limit_leaves_no_shard_less(self, one: int, other: int) -> None:
        lower, higher = shares_of(min(one, other)), shares_of(max(one, other))
        assert len(lower) <= len(higher)
        assert all(mine <= more for mine, more in zip(lower, higher, strict=False))

    @given(limits)
    def test_no_shard_counts_much_until_there_are_as_many_as_may_be(self, limit: int) -> None:
        shares = shares_of(limit)
        assert len(shares) <= MAX_SHARDS
        assert 0 not in shares
        assert len(shares) == MAX_SHARDS or max(shares, default=0) <= SHARE

    @pytest.mark.parametrize(
        ("limit", "shards"), [(0, 0), (1, 1), (8, 8), (400, 8), (401, 9), (1000, 20), (10**6, 200)]
    )
    def test_there_are_as_many_as_the_limit_asks_for(self, limit: int, shards: int) -> None:
        assert len(shares_of(limit)) == shards
        assert shards <= MIN_SHARDS or limit > MIN_SHARDS * SHARE
