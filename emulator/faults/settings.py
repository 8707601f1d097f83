"""What goes wrong on purpose: the settings, and the decisions that follow from their seed.

Every decision hangs on the seed, on what it is about (never on a random id or the clock) and on
how often that was asked before: the same requests in the same order meet the same faults again.
"""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic.alias_generators import to_camel

from emulator.process.errors import SuiteError

Probability = Annotated[float, Field(ge=0, le=1)]
Milliseconds = Annotated[float, Field(ge=0, le=600_000)]


class InvalidFaultsError(SuiteError, ValueError):
    """Settings that cannot be used; the message names each field."""


class Faults(BaseModel):
    """The settings of `--faults` and `POST /faults`; as they stand here nothing goes wrong.

    `storage` fails half of its requests before they have an effect, and half after. A process is
    killed once, `kill_when` its `kill_at_commit`-th commit from now is about to be sent (before)
    or was applied and not yet answered (after). `provider` fails before anything is sent to one.
    `only` names the one function that is struck: its events, tasks and commits.
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
    def _delay_is_a_range(self) -> Self:
        if self.delay_ms[0] > self.delay_ms[1]:
            raise ValueError("delayMs: the first number must not be greater than the second")
        return self

    def apply_to(self, subject: str) -> bool:
        """Whether they strike what is described by this, which begins with the function's name."""
        return self.only is None or self.only == subject.partition(" ")[0]

    def to_json(self) -> str:
        return self.model_dump_json(by_alias=True)


def parse(text: str | bytes) -> Faults:
    """Settings from JSON; raises BadFaultsError."""
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
