"""What a workflow is: its steps, what each needs, when it runs, how often it is tried.

Written as YAML (`yamls.py` reads it), pinned as JSON in every run that is made from it.
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

# The fields that go with each source; of those in brackets at most the ones that are given.
_FIELDS = {
    "trigger": ({"path", "default"}, set()),
    "step_output": ({"step", "path", "default"}, {"step"}),
    "base_run": ({"step", "path", "default"}, set()),
    "constants": ({"value"}, {"value"}),
    "registry": ({"key"}, {"key"}),
}


class Selector(Document):
    """Where one input comes from.

    `trigger`: the run's payload. `step_output`: `{data, artifacts}` of a step before this one.
    `base_run`: the same of a step of the run that is updated, or without `step` its
    `{payload, context}`. `constants`: a value. `registry`: a registered one. `merge` lays objects
    over each other, later ones on top; `pick` takes keys of one. Of something that is not there
    the `default` is taken; without one the input is left out.
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
        """Whether a default was given, be it null."""
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
        """This selector and all that it is made of."""
        yield self
        for inner in [*(self.merge or []), *([self.of] if self.of else [])]:
            yield from inner.parts()


class Condition(Document):
    """Holds if the value exists, or equals another; without either, if it is truthy."""

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
    """Whether equal inputs give the result of before, from any run or from the same one."""

    enabled: bool = False
    scope: Literal["global", "run_only"] = "global"


class RetryPolicy(Document):
    """How often an attempt that failed for a passing reason is made, doubling the pause."""

    max_attempts: int = Field(default=1, ge=1, le=10)
    backoff_ms: int = Field(default=1000, ge=100, le=60_000)

    def pause_ms(self, failures: int) -> int:
        """How long to wait after so many failures."""
        pause: int = self.backoff_ms << (failures - 1)
        return pause


class StepDefinition(Document):
    """One step. What depends on it needs its output, unless it is `optional`."""

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
        """Every selector of this step, with its place in the definition."""
        if self.when:
            yield from ((("when", "value"), each) for each in self.when.value.parts())
        for name, selector in self.input_selector.items():
            yield from ((("input_selector", name), each) for each in selector.parts())


class Workflow(Document):
    """A checked definition. Steps stand in an order in which they could run one by one."""

    workflow_name: str = Field(pattern=NAME, max_length=100)
    version: str = Field(pattern=r"^\d+\.\d+\.\d+$")
    steps: list[StepDefinition] = Field(min_length=1, max_length=MAX_STEPS)

    @cached_property
    def by_id(self) -> dict[str, StepDefinition]:
        """The steps by their ids."""
        return {step.step_id: step for step in self.steps}

    @cached_property
    def dependents(self) -> dict[str, list[str]]:
        """For each step those that wait for it."""
        found: dict[str, list[str]] = {step.step_id: [] for step in self.steps}
        for step in self.steps:
            for needed in step.depends_on:
                found[needed].append(step.step_id)
        return found

    @property
    def sinks(self) -> set[str]:
        """The steps that nobody waits for: when all of these have ended, so has everything."""
        return {step_id for step_id, waiting in self.dependents.items() if not waiting}

    def upstream(self, step_id: str) -> set[str]:
        """All steps that must have ended before this one."""
        found: set[str] = set()
        ahead = list(self.by_id[step_id].depends_on)
        while ahead:
            each = ahead.pop()
            if each not in found and each in self.by_id:
                found.add(each)
                ahead += self.by_id[each].depends_on
        return found

    def to_json(self) -> str:
        """As a run keeps it: text, because Firestore takes no list in a list."""
        return self.model_dump_json(exclude_unset=True)

    @classmethod
    @lru_cache(maxsize=32)
    def from_json(cls, text: str) -> Self:
        """The definition that a run is pinned to; each of its steps asks, so the last few stay."""
        return cls.model_validate_json(text)
