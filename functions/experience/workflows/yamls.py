"""Reading definitions from YAML: everything is checked, and refused with file, line and reason."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ValidationError

from experience.workflows.definitions import Selector, StepDefinition, Workflow
from experience.workflows.skills import REGISTRY, Registry

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

Place = tuple[str | int, ...]
Issue = tuple[Place, str]

LARGEST_BYTES = 200_000
"""A run keeps its definition, and Firestore takes a MiB for each document."""


class BadDefinitionError(ValueError):
    """A definition that cannot be used: one line for each reason, as `file:line: reason`."""


@dataclass
class Definitions:
    """The workflows by name, each checked against the skills of one registry."""

    registry: Registry
    workflows: dict[str, Workflow] = field(default_factory=dict)

    def add(self, source: Path) -> None:
        """Read a file, or every `.yaml` of a folder. Raises BadDefinitionError."""
        for file in sorted(source.glob("*.yaml")) if source.is_dir() else [source]:
            text = file.read_text(encoding="utf-8")
            workflow = parse(text, file.name, self.registry)
            if workflow.workflow_name in self.workflows:
                raise BadDefinitionError(
                    f"{file.name}:1: there is a workflow {workflow.workflow_name} already"
                )
            self.workflows[workflow.workflow_name] = workflow


DEFINITIONS = Definitions(REGISTRY)
"""What is deployed. Whoever owns the skills of a workflow adds its file."""


def parse(text: str, name: str, registry: Registry) -> Workflow:
    """The workflow of a YAML text, with the registry's values in their places.

    Raises BadDefinitionError.
    """
    lines: dict[Place, int] = {(): 1}
    issues: list[Issue] = []
    try:
        root = yaml.compose(text, Loader=_Loader)
        plain = _plain(root, (), lines, issues) if root else None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise BadDefinitionError(f"{name}:{line}: {error.problem}") from error
    except yaml.YAMLError as error:
        raise BadDefinitionError(f"{name}:1: {error}") from error
    workflow = None
    try:
        workflow = Workflow.model_validate(plain, by_alias=False, by_name=True)
    except ValidationError as error:
        for each in error.errors(include_url=False, include_context=False, include_input=False):
            issues.append((each["loc"], each["msg"].removeprefix("Value error, ")))
    if workflow:
        issues += [*_unknown(workflow, ()), *_wrong(workflow, registry)]
        if not issues and len(workflow.to_json()) > LARGEST_BYTES:
            issues.append(((), f"is larger than {LARGEST_BYTES} bytes"))
    if issues or workflow is None:
        raise BadDefinitionError("\n".join(_worded(issue, name, lines) for issue in issues))
    return _compiled(workflow, registry)


def _plain(node: Any, place: Place, lines: dict[Place, int], issues: list[Issue]) -> Any:
    """A node as plain values; notes the line of each place, and keys that stand there twice."""
    lines.setdefault(place, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        found: dict[Any, Any] = {}
        for key, value in node.value:
            name = str(key.value)
            here = (*place, name)
            if name in found:
                lines[here] = key.start_mark.line + 1
                issues.append((here, "stands here twice"))
            lines[here] = key.start_mark.line + 1
            found[name] = _plain(value, here, lines, issues)
        return found
    if isinstance(node, yaml.SequenceNode):
        return [_plain(each, (*place, n), lines, issues) for n, each in enumerate(node.value)]
    constructor = yaml.SafeLoader("")
    value = constructor.construct_object(node)
    if not isinstance(value, str | int | float | bool | None):
        issues.append((place, "is a date: put it in quotes"))
    return value


def _worded(issue: Issue, name: str, lines: dict[Place, int]) -> str:
    place, message = issue
    nearest = place
    while nearest not in lines:
        nearest = nearest[:-1]
    path = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in place)
    return f"{name}:{lines[nearest]}: {path.lstrip('.')}: {message}".replace(": : ", ": ")


def _unknown(value: Any, place: Place) -> Iterator[Issue]:
    """Keys that no part of a definition has."""
    if isinstance(value, BaseModel):
        for name in value.model_extra or {}:
            yield (*place, name), "is not a key of a definition"
        for name in type(value).model_fields:
            yield from _unknown(getattr(value, name), (*place, name))
    elif isinstance(value, dict):
        for name, each in value.items():
            yield from _unknown(each, (*place, name))
    elif isinstance(value, list):
        for number, each in enumerate(value):
            yield from _unknown(each, (*place, number))


def _wrong(workflow: Workflow, registry: Registry) -> Iterator[Issue]:
    """What a single step cannot know of itself."""
    ids = [step.step_id for step in workflow.steps]
    for number, step in enumerate(workflow.steps):
        place: Place = ("steps", number)
        if step.step_id in ids[:number]:
            yield (*place, "step_id"), f"there is a step {step.step_id} already"
        for index, needed in enumerate(step.depends_on):
            if needed not in ids:
                yield (*place, "depends_on", index), f"there is no step {needed}"
            elif needed in step.depends_on[:index]:
                yield (*place, "depends_on", index), f"{needed} stands here twice"
        yield from _wrong_inputs(workflow, step, place, registry)
    cycle = _cycle(workflow)
    if cycle:
        number = ids.index(cycle[0])
        yield ("steps", number, "depends_on"), f"is a cycle: {' → '.join([*cycle, cycle[0]])}"


def _wrong_inputs(
    workflow: Workflow, step: StepDefinition, place: Place, registry: Registry
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


def _compiled(workflow: Workflow, registry: Registry) -> Workflow:
    """Registered values become constants: a run that began keeps what it began with."""

    def pinned(selector: Selector) -> Selector:
        if selector.source == "registry":
            return Selector(source="constants", value=registry.values[str(selector.key)])
        if selector.merge:
            return Selector(merge=[pinned(each) for each in selector.merge])
        if selector.of:
            return Selector(pick=selector.pick, of=pinned(selector.of))
        return selector

    steps = [
        step.model_copy(
            update={
                "input_selector": {k: pinned(v) for k, v in step.input_selector.items()},
                "when": step.when
                and step.when.model_copy(update={"value": pinned(step.when.value)}),
            }
        )
        for step in workflow.steps
    ]
    return Workflow(workflow_name=workflow.workflow_name, version=workflow.version, steps=steps)
