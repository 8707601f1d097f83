"""What authors and players name can be stored, or is refused with the name of the field."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from experience.players.models.analytics import GetContentAnalytics
from experience.players.models.lifecycle.own import UpdatePreferences
from experience.progress.rules import AuthoredProgressRules
from experience.progress.storable import MAX_NAMES_BYTES, problems_of, stored_bytes
from tools.players.sizes import value_size

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(JSON)
def test_a_size_is_that_of_the_documented_rules(value: Any) -> None:
    assert stored_bytes(value) == value_size(value)


def test_a_number_takes_eight_bytes_however_short_it_is() -> None:
    assert stored_bytes({"a": [1] * 100}) == 32 + 2 + 800


@pytest.mark.parametrize(
    ("value", "is_fine"),
    [
        ({"x" * (MAX_NAMES_BYTES - 1): 1}, True),
        ({"x" * MAX_NAMES_BYTES: 1}, False),
        ({"x" * 699: {"x" * 699: 1}}, True),
        ({"x" * 699: {"x" * 700: 1}}, False),
        ({"x" * 699: [{"x" * 700: 1}]}, False),
        ({"ä" * 700: 1}, False),
        ({"`" * 699: 1}, False),
        ({str(number): {"x" * 1000: 1} for number in range(5)}, True),
        ({"__x__": 1}, False),
        ({"__": 1, "___": 2, "__x": 3}, True),
        ({"a": [[1]]}, False),
    ],
)
def test_names_within_each_other_fit_into_a_path(value: Any, *, is_fine: bool) -> None:
    assert (not list(problems_of(value))) == is_fine


@pytest.mark.parametrize(
    "rules",
    [
        {"completion": {"waypoints": {"__x__": 1}}},
        {"xp": {"__x__": 1}},
        {"caps": {"__y__": 1}},
        {"serverOnly": ["__y__"]},
        {"achievements": [{"id": "a", "counter": "__y__", "tiers": [1]}]},
    ],
)
def test_rules_name_nothing_that_cannot_be_stored(rules: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="begin and end with '__'"):
        AuthoredProgressRules.model_validate(rules)


def test_a_request_names_nothing_that_cannot_be_stored() -> None:
    ids = {"workspaceId": "w", "experienceId": "e"}
    with pytest.raises(ValidationError, match="contentId"):
        GetContentAnalytics.load({**ids, "contentId": "__x__"})
    with pytest.raises(ValidationError, match="more than 1400 bytes"):
        UpdatePreferences.load({"preferences": {"x" * 760: {"x" * 760: 1}}})
