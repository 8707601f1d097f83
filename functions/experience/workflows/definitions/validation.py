"""What is wrong with a definition that a single step cannot know of itself."""

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

from experience.workflows.definitions.models import StepDefinition, Workflow
from experience.workflows.skills import Registry

Location = tuple[str | int, ...]
Issue = tuple[Location, str]


def unknown_keys(value: Any, place: Location) -> Iterator[Issue]:
    """Keys that no part of a definition has."""
    if isinstance(value, BaseModel):
        for name in value.model_extra or {}:
            yield (*place, name), "is not a key of a definition"
        for name in type(value).model_fields:
            yield from unknown_keys(getattr(value, name), (*place, name))
    elif isinstance(value, dict):
        for name, each in value.items():
            yield from unknown_keys(each, (*place, name))
    elif isinstance(value, list):
        for number, each in enumerate(value):
            yield from unknown_keys(each, (*place, number))


def inconsistencies(workflow: Workflow, registry: Registry) -> Iterator[Issue]:
    """What a single step cannot know of itself."""
    ids = [step.step_id for step in workflow.steps]
    for number, step in enumerate(workflow.steps):
        place: Location = ("steps", number)
        if step.step_id in ids[:number]:
            yield (*place, "step_id"), f"there is a step {step.step_id} already"
        for index, needed in enumerate(step.depends_on):
            if needed not in ids:
                yield (*place, "depends_on", index), f"there is no step {needed}"
            elif needed in step.depends_on[:index]:
                yield (*place, "depends_on", index), f"{needed} stands here twice"
        yield from _input_issues(workflow, step, place, registry)
    cycle = _cycle(workflow)
    if cycle:
        number = ids.index(cycle[0])
        yield ("steps", number, "depends_on"), f"is a cycle: {' → '.join([*cycle, cycle[0]])}"


def _input_issues(
    workflow: Workflow, step: StepDefinition, place: Location, registry: Registry
) -> Iterator[Issue]:
    skill = registry.skills.get(step.skill_id)
    if skill is None:
        yield (*place, "skill_id"), f"there is no skill {step.skill_id}"
    else:
        fields = {(each.alias or name): each for name, each in skill.takes.model_fields.items()}
        for name in step.input_selector:
            if name not in fields and name not in skill.takes.model_fields:
                yield (*place, "input_selector", name), f"{skill.id} takes no {name}"
        for name, each in skill.takes.model_fields.items():
            given = {name, each.alias} & set(step.input_selector)
            if each.is_required() and not given:
                yield (*place, "input_selector"), f"{skill.id} needs {name}"
    upstream = workflow.upstream(step.step_id) if step.step_id in workflow.by_id else set()
    for where, selector in step.selectors():
        if selector.source == "step_output" and selector.step not in upstream:
            yield (*place, *where), f"does not depend on a step {selector.step}"
        if selector.source == "base_run" and selector.step not in {None, *workflow.by_id}:
            yield (*place, *where), f"there is no step {selector.step}"
        if selector.source == "registry" and selector.key not in registry.values:
            yield (*place, *where), f"the registry has no {selector.key}"


def _cycle(workflow: Workflow) -> list[str]:
    """Steps that wait for each other in a circle; none where there is no circle."""
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
