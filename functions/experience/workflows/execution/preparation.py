"""Preparing a step: its inputs from the data of the run, or the reason that it does not run."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from google.api_core.exceptions import NotFound
from pydantic import ValidationError

from experience import clock
from experience.workflows.artifacts import fingerprints, payloads
from experience.workflows.artifacts.tenant import Tenant
from experience.workflows.definitions import selectors
from experience.workflows.definitions.json_path import MISSING
from experience.workflows.definitions.models import StepDefinition
from experience.workflows.definitions.selectors import Output, Sources
from experience.workflows.execution import result_cache
from experience.workflows.runs import store
from experience.workflows.runs.models import Run, RunStep, StepError, StepStatus
from experience.workflows.runs.step_completion import StepOutcome
from experience.workflows.skills import REGISTRY, ArtifactRef, Skill

MAX_MESSAGE_LENGTH = 2000


@dataclass(frozen=True)
class PreparedStep:
    """A step that can run, with its inputs and its timeout."""

    skill: Skill[Any, Any]
    inputs: Any
    input_hash: str
    timeout_seconds: float


class StepPreparer:
    """Prepares the steps of a run for one worker. It remembers the payload, and each output."""

    def __init__(self, tenant: Tenant, run: Run) -> None:
        self.tenant = tenant
        self.run = run
        self.workflow = run.workflow()
        self._outputs: dict[str, Output | None] = {}
        self._payload: Any = MISSING
        self._base: tuple[Run, Any, Any] | None = None

    def remember(self, step_id: str, data: Any, artifacts: Mapping[str, ArtifactRef]) -> None:
        """Remember the output of a step, so that it is not read."""
        self._outputs[step_id] = _output(data, artifacts)

    def prepare(  # noqa: PLR0911  (a table of reasons)
        self, step: RunStep, now: int
    ) -> PreparedStep | StepOutcome:
        """The step with its inputs, or the outcome of a step that does not run."""
        definition = self.workflow.by_id[step.id]
        if step.blocked_by:
            message = f"{', '.join(step.blocked_by)} ended without the output that this needs."
            error = step_error(step, "DEPENDENCY_FAILED", message, blockedBy=step.blocked_by)
            return StepOutcome(StepStatus.SKIPPED, error=error)
        skill = REGISTRY.skills.get(definition.skill_id)
        if skill is None:
            error = step_error(step, "UNKNOWN_SKILL", f"There is no skill {definition.skill_id}.")
            return StepOutcome(StepStatus.FAILED, error=error)
        try:
            sources = self._sources(definition)
            if definition.when and not selectors.holds(definition.when, sources):
                error = step_error(step, "CONDITION_FALSE", "Its condition does not hold.")
                return StepOutcome(StepStatus.SKIPPED, error=error)
            resolved = selectors.resolve(definition, sources)
            inputs = skill.input_type.model_validate(resolved)
        except (selectors.UnresolvedError, ValidationError) as invalid:
            error = step_error(step, "INVALID_INPUT", _explanation(invalid))
            return StepOutcome(StepStatus.FAILED, error=error)
        except NotFound:
            error = step_error(
                step, "OUTPUT_GONE", "The output of an earlier step is no longer stored."
            )
            return StepOutcome(StepStatus.FAILED, error=error)
        input_hash = fingerprints.input_hash(skill.id, skill.versions, resolved)
        if definition.cache_policy.enabled and not step.parked:
            hit = result_cache.find(self.tenant, self.run, definition, input_hash, now)
            if hit:
                return StepOutcome(
                    StepStatus.COMPLETED,
                    output=payloads.Packed(hit.data, hit.data_uri),
                    artifacts=hit.artifacts,
                    cache_hit=True,
                    input_hash=input_hash,
                )
        timeout_seconds = timeout_seconds_of(definition, skill)
        if self.run.deadline_at is not None:
            timeout_seconds = min(timeout_seconds, max(0, self.run.deadline_at - now) / 1000)
        return PreparedStep(skill, inputs, input_hash, timeout_seconds)

    def _sources(self, definition: StepDefinition) -> Sources:
        """The data that the step's selectors read. One read for each output that is not known."""
        run = self.run
        used = [each for _, each in definition.selectors()]
        named = {str(each.step) for each in used if each.source == "step_output"}
        unknown = sorted(named - set(self._outputs))
        for step in store.find_steps(self.tenant, run.id, unknown):
            self._outputs[step.id] = self._output_of(step)
        if self._payload is MISSING:
            payload, uri = run.trigger_payload, run.trigger_payload_uri
            self._payload = payloads.unpack(self.tenant, payload, uri)
        outputs = {name: found for name in named if (found := self._outputs.get(name))}
        reads_base = any(each.source == "base_run" for each in used)
        if not (reads_base and run.base_run_id):
            return Sources(self._payload, outputs)
        base, payload, context = self._base = self._base or self._open_base(run.base_run_id)
        wanted = sorted({each.step for each in used if each.source == "base_run" and each.step})
        base_steps = store.find_steps(self.tenant, base.id, wanted)
        base_outputs = {each.id: output for each in base_steps if (output := self._output_of(each))}
        return Sources(self._payload, outputs, payload, context, base_outputs)

    def _open_base(self, run_id: str) -> tuple[Run, Any, Any]:
        base = store.get_run(self.tenant, run_id)
        payload = payloads.unpack(self.tenant, base.trigger_payload, base.trigger_payload_uri)
        return base, payload, payloads.unpack(self.tenant, base.context, base.context_uri)

    def _output_of(self, step: RunStep) -> Output | None:
        if step.status is not StepStatus.COMPLETED:
            return None
        data = payloads.unpack(self.tenant, step.output, step.output_uri)
        return _output(data, step.artifacts)


def _output(data: Any, artifacts: Mapping[str, ArtifactRef]) -> Output:
    return {"data": data, "artifacts": {slot: each.dump() for slot, each in artifacts.items()}}


def timeout_seconds_of(definition: StepDefinition, skill: Skill[Any, Any]) -> float:
    """How long an attempt may run."""
    return min(definition.timeout_seconds or skill.max_runtime_seconds, skill.max_runtime_seconds)


def step_error(step: RunStep, code: str, message: str, **details: Any) -> StepError:
    """The error of the current attempt. Details that are not valid in a document are left out."""
    return StepError(
        code=code,
        message=message[:MAX_MESSAGE_LENGTH],
        attempt=step.attempt,
        timestamp=clock.now_ms(),
        details=details if payloads.is_small(details) else {},
    )


def _explanation(invalid: Exception) -> str:
    """Which inputs are invalid, and why, without their values."""
    if not isinstance(invalid, ValidationError):
        return str(invalid)
    issues = invalid.errors(include_url=False, include_context=False, include_input=False)
    return "; ".join(f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in issues[:5])
