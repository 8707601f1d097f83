"""What a guest's input makes of a session, and whether a step is answered: pure decisions."""

from collections.abc import Iterable
from typing import Any

from experience.errors import FailedPrecondition, InvalidArgument
from experience.journeys.models.session import EventSession
from experience.steps import Step, StepInput, StepValueError, UnknownStep
from experience.steps.screens import SELECTED_EXPERIENCE, ExperiencePickerStep
from experience.steps.values import SelectionInput, TextInput, is_blank

CONTENT_FIELDS = {"selection": "selectedId", "selections": "selectedIds", "photo": "url"}
"""Where an input has its content; the others have it in `value`."""


def data_changes(step: Step | None, given: StepInput) -> dict[str, Any]:
    """What an input changes in `data`, by key.

    Raises InvalidArgument with the place in the input: for what does not fit its step, for a step
    that is gone or of an unknown type, and for a photo, which only an upload can bring.
    """
    if step is None or isinstance(step, UnknownStep):
        raise InvalidArgument(("stepId", "this version cannot read the step, so it takes no input"))
    if given.type == "photo":
        raise InvalidArgument(("input.type", "a photo is uploaded, and saved by saveCapture"))
    try:
        stored = step.check_input(_trimmed(given))
    except StepValueError as error:
        fits = given.type in step.input_types
        place = CONTENT_FIELDS.get(given.type, "value") if fits else "type"
        raise InvalidArgument((f"input.{place}", str(error))) from error
    changes: dict[str, Any] = {step.id: stored.model_dump(by_alias=True)}
    if isinstance(step, ExperiencePickerStep) and isinstance(stored, SelectionInput):
        selected = {SELECTED_EXPERIENCE: stored.selected_id}
        return selected if step.variable == SELECTED_EXPERIENCE else {**changes, **selected}
    return changes


def _trimmed(given: StepInput) -> StepInput:
    """A text without white space around it, which nobody types on purpose."""
    if isinstance(given, TextInput):
        return given.model_copy(update={"value": given.value.strip()})
    return given


def is_answered(session: EventSession, step: Step) -> bool:
    """Whether a session holds an input for a step, as the step asks for it now.

    What the step offered when it was answered does not matter: an operator may have changed it.
    """
    if step.takes_media:
        return session.input_image_path is not None
    if isinstance(step, ExperiencePickerStep) and step.variable == SELECTED_EXPERIENCE:
        return bool(session.selected_experience_id)
    held = session.input_of(step.id)
    return held is not None and held.type in step.input_types and not is_blank(held.content)


def require_answered(session: EventSession, steps: Iterable[Step]) -> None:
    """Raise FailedPrecondition `steps_incomplete`, naming the required steps without an answer."""
    missing = [step.id for step in steps if step.is_required and not is_answered(session, step)]
    if missing:
        raise FailedPrecondition(
            "steps_incomplete", f"Not answered yet: {', '.join(missing)}.", steps=missing
        )
