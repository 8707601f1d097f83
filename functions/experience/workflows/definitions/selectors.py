"""Resolving the selectors of a step against the data of a run."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from experience.workflows.definitions import json_path
from experience.workflows.definitions.json_path import MISSING
from experience.workflows.definitions.models import Condition, Selector, StepDefinition

Output = dict[str, Any]
"""The output of a step: `{data, artifacts}`."""


@dataclass(frozen=True)
class Sources:
    """All that selectors can read. Steps without an output are not among the outputs."""

    payload: Any
    outputs: Mapping[str, Output]
    base_payload: Any = MISSING
    base_context: Any = MISSING
    base_outputs: Mapping[str, Output] | None = None


class UnresolvedError(ValueError):
    """A selector cannot be applied to the value that it found."""


def resolve(step: StepDefinition, sources: Sources) -> dict[str, Any]:
    """The inputs by name, without those that have no value. UnresolvedError."""
    found = {name: select(each, sources) for name, each in step.input_selector.items()}
    return {name: value for name, value in found.items() if value is not MISSING}


def holds(condition: Condition, sources: Sources) -> bool:
    """Whether a step's `when` allows it to run. UnresolvedError."""
    value = select(condition.value, sources)
    given = condition.model_fields_set
    if "exists" in given:
        return (value not in (MISSING, None)) is condition.exists
    value = None if value is MISSING else value
    if "equals" in given:
        return bool(value == condition.equals)
    if "not_equals" in given:
        return bool(value != condition.not_equals)
    return bool(value)


def select(selector: Selector, sources: Sources) -> Any:
    """The value of a selector, or MISSING. UnresolvedError."""
    if selector.merge:
        parts = [select(each, sources) for each in selector.merge]
        merged: dict[str, Any] = {}
        for part in parts:
            merged |= _object(part, "merge") if part is not MISSING else {}
        return merged if any(part is not MISSING for part in parts) else MISSING
    if selector.pick and selector.of:
        whole = select(selector.of, sources)
        if whole is MISSING:
            return MISSING
        keys = _object(whole, "pick")
        return {key: keys[key] for key in selector.pick if key in keys}
    if selector.source == "constants":
        return selector.value
    found = json_path.find(_root(selector, sources), selector.path)
    if found is MISSING and selector.has_default:
        return selector.default
    return found


def _root(selector: Selector, sources: Sources) -> Any:
    match selector.source:
        case "trigger":
            return sources.payload
        case "step_output":
            return sources.outputs.get(str(selector.step), MISSING)
        case "base_run" if sources.base_outputs is None:
            return MISSING
        case "base_run" if selector.step:
            return (sources.base_outputs or {}).get(selector.step, MISSING)
        case "base_run":
            return {"payload": sources.base_payload, "context": sources.base_context}
    return MISSING


def _object(value: Any, operation: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise UnresolvedError(f"{operation} works on objects, not on {type(value).__name__}")
    return value
