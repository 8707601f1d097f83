"""Running a skill: its live context, its timeout, and its outcome."""

import threading
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from google.api_core.exceptions import NotFound

from experience import clock, logs, transactions
from experience.language_models import registry
from experience.language_models.models import LanguageModel
from experience.workflows.artifacts import fingerprints, payloads
from experience.workflows.artifacts import store as artifact_store
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
from experience.workspaces.usecases.tokens import BudgetedModel

POLL_SECONDS = 1.0
MAX_ARTIFACTS = 100
TIMEOUT = "TIMEOUT"
"""The code of an attempt that took too long, here or at a provider."""

Generate = Callable[[LeasedStep, GenerationRequest], Generation]


@dataclass
class SkillResult:
    """The output of a skill, and the artifacts that it wrote, by slot."""

    data: Any = None
    artifacts: dict[str, ArtifactRef] = field(default_factory=dict)
    documents: dict[str, Artifact] = field(default_factory=dict)


class SkillRuntime:
    """The live context of a skill. Once it is closed, every use raises Cancelled."""

    def __init__(self, work: LeasedStep, run: Run, generate: Generate) -> None:
        self.result = SkillResult()
        self._work = work
        self._run = run
        self._generate = generate
        self._lock = threading.RLock()
        self._closed = threading.Event()
        self._polled_at = 0.0
        self._cancelled = False

    def context(self) -> Context:
        """The context as the skill receives it."""
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
            language_model=self.language_model,
        )

    def language_model(self) -> LanguageModel:
        """The deployment's model, with the budget of the step's workspace."""
        return BudgetedModel(registry.language_model(), self._work.step.tenant_id)

    def close(self) -> None:
        """Stop serving the skill: its worker has continued without it."""
        self._closed.set()

    def read(self, id_or_uri: str) -> bytes:
        """An artifact's bytes."""
        self._require_open()
        tenant, owner = self._work.tenant, self._run.owner_reference
        try:
            if owner and id_or_uri in owner.reads:
                return artifact_store.read_object(id_or_uri)
            if tenant.path_in(id_or_uri) or tenant.folder_path_in(id_or_uri):
                return artifact_store.read(tenant, id_or_uri)
            if "/" not in id_or_uri and id_or_uri:
                [found] = transactions.read(tenant.client, [tenant.artifact_ref(id_or_uri)])
                if found.exists:
                    return artifact_store.read(tenant, str(found.get("uri")))
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
            stored = artifact_store.put(work.tenant, data, type)
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
        """Publish finished files through the hooks of the run's owner."""
        self._require_open()
        run_hooks = hooks.hooks_of(self._run)
        if run_hooks is None:
            return None
        try:
            return run_hooks.publish(self._run, files, self._require_lease)
        except TRANSIENT as fault:
            raise _storage_failed() from fault

    def generate(self, request: GenerationRequest) -> Generation:
        """A provider's generation, whose result becomes the artifact of its slot."""
        self._require_open()
        generation = self._generate(self._work, request)
        with self._lock:
            self.result.artifacts[request.slot] = generation.artifact
            self.result.documents.pop(request.slot, None)  # its job has written it
        return generation

    def cancelled(self) -> bool:
        """Whether to stop."""
        with self._lock:
            if self._closed.is_set() or self._cancelled:
                return True
            if time.monotonic() - self._polled_at < POLL_SECONDS:
                return False
            self._polled_at = time.monotonic()
            try:
                self._work.refresh()
            except LeaseLost:
                self._cancelled = True
            self._cancelled = self._cancelled or self._work.step.cancel_requested
            return self._cancelled

    def progress(self, percentage: int, message: str | None = None) -> None:
        """Show the progress."""
        progress = StepProgress(percentage=percentage, message=message)
        with self._lock:
            self._require_open()
            for _ in range(2):
                try:
                    return leases.report_progress(self._work, progress)
                except StaleStep:
                    if self._work.step.cancel_requested:
                        self._cancelled = True
                        raise Cancelled from None
                except LeaseLost:
                    self._cancelled = True
                    raise Cancelled from None
        return None

    def log(self, message: str, **fields: Any) -> None:
        """Log a line with run, step and attempt."""
        step = self._work.step
        source = {"run": step.run_id, "step": step.id, "attempt": step.attempt}
        logs.info(message, **{**fields, **source})

    def _require_lease(self) -> None:
        """Check that the step is still this worker's. One read. Cancelled."""
        self._require_open()
        try:
            self._work.refresh()
        except LeaseLost:
            self._cancelled = True
            raise Cancelled from None

    def _require_open(self) -> None:
        if self._closed.is_set():
            raise Cancelled


SkillOutcome = SkillResult | SkillFailed | Waiting | Cancelled


def run_skill(
    skill: Skill[Any, Any],
    inputs: Any,
    work: LeasedStep,
    run: Run,
    timeout_seconds: float,
    generate: Generate,
) -> SkillOutcome:
    """Run a skill within its timeout, and return its outcome. Raises nothing.

    The skill has a thread of its own. After a timeout the thread is abandoned, and whatever it
    does has no effect.
    """
    runtime = SkillRuntime(work, run, generate)
    outcomes: list[SkillOutcome] = []

    def call() -> None:
        outcomes.append(_call(skill, inputs, runtime))

    thread = threading.Thread(target=call, name=f"skill-{skill.id}", daemon=True)
    thread.start()
    thread.join(timeout_seconds)
    in_time = list(outcomes)  # before the skill can notice that its runtime is closed
    runtime.close()
    if in_time:
        return in_time[0]
    message = f"The step took longer than {timeout_seconds:g} s."
    return SkillFailed(TIMEOUT, message, retryable=True)


def _storage_failed() -> SkillFailed:
    logs.warning("storage fault", exc=traceback.format_exc())
    return SkillFailed("STORAGE_ERROR", "The storage failed.", retryable=True)


def _call(skill: Skill[Any, Any], inputs: Any, runtime: SkillRuntime) -> SkillOutcome:
    try:
        output = skill.run(inputs, runtime.context())
        if not isinstance(output, skill.output_type):
            raise TypeError(f"skill {skill.id} returned a {type(output).__name__}")
        runtime.result.data = output.model_dump(mode="json", by_alias=True)
    except (SkillFailed, Waiting, Cancelled) as outcome:
        return outcome
    except Exception:  # noqa: BLE001  (the step must end, whatever the skill raises)
        logs.error("skill bug", skill=skill.id, exc=traceback.format_exc())
        return SkillFailed("INTERNAL", "Something went wrong on our side.", retryable=True)
    return runtime.result
