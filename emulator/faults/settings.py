"""Settings of the faults that are injected on purpose."""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic.alias_generators import to_camel

from emulator.process.errors import SuiteError

Probability = Annotated[float, Field(ge=0, le=1)]
Milliseconds = Annotated[float, Field(ge=0, le=600_000)]

MODIFIERS = {"seed", "kill_when", "only"}
"""The settings that are no faults by themselves."""


class InvalidFaultsError(SuiteError, ValueError):
    """Invalid settings; the message names each field."""


class Faults(BaseModel):
    """The settings of `--faults` and `POST /faults`; by default nothing goes wrong.

    `storage` fails half of the requests that it affects before they have an effect, half after.
    The functions process is killed once, at its `kill_at_commit`-th commit from now: before that
    is sent, or after it was applied and before its response arrives (`kill_when`). `provider`
    fails calls to providers before anything is sent. `only` limits the faults to one function: its
    events, tasks and commits.
    """

    model_config = ConfigDict(
        alias_generator=to_camel, extra="forbid", strict=True, frozen=True, allow_inf_nan=False
    )

    seed: int = 0
    duplicate: Probability = 0
    drop: Probability = 0
    reorder: Probability = 0
    delay_ms: tuple[Milliseconds, Milliseconds] = (0, 0)
    abort: Probability = 0
    storage: Probability = 0
    provider: Probability = 0
    kill_at_commit: Annotated[int, Field(ge=1)] | None = None
    kill_when: Literal["before", "after"] = "before"
    only: str | None = None

    @model_validator(mode="after")
    def _check_delay_range(self) -> Self:
        if self.delay_ms[0] > self.delay_ms[1]:
            raise ValueError("delayMs: the first number must not be greater than the second")
        return self

    def apply_to(self, subject: str) -> bool:
        """Whether they concern this subject, which begins with the name of a function."""
        return self.only is None or self.only == subject.partition(" ")[0]

    @property
    def are_none(self) -> bool:
        """Whether nothing can go wrong: no fault is set."""
        return self.model_dump(exclude=MODIFIERS) == Faults().model_dump(exclude=MODIFIERS)

    def to_json(self) -> str:
        return self.model_dump_json(by_alias=True)


def parse(text: str | bytes) -> Faults:
    """Read settings from JSON. Raises InvalidFaultsError."""
    try:
        return Faults.model_validate_json(text)
    except ValidationError as error:
        problems = [
            _problem(".".join(map(str, problem["loc"])), problem["type"], problem["msg"])
            for problem in error.errors()
        ]
        raise InvalidFaultsError(f"These faults cannot be set: {'; '.join(problems)}.") from error


def _problem(field: str, kind: str, message: str) -> str:
    if kind == "extra_forbidden":
        known = ", ".join(to_camel(name) for name in Faults.model_fields)
        return f"there is no {field}, only {known}"
    plain = message.removeprefix("Value error, ")
    return f"{field}: {plain}" if field else plain
