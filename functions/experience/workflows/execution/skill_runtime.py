"""Running a skill: what it may do meanwhile, how long it may take, and what became of it."""

import threading
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from google.api_core.exceptions import NotFound

from experience import clock, logs, transactions
from experience.workflows.artifacts import fingerprints, payloads
from experience.workflows.artifacts import store as artifacts
from experience.workflows.artifacts.models import Artifact
from experience.workflows.runs import hooks, leases
from experience.workflows.runs.errors import TRANSIENT, LeaseLost, StaleStep
from experience.workflows.runs.leases import LeasedStep
from experience.workflows.runs.models import Run, StepProgress
from experience.workflows.skills import (
    ArtifactRef,
    Cancelled,
    Context,
    File,
    Generation,
    GenerationRequest,
    Skill,
    SkillFailed,
    StepInfo,
    Waiting,
)

POLL_SECONDS = 1.0
MAX_ARTIFACTS = 100

Generate = Callable[[LeasedStep, GenerationRequest], Generation]


@dataclass
class SkillResult:
    """What a skill returned, and the artifacts that it wrote, by slot."""

    data: Any = None
    artifacts: dict[str, ArtifactRef] = field(default_factory=dict)
    documents: dict[str, Artifact] = field(default_factory=dict)


class SkillRuntime:
    """What a skill holds in its hands while it runs. Once closed, nothing works any more."""

    def __init__(self, work: LeasedStep, run: Run, generate: Generate) -> None:
        self.result = SkillResult()
        self._work = work
        self._run = run
        self._generate = generate
        self._lock = threading.RLock()
        self._closed = threading.Event()
        self._asked = 0.0
        self._cancelled = False

    def context(self) -> Context:
        """The skill's view of it."""
        step = self._work.step
        info = StepInfo(
            workspace_id=step.tenant_id,
            run_id=step.run_id,
            step_id=step.id,
            skill_id=step.skill_id,
            attempt=step.attempt,
        )
        return Context(
            step=info,
            artifacts=self,
            log=self.log,
            cancelled=self.cancelled,
            progress=self.progress,
            publish=self.publish,
            generate=self.generate,
        )

    def close(self) -> None:
        """From now on every use raises Cancelled: the worker has gone on without the skill."""
        self._closed.set()

    def read(self, id_or_uri: str) -> bytes:
        """An artifact's bytes."""
        self._require_open()
        tenant, own = self._work.tenant, self._run.owner_reference
        try:
            if own and id_or_uri in own.reads:
                return artifacts.read_object(id_or_uri)
            if tenant.path_in(id_or_uri) or tenant.folder_path_in(id_or_uri):
                return artifacts.read(tenant, id_or_uri)
            if "/" not in id_or_uri and id_or_uri:
                [found] = transactions.read(tenant.client, [tenant.artifact_ref(id_or_uri)])
                if found.exists:
                    return artifacts.read(tenant, str(found.get("uri")))
        except NotFound as error:
            raise SkillFailed("ARTIFACT_NOT_FOUND", "An artifact's bytes are gone.") from error
        except TRANSIENT as fault:
            raise _storage_failed() from fault
        raise SkillFailed("ARTIFACT_NOT_FOUND", "There is no such artifact in this workspace.")

    def write(
        self,
        slot: str,
        data: bytes,
        type: str,
        filename: str | None = None,
        metadata: Mapping[str, Any] | None = None,
    ) -> ArtifactRef:
        """Store bytes under a slot."""
        self._require_open()
        if slot not in self.result.artifacts and len(self.result.artifacts) >= MAX_ARTIFACTS:
            raise SkillFailed("TOO_MANY_ARTIFACTS", f"A step has at most {MAX_ARTIFACTS}.")
        if not payloads.is_small(dict(metadata or {})):
            raise SkillFailed("BAD_METADATA", "No document holds this artifact's metadata.")
        work = self._work
        try:
            stored = artifacts.put(work.tenant, data, type)
        except TRANSIENT as fault:
            raise _storage_failed() from fault
        now = clock.now_ms()
        ref = ArtifactRef(
            id=fingerprints.artifact_id(work.step.run_id, work.step.id, slot, stored.content_hash),
            uri=stored.uri,
            type=type,
            content_hash=stored.content_hash,
            size_bytes=stored.size_bytes,
            filename=filename,
            metadata=dict(metadata or {}),
        )
        document = Artifact(
            **ref.model_dump(),
            tenant_id=work.tenant.id,
            run_id=work.step.run_id,
            step_id=work.step.id,
            skill_id=work.step.skill_id,
            created_at=now,
            updated_at=now,
        )
        with self._lock:
            self.result.artifacts[slot] = ref
            self.result.documents[slot] = document
        return ref

    def publish(self, files: Sequence[File]) -> Mapping[str, Any] | None:
        """Hand finished files to whom the run is done for."""
        self._require_open()
        run_hooks = hooks.hooks_of(self._run)
        if run_hooks is None:
            return None
        try:
            return run_hooks.publish(self._run, files)
        except TRANSIENT as fault:
            raise _storage_failed() from fault

    def generate(self, request: GenerationRequest) -> Generation:
        """A provider's generation; what it made is the artifact of its slot."""
        self._require_open()
        made = self._generate(self._work, request)
        with self._lock:
            self.result.artifacts[request.slot] = made.artifact
            self.result.documents.pop(request.slot, None)  # it has one already
        return made

    def cancelled(self) -> bool:
        """Whether to stop."""
        with self._lock:
            if self._closed.is_set() or self._cancelled:
                return True
            if time.monotonic() - self._asked < POLL_SECONDS:
                return False
            self._asked = time.monotonic()
            try:
                self._work.refresh()
            except LeaseLost:
                self._cancelled = True
            self._cancelled = self._cancelled or self._work.step.cancel_requested
            return self._cancelled

    def progress(self, percentage: int, message: str | None = None) -> None:
        """Show how far it is."""
        shown = StepProgress(percentage=percentage, message=message)
        with self._lock:
            self._require_open()
            for _ in range(2):
                try:
                    return leases.report_progress(self._work, shown)
                except StaleStep:
                    if self._work.step.cancel_requested:
                        self._cancelled = True
                        raise Cancelled from None
                except LeaseLost:
                    self._cancelled = True
                    raise Cancelled from None
        return None

    def log(self, message: str, **fields: Any) -> None:
        """A line that says where it comes from."""
        step = self._work.step
        named = {"run": step.run_id, "step": step.id, "attempt": step.attempt}
        logs.info(message, **{**fields, **named})

    def _require_open(self) -> None:
        if self._closed.is_set():
            raise Cancelled


SkillOutcome = SkillResult | SkillFailed | Waiting | Cancelled


def run_skill(
    skill: Skill[Any, Any], inputs: Any, work: LeasedStep, of: Run, seconds: float, made: Generate
) -> SkillOutcome:
    """Run a skill for at most so many seconds, and say what became of it. Raises nothing.

    It runs in a thread of its own. One that takes too long is left behind: whatever it does then
    has no effect any more.
    """
    desk = SkillRuntime(work, of, made)
    outcomes: list[SkillOutcome] = []

    def call() -> None:
        outcomes.append(_call(skill, inputs, desk))

    thread = threading.Thread(target=call, name=f"skill-{skill.id}", daemon=True)
    thread.start()
    thread.join(seconds)
    in_time = list(outcomes)  # before it can notice that nobody waits for it any more
    desk.close()
    if in_time:
        return in_time[0]
    return SkillFailed("TIMEOUT", f"The step took longer than {seconds:g} s.", retryable=True)


def _storage_failed() -> SkillFailed:
    logs.warning("storage fault", exc=traceback.format_exc())
    return SkillFailed("STORAGE_ERROR", "The storage failed.", retryable=True)


def _call(skill: Skill[Any, Any], inputs: Any, desk: SkillRuntime) -> SkillOutcome:
    try:
        given = skill.run(inputs, desk.context())
        if not isinstance(given, skill.gives):
            raise TypeError(f"skill {skill.id} gives a {type(given).__name__}")
        desk.result.data = given.model_dump(mode="json", by_alias=True)
    except (SkillFailed, Waiting, Cancelled) as outcome:
        return outcome
    except Exception:  # noqa: BLE001  (whatever it is, the step has to end)
        logs.error("skill bug", skill=skill.id, exc=traceback.format_exc())
        return SkillFailed("INTERNAL", "Something went wrong on our side.", retryable=True)
    return desk.result
