"""A part of an object: what it leaves of the rest, and what the whole must still be."""

from typing import Any

import pytest

from experience.errors import InvalidArgument
from experience.parts import merge, require_valid
from experience.projects.models import AuthoredProjectConfig

STORED: dict[str, Any] = {"a": {"b": 1, "c": {"d": 2}}, "list": [1, 2], "later": "kept"}


class TestMerge:
    @pytest.mark.parametrize(
        ("part", "changed"),
        [
            ({}, {}),
            ({"a": {"c": {"e": 3}}}, {"a": {"b": 1, "c": {"d": 2, "e": 3}}}),
            ({"a": {"c": None}}, {"a": {"b": 1}}),
            ({"list": [3]}, {"list": [3]}),
            ({"a": 5}, {"a": 5}),
            ({"new": {"x": {"y": None, "z": 1}}}, {"new": {"x": {"z": 1}}}),
            ({"missing": None}, {}),
        ],
    )
    def test_what_is_left_out_stays_at_every_depth(
        self, part: dict[str, Any], changed: dict[str, Any]
    ) -> None:
        merged = merge(STORED, part)

        assert merged == {**STORED, **changed}
        assert merge(merged, part) == merged

    def test_what_is_null_goes(self) -> None:
        assert merge(STORED, {"a": None, "list": None}) == {"later": "kept"}


class TestWhole:
    @pytest.mark.parametrize(
        ("part", "path"),
        [
            ({"consent": {"text": "Be nice."}}, "draftConfig.consent.version"),
            ({"theme": {"fontFamily": "Inter"}}, "draftConfig.theme.primaryColor"),
        ],
    )
    def test_what_is_missing_is_named_by_its_place(self, part: dict[str, Any], path: str) -> None:
        with pytest.raises(InvalidArgument) as refused:
            require_valid(AuthoredProjectConfig, merge({}, part), part, "draftConfig")
        [issue] = refused.value.details["issues"]
        assert issue == {"path": path, "message": "is required"}

    def test_what_the_part_does_not_touch_is_no_issue(self) -> None:
        stored = {"theme": {"primaryColor": "red"}, "consent": {"version": "1", "text": "T"}}
        part = {"consent": {"minimumAge": 16, "later": 1}}
        require_valid(AuthoredProjectConfig, merge(stored, part), part, "draftConfig")
