"""What a step is given: its inputs from what the run knows, or the reason that it does not run."""

from dataclasses import dataclass
from typing import Any

from google.api_core.exceptions import NotFound
from pydantic import ValidationError

from experience import clock
from experience.workflows.artifacts import fingerprints, payloads
from experience.workflows.artifacts.tenant import Tenant
from experience.workflows.definitions import selectors as definition_selectors
from experience.workflows.definitions.json_path import MISSING
from experience.workflows.definitions.models import StepDefinition
from experience.workflows.definitions.selectors import Output, Sources
from experience.workflows.execution import result_cache
from experience.workflows.runs import store
from experience.workflows.runs.models import Run, RunStep, StepError, StepStatus
from experience.workflows.runs.step_completion import StepOutcome
from experience.workflows.skills import REGISTRY, Skill

MAX_MESSAGE_LENGTH = 2000


@dataclass(frozen=True)
class PreparedStep:
    """A step that can be run: with these inputs, for at most so long."""

    skill: Skill[Any, Any]
    inputs: Any
    input_hash: str
    seconds: float


class Preparation:
    """One worker's view of a run: its payload, and the outputs of steps that it has seen."""

    def __init__(self, tenant: Tenant, run: Run) -> None:
        self.tenant = tenant
        self.run = run
        self.workflow = run.workflow()
        self._outputs: dict[str, Output | None] = {}
        self._payload: Any = MISSING
        self._base: tuple[Run, Any, Any] | None = None

    def saw(self, step_id: str, data: Any, made: Any) -> None:
        """A step has just given this."""
        self._outputs[step_id] = _output(data, made)

    def prepare(  # noqa: PLR0911  (a table of reasons)
        self, step: RunStep, now: int
    ) -> PreparedStep | StepOutcome:
        """What there is to run, or how the step ends without that. Reads what it needs."""
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
            if definition.when and not definition_selectors.holds(definition.when, sources):
                error = step_error(step, "CONDITION_FALSE", "Its condition does not hold.")
                return StepOutcome(StepStatus.SKIPPED, error=error)
            resolved = definition_selectors.resolve(definition, sources)
            parsed = skill.takes.model_validate(resolved)
        except (definition_selectors.UnresolvedError, ValidationError) as wrong:
            error = step_error(step, "INVALID_INPUT", _explanation(wrong))
            return StepOutcome(StepStatus.FAILED, error=error)
        except NotFound:
            error = step_error(step, "OUTPUT_GONE", "What a step before gave is no longer stored.")
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
        return PreparedStep(skill, parsed, input_hash, timeout_of(definition, skill))

    def _sources(self, definition: StepDefinition) -> Sources:
        """What the step's selectors may read: a read for each output not seen yet."""
        run = self.run
        selectors = [each for _, each in definition.selectors()]
        named = {str(each.step) for each in selectors if each.source == "step_output"}
        unseen = sorted(named - set(self._outputs))
        for step in store.find_steps(self.tenant, run.id, unseen):
            self._outputs[step.id] = self._output_of(step)
        if self._payload is MISSING:
            payload, uri = run.trigger_payload, run.trigger_payload_uri
            self._payload = payloads.unpack(self.tenant, payload, uri)
        outputs = {name: found for name in named if (found := self._outputs.get(name))}
        asks_base = any(each.source == "base_run" for each in selectors)
        if not (asks_base and run.base_run_id):
            return Sources(self._payload, outputs)
        base, payload, context = self._base = self._base or self._open_base(run.base_run_id)
        wanted = sorted(
            {each.step for each in selectors if each.source == "base_run" and each.step}
        )
        found_steps = store.find_steps(self.tenant, base.id, wanted)
        base_outputs = {
            each.id: output for each in found_steps if (output := self._output_of(each))
        }
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


def _output(data: Any, made: Any) -> Output:
    return {"data": data, "artifacts": {slot: each.dump() for slot, each in made.items()}}


def timeout_of(definition: StepDefinition, skill: Skill[Any, Any]) -> float:
    """How long an attempt may take."""
    return min(definition.timeout_seconds or skill.max_runtime_seconds, skill.max_runtime_seconds)


def step_error(step: RunStep, code: str, message: str, **details: Any) -> StepError:
    """What went wrong with the present attempt at a step; details that no document holds go."""
    return StepError(
        code=code,
        message=message[:MAX_MESSAGE_LENGTH],
        attempt=step.attempt,
        timestamp=clock.now_ms(),
        details=details if payloads.is_small(details) else {},
    )


def _explanation(wrong: Exception) -> str:
    """Which input is wrong, and why, without the value."""
    if not isinstance(wrong, ValidationError):
        return str(wrong)
    issues = wrong.errors(include_url=False, include_context=False, include_input=False)
    return "; ".join(f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in issues[:5])
