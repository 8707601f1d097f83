"""The steps that ask a guest something, each with the check of its answer."""

from collections import Counter
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from experience.documents import Document, Sparse
from experience.locales.translations import SparseTranslations
from experience.steps.models import (
    AnswerConfig,
    Step,
    StepTranslation,
    Text50,
    Text100,
    Text200,
)
from experience.steps.values import (
    StepValue,
    StepValueError,
    check_choice,
    check_choices,
    check_email,
    check_text,
    check_whole_number,
    is_blank,
)

Label = Annotated[str, Field(min_length=1, max_length=50)]


class ShortTextConfig(AnswerConfig):
    placeholder: Text200 = ""
    max_length: Annotated[int, Field(ge=1, le=1000)] = 500


class LongTextConfig(AnswerConfig):
    placeholder: Text200 = ""
    max_length: Annotated[int, Field(ge=1, le=5000)] = 2000


class TextTranslation(StepTranslation):
    """What a question for words says in another language."""

    placeholder: Sparse[Annotated[str, Field(min_length=1, max_length=200)]] = None


class TextStep(Step):
    """A question that is answered in the guest's own words."""

    config: ShortTextConfig | LongTextConfig
    translations: SparseTranslations[TextTranslation] = None
    input_types = ("text",)

    def _check(self, value: Any) -> str:
        return check_text(value, self.config.max_length)


class ShortTextStep(TextStep):
    """A question with an answer of one line."""

    type: Literal["short_text"]
    config: ShortTextConfig = ShortTextConfig()


class LongTextStep(TextStep):
    """A question with an answer of many lines."""

    type: Literal["long_text"]
    config: LongTextConfig = LongTextConfig()


class Option(Document):
    """A possible answer: what the guest sees, and what is stored."""

    label: Annotated[str, Field(min_length=1, max_length=100)]
    value: Annotated[str, Field(pattern=r"^[a-zA-Z0-9_]+$", max_length=50)]


def _distinct_values(options: list[Option]) -> list[Option]:
    repeated = [v for v, count in Counter(o.value for o in options).items() if count > 1]
    if repeated:
        raise ValueError(f"each option needs its own value; repeated: {', '.join(repeated)}")
    return options


class MultipleChoiceConfig(AnswerConfig):
    options: Annotated[
        list[Option], Field(min_length=2, max_length=10), AfterValidator(_distinct_values)
    ]
    allow_multiple: bool = False


class MultipleChoiceTranslation(StepTranslation):
    """What a choice says in another language. `options` has labels, by the value of the option."""

    options: Sparse[Mapping[str, Annotated[str, Field(min_length=1, max_length=100)]]] = None


class MultipleChoiceStep(Step):
    """A question with prepared answers, one or (`allow_multiple`) several of which are chosen.

    Stored as the option's value, or as a list of values. "" and [] choose nothing.
    """

    type: Literal["multiple_choice"]
    config: MultipleChoiceConfig
    translations: SparseTranslations[MultipleChoiceTranslation] = None
    input_types = ("selection", "selections")

    @model_validator(mode="after")
    def _translates_own_options(self) -> Self:
        values = {option.value for option in self.config.options}
        for tag, translation in (self.translations or {}).items():
            foreign = sorted((translation.options or {}).keys() - values)
            if foreign:
                named = ", ".join(foreign)
                raise ValueError(f"translations.{tag}.options has no option of this step: {named}")
        return self

    def _check(self, value: Any) -> str | list[str]:
        values = [option.value for option in self.config.options]
        if self.config.allow_multiple:
            return [] if is_blank(value) else check_choices(value, values)
        if is_blank(value):
            return ""
        if isinstance(value, list):
            raise StepValueError("Choose one option, not a list of them.")
        return check_choice(value, values)

    def answer_text(self, value: StepValue) -> str:
        labels = {option.value: option.label for option in self.config.options}
        chosen = value if isinstance(value, list) else [str(value)]
        return ", ".join(labels.get(one, one) for one in chosen)


class YesNoConfig(AnswerConfig):
    yes_label: Label = "Yes"
    no_label: Label = "No"


class YesNoTranslation(StepTranslation):
    """What a question with two answers says in another language."""

    yes_label: Sparse[Label] = None
    no_label: Sparse[Label] = None


class YesNoStep(Step):
    """A question with two answers; stored as true or false."""

    type: Literal["yes_no"]
    config: YesNoConfig = YesNoConfig()
    translations: SparseTranslations[YesNoTranslation] = None
    input_types = ("boolean",)

    def _check(self, value: Any) -> bool:
        if not isinstance(value, bool):
            raise StepValueError("Answer this step with yes or no.")
        return value

    def answer_text(self, value: StepValue) -> str:
        if not isinstance(value, bool):
            return super().answer_text(value)
        return self.config.yes_label if value else self.config.no_label


class OpinionScaleConfig(AnswerConfig):
    scale_min: Annotated[int, Field(ge=0, le=10)] = 1
    scale_max: Annotated[int, Field(ge=2, le=10)] = 5
    min_label: Text50 = ""
    max_label: Text50 = ""

    @model_validator(mode="after")
    def _ascending(self) -> Self:
        if self.scale_min >= self.scale_max:
            raise ValueError("scaleMin must be smaller than scaleMax")
        return self


class OpinionScaleTranslation(StepTranslation):
    """What a scale says in another language."""

    min_label: Sparse[Label] = None
    max_label: Sparse[Label] = None


class OpinionScaleStep(Step):
    """A question that is answered by a whole number on a scale."""

    type: Literal["opinion_scale"]
    config: OpinionScaleConfig = OpinionScaleConfig()
    translations: SparseTranslations[OpinionScaleTranslation] = None
    input_types = ("number",)

    def _check(self, value: Any) -> int:
        return check_whole_number(value, self.config.scale_min, self.config.scale_max)


class EmailConfig(AnswerConfig):
    placeholder: Text100 = ""


class EmailTranslation(StepTranslation):
    """What a question for an address says in another language."""

    placeholder: Sparse[Annotated[str, Field(min_length=1, max_length=100)]] = None


class EmailStep(Step):
    """The guest's email address."""

    type: Literal["email"]
    config: EmailConfig = EmailConfig()
    translations: SparseTranslations[EmailTranslation] = None
    input_types = ("text",)

    def _check(self, value: Any) -> str:
        return "" if is_blank(value) and isinstance(value, str) else check_email(value)
