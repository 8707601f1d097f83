"""Steps as authors write them."""

from typing import Any

from pydantic import TypeAdapter

from experience.steps import STEP_TYPES, AuthoredStep, Step, parse_step

OPTIONS = [{"label": "Red wine", "value": "red"}, {"label": "White wine", "value": "white"}]
REQUIRED_CONFIG: dict[str, dict[str, Any]] = {
    "experience-picker": {"experienceIds": ["exp_cartoon", "exp_sketch"]},
    "multiple_choice": {"options": OPTIONS},
    "processing": {"messages": ["One moment"]},
}


def authored(data: dict[str, Any]) -> Step:
    """A step as an author sends it; raises ValidationError."""
    step = TypeAdapter[Step](AuthoredStep).validate_python(data)
    assert isinstance(step, Step)
    return step


def step(type_: str, **config: Any) -> Step:
    """A step that an author may write, with as little config as its type needs."""
    return authored({"id": "s1", "type": type_, "config": REQUIRED_CONFIG.get(type_, {}) | config})


def all_steps() -> list[Step]:
    """One of each type, the variants that check differently, and one that is not known."""
    return [step(type_) for type_ in STEP_TYPES] + [
        step("multiple_choice", allowMultiple=True, required=True),
        parse_step({"id": "s1", "type": "hologram"}),
    ]
