"""Skills: what one step of a workflow does. This module is the API for authors of skills.

A skill is a function of its resolved inputs and a `Context`. It never touches Firestore. It returns
its output, and writes bytes as artifacts; the engine stores both in the commit that completes the
step. After a crash a skill runs again from its start. So its effects on other systems go through
`Context.generate`, or carry `Context.key(slot)`, which is the same for every attempt.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, Literal, Protocol, TypeVar

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from experience.documents import Document
from experience.language_models import registry
from experience.language_models.models import LanguageModel

MAX_SECONDS = 480
"""The longest that a skill may run: the timeout of the task function, less a margin."""

MediaType = Literal["image", "video", "audio"]


class Data(BaseModel):
    """The base of inputs and outputs: camelCase where it is stored, without unknown fields."""

    model_config = ConfigDict(
        alias_generator=to_camel,
        populate_by_name=True,
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,
    )


I = TypeVar("I", bound=BaseModel)  # noqa: E741
O = TypeVar("O", bound=BaseModel)  # noqa: E741


class ArtifactRef(Document):
    """A stored artifact as one step passes it to the next, such as `artifacts.result`."""

    id: str
    uri: str
    type: str
    content_hash: str
    size_bytes: int
    filename: str | None = None
    metadata: dict[str, Any] = {}


class SkillFailed(Exception):  # noqa: N818  (an outcome that the skill declares)
    """The attempt failed. If `retryable`, another one follows, as the step's policy allows."""

    def __init__(
        self,
        code: str,
        message: str,
        retryable: bool = False,
        details: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.retryable = retryable
        self.details = dict(details or {})


class Waiting(Exception):  # noqa: N818  (a pause, no error)
    """The step needs something that is not there yet: park it, and run the skill again then.

    Whoever provides it calls `dispatch.resume_step`. If nobody does, the step runs again after
    `wait_ms`, to find out what happened.
    """

    def __init__(self, what: str, wait_ms: int) -> None:
        super().__init__(what)
        self.what = what
        self.wait_ms = wait_ms


class Cancelled(Exception):  # noqa: N818  (requested by a caller)
    """The run was cancelled, or the lease on the step is lost: stop."""


class GenerationRequest(Data):
    """A request to a provider. `slot` names the result among those of the step.

    `sources`: what the provider works from, as ids or URIs of artifacts, or as objects below
    `workspaces/{w}/`. The times default to those of the media type, and of the kind of `sound`.
    """

    slot: str = "result"
    provider_id: str = "local"
    media_type: MediaType = "image"
    sound: Literal["sound_effect", "music"] | None = None
    params: dict[str, Any] = {}
    sources: list[str] = []
    poll_interval_ms: int | None = Field(default=None, ge=1)
    timeout_ms: int | None = Field(default=None, ge=1)


class Generation(Document):
    """A completed generation: its job, its artifact, and its cost in micro-dollars.

    The cost is None where the provider does not report it.
    """

    id: str
    provider_id: str
    artifact: ArtifactRef
    cost_micros: int | None = None


@dataclass(frozen=True)
class File:
    """A finished file for the owner of the run."""

    name: str
    data: bytes
    type: str


class Artifacts(Protocol):
    """A step's access to bytes: only those of its own tenant."""

    def read(self, id_or_uri: str) -> bytes:
        """The bytes of an artifact, of an object below `workspaces/{w}/`, or of one in `reads`.

        `reads` is part of the run's owner reference. SkillFailed `ARTIFACT_NOT_FOUND`.
        """

    def write(
        self,
        slot: str,
        data: bytes,
        type: str,
        filename: str | None = None,
        metadata: Mapping[str, Any] | None = None,
    ) -> ArtifactRef:
        """Store bytes under a slot of this step. Equal bytes are stored once.

        The artifact's document is written when the step completes. Writing a slot again
        replaces it.
        """


class Log(Protocol):
    """Structured lines with run, step and attempt. Never log payloads or addresses."""

    def __call__(self, message: str, **fields: Any) -> None: ...


@dataclass(frozen=True)
class StepInfo:
    """The attempt that the skill runs for."""

    workspace_id: str
    run_id: str
    step_id: str
    skill_id: str
    attempt: int


@dataclass(frozen=True)
class Context:
    """What a skill can use in addition to its inputs."""

    step: StepInfo
    artifacts: Artifacts
    log: Log
    cancelled: Callable[[], bool]
    """Whether to stop. Reads the step at most once a second."""
    progress: Callable[[int, str | None], None]
    """Show the step's progress in percent, with a message. One paid write: for slow stages."""
    publish: Callable[[Sequence[File]], Mapping[str, Any] | None]
    """Store finished files among those of the run's owner, and return what its hooks report.

    None for a run without an owner reference. Then write the files as artifacts.
    """
    generate: Callable[[GenerationRequest], Generation]
    """A provider's generation for a slot: one for each run, step and slot, across attempts.

    Returns a completed generation. Raises Waiting until then (do not catch it), and SkillFailed.
    """

    language_model: Callable[[], LanguageModel] = registry.language_model
    """The deployment's language model; its calls take their tokens from the workspace's day.

    Raises FailedPrecondition `model_not_configured`, its calls ResourceExhausted `token_budget`.
    """

    def key(self, slot: str = "result") -> str:
        """An idempotency key for effects on other systems: the same for every attempt."""
        return f"{self.step.workspace_id}/{self.step.run_id}/{self.step.step_id}/{slot}"


@dataclass(frozen=True)
class Skill(Generic[I, O]):
    """A registered skill. A new `version`, `model` or `prompt` makes cached results stale."""

    id: str
    run: Callable[[I, Context], O]
    input_type: type[I]
    output_type: type[O]
    version: str
    max_runtime_seconds: float
    model: str = ""
    prompt: str = ""

    @property
    def versions(self) -> dict[str, str]:
        """The parts of a step's input hash that come from the code."""
        return {"skill": self.version, "model": self.model, "prompt": self.prompt}


@dataclass
class Registry:
    """The skills by id, and the named values that definitions can refer to."""

    skills: dict[str, Skill[Any, Any]] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)

    def skill(
        self,
        id: str,
        *,
        input_type: type[I],
        output_type: type[O],
        version: str,
        max_runtime_seconds: float,
        model: str = "",
        prompt: str = "",
    ) -> Callable[[Callable[[I, Context], O]], Callable[[I, Context], O]]:
        """Register a function as a skill. The function is unchanged, so that tests can call it."""
        if id in self.skills:
            raise ValueError(f"skill {id} is registered twice")
        if not 0 < max_runtime_seconds <= MAX_SECONDS:
            raise ValueError(f"skill {id}: the maximum runtime must be within {MAX_SECONDS} s")

        def register(run: Callable[[I, Context], O]) -> Callable[[I, Context], O]:
            self.skills[id] = Skill(
                id=id,
                run=run,
                input_type=input_type,
                output_type=output_type,
                version=version,
                max_runtime_seconds=max_runtime_seconds,
                model=model,
                prompt=prompt,
            )
            return run

        return register

    def value(self, key: str, value: Any) -> None:
        """Register a named value, such as a prompt, for the input source `registry`.

        A run keeps the value that was registered when it started.
        """
        if key in self.values:
            raise ValueError(f"registry value {key} is registered twice")
        self.values[key] = value


REGISTRY = Registry()
"""The deployed skills. Each module with skills adds its own when it is imported."""

skill = REGISTRY.skill
