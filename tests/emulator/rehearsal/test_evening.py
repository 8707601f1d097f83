"""Who comes when to a rehearsed evening."""

import random
from itertools import pairwise

import pytest

from emulator.rehearsal import evening


class TestArrivals:
    def test_they_follow_the_rate(self) -> None:
        """Of each piece of the evening, as many come as the area below the rate there says."""
        guests = 20_000
        came = evening.arrivals(guests, 60, random.Random(5))
        areas = [(b[0] - a[0]) * (a[1] + b[1]) / 2 for a, b in pairwise(evening.RATE)]

        assert came == sorted(came)
        assert len(came) == guests
        for (begin, end), area in zip(pairwise(evening.RATE), areas, strict=True):
            share = sum(begin[0] <= at / 60 < end[0] for at in came) / guests
            assert share == pytest.approx(area / sum(areas), abs=0.015)

    def test_within_a_piece_the_rate_rises(self) -> None:
        came = evening.arrivals(20_000, 1, random.Random(5))
        opening = evening.CROWDED[0]
        early = sum(at < opening / 2 for at in came)
        # below a straight line from 0.2 to 1, the first half has a third of the area
        assert early / sum(at < opening for at in came) == pytest.approx(0.4 / 1.2, abs=0.02)


class TestPlan:
    def test_the_seed_decides(self) -> None:
        assert evening.plan(50, 60, 1) == evening.plan(50, 60, 1)
        assert evening.plan(50, 60, 1) != evening.plan(50, 60, 2)

    def test_everything_that_guests_do_happens(self) -> None:
        plans = evening.plan(400, 60, 1)

        assert {plan.kind for plan in plans} == set(evening.KINDS)
        assert {plan.number for plan in plans} == set(range(400))
        for shown in ("reloads", "taps_twice", "returns"):
            assert 0 < sum(getattr(plan, shown) for plan in plans) < 200
        left = [plan for plan in plans if plan.leaves_after is not None]
        assert 0 < len(left) < 100
        assert all(plan in left for plan in plans if plan.returns)


class TestPercentile:
    @pytest.mark.parametrize(
        ("values", "share", "expected"),
        [([], 0.5, 0), ([7], 0.99, 7), ([3, 1, 2, 4], 0.5, 2), (list(range(1, 101)), 0.95, 95)],
    )
    def test_is_the_value_that_this_share_does_not_exceed(
        self, values: list[float], share: float, expected: float
    ) -> None:
        assert evening.percentile(values, share) == expected
