"""Parsing steps: strictly for authors, and for readers without ever failing."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BeforeValidator, PlainSerializer, SerializeAsAny, ValidationError
from pydantic_core import PydanticCustomError

from experience.documents import load_strictly
from experience.steps import questions, screens
from experience.steps.models import Step, UnknownStep

STEP_TYPES: Mapping[str, type[Step]] = {
    "info": screens.InfoStep,
    "experience-picker": screens.ExperiencePickerStep,
    "capture": screens.CaptureStep,
    "short_text": questions.ShortTextStep,
    "long_text": questions.LongTextStep,
    "multiple_choice": questions.MultipleChoiceStep,
    "yes_no": questions.YesNoStep,
    "opinion_scale": questions.OpinionScaleStep,
    "email": questions.EmailStep,
    "processing": screens.ProcessingStep,
    "reward": screens.RewardStep,
}


def parse_step(data: Mapping[str, Any]) -> Step:
    """A stored step. One that this version cannot read becomes an `UnknownStep`, so that the rest
    of its journey goes on: of a type that is not known, or known with fields that do not validate.
    """
    try:
        return STEP_TYPES[data["type"]].model_validate(data)
    except (KeyError, TypeError, ValidationError):
        return UnknownStep.model_validate(
            {**data, "id": str(data.get("id", "")), "type": str(data.get("type", ""))}
        )


def _stored(value: Any) -> Any:
    return parse_step(value) if isinstance(value, Mapping) else value


def _authored(value: Any) -> Any:
    if not isinstance(value, Mapping):
        return value
    step_type = value.get("type")
    if not isinstance(step_type, str) or step_type not in STEP_TYPES:
        known = ", ".join(STEP_TYPES)
        raise PydanticCustomError("step_type", "type must be one of {known}", {"known": known})
    return load_strictly(STEP_TYPES[step_type], value, extra="forbid")


# Field types for models. Both dump a step with all that its own type has.
StoredStep = Annotated[SerializeAsAny[Step], BeforeValidator(_stored)]
"""A step inside a stored document: read as `parse_step` does."""

AuthoredStep = Annotated[SerializeAsAny[Step], BeforeValidator(_authored)]
"""A step as an author sends it: an unknown type, an unknown field or a bad value is an error at its
place (`steps.0.config.maxLength`)."""

ShownStep = Annotated[
    Step,
    BeforeValidator(_stored),
    PlainSerializer(lambda step: step.shown_fields),
]
"""A step as a guest gets it: only the declared fields of its type."""
