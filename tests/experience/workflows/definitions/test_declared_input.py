"""A payload is checked against what the steps of its workflow read of it."""

from typing import Any

import pytest

import experience.workflows.catalog.photo_transform.skills  # noqa: F401  (adds its workflow)
from experience.workflows.definitions.declared_input import payload_issues
from experience.workflows.definitions.loader import DEFINITIONS, parse
from experience.workflows.skills import REGISTRY, Context, Data, Registry

PHOTO = DEFINITIONS.workflows["photo.transform"]
GOOD: dict[str, Any] = {
    "sourceUri": "tenants/w/sha256/0",
    "transform": {"enabled": True, "style": "sketch"},
}


class Inner(Data):
    sizes: list[int] = []


class Taken(Data):
    word: str
    more: Inner = Inner()


OTHERS = Registry()


@OTHERS.skill("take", input_type=Taken, output_type=Inner, version="1", max_runtime_seconds=60)
def take(given: Taken, context: Context) -> Inner:
    raise NotImplementedError


def issues(payload: dict[str, Any], word: str, when: str = "") -> list[str]:
    """The paths of what is wrong with the payload of a workflow of one step."""
    text = (
        "workflow_name: a\nversion: 1.0.0\nsteps:\n  - step_id: one\n    skill_id: take\n"
        f"    input_selector:\n      word: {word}\n"
        "      more: {source: trigger, path: deep.more, default: {}}\n" + when
    )
    return [path for path, _ in payload_issues(parse(text, "a.yaml", OTHERS), OTHERS, payload)]


class TestPhotoTransform:
    @pytest.mark.parametrize(
        ("changes", "path", "reason"),
        [
            ({"sourceUri": None}, "payload.sourceUri", "valid string"),
            ({"transform": {"aspectRatio": "5:1"}}, "payload.transform.aspectRatio", "1:1"),
            ({"transform": {"output": {"width": 1}}}, "payload.transform.output.width", "256"),
            ({"answers": [{"stepId": "a"}]}, "payload.answers[0].value", "is required"),
            ({"answer": []}, "payload.answer", "is no input of photo.transform"),
        ],
    )
    def test_names_each_place_and_its_reason(
        self, changes: dict[str, Any], path: str, reason: str
    ) -> None:
        found = dict(payload_issues(PHOTO, REGISTRY, {**GOOD, **changes}))
        assert list(found) == [path]
        assert reason in found[path]

    def test_takes_what_it_declares(self) -> None:
        assert list(payload_issues(PHOTO, REGISTRY, GOOD)) == []
        answered = {**GOOD, "answers": [{"stepId": "a", "value": "red"}]}
        assert list(payload_issues(PHOTO, REGISTRY, answered)) == []

    def test_needs_what_has_no_default(self) -> None:
        found = [path for path, _ in payload_issues(PHOTO, REGISTRY, {})]
        assert set(found) == {"payload.sourceUri", "payload.transform"}


class TestSelectors:
    DIRECT = "{source: trigger, path: word}"

    def test_a_value_inside_is_named_by_its_place(self) -> None:
        payload = {"word": "hi", "deep": {"more": {"sizes": [1, "x"]}}}
        assert issues(payload, self.DIRECT) == ["payload.deep.more.sizes[1]"]

    def test_a_default_is_enough(self) -> None:
        assert issues({}, "{source: trigger, path: word, default: hi}") == []
        assert issues({"word": 3}, "{source: trigger, path: word, default: hi}") == ["payload.word"]

    def test_a_step_that_may_be_skipped_needs_nothing(self) -> None:
        when = "    when: {value: {source: trigger, path: word}, exists: true}\n"
        assert issues({}, self.DIRECT, when) == []
        assert issues({"word": 3}, self.DIRECT, when) == ["payload.word"]

    def test_the_whole_payload_has_no_unknown_fields(self) -> None:
        assert issues({"word": "hi", "other": 1}, self.DIRECT) == ["payload.other"]
        merged = "{merge: [{source: trigger}]}"
        assert issues({"word": "hi", "other": 1}, merged) == []
