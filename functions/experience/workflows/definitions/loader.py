"""Loading definitions from YAML. An invalid one is rejected with file, line and reason."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from experience.workflows.definitions.models import Selector, Workflow
from experience.workflows.definitions.validation import (
    Issue,
    Location,
    inconsistencies,
    unknown_keys,
)
from experience.workflows.skills import REGISTRY, Registry

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

MAX_BYTES = 200_000
"""A run stores its definition, and a Firestore document has at most 1 MiB."""


class InvalidDefinitionError(ValueError):
    """An invalid definition: one line for each issue, as `file:line: location: reason`."""


@dataclass
class Definitions:
    """The workflows by name, each valid for the skills of one registry.

    Files are added in any order, also before the modules with their skills are imported. They are
    loaded together, by `load` or when a workflow is first asked for.
    """

    registry: Registry
    _added: list[Path] = field(default_factory=list)
    _loaded: dict[str, Workflow] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, source: Path) -> None:
        """Add a file, or every `.yaml` of a folder."""
        self._added += sorted(source.glob("*.yaml")) if source.is_dir() else [source]

    def load(self) -> None:
        """Load what was added since, for the skills that are registered now.

        InvalidDefinitionError, and again for as long as the definition is invalid.
        """
        with self._lock:
            while self._added:
                file = self._added[0]
                workflow = parse(file.read_text(encoding="utf-8"), file.name, self.registry)
                if workflow.workflow_name in self._loaded:
                    raise InvalidDefinitionError(
                        f"{file.name}:1: there is a workflow {workflow.workflow_name} already"
                    )
                self._loaded[workflow.workflow_name] = workflow
                del self._added[0]

    @property
    def workflows(self) -> Mapping[str, Workflow]:
        """All that were added. InvalidDefinitionError."""
        self.load()
        return self._loaded


DEFINITIONS = Definitions(REGISTRY)
"""The deployed workflows. The module with the skills of a workflow adds its file."""


def parse(text: str, name: str, registry: Registry) -> Workflow:
    """The workflow of a YAML text, with the registry's values filled in. InvalidDefinitionError."""
    lines: dict[Location, int] = {(): 1}
    issues: list[Issue] = []
    try:
        root = yaml.compose(text, Loader=_Loader)
        plain = _plain(root, (), lines, issues) if root else None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise InvalidDefinitionError(f"{name}:{line}: {error.problem}") from error
    except yaml.YAMLError as error:
        raise InvalidDefinitionError(f"{name}:1: {error}") from error
    workflow = None
    try:
        workflow = Workflow.model_validate(plain, by_alias=False, by_name=True)
    except ValidationError as error:
        for each in error.errors(include_url=False, include_context=False, include_input=False):
            issues.append((each["loc"], each["msg"].removeprefix("Value error, ")))
    if workflow:
        issues += [*unknown_keys(workflow, ()), *inconsistencies(workflow, registry)]
        if not issues and len(workflow.to_json()) > MAX_BYTES:
            issues.append(((), f"is larger than {MAX_BYTES} bytes"))
    if issues or workflow is None:
        raise InvalidDefinitionError("\n".join(_message(issue, name, lines) for issue in issues))
    return _with_constants(workflow, registry)


def _plain(node: Any, location: Location, lines: dict[Location, int], issues: list[Issue]) -> Any:
    """A node as plain values. Records the line of each location, and duplicate keys as issues."""
    lines.setdefault(location, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        found: dict[Any, Any] = {}
        for key, value in node.value:
            name = str(key.value)
            here = (*location, name)
            if name in found:
                lines[here] = key.start_mark.line + 1
                issues.append((here, "is given twice"))
            lines[here] = key.start_mark.line + 1
            found[name] = _plain(value, here, lines, issues)
        return found
    if isinstance(node, yaml.SequenceNode):
        return [_plain(each, (*location, n), lines, issues) for n, each in enumerate(node.value)]
    constructor = yaml.SafeLoader("")
    value = constructor.construct_object(node)
    if not isinstance(value, str | int | float | bool | None):
        issues.append((location, "is a date: put it in quotes"))
    return value


def _message(issue: Issue, name: str, lines: dict[Location, int]) -> str:
    location, message = issue
    nearest = location
    while nearest not in lines:
        nearest = nearest[:-1]
    path = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in location)
    return f"{name}:{lines[nearest]}: {path.lstrip('.')}: {message}".replace(": : ", ": ")


def _with_constants(workflow: Workflow, registry: Registry) -> Workflow:
    """Turn registered values into constants, so that a run keeps those that it started with."""

    def resolved(selector: Selector) -> Selector:
        if selector.source == "registry":
            return Selector(source="constants", value=registry.values[str(selector.key)])
        if selector.merge:
            return Selector(merge=[resolved(each) for each in selector.merge])
        if selector.of:
            return Selector(pick=selector.pick, of=resolved(selector.of))
        return selector

    steps = [
        step.model_copy(
            update={
                "input_selector": {k: resolved(v) for k, v in step.input_selector.items()},
                "when": step.when
                and step.when.model_copy(update={"value": resolved(step.when.value)}),
            }
        )
        for step in workflow.steps
    ]
    return Workflow(workflow_name=workflow.workflow_name, version=workflow.version, steps=steps)
