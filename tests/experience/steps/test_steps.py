"""The eleven step types: what authors may write, and what readers survive."""

from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from experience.errors import issues_of
from experience.steps import (
    STEP_TYPES,
    AuthoredStep,
    Step,
    StepValueError,
    StoredStep,
    UnknownStep,
    parse_step,
)
from tests.support.builders.steps import OPTIONS, authored, step

# The first example builds hypothesis' table of characters, which takes a second.
SETTINGS = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


class TestConfig:
    @pytest.mark.parametrize(
        ("type_", "defaults"),
        [
            ("info", {}),
            ("experience-picker", {"layout": "grid", "variable": "selected_experience_id"}),
            ("capture", {"sourceVariable": "selected_experience_id", "allowVideos": False}),
            ("short_text", {"placeholder": "", "maxLength": 500, "required": False}),
            ("long_text", {"placeholder": "", "maxLength": 2000, "required": False}),
            ("multiple_choice", {"allowMultiple": False, "required": False}),
            ("yes_no", {"yesLabel": "Yes", "noLabel": "No", "required": False}),
            ("opinion_scale", {"scaleMin": 1, "scaleMax": 5, "minLabel": "", "maxLabel": ""}),
            ("email", {"placeholder": "", "required": False, "variable": None}),
            ("processing", {"estimatedDuration": 30}),
            ("reward", {"allowDownload": True, "allowSystemShare": True, "socials": []}),
        ],
    )
    def test_what_an_author_leaves_out_gets_its_default(
        self, type_: str, defaults: dict[str, Any]
    ) -> None:
        config = step(type_).dump()["config"]

        assert {name: config[name] for name in defaults} == defaults

    @pytest.mark.parametrize(
        ("type_", "config"),
        [
            ("experience-picker", {"layout": "carousel"}),
            ("experience-picker", {"experienceIds": [f"e{n}" for n in range(20)]}),
            ("capture", {"fallbackExperienceId": "exp_cartoon"}),
            ("short_text", {"variable": "_name1", "placeholder": "x" * 200, "maxLength": 1000}),
            ("short_text", {"maxLength": 1, "placeholder": None}),
            ("long_text", {"maxLength": 5000, "variable": "v" * 50}),
            (
                "multiple_choice",
                {"options": [{"label": "l" * 100, "value": f"v{n}"} for n in range(10)]},
            ),
            ("multiple_choice", {"options": [{"label": "A", "value": "v" * 50}, OPTIONS[0]]}),
            ("yes_no", {"yesLabel": "y" * 50, "noLabel": "n"}),
            ("opinion_scale", {"scaleMin": 0, "scaleMax": 10, "minLabel": "m" * 50}),
            ("opinion_scale", {"scaleMin": 9, "scaleMax": 10}),
            ("email", {"placeholder": "x" * 100}),
            ("processing", {"messages": ["m" * 200] * 10, "estimatedDuration": 300}),
            ("processing", {"estimatedDuration": 5}),
            (
                "reward",
                {"socials": ["instagram", "facebook", "twitter", "linkedin", "tiktok", "whatsapp"]},
            ),
        ],
    )
    def test_values_at_their_bounds_are_kept(self, type_: str, config: dict[str, Any]) -> None:
        stored = step(type_, **config).dump()["config"]

        assert {name: stored[name] for name in config} == {
            name: "" if value is None else value for name, value in config.items()
        }

    @pytest.mark.parametrize(
        ("type_", "config", "place"),
        [
            ("info", {"layout": "grid"}, "config.layout"),
            ("experience-picker", {"layout": "stack"}, "config.layout"),
            ("experience-picker", {"experienceIds": []}, "config.experienceIds"),
            ("experience-picker", {"experienceIds": ["e"] * 21}, "config.experienceIds"),
            ("experience-picker", {"experienceIds": ["../e"]}, "config.experienceIds.0"),
            ("capture", {"sourceVariable": "1st"}, "config.sourceVariable"),
            ("short_text", {"variable": "first name"}, "config.variable"),
            ("short_text", {"variable": "v" * 51}, "config.variable"),
            ("short_text", {"maxLength": 0}, "config.maxLength"),
            ("short_text", {"maxLength": 1001}, "config.maxLength"),
            ("short_text", {"placeholder": "x" * 201}, "config.placeholder"),
            ("short_text", {"maxLenght": 9}, "config.maxLenght"),
            ("long_text", {"maxLength": 5001}, "config.maxLength"),
            ("multiple_choice", {"options": OPTIONS[:1]}, "config.options"),
            ("multiple_choice", {"options": OPTIONS + OPTIONS[:1]}, "config.options"),
            ("multiple_choice", {"options": OPTIONS * 6}, "config.options"),
            (
                "multiple_choice",
                {"options": [OPTIONS[0], {"label": "", "value": "a"}]},
                "config.options.1.label",
            ),
            (
                "multiple_choice",
                {"options": [OPTIONS[0], {"label": "A", "value": "a b"}]},
                "config.options.1.value",
            ),
            (
                "multiple_choice",
                {"options": [OPTIONS[0], {"label": "A", "value": "v" * 51}]},
                "config.options.1.value",
            ),
            ("yes_no", {"yesLabel": ""}, "config.yesLabel"),
            ("yes_no", {"noLabel": "n" * 51}, "config.noLabel"),
            ("opinion_scale", {"scaleMin": 5}, "config"),
            ("opinion_scale", {"scaleMin": -1}, "config.scaleMin"),
            ("opinion_scale", {"scaleMax": 11}, "config.scaleMax"),
            ("opinion_scale", {"scaleMin": 0, "scaleMax": 1}, "config.scaleMax"),
            ("opinion_scale", {"maxLabel": "m" * 51}, "config.maxLabel"),
            ("email", {"placeholder": "x" * 101}, "config.placeholder"),
            ("processing", {"messages": []}, "config.messages"),
            ("processing", {"messages": ["m"] * 11}, "config.messages"),
            ("processing", {"messages": ["m" * 201]}, "config.messages.0"),
            ("processing", {"estimatedDuration": 4}, "config.estimatedDuration"),
            ("processing", {"estimatedDuration": 301}, "config.estimatedDuration"),
            ("reward", {"socials": ["myspace"]}, "config.socials.0"),
            ("reward", {"socials": ["tiktok"] * 7}, "config.socials"),
        ],
    )
    def test_an_author_learns_where_the_mistake_is(
        self, type_: str, config: dict[str, Any], place: str
    ) -> None:
        with pytest.raises(ValidationError) as refused:
            step(type_, **config)

        assert [".".join(map(str, e["loc"])) for e in refused.value.errors()] == [place]

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("id", "a/b"),
            ("id", "x" * 129),
            ("title", "t" * 201),
            ("description", "d" * 1001),
            ("ctaLabel", "c" * 51),
            ("mediaType", "audio"),
            ("colour", "red"),
        ],
    )
    def test_what_every_step_has_is_checked_too(self, field: str, value: str) -> None:
        with pytest.raises(ValidationError) as refused:
            authored({"id": "s1", "type": "info", field: value})

        assert [e["loc"] for e in refused.value.errors()] == [(field,)]

    def test_the_place_includes_the_model_around_the_step(self) -> None:
        class Config(BaseModel):
            steps: list[AuthoredStep]

        with pytest.raises(ValidationError) as refused:
            Config.model_validate(
                {"steps": [{"id": "a", "type": "info"}, {"id": "b", "type": "hologram"}, {}, 7]}
            )

        assert [e["loc"] for e in refused.value.errors()] == [("steps", n) for n in (1, 2, 3)]

    def test_lengths_count_characters_not_bytes(self) -> None:
        assert authored({"id": "s1", "type": "info", "title": "🎉" * 200}).title == "🎉" * 200


class TestStoredSteps:
    def test_a_step_survives_with_fields_that_this_version_does_not_know(self) -> None:
        data = {"id": "s1", "type": "email", "haptics": True, "config": {"spellcheck": "off"}}

        dumped = parse_step(data).dump()

        assert dumped["haptics"] is True
        assert dumped["config"]["spellcheck"] == "off"

    @pytest.mark.parametrize(
        "data",
        [
            {"id": "s1", "type": "hologram", "config": {"depth": 3}, "title": 7},
            {"id": "s1", "type": "short_text", "config": {"maxLength": 0, "required": True}},
            {"id": "s1", "type": "multiple_choice"},
            {"id": "s1", "type": "info", "config": None},
        ],
    )
    def test_a_step_that_cannot_be_read_keeps_its_fields_and_takes_no_answer(
        self, data: dict[str, Any]
    ) -> None:
        unknown = parse_step(data)

        assert isinstance(unknown, UnknownStep)
        assert {name: unknown.dump()[name] for name in data} == data
        assert (unknown.accepts_input, unknown.is_required, unknown.variable) == (
            False,
            False,
            None,
        )
        with pytest.raises(StepValueError, match="no answer"):
            unknown.check_value("x")

    def test_one_broken_step_leaves_the_others_readable(self) -> None:
        class Config(BaseModel):
            steps: list[StoredStep]

        config = Config.model_validate(
            {"steps": [{"type": ["?"]}, {"id": "b", "type": "email", "config": {"required": True}}]}
        )

        assert isinstance(config.steps[0], UnknownStep)
        assert config.steps[1].is_required
        assert config.model_dump(by_alias=True)["steps"][1]["config"]["required"] is True

    @SETTINGS
    @given(
        st.dictionaries(
            st.sampled_from(["id", "type", "title", "config", "mediaType", "x"]),
            st.none()
            | st.integers()
            | st.text()
            | st.sampled_from(sorted(STEP_TYPES))
            | st.just([]),
        )
    )
    def test_no_stored_fields_break_reading(self, data: dict[str, Any]) -> None:
        assert isinstance(parse_step(data), Step)


class TestProperties:
    def test_which_types_accept_input(self) -> None:
        assert {type_ for type_ in STEP_TYPES if not step(type_).accepts_input} == {
            "info",
            "processing",
            "reward",
        }

    def test_picker_and_capture_must_always_be_done(self) -> None:
        always = {type_ for type_ in STEP_TYPES if step(type_).is_required}

        assert always == {"experience-picker", "capture"}

    def test_only_capture_takes_media(self) -> None:
        assert [type_ for type_ in STEP_TYPES if step(type_).takes_media] == ["capture"]

    def test_only_a_capture_that_asks_for_videos_takes_them(self) -> None:
        assert not any(step(type_).takes_videos for type_ in STEP_TYPES)
        assert step("capture", allowVideos=True).takes_videos

    def test_a_question_names_its_answer(self) -> None:
        assert step("email", variable="mail").variable == "mail"
        assert step("experience-picker").variable == "selected_experience_id"
        assert step("capture").variable is None
        assert step("info").variable is None


class TestTranslations:
    WORDS: ClassVar[dict[str, dict[str, Any]]] = {
        "short_text": {"placeholder": "Name"},
        "long_text": {"placeholder": "Name"},
        "email": {"placeholder": "E-Mail"},
        "multiple_choice": {"options": {"red": "Rotwein", "white": "Weißwein"}},
        "yes_no": {"yesLabel": "Ja", "noLabel": "Nein"},
        "opinion_scale": {"minLabel": "Schlecht", "maxLabel": "Gut"},
        "processing": {"messages": ["Moment", "Gleich"]},
    }

    @pytest.mark.parametrize("type_", STEP_TYPES)
    def test_each_type_takes_those_of_its_own_texts_and_guests_get_them(self, type_: str) -> None:
        base = {"title": "Frage", "description": "Text", "ctaLabel": "Weiter"}
        translations = {"de": base | self.WORDS.get(type_, {}), "zh-Hant": {"title": "標題"}}
        data = step(type_).dump() | {"translations": translations}

        written = authored(data)

        assert written.dump()["translations"] == translations
        assert parse_step(written.dump()).declared()["translations"] == translations
        for foreign in self.WORDS.keys() - {type_}:
            words = self.WORDS[foreign]
            if words.keys() <= self.WORDS.get(type_, {}).keys():
                continue
            with pytest.raises(ValidationError):
                authored(data | {"translations": {"de": words}})

    def test_a_step_without_any_has_no_such_field(self) -> None:
        for plain in (step("info"), authored(step("info").dump() | {"translations": None})):
            assert "translations" not in plain.dump() | plain.declared()

    def test_an_option_may_lack_one_and_none_is_of_another_step(self) -> None:
        data = step("multiple_choice").dump()
        some = {"de": {"options": {"red": "Rotwein"}}}
        assert authored(data | {"translations": some}).dump()["translations"] == some
        with pytest.raises(ValidationError, match=r"translations.de.options .*: rose"):
            authored(data | {"translations": {"de": {"options": {"rose": "Rosé"}}}})

    def test_a_bad_one_is_named_once_by_its_field(self) -> None:
        words = {"de": {"title": "x" * 201, "options": {"red": ""}}}
        data = step("multiple_choice").dump() | {"translations": words}
        with pytest.raises(ValidationError) as raised:
            authored(data)
        assert dict(issues_of(raised.value, data)) == {
            "translations.de.title": "String should have at most 200 characters",
            "translations.de.options.red": "String should have at least 1 character",
        }

    def test_the_answer_is_the_value_and_a_prompt_gets_the_label_of_its_author(self) -> None:
        question = authored(
            step("multiple_choice").dump()
            | {"translations": {"de": {"options": {"red": "Rotwein"}}}}
        )
        assert question.check_value("red") == "red"
        assert question.answer_text("red") == "Red wine"
        with pytest.raises(StepValueError):
            question.check_value("Rotwein")
