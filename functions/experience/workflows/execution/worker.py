"""A worker: it executes the step of a task, and then, while time remains, the next steps."""

import time
import traceback
from dataclasses import replace
from typing import NamedTuple

from experience import clients, clock, logs
from experience.documents import Versioned
from experience.firebase.tasks import TryLater
from experience.workflows.artifacts import payloads
from experience.workflows.artifacts.tenant import Tenant
from experience.workflows.execution import result_cache, skill_runtime
from experience.workflows.execution.preparation import (
    PreparedStep,
    StepPreparer,
    step_error,
    timeout_seconds_of,
)
from experience.workflows.execution.skill_runtime import TIMEOUT, SkillResult
from experience.workflows.generations.cancellation import cancel_generations
from experience.workflows.generations.creation import generate
from experience.workflows.runs import (
    dispatch,
    finalization,
    hooks,
    leases,
    planning,
    step_completion,
    store,
)
from experience.workflows.runs.decisions import (
    DEADLINE_EXCEEDED,
    Decision,
    Delivery,
    decide,
)
from experience.workflows.runs.errors import TRANSIENT, LeaseLost, StaleStep, StepConflict
from experience.workflows.runs.leases import Acquisition, LeasedStep
from experience.workflows.runs.models import Run, RunStatus, RunStep, StepStatus, StepTask
from experience.workflows.runs.step_completion import StepOutcome
from experience.workflows.skills import REGISTRY, Cancelled, SkillFailed, Waiting

TASK_SECONDS = 540
"""The timeout of the task function. Its last seconds are reserved for the commits."""
COMMIT_SECONDS = 30
TURN_SECONDS = 5
"""How long a run that has to wait for its turn waits before it asks again."""
MAX_READS = 10
"""How often a step that others keep changing is read before the task is delivered again."""


class NextSteps(NamedTuple):
    """The steps that can run after another one, and the one that this worker has acquired."""

    ready: list[str]
    acquired: tuple[LeasedStep, PreparedStep] | None = None


NO_STEPS = NextSteps([])


def run_step(task: StepTask, delivery: Delivery) -> None:
    """Execute an attempt at a step, and the steps that it makes ready. Safe to repeat at any time.

    A run that is past its deadline ends instead, whichever of its steps the task names. TryLater
    where the database or the storage fails.
    """
    try:
        opened = store.open_step(clients.firestore(), task)
        if opened is None:
            return
        tenant, run, _ = opened
        if run.value.is_overdue(clock.now_ms()):
            finalization.expire_run(tenant, task.run_id)
            cancel_generations(tenant, task.run_id)
        else:
            Worker(*opened, delivery).work(task)
    except LeaseLost:
        # The step's new holder has a task of its own, and the sweep finds all other steps.
        logs.warning("lease lost", run=task.run_id, step=task.step_id, attempt=task.attempt)
    except TRANSIENT as fault:
        logs.warning("task interrupted", run=task.run_id, exc=traceback.format_exc())
        raise TryLater("the database or the storage failed") from fault


class Worker:
    """The worker of one delivery of one task."""

    def __init__(
        self, tenant: Tenant, run: Versioned[Run], step: Versioned[RunStep], delivery: Delivery
    ) -> None:
        self.tenant = tenant
        self.stored_run = run
        self.workflow = run.value.workflow()
        self.delivery = delivery
        self.preparer = StepPreparer(tenant, run.value)
        self._completed: dict[str, RunStep] = {}
        self._assumed: set[str] = set()
        self._opened: Versioned[RunStep] | None = step
        self._until = time.monotonic() + TASK_SECONDS - COMMIT_SECONDS

    @property
    def run(self) -> Run:
        return self.stored_run.value

    def work(self, task: StepTask) -> None:
        """Execute the task's step, and then one after another of those that become ready."""
        following = self._execute(task)
        while following.ready or following.acquired:
            mine, others = None, following.ready
            if following.acquired is None and self._has_time_for(others[0]):
                mine, *others = others
            for each in others:
                dispatch.enqueue(self._first_task(each), self.run.queue)
            if following.acquired:
                following = self._run_skill(*following.acquired)
            elif mine:
                following = self._execute(self._first_task(mine))
            else:
                return

    def _execute(self, task: StepTask) -> NextSteps:
        """Do what is to be done with the task's step. LeaseLost."""
        for _ in range(MAX_READS):
            step = self._read(task.step_id)
            now = clock.now_ms()
            try:
                match decide(self.run, step.value, task, self.delivery, now):
                    case Decision.ACQUIRE:
                        return self._start(step, now)
                    case Decision.CANCEL:
                        return self._complete(step, _cancelled(step.value))
                    case Decision.FAIL:
                        return self._complete(step, _worker_lost(step.value))
                    case _:
                        return self._recover() if self.delivery.retries else NO_STEPS
            except StepConflict:
                continue
        raise TryLater("the step kept changing")

    def _recover(self) -> NextSteps:
        """Continue where the worker of an earlier delivery of this task died, after its step.

        Enqueues the ready steps whose tasks it may not have enqueued, and acquires the step that
        it had acquired. One read for the run and for each step.
        """
        finalization.finalize_run(self.tenant, self.run.id)
        self.stored_run, steps = store.get_run_with_steps(self.tenant, self.run.id)
        now = clock.now_ms()
        orphans = []
        for step in steps:
            lease = step.lease
            if step.is_ready and self.run.is_active:
                delay = max((step.due_at or now) - now, 0) / 1000
                dispatch.enqueue_next(step, delay_seconds=delay)
            elif lease and self.delivery.follows(lease.task, lease.delivery):
                orphans.append(StepTask.next_of(step))
        return self._execute(orphans[0]) if orphans else NO_STEPS

    def _start(self, step: Versioned[RunStep], now: int) -> NextSteps:
        """Acquire a step and run its skill, or complete a step that has nothing to run.

        StepConflict.
        """
        if self.run.status is RunStatus.QUEUED and not self._may_start():
            held = leases.hold_back(self.tenant, step, TURN_SECONDS, now)
            dispatch.enqueue_next(held, delay_seconds=TURN_SECONDS)
            return NO_STEPS
        prepared = self.preparer.prepare(step.value, now)
        if isinstance(prepared, StepOutcome):
            return self._complete(step, prepared)
        acquisition = self._acquisition_of(step, prepared, now)
        work = leases.acquire(self.tenant, self.stored_run, acquisition)
        if self.run.status is RunStatus.QUEUED:
            started = {"status": RunStatus.RUNNING, "started_at": self.run.started_at or now}
            running = self.run.model_copy(update=started)
            self.stored_run = replace(self.stored_run, value=running)
        return self._run_skill(work, prepared)

    def _may_start(self) -> bool:
        run_hooks = hooks.hooks_of(self.run)
        return run_hooks is None or run_hooks.may_start(self.tenant.client, self.run)

    def _run_skill(self, work: LeasedStep, prepared: PreparedStep) -> NextSteps:
        """Run a step's skill under its lease, and commit the outcome. LeaseLost."""
        while True:
            outcome = skill_runtime.run_skill(
                prepared.skill, prepared.inputs, work, self.run, prepared.timeout_seconds, generate
            )
            for _ in range(MAX_READS):
                try:
                    return self._settle(work, prepared, outcome)
                except StaleStep:
                    if isinstance(outcome, Waiting) and not work.step.cancel_requested:
                        break  # what it waits for has arrived
            else:
                raise TryLater("the step kept changing")

    def _settle(
        self, work: LeasedStep, prepared: PreparedStep, outcome: skill_runtime.SkillOutcome
    ) -> NextSteps:
        """Commit the outcome of a skill. StaleStep and LeaseLost."""
        if isinstance(outcome, SkillResult):
            return self._succeed(work, prepared, outcome)
        if isinstance(outcome, Cancelled):
            work.refresh()  # raises LeaseLost if that is why the skill stopped
        if isinstance(outcome, Cancelled) or work.step.cancel_requested:
            return self._complete(work, _cancelled(work.step))
        if isinstance(outcome, Waiting):
            left_ms = self._left_ms()
            leases.park(work, outcome.wait_ms if left_ms is None else min(outcome.wait_ms, left_ms))
            return NO_STEPS
        return self._fail(work, outcome)

    def _fail(self, work: LeasedStep, failure: SkillFailed) -> NextSteps:
        """Release the step for another attempt if its policy and the deadline allow one.

        Otherwise fail it. An attempt that the deadline cut off fails for that reason.
        """
        step, policy = work.step, self.workflow.by_id[work.step.id].retry_policy
        pause_ms = leases.capped_pause_ms(policy.pause_ms(step.failures + 1))
        left_ms = self._left_ms()
        has_time = left_ms is None or pause_ms < left_ms
        is_cut_off = failure.code == TIMEOUT and not has_time
        code = DEADLINE_EXCEEDED if is_cut_off else failure.code
        error = step_error(step, code, failure.message, **failure.details)
        if not failure.retryable or not has_time or step.failures + 1 >= policy.max_attempts:
            return self._complete(work, StepOutcome(StepStatus.FAILED, error=error))
        released = leases.release(work, self.run, error, pause_ms)
        logs.warning(
            "step retried", run=step.run_id, step=step.id, attempt=step.attempt, code=error.code
        )
        dispatch.enqueue_next(released, delay_seconds=pause_ms / 1000)
        return NO_STEPS

    def _succeed(self, work: LeasedStep, prepared: PreparedStep, result: SkillResult) -> NextSteps:
        """Complete the step with its result, and acquire the next step in the same commit."""
        step, now = work.step, clock.now_ms()
        output = payloads.pack(self.tenant, self.run.id, step.id, result.data, now)
        documents = [*result.documents.values(), *([output.document] if output.document else [])]
        cache = None
        definition = self.workflow.by_id[step.id]
        if definition.cache_policy.enabled:
            cache = result_cache.new_entry(
                self.tenant,
                self.run,
                definition,
                prepared.input_hash,
                output,
                result.artifacts,
                now,
            )
        outcome = StepOutcome(
            StepStatus.COMPLETED,
            output=output,
            artifacts=result.artifacts,
            documents=tuple(documents),
            cache=cache,
        )
        self.preparer.remember(step.id, result.data, result.artifacts)
        return self._complete(work, outcome, self._next_acquisition(step, now))

    def _next_acquisition(self, step: RunStep, now: int) -> tuple[Acquisition, PreparedStep] | None:
        """The acquisition of a step that depends on this one alone, if there is one to run."""
        for each in self.workflow.dependents[step.id]:
            if self.workflow.by_id[each].depends_on != [step.id] or not self._has_time_for(each):
                continue
            dependent = self._find_dependent(each)
            if dependent is None or dependent.value.status is not StepStatus.PENDING:
                return None
            prepared = self.preparer.prepare(dependent.value, now)
            if isinstance(prepared, StepOutcome):
                return None
            return self._acquisition_of(dependent, prepared, now), prepared
        return None

    def _find_dependent(self, step_id: str) -> Versioned[RunStep] | None:
        """A dependent step, mostly without a read.

        Assume that the step is unchanged since the run was created, and save the read. If it is
        not, the conditional write fails and the step is read. The steps of an update or a retry
        are always read.
        """
        run = self.run
        if run.run_attempt or run.base_run_id or step_id in self._assumed:
            return store.find_step(self.tenant, run.id, step_id)
        self._assumed.add(step_id)
        created = planning.new_steps(self.workflow, run, run.created_at)
        [step] = [each for each in created if each.id == step_id]
        return Versioned(step, self.stored_run.create_time)

    def _acquisition_of(
        self, step: Versioned[RunStep], prepared: PreparedStep, now: int
    ) -> Acquisition:
        return leases.new_acquisition(
            step, self.delivery, prepared.timeout_seconds, prepared.input_hash, now
        )

    def _complete(
        self,
        step: Versioned[RunStep] | LeasedStep,
        outcome: StepOutcome,
        following: tuple[Acquisition, PreparedStep] | None = None,
    ) -> NextSteps:
        """Complete a step. StepConflict; for one under a lease StaleStep and LeaseLost."""
        acquisition, prepared = following or (None, None)
        completion = step_completion.complete_step(
            self.tenant, self.run, step, outcome, self._completed, acquisition
        )
        self._completed[completion.step.id] = completion.step
        if completion.is_last:
            finalization.finalize_run(self.tenant, self.run.id)
        acquired = completion.acquired
        return NextSteps(completion.ready, (acquired, prepared) if acquired and prepared else None)

    def _read(self, step_id: str) -> Versioned[RunStep]:
        """The step as it is now, and the run with it: others may have changed both."""
        if self._opened and self._opened.value.id == step_id:
            step, self._opened = self._opened, None
            return step
        self.stored_run, step = store.get_step_with_run(self.tenant, self.run.id, step_id)
        return step

    def _left_ms(self) -> int | None:
        """How long it is to the run's deadline; None for a run without one."""
        deadline_at = self.run.deadline_at
        return None if deadline_at is None else max(0, deadline_at - clock.now_ms())

    def _first_task(self, step_id: str) -> StepTask:
        """The task for a step that has just become ready."""
        return StepTask(
            workspace_id=self.tenant.id,
            run_id=self.run.id,
            step_id=step_id,
            attempt=1,
            run_attempt=self.run.run_attempt,
        )

    def _has_time_for(self, step_id: str) -> bool:
        definition = self.workflow.by_id[step_id]
        skill = REGISTRY.skills.get(definition.skill_id)
        timeout = timeout_seconds_of(definition, skill) if skill else 0
        return time.monotonic() + timeout < self._until


def _cancelled(step: RunStep) -> StepOutcome:
    error = step_error(step, "CANCELLED", "The run was cancelled.")
    return StepOutcome(StepStatus.SKIPPED, error=error)


def _worker_lost(step: RunStep) -> StepOutcome:
    error = step_error(step, "WORKER_LOST", "Its workers were lost too often.")
    return StepOutcome(StepStatus.FAILED, error=error)
