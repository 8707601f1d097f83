"""What each of the eleven step types takes from a guest, and where a bad input is bad."""

from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import TypeAdapter

from experience.errors import FailedPrecondition, InvalidArgument
from experience.journeys.models.inputs import data_changes, is_answered, require_answered
from experience.journeys.models.session import EventSession
from experience.steps import STEP_TYPES, Step, StepInput, UnknownStep, parse_step
from tests.experience.journeys.seed_session import IN_PROGRESS, problems
from tests.support.builders.steps import step
from tests.support.builders.workspaces import a_step

PICKER = "selected_experience_id"


def text(value: str) -> dict[str, Any]:
    return {"type": "text", "value": value}


def number(value: float) -> dict[str, Any]:
    return {"type": "number", "value": value}


def one(chosen: str) -> dict[str, Any]:
    return {"type": "selection", "selectedId": chosen}


def several(*chosen: str) -> dict[str, Any]:
    return {"type": "selections", "selectedIds": list(chosen)}


TEXT = text("Ada")
YES = {"type": "boolean", "value": True}
CARTOON = one("exp_cartoon")
PHOTO = {"type": "photo", "url": "https://example.com/input.jpg"}
KINDS = [TEXT, YES, number(3), one("red"), several("white", "red"), PHOTO]

REQUIRED = {"required": True}
MULTIPLE = {"allowMultiple": True}

# type of step, config, input, what is stored
GOOD: list[tuple[str, dict[str, Any], dict[str, Any], Any]] = [
    ("short_text", {}, TEXT, TEXT),
    ("short_text", {}, text(" \n Ada Byron \t"), text("Ada Byron")),
    ("short_text", {"maxLength": 3}, text("  Ada  "), TEXT),
    ("short_text", {}, text(""), text("")),
    ("long_text", {}, text("one\ntwo"), text("one\ntwo")),
    ("long_text", {}, text("x" * 2000), text("x" * 2000)),
    ("email", {}, text(" a@b.de "), text("a@b.de")),
    ("email", {}, text(""), text("")),
    ("yes_no", {}, YES, YES),
    ("yes_no", REQUIRED, {**YES, "value": False}, {**YES, "value": False}),
    ("opinion_scale", {}, number(3), number(3)),
    ("opinion_scale", {}, number(5.0), number(5)),
    ("multiple_choice", {}, one("red"), one("red")),
    ("multiple_choice", {}, one(""), one("")),
    ("multiple_choice", MULTIPLE, several("white", "red"), several("white", "red")),
    ("multiple_choice", MULTIPLE, one("red"), several("red")),
    ("multiple_choice", MULTIPLE, several(), several()),
]

# type of step, config, input, where it is bad, a part of the reason
BAD: list[tuple[str, dict[str, Any], dict[str, Any], str, str]] = [
    ("short_text", {"maxLength": 2}, TEXT, "input.value", "at most 2 characters"),
    ("short_text", REQUIRED, text(" \u200b"), "input.value", "an answer"),
    ("short_text", {}, text("\ud800"), "input.value", "broken character"),
    ("long_text", {"maxLength": 2}, TEXT, "input.value", "at most 2 characters"),
    ("long_text", REQUIRED, text("\n"), "input.value", "an answer"),
    ("email", {}, TEXT, "input.value", "not an email address"),
    ("email", REQUIRED, text(""), "input.value", "an answer"),
    ("opinion_scale", {}, number(0), "input.value", "from 1 to 5"),
    ("opinion_scale", {}, number(6), "input.value", "from 1 to 5"),
    ("opinion_scale", {}, number(2.5), "input.value", "whole number"),
    ("multiple_choice", {}, one("green"), "input.selectedId", "options"),
    ("multiple_choice", {}, several("white", "red"), "input.selectedIds", "one option"),
    ("multiple_choice", REQUIRED, one(""), "input.selectedId", "an answer"),
    ("multiple_choice", MULTIPLE, several("red", "red"), "input.selectedIds", "at most once"),
    ("multiple_choice", MULTIPLE, several("green"), "input.selectedIds", "options"),
    ("multiple_choice", MULTIPLE | REQUIRED, several(), "input.selectedIds", "an answer"),
    ("experience-picker", {}, one("exp_other"), "input.selectedId", "options"),
    ("experience-picker", {}, one(""), "input.selectedId", "an answer"),
]

ACCEPTED = {
    "short_text": "text",
    "long_text": "text",
    "email": "text",
    "yes_no": "boolean",
    "opinion_scale": "number",
    "experience-picker": "selection",
    "multiple_choice": "selection",
}


def _wrong_kinds() -> Iterator[tuple[str, dict[str, Any]]]:
    for type_ in STEP_TYPES:
        for given in KINDS:
            kinds = ("selection", "selections") if type_ == "multiple_choice" else ()
            if given["type"] not in (ACCEPTED.get(type_), *kinds):
                yield type_, given


def parsed(given: dict[str, Any]) -> Any:
    return TypeAdapter[Any](StepInput).validate_python(given)


def saved(of: Step | None, given: dict[str, Any]) -> dict[str, Any]:
    changes = data_changes(of, parsed(given))
    assert not list(problems({**IN_PROGRESS, "data": changes}))
    return changes


def refusal(of: Step | None, given: dict[str, Any]) -> tuple[str, str]:
    """Where the input is bad, and why."""
    with pytest.raises(InvalidArgument) as refused:
        data_changes(of, parsed(given))
    [issue] = refused.value.details["issues"]
    return issue["path"], issue["message"]


class TestGoodInput:
    @pytest.mark.parametrize(("type_", "config", "given", "stored"), GOOD)
    def test_is_kept_at_its_step(
        self, type_: str, config: dict[str, Any], given: dict[str, Any], stored: Any
    ) -> None:
        assert saved(step(type_, **config), given) == {"s1": stored}

    def test_a_choice_of_experience_is_a_plain_string_under_its_own_key(self) -> None:
        assert saved(step("experience-picker"), CARTOON) == {PICKER: "exp_cartoon"}

    def test_another_variable_keeps_the_selection_at_the_step_too(self) -> None:
        other = step("experience-picker", variable="background")
        assert saved(other, CARTOON) == {"s1": CARTOON, PICKER: "exp_cartoon"}


class TestBadInput:
    @pytest.mark.parametrize(("type_", "config", "given", "path", "reason"), BAD)
    def test_is_refused_at_its_place(
        self, type_: str, config: dict[str, Any], given: dict[str, Any], path: str, reason: str
    ) -> None:
        where, why = refusal(step(type_, **config), given)
        assert where == path
        assert reason in why

    @pytest.mark.parametrize(("type_", "given"), list(_wrong_kinds()))
    def test_of_another_kind_is_refused_at_its_type(
        self, type_: str, given: dict[str, Any]
    ) -> None:
        path, message = refusal(step(type_), given)
        assert path == "input.type"
        assert given["type"] in message

    @pytest.mark.parametrize("given", KINDS, ids=lambda given: str(given["type"]))
    @pytest.mark.parametrize(
        "of", [None, parse_step({"id": "s1", "type": "hologram"})], ids=["gone", "unknown"]
    )
    def test_a_step_that_nobody_can_read_takes_none(
        self, of: Step | None, given: dict[str, Any]
    ) -> None:
        assert refusal(of, given)[0] == "stepId"

    @pytest.mark.parametrize("type_", ["info", "processing", "reward"])
    def test_a_screen_takes_none(self, type_: str) -> None:
        assert refusal(step(type_), TEXT) == ("input.type", "This step takes no input, not text.")

    def test_a_photo_comes_by_an_upload_alone(self) -> None:
        assert refusal(step("capture"), PHOTO) == (
            "input.type",
            "a photo is uploaded, and saved by saveCapture",
        )


def with_data(**data: Any) -> EventSession:
    return EventSession.load({**IN_PROGRESS, "data": data})


class TestAnswered:
    @pytest.mark.parametrize("type_", ["short_text", "long_text", "email"])
    def test_a_text_that_says_something(self, type_: str) -> None:
        assert is_answered(with_data(s1={"type": "text", "value": "x"}), step(type_))
        assert not is_answered(with_data(s1={"type": "text", "value": ""}), step(type_))
        assert not is_answered(with_data(), step(type_))

    def test_a_no_and_a_nought_are_answers(self) -> None:
        assert is_answered(with_data(s1={"type": "boolean", "value": False}), step("yes_no"))
        assert is_answered(with_data(s1={"type": "number", "value": 0}), step("opinion_scale"))

    def test_an_input_of_another_kind_is_none(self) -> None:
        """The step was of another type when it was answered."""
        assert not is_answered(with_data(s1={"type": "boolean", "value": True}), step("email"))
        assert not is_answered(with_data(s1={"type": "hologram"}), step("email"))

    def test_a_choice_of_experience(self) -> None:
        assert is_answered(with_data(selected_experience_id="x"), step("experience-picker"))
        assert not is_answered(with_data(), step("experience-picker"))
        other = step("experience-picker", variable="background")
        assert not is_answered(with_data(selected_experience_id="x"), other)
        assert is_answered(with_data(s1=CARTOON), other)

    def test_a_capture_by_the_path_of_the_photo(self) -> None:
        assert not is_answered(with_data(), step("capture"))
        legacy = {**IN_PROGRESS, "inputImagePath": "captures/e/s/input.jpg"}
        assert is_answered(EventSession.load(legacy), step("capture"))

    def test_only_required_steps_hold_up(self) -> None:
        steps = [parse_step(a_step(f"s_{type_}", type_)) for type_ in STEP_TYPES]
        with pytest.raises(FailedPrecondition) as refused:
            require_answered(with_data(), [*steps, UnknownStep(id="x", type="unknown")])
        assert refused.value.details["steps"] == ["s_experience-picker", "s_capture"]
