"""Workflows and their steps: inputs, conditions, dependencies and retry policies.

A definition is written in YAML, which `loader.py` reads. Each run stores it as JSON.
"""

from collections.abc import Iterator
from functools import cached_property, lru_cache
from typing import Any, Literal, Self

from pydantic import Field, model_validator

from experience.documents import Document
from experience.workflows.definitions import json_path
from experience.workflows.skills import MAX_SECONDS

MAX_STEPS = 100
NAME = r"^[a-z][a-z0-9._]*$"
STEP_ID = r"^[a-z][a-z0-9_]{0,62}$"

# The fields that each source allows, and those that it requires.
_FIELDS = {
    "trigger": ({"path", "default"}, set()),
    "step_output": ({"step", "path", "default"}, {"step"}),
    "base_run": ({"step", "path", "default"}, set()),
    "constants": ({"value"}, {"value"}),
    "registry": ({"key"}, {"key"}),
}


class Selector(Document):
    """Where one input comes from.

    `trigger`: the run's payload. `step_output`: `{data, artifacts}` of an earlier step.
    `base_run`: the same of a step of the run that is updated, or without `step` that run's
    `{payload, context}`. `constants`: a value. `registry`: a registered value. `merge` merges
    objects, of which later ones win; `pick` selects keys of one. Where there is no value, the
    `default` applies; without a default the input is left out.
    """

    source: Literal["trigger", "step_output", "base_run", "constants", "registry"] | None = None
    step: str | None = None
    path: str = ""
    value: Any = None
    key: str | None = None
    default: Any = None
    merge: list["Selector"] | None = Field(default=None, min_length=1)
    pick: list[str] | None = Field(default=None, min_length=1)
    of: "Selector | None" = None

    @property
    def has_default(self) -> bool:
        """Whether a default was given, even if it is null."""
        return "default" in self.model_fields_set

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        given = self.model_fields_set & {"source", "merge", "pick"}
        if len(given) != 1:
            raise ValueError("needs exactly one of source, merge and pick")
        [kind] = given
        if kind == "source":
            allowed, required = _FIELDS[str(self.source)]
        else:
            allowed, required = ({"of"}, {"of"}) if kind == "pick" else (set(), set())
        own = {"step", "path", "value", "key", "default", "of"} & self.model_fields_set
        name = self.source or kind
        if wrong := sorted(own - allowed):
            raise ValueError(f"{name} takes no {', '.join(wrong)}")
        if lacking := sorted(required - own):
            raise ValueError(f"{name} needs {', '.join(lacking)}")
        json_path.parse(self.path)
        return self

    def parts(self) -> Iterator["Selector"]:
        """This selector, and all those nested in it."""
        yield self
        for inner in [*(self.merge or []), *([self.of] if self.of else [])]:
            yield from inner.parts()


class Condition(Document):
    """Holds if the value exists, or equals another one; with neither, if it is truthy."""

    value: Selector
    exists: bool | None = None
    equals: Any = None
    not_equals: Any = None

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        if len(self.model_fields_set & {"exists", "equals", "not_equals"}) > 1:
            raise ValueError("takes one of exists, equals and not_equals")
        return self


class CachePolicy(Document):
    """Whether equal inputs reuse a cached result, of any run or of the same run."""

    enabled: bool = False
    scope: Literal["global", "run_only"] = "global"


class RetryPolicy(Document):
    """How many attempts a step has if they fail with a retryable error. The pause doubles."""

    max_attempts: int = Field(default=1, ge=1, le=10)
    backoff_ms: int = Field(default=1000, ge=100, le=60_000)

    def pause_ms(self, failures: int) -> int:
        """The pause after this number of failures."""
        pause: int = self.backoff_ms << (failures - 1)
        return pause


class StepDefinition(Document):
    """One step. Steps that depend on it need its output, unless it is `optional`."""

    step_id: str = Field(pattern=STEP_ID)
    skill_id: str = Field(min_length=1)
    depends_on: list[str] = []
    optional: bool = False
    when: Condition | None = None
    timeout_seconds: float | None = Field(default=None, gt=0, le=MAX_SECONDS)
    input_selector: dict[str, Selector] = {}
    cache_policy: CachePolicy = CachePolicy()
    retry_policy: RetryPolicy = RetryPolicy()

    def selectors(self) -> Iterator[tuple[tuple[str, ...], Selector]]:
        """Every selector of this step, with its location in the definition."""
        if self.when:
            yield from ((("when", "value"), each) for each in self.when.value.parts())
        for name, selector in self.input_selector.items():
            yield from ((("input_selector", name), each) for each in selector.parts())


class Workflow(Document):
    """A valid definition. The steps are in an order in which they could run one by one."""

    workflow_name: str = Field(pattern=NAME, max_length=100)
    version: str = Field(pattern=r"^\d+\.\d+\.\d+$")
    steps: list[StepDefinition] = Field(min_length=1, max_length=MAX_STEPS)

    @cached_property
    def by_id(self) -> dict[str, StepDefinition]:
        """The steps by their ids."""
        return {step.step_id: step for step in self.steps}

    @cached_property
    def dependents(self) -> dict[str, list[str]]:
        """The dependents of each step."""
        found: dict[str, list[str]] = {step.step_id: [] for step in self.steps}
        for step in self.steps:
            for needed in step.depends_on:
                found[needed].append(step.step_id)
        return found

    @property
    def sinks(self) -> set[str]:
        """The steps without dependents. Once all of these have ended, all steps have."""
        return {step_id for step_id, dependents in self.dependents.items() if not dependents}

    def upstream(self, step_id: str) -> set[str]:
        """All steps that must end before this one can start."""
        found: set[str] = set()
        ahead = list(self.by_id[step_id].depends_on)
        while ahead:
            each = ahead.pop()
            if each not in found and each in self.by_id:
                found.add(each)
                ahead += self.by_id[each].depends_on
        return found

    def to_json(self) -> str:
        """As a run stores it: as text, because Firestore allows no list in a list."""
        return self.model_dump_json(exclude_unset=True)

    @classmethod
    @lru_cache(maxsize=32)
    def from_json(cls, text: str) -> Self:
        """The definition that a run stores. The last few are cached, because each step needs it."""
        return cls.model_validate_json(text)
