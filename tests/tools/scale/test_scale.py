"""No limit of ours is met below 10,000 visits a minute, and the page says what is computed."""

import copy
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from tools.scale import page
from tools.scale.limits import AIM, Facts, Limit, facts, limits
from tools.scale.picture import bars

KNOWN = facts()
FOUND = limits(KNOWN)


def changed(**parts: Any) -> dict[str, Limit]:
    """The limits by name, of other facts."""
    return {each.name: each for each in limits(replace(KNOWN, **parts))}


def with_rate(queue: str, **rates: int) -> Facts:
    endpoints = copy.deepcopy(dict(KNOWN.endpoints))
    endpoints[queue]["taskQueueTrigger"]["rateLimits"].update(rates)
    return replace(KNOWN, endpoints=endpoints)


class TestLimits:
    def test_none_of_ours_is_below_the_aim(self) -> None:
        low = [f"{each.name}: {each.visits:,.0f}" for each in FOUND if each.is_ours]
        assert not [each.name for each in FOUND if each.is_ours and each.visits < AIM], low

    def test_the_writes_by_collection_are_those_that_are_counted(self) -> None:
        listed: Counter[str] = Counter()
        for about in KNOWN.data["collections"].values():
            listed.update(about["writes"])
        counted = {name: cost.writes for name, cost in KNOWN.visit.items() if cost.writes}
        assert dict(listed) == counted

    def test_each_names_its_source_and_what_would_raise_it(self) -> None:
        assert all(each.source and each.how and each.raised_by for each in FOUND)
        assert len({each.name for each in FOUND}) == len(FOUND)

    @pytest.mark.parametrize(
        ("queue", "before", "met_at"), [("runTransform", 50, 1500), ("runVendorTransform", 50, 214)]
    )
    def test_a_lower_rate_of_a_queue_is_noticed(self, queue: str, before: int, met_at: int) -> None:
        lowered = with_rate(queue, maxConcurrentDispatches=before)
        [limit] = [each for each in limits(lowered) if each.name == f"queue `{queue}`"]
        assert round(limit.visits) == met_at

    def test_an_index_of_a_time_without_its_shard_is_noticed(self) -> None:
        declared = copy.deepcopy(dict(KNOWN.declared))
        for index in declared["indexes"]:
            index["fields"] = [each for each in index["fields"] if each["fieldPath"] != "shard"]
        low = changed(declared=declared)
        met_at = {
            name: round(low[f"times of `{name}`"].visits) for name in ("sessions", "runSteps")
        }
        assert met_at == {"sessions": 2500, "runSteps": 3333}

    def test_a_time_that_nobody_exempted_is_noticed(self) -> None:
        overrides = [
            each for each in KNOWN.declared["fieldOverrides"] if each["collectionGroup"] != "jobs"
        ]
        low = changed(declared={**KNOWN.declared, "fieldOverrides": overrides})
        assert "times of `jobs`" not in {each.name for each in FOUND}
        assert round(low["times of `jobs`"].visits) == 6000


class TestPage:
    def test_says_what_is_computed(self) -> None:
        assert page.PAGE.read_text() == page.rendered(FOUND), "Run `make scale`."

    def test_shows_it_in_its_picture(self) -> None:
        assert page.PICTURE.read_text() == bars(FOUND), "Run `make scale`."
        assert all(each.name.replace("`", "") in bars(FOUND) for each in FOUND)
