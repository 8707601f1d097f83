"""The input that a workflow declares: what its steps read of the payload, in the skills' types."""

from collections.abc import Iterator
from functools import cache
from typing import Any

from pydantic import TypeAdapter, ValidationError

from experience.errors import issues_of
from experience.workflows.definitions import json_path
from experience.workflows.definitions.json_path import MISSING
from experience.workflows.definitions.models import StepDefinition, Workflow
from experience.workflows.skills import Data, Registry

Issue = tuple[str, str]


def payload_issues(workflow: Workflow, registry: Registry, payload: Any) -> Iterator[Issue]:
    """What the steps will not accept of a payload, as paths and reasons.

    An input that a selector builds from several values is checked when its step runs. So is one of
    a step with a condition, if it is left out.
    """
    yield from _unknown(workflow, payload)
    for step in workflow.steps:
        yield from _issues_of_step(step, registry, payload)


def _unknown(workflow: Workflow, payload: Any) -> Iterator[Issue]:
    """Fields that no step reads, such as one with a typing error."""
    selectors = [selector for step in workflow.steps for _, selector in step.selectors()]
    paths = [json_path.parse(each.path) for each in selectors if each.source == "trigger"]
    # The base run's payload is a later run's too.
    if () in paths or any(each.source == "base_run" for each in selectors):
        return
    known = {parts[0] for parts in paths}
    for name in payload:
        if name not in known:
            yield f"payload.{name}", f"is no input of {workflow.workflow_name}"


def _issues_of_step(step: StepDefinition, registry: Registry, payload: Any) -> Iterator[Issue]:
    skill = registry.skills[step.skill_id]
    for name, field in skill.input_type.model_fields.items():
        selector = step.input_selector.get(name) or step.input_selector.get(field.alias or name)
        if selector is None or selector.source != "trigger":
            continue
        value = json_path.find(payload, selector.path)
        path = f"payload.{selector.path}".rstrip(".")
        if value is not MISSING:
            yield from _issues_of_value(skill.input_type, name, value, path)
        elif field.is_required() and not selector.has_default and not step.when:
            yield path, "is required"


def _issues_of_value(model: type[Data], name: str, value: Any, path: str) -> Iterator[Issue]:
    try:
        _adapter(model, name).validate_python(value)
    except ValidationError as error:
        for inner, message in issues_of(error, value):
            separator = "" if not inner or inner.startswith("[") else "."
            yield f"{path}{separator}{inner}", message


@cache
def _adapter(model: type[Data], name: str) -> TypeAdapter[Any]:
    return TypeAdapter(model.model_fields[name].rebuild_annotation())
