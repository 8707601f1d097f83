"""What guests may answer to each of the eleven step types."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from experience.steps import StepInput, StepValueError
from tests.support.builders.steps import all_steps, step

# The first example builds hypothesis' table of characters, which takes a second.
SETTINGS = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


def parse_input(data: dict[str, Any]) -> StepInput:
    return TypeAdapter[StepInput](StepInput).validate_python(data)


ACCEPTED: list[tuple[str, dict[str, Any], Any, Any]] = [
    ("experience-picker", {}, "exp_sketch", "exp_sketch"),
    ("short_text", {"maxLength": 5}, "12345", "12345"),
    ("short_text", {"maxLength": 2}, "🎉🎉", "🎉🎉"),
    ("short_text", {}, "", ""),
    ("short_text", {}, "   ", "   "),
    ("short_text", {"required": True}, " Ann ", " Ann "),
    ("long_text", {}, "x" * 2000, "x" * 2000),
    ("multiple_choice", {}, "red", "red"),
    ("multiple_choice", {}, "", ""),
    ("multiple_choice", {"allowMultiple": True}, ["white", "red"], ["white", "red"]),
    ("multiple_choice", {"allowMultiple": True}, "red", ["red"]),
    ("multiple_choice", {"allowMultiple": True}, [], []),
    ("yes_no", {}, True, True),
    ("yes_no", {"required": True}, False, False),
    ("opinion_scale", {}, 1, 1),
    ("opinion_scale", {}, 5.0, 5),
    ("opinion_scale", {"scaleMin": 0, "scaleMax": 10, "required": True}, 0, 0),
    ("email", {}, " jane@example.com\n", "jane@example.com"),
    ("email", {}, "a.b+c_d-e!#$%&'*/=?^`{|}~@mail.example.co.uk", None),
    ("email", {}, "l" * 64 + "@example.com", None),
    ("email", {}, "max@müller.de", None),
    ("email", {}, "a@" + "d" * 63 + ".com", None),
    ("email", {}, "ab@" + ".".join(["d" * 62] * 4), None),
    ("email", {}, "  ", ""),
    ("email", {}, "\u200b\ufeff", ""),
    ("email", {}, "\u200bja\u00adne@exam\u2060ple.com\ufeff", "jane@example.com"),
    ("email", {}, "\u202ajane@example.com\u202c", "jane@example.com"),
    ("email", {}, " \u2060 jane@example.com \u200b ", "jane@example.com"),
    (
        "email",
        {},
        "\uff4a\uff41\uff4e\uff45\uff20"
        "\uff45\uff58\uff41\uff4d\uff50\uff4c\uff45\uff0e\uff43\uff4f\uff4d",
        "jane@example.com",
    ),
    ("email", {}, "jane\uff20example\u3002com", "jane@example.com"),
    ("email", {}, "\u3000\uff2aane@example.com\u3000", "Jane@example.com"),
    ("long_text", {"required": True}, "👩\u200d🚀", "👩\u200d🚀"),
    ("short_text", {"required": True}, "\u200bAnn", "\u200bAnn"),
    ("short_text", {}, "\u200b", "\u200b"),
]
REFUSED: list[tuple[str, dict[str, Any], Any, str]] = [
    ("info", {}, "x", "no answer"),
    ("processing", {}, "x", "no answer"),
    ("reward", {}, True, "no answer"),
    ("capture", {}, "https://example.com/a.jpg", "photo"),
    ("capture", {}, "", "needs an answer"),
    ("experience-picker", {}, "exp_other", "one of the options"),
    ("experience-picker", {}, "", "needs an answer"),
    ("experience-picker", {}, ["exp_sketch"], "one of the options"),
    ("short_text", {"maxLength": 5}, "123456", "at most 5 characters; this text has 6"),
    ("short_text", {"required": True}, " \n\u00a0", "needs an answer"),
    ("short_text", {}, 5, "takes a text"),
    ("short_text", {}, "\ud800", "broken character"),
    ("long_text", {}, "x" * 2001, "at most 2000 characters"),
    ("multiple_choice", {}, "rosé", "one of the options"),
    ("multiple_choice", {}, "Red wine", "one of the options"),
    ("multiple_choice", {}, ["red"], "not a list"),
    ("multiple_choice", {"required": True}, "", "needs an answer"),
    ("multiple_choice", {"required": True, "allowMultiple": True}, [], "needs an answer"),
    ("multiple_choice", {"allowMultiple": True}, ["red", "red"], "at most once"),
    ("multiple_choice", {"allowMultiple": True}, ["red", 1], "one of the options"),
    ("yes_no", {}, 1, "yes or no"),
    ("yes_no", {}, "true", "yes or no"),
    ("yes_no", {"required": True}, "", "needs an answer"),
    ("opinion_scale", {}, 0, "from 1 to 5"),
    ("opinion_scale", {}, 6, "from 1 to 5"),
    ("opinion_scale", {}, 2.5, "whole number"),
    ("opinion_scale", {}, True, "whole number"),
    ("opinion_scale", {}, "3", "whole number"),
    ("opinion_scale", {}, float("nan"), "whole number"),
    ("opinion_scale", {}, float("inf"), "whole number"),
    ("email", {"required": True}, " ", "needs an answer"),
    ("email", {"required": True}, "\u200b\u2060", "needs an answer"),
    *[
        ("short_text", {"required": True}, text, "needs an answer")
        for text in (
            "\u200b",
            "\u00ad \u2060",
            "\ufeff\n",
            "\u200e\u202e",
            "\u3164",
            "\u115f\u1160",
            "\u2800",
            "\ufe0f",
            "\u180b\u180f",
            "\u2065\ufff0",
            "\U000e0100\U000e01f0",
            "\U000e0020",
            "\u0000",
        )
    ],
    ("email", {}, [], "takes a text"),
    *[
        ("email", {}, address, "not an email address")
        for address in (
            "jane",
            "@example.com",
            "jane@",
            "jane@localhost",
            "jane@example..com",
            "jane@example.com.",
            "jane@-example.com",
            "jane@exa_mple.com",
            "jane@127.0.0.1",
            "jane doe@example.com",
            ".jane@example.com",
            "jane.@example.com",
            "ja..ne@example.com",
            "jane@doe@example.com",
            "jane@example.com\u0000",
            "jäne@example.com",
            "\ufb01ona@example.com",
            "j\u0430ne@example.com",
            "jane\u200b doe@example.com",
            '"jane"@example.com',
            "l" * 65 + "@example.com",
            "a@" + "d" * 64 + ".com",
            "abc@" + ".".join(["d" * 62] * 4),
            "a@" + "ü" * 60 + ".de",
        )
    ],
]


class TestCheckValue:
    @pytest.mark.parametrize(("type_", "config", "value", "stored"), ACCEPTED)
    def test_a_fitting_value_is_stored(
        self, type_: str, config: dict[str, Any], value: Any, stored: Any
    ) -> None:
        checked = step(type_, **config).check_value(value)

        expected = value if stored is None else stored
        assert (checked, type(checked)) == (expected, type(expected))

    @pytest.mark.parametrize(("type_", "config", "value", "message"), REFUSED)
    def test_any_other_value_is_refused_in_plain_words(
        self, type_: str, config: dict[str, Any], value: Any, message: str
    ) -> None:
        with pytest.raises(StepValueError, match=message):
            step(type_, **config).check_value(value)

    @SETTINGS
    @given(
        st.recursive(
            st.none()
            | st.booleans()
            | st.integers()
            | st.floats()
            | st.text()
            | st.text("a@.-ü", max_size=12)
            | st.emails()
            | st.sampled_from(["red", "white", "exp_sketch"]),
            lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
            max_leaves=5,
        )
    )
    def test_what_was_stored_once_is_stored_the_same_again(self, value: Any) -> None:
        for one in all_steps():
            try:
                stored = one.check_value(value)
            except StepValueError:
                continue
            assert one.check_value(stored) == stored
            assert isinstance(one.answer_text(stored), str)


class TestCheckInput:
    @pytest.mark.parametrize(
        ("type_", "config", "given", "stored"),
        [
            ("short_text", {}, {"type": "text", "value": "Jane"}, None),
            ("long_text", {}, {"type": "text", "value": "Jane"}, None),
            (
                "email",
                {},
                {"type": "text", "value": " a@b.de "},
                {"type": "text", "value": "a@b.de"},
            ),
            ("yes_no", {}, {"type": "boolean", "value": True}, None),
            ("opinion_scale", {}, {"type": "number", "value": 4.0}, {"type": "number", "value": 4}),
            ("experience-picker", {}, {"type": "selection", "selectedId": "exp_sketch"}, None),
            ("multiple_choice", {}, {"type": "selection", "selectedId": "red"}, None),
            (
                "multiple_choice",
                {},
                {"type": "selections", "selectedIds": []},
                {"type": "selection", "selectedId": ""},
            ),
            (
                "multiple_choice",
                {"allowMultiple": True},
                {"type": "selections", "selectedIds": ["red", "white"]},
                None,
            ),
            (
                "multiple_choice",
                {"allowMultiple": True},
                {"type": "selection", "selectedId": "red"},
                {"type": "selections", "selectedIds": ["red"]},
            ),
            ("capture", {}, {"type": "photo", "url": "https://example.com/a.jpg"}, None),
        ],
    )
    def test_a_fitting_input_is_stored(
        self, type_: str, config: dict[str, Any], given: dict[str, Any], stored: Any
    ) -> None:
        checked = step(type_, **config).check_input(parse_input(given))

        assert checked.model_dump(by_alias=True) == (stored or given)

    def test_every_step_refuses_the_inputs_that_are_not_its_own(self) -> None:
        inputs: list[dict[str, Any]] = [
            {"type": "text", "value": "a@b.de"},
            {"type": "boolean", "value": True},
            {"type": "number", "value": 2},
            {"type": "selection", "selectedId": "red"},
            {"type": "selections", "selectedIds": ["red"]},
            {"type": "photo", "url": "https://example.com/a.jpg"},
        ]
        for one in all_steps():
            for one_input in inputs:
                if one_input["type"] not in one.input_types:
                    with pytest.raises(StepValueError, match="takes"):
                        one.check_input(parse_input(one_input))

    def test_the_checks_are_those_of_a_projects_answers(self) -> None:
        with pytest.raises(StepValueError, match="from 1 to 5"):
            step("opinion_scale").check_input(parse_input({"type": "number", "value": 9}))
        with pytest.raises(StepValueError, match="not a list"):
            step("multiple_choice").check_input(
                parse_input({"type": "selections", "selectedIds": ["red"]})
            )

    @pytest.mark.parametrize(
        "given",
        [
            {"type": "video", "url": "https://example.com/a.mp4"},
            {"type": "text", "value": 5},
            {"type": "boolean", "value": "yes"},
            {"type": "number", "value": True},
            {"type": "number", "value": "5"},
            {"type": "number", "value": float("nan")},
            {"type": "selection", "selectedId": "a", "extra": 1},
            {"type": "photo", "url": "javascript:alert(1)"},
            {"value": "no type"},
        ],
    )
    def test_what_is_no_input_is_refused_before_any_step_sees_it(
        self, given: dict[str, Any]
    ) -> None:
        with pytest.raises(ValidationError):
            parse_input(given)


class TestAnswerText:
    @pytest.mark.parametrize(
        ("type_", "config", "value", "text"),
        [
            ("short_text", {}, "Jane", "Jane"),
            ("multiple_choice", {}, "red", "Red wine"),
            ("multiple_choice", {"allowMultiple": True}, ["white", "red"], "White wine, Red wine"),
            ("multiple_choice", {}, "taken_away", "taken_away"),
            ("yes_no", {"yesLabel": "Sure"}, True, "Sure"),
            ("yes_no", {}, False, "No"),
            ("opinion_scale", {}, 4, "4"),
            ("email", {}, "a@b.de", "a@b.de"),
            ("experience-picker", {}, "exp_sketch", "exp_sketch"),
        ],
    )
    def test_it_says_what_the_guest_saw(
        self, type_: str, config: dict[str, Any], value: Any, text: str
    ) -> None:
        assert step(type_, **config).answer_text(value) == text
