"""Checks of a definition as a whole, beyond those of each field."""

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

from experience.workflows.definitions.models import StepDefinition, Workflow
from experience.workflows.skills import Registry

Location = tuple[str | int, ...]
Issue = tuple[Location, str]


def unknown_keys(value: Any, location: Location) -> Iterator[Issue]:
    """Keys that the models do not have."""
    if isinstance(value, BaseModel):
        for name in value.model_extra or {}:
            yield (*location, name), "is not a key of a definition"
        for name in type(value).model_fields:
            yield from unknown_keys(getattr(value, name), (*location, name))
    elif isinstance(value, dict):
        for name, each in value.items():
            yield from unknown_keys(each, (*location, name))
    elif isinstance(value, list):
        for number, each in enumerate(value):
            yield from unknown_keys(each, (*location, number))


def inconsistencies(workflow: Workflow, registry: Registry) -> Iterator[Issue]:
    """Steps, skills and selectors that do not fit together."""
    ids = [step.step_id for step in workflow.steps]
    for number, step in enumerate(workflow.steps):
        location: Location = ("steps", number)
        if step.step_id in ids[:number]:
            yield (*location, "step_id"), f"there is a step {step.step_id} already"
        for index, needed in enumerate(step.depends_on):
            if needed not in ids:
                yield (*location, "depends_on", index), f"there is no step {needed}"
            elif needed in step.depends_on[:index]:
                yield (*location, "depends_on", index), f"{needed} is given twice"
        yield from _input_issues(workflow, step, location, registry)
    cycle = _cycle(workflow)
    if cycle:
        number = ids.index(cycle[0])
        yield ("steps", number, "depends_on"), f"is a cycle: {' → '.join([*cycle, cycle[0]])}"


def _input_issues(
    workflow: Workflow, step: StepDefinition, location: Location, registry: Registry
) -> Iterator[Issue]:
    skill = registry.skills.get(step.skill_id)
    if skill is None:
        yield (*location, "skill_id"), f"there is no skill {step.skill_id}"
    else:
        fields = {
            (each.alias or name): each for name, each in skill.input_type.model_fields.items()
        }
        for name in step.input_selector:
            if name not in fields and name not in skill.input_type.model_fields:
                yield (*location, "input_selector", name), f"{skill.id} takes no {name}"
        for name, each in skill.input_type.model_fields.items():
            given = {name, each.alias} & set(step.input_selector)
            if each.is_required() and not given:
                yield (*location, "input_selector"), f"{skill.id} needs {name}"
    upstream = workflow.upstream(step.step_id) if step.step_id in workflow.by_id else set()
    for where, selector in step.selectors():
        if selector.source == "step_output" and selector.step not in upstream:
            yield (*location, *where), f"does not depend on a step {selector.step}"
        if selector.source == "base_run" and selector.step not in {None, *workflow.by_id}:
            yield (*location, *where), f"there is no step {selector.step}"
        if selector.source == "registry" and selector.key not in registry.values:
            yield (*location, *where), f"the registry has no {selector.key}"


def _cycle(workflow: Workflow) -> list[str]:
    """A cycle of steps that depend on each other; empty where there is none."""
    done: set[str] = set()
    ahead: list[str] = []

    def visit(step_id: str) -> list[str]:
        if step_id in ahead:
            return ahead[ahead.index(step_id) :]
        if step_id in done or step_id not in workflow.by_id:
            return []
        ahead.append(step_id)
        for needed in workflow.by_id[step_id].depends_on:
            if found := visit(needed):
                return found
        ahead.pop()
        done.add(step_id)
        return []

    for step in workflow.steps:
        if found := visit(step.step_id):
            return found
    return []
