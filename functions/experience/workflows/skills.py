"""Skills: what one step of a workflow does, and all that it may know of the world around it.

A skill is a function of its resolved inputs and a `Context`. It never touches Firestore: what it
makes it returns or writes as an artifact, and the engine stores it together with the step's end.
It may be run again from its start after a crash, so what it does outside goes through
`Context.generate`, or carries `Context.key(slot)`, which is the same at every attempt.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, Literal, Protocol, TypeVar

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from experience.documents import Document

MAX_SECONDS = 480
"""The most that one skill may take: what the task function has, less a margin."""

MediaType = Literal["image", "video", "audio"]


class Data(BaseModel):
    """The base of what skills take and give: camelCase where it is stored, nothing unknown."""

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
    """A stored artifact as steps hand it on, such as `artifacts.result` of a step's output."""

    id: str
    uri: str
    type: str
    content_hash: str
    size_bytes: int
    filename: str | None = None
    metadata: dict[str, Any] = {}


class SkillFailed(Exception):  # noqa: N818  (an outcome that the skill declares)
    """The attempt failed. `retryable`: the step's retry policy may try again."""

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
    """What this step needs is on its way: park the step, and run the skill again when it is there.

    Whoever brings it calls `resuming.resume_step`. Should that never happen, the step is run again
    after `wait_ms` all the same, so that it can find out what became of it.
    """

    def __init__(self, what: str, wait_ms: int) -> None:
        super().__init__(what)
        self.what = what
        self.wait_ms = wait_ms


class Cancelled(Exception):  # noqa: N818  (the caller's wish)
    """The run was cancelled, or somebody else has the step now: stop."""


class GenerationRequest(Data):
    """What to ask a provider for. `slot` names the result among those of the step.

    `sources` are what the provider works from: artifact ids or uris, or objects below
    `workspaces/{w}/`. Times that are left out are the defaults of the media type, and of what is to
    be heard.
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
    """A finished generation: its job, what it made, and what that cost in micro-dollars.

    The cost is None where the provider does not tell it.
    """

    id: str
    provider_id: str
    artifact: ArtifactRef
    cost_micros: int | None = None


@dataclass(frozen=True)
class File:
    """A finished file for whom the run is done."""

    name: str
    data: bytes
    type: str


class Artifacts(Protocol):
    """A step's way to bytes: those of its own tenant, and none other."""

    def read(self, id_or_uri: str) -> bytes:
        """The bytes of an artifact, of an object below `workspaces/{w}/`, or of one of the run's.

        Raises SkillFailed `ARTIFACT_NOT_FOUND`.
        """

    def write(
        self,
        slot: str,
        data: bytes,
        type: str,
        filename: str | None = None,
        metadata: Mapping[str, Any] | None = None,
    ) -> ArtifactRef:
        """Store bytes under a slot of this step; equal bytes are stored once.

        The document follows with the step's end. Writing a slot again replaces it.
        """


class Log(Protocol):
    """Structured lines that carry run, step and attempt. Never payloads or addresses."""

    def __call__(self, message: str, **fields: Any) -> None: ...


@dataclass(frozen=True)
class StepInfo:
    """Which attempt at which step of whose run this is."""

    workspace_id: str
    run_id: str
    step_id: str
    skill_id: str
    attempt: int


@dataclass(frozen=True)
class Context:
    """What a skill gets beside its inputs."""

    step: StepInfo
    artifacts: Artifacts
    log: Log
    cancelled: Callable[[], bool]
    """Whether to stop; asks the database at most once a second."""
    progress: Callable[[int, str | None], None]
    """Show how far the step is, in percent, with a word on it. A paid write: for slow stages."""
    publish: Callable[[Sequence[File]], Mapping[str, Any] | None]
    """Store finished files where those of the run's owner are; what the owner tells of them.

    None for a run that belongs to nobody: then they are artifacts.
    """
    generate: Callable[[GenerationRequest], Generation]
    """A provider's generation for a slot, once for each run, step and slot, whatever the attempt.

    Answers when it is there. Raises Waiting while it is not (let it pass), and SkillFailed.
    """

    def key(self, slot: str = "result") -> str:
        """What an effect outside is known by, at every attempt: run, step and slot."""
        return f"{self.step.workspace_id}/{self.step.run_id}/{self.step.step_id}/{slot}"


@dataclass(frozen=True)
class Skill(Generic[I, O]):
    """A registered skill. A change of `version`, `model` or `prompt` makes cached results stale."""

    id: str
    run: Callable[[I, Context], O]
    takes: type[I]
    gives: type[O]
    version: str
    max_runtime_seconds: float
    model: str = ""
    prompt: str = ""

    @property
    def versions(self) -> dict[str, str]:
        """What of the code goes into a step's input hash."""
        return {"skill": self.version, "model": self.model, "prompt": self.prompt}


@dataclass
class Registry:
    """The skills by id, and the named values that definitions may refer to."""

    skills: dict[str, Skill[Any, Any]] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)

    def skill(
        self,
        id: str,
        *,
        takes: type[I],
        gives: type[O],
        version: str,
        max_runtime_seconds: float,
        model: str = "",
        prompt: str = "",
    ) -> Callable[[Callable[[I, Context], O]], Callable[[I, Context], O]]:
        """Register a function as a skill; it stays what it is, so that tests can call it."""
        if id in self.skills:
            raise ValueError(f"skill {id} is registered twice")
        if not 0 < max_runtime_seconds <= MAX_SECONDS:
            raise ValueError(f"skill {id}: the maximum runtime must be within {MAX_SECONDS} s")

        def register(run: Callable[[I, Context], O]) -> Callable[[I, Context], O]:
            self.skills[id] = Skill(
                id=id,
                run=run,
                takes=takes,
                gives=gives,
                version=version,
                max_runtime_seconds=max_runtime_seconds,
                model=model,
                prompt=prompt,
            )
            return run

        return register

    def value(self, key: str, value: Any) -> None:
        """Register a named value, such as a prompt, for the input source `registry`.

        A run is pinned to the value of the moment at which it was started.
        """
        if key in self.values:
            raise ValueError(f"registry value {key} is registered twice")
        self.values[key] = value


REGISTRY = Registry()
"""What is deployed. Modules with skills fill it when they are imported."""

skill = REGISTRY.skill
