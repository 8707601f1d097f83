"""A step after any part of it was saved: refused with its place, or a step that guests can play."""

from typing import Any

import pytest
from pydantic.alias_generators import to_camel

from experience.errors import InvalidArgument
from experience.events.models.requests import SaveStep
from experience.events.usecases.save_step import _merged
from experience.steps import STEP_TYPES, UnknownStep, parse_step
from tests.support.builders.steps import REQUIRED_CONFIG

WRONG: list[Any] = [None, 7, -1, 2.5, True, "", "x", "x" * 5001, [], ["x"], {}, {"x": None}]


def merged(current: dict[str, Any] | None, step: dict[str, Any]) -> dict[str, Any]:
    return _merged(SaveStep(event_id="e", step_id="s", expected_version=0, step=step), current)


def outcome(current: dict[str, Any], step: dict[str, Any]) -> dict[str, Any] | InvalidArgument:
    try:
        return merged(current, step)
    except InvalidArgument as refused:
        return refused


def parts_of(type_: str) -> list[dict[str, Any]]:
    """Each field of a step, and each of its config, with each value."""
    model = STEP_TYPES[type_]
    config: Any = model.model_fields["config"].annotation
    return [
        part
        for value in WRONG
        for part in (
            *({to_camel(name): value} for name in model.model_fields if name not in {"id", "type"}),
            *({"config": {to_camel(name): value}} for name in config.model_fields),
        )
    ]


class TestMergedSteps:
    @pytest.mark.parametrize("type_", STEP_TYPES)
    def test_any_part_is_refused_or_leaves_a_step_that_can_be_played(self, type_: str) -> None:
        whole = merged(None, {"type": type_, "config": REQUIRED_CONFIG.get(type_, {})})
        stored = {**whole, "later": {"a": None}, "version": 3}
        saved = 0
        for part in parts_of(type_):
            found = outcome(stored, part)
            if isinstance(found, InvalidArgument):
                [name] = part
                paths = [issue["path"] for issue in found.details["issues"]]
                assert all(path.startswith(f"step.{name}") for path in paths), part
                continue
            after = found
            saved += 1
            assert not isinstance(parse_step(after), UnknownStep), part
            assert {name: after[name] for name in ("later", "version", "id", "type")} == {
                name: stored[name] for name in ("later", "version", "id", "type")
            }
            assert merged(after, part) == after
            untouched = stored.keys() - part.keys()
            assert {name: after[name] for name in untouched} == {
                name: stored[name] for name in untouched
            }
        assert saved

    @pytest.mark.parametrize("type_", STEP_TYPES)
    def test_a_step_becomes_one_of_any_other_type(self, type_: str) -> None:
        whole = merged(None, {"type": type_, "config": REQUIRED_CONFIG.get(type_, {})})
        for other in STEP_TYPES:
            after = merged(whole, {"type": other, "config": REQUIRED_CONFIG.get(other, {})})
            assert not isinstance(parse_step(after), UnknownStep)
            assert after == merged(None, {"type": other, "config": REQUIRED_CONFIG.get(other, {})})
