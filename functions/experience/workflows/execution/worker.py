"""Working off a task: one attempt at its step, and then, while time remains, at those after it."""

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
    Preparation,
    PreparedStep,
    step_error,
    timeout_of,
)
from experience.workflows.execution.skill_runtime import SkillResult
from experience.workflows.generations.request import generate
from experience.workflows.runs import (
    dispatch,
    finalization,
    leases,
    planning,
    step_completion,
    store,
)
from experience.workflows.runs.decisions import Delivery, Turn, turn
from experience.workflows.runs.errors import TRANSIENT, LeaseLost, StaleStep, StepConflict
from experience.workflows.runs.leases import Acquisition, LeasedStep
from experience.workflows.runs.models import RunStatus, RunStep, StepError, StepStatus, StepTask
from experience.workflows.runs.step_completion import StepOutcome
from experience.workflows.runs.store import StoredRun
from experience.workflows.skills import REGISTRY, Cancelled, SkillFailed, Waiting

TASK_SECONDS = 540
"""What the task function may take. Its last seconds are kept for the commits."""
COMMIT_SECONDS = 30
MAX_READS = 10


class NextSteps(NamedTuple):
    """What can go on after a step: who is ready, and what this worker has taken already."""

    ready: list[str]
    taken: tuple[LeasedStep, PreparedStep] | None = None


NO_STEPS = NextSteps([])


def run_step(task: StepTask, delivery: Delivery) -> None:
    """Work on a step for one attempt, and on what it makes ready. Safe to repeat, at any time.

    Raises TryLater where the database or the storage fails.
    """
    try:
        opened = store.open_step(clients.firestore(), task)
        if opened:
            Worker(*opened, delivery).work_off(task)
    except LeaseLost:
        # Whoever has the step now has a task of their own, and the sweep sees to all others.
        logs.warning("lease lost", run=task.run_id, step=task.step_id, attempt=task.attempt)
    except TRANSIENT as fault:
        logs.warning("task interrupted", run=task.run_id, exc=traceback.format_exc())
        raise TryLater("the database or the storage failed") from fault


class Worker:
    """The worker of one delivery of one task."""

    def __init__(
        self, tenant: Tenant, run: StoredRun, step: Versioned[RunStep], delivery: Delivery
    ) -> None:
        self.tenant = tenant
        self.run = run
        self.workflow = run.value.workflow()
        self.delivery = delivery
        self.preparation = Preparation(tenant, run.value)
        self._ended: dict[str, RunStep] = {}
        self._presumed: set[str] = set()
        self._known: Versioned[RunStep] | None = step
        self._until = time.monotonic() + TASK_SECONDS - COMMIT_SECONDS

    def work_off(self, task: StepTask) -> None:
        """The task's step, and then one after another of those that become ready."""
        after = self._attend(task)
        while after.ready or after.taken:
            mine, others = None, after.ready
            if after.taken is None and self._has_time_for(others[0]):
                mine, *others = others
            for each in others:
                dispatch.enqueue(self._first_task(each), self.run.value.queue)
            if after.taken:
                after = self._run(*after.taken)
            elif mine:
                after = self._attend(self._first_task(mine))
            else:
                return

    def _attend(self, task: StepTask) -> NextSteps:
        """Begin the task's step if it is its turn."""
        for _ in range(MAX_READS):
            step = self._read(task.step_id)
            now = clock.now_ms()
            try:
                match turn(self.run.value, step.value, task, self.delivery, now):
                    case Turn.TAKE:
                        return self._begin(step, now)
                    case Turn.CANCELLED:
                        return self._end(
                            step, StepOutcome(StepStatus.SKIPPED, error=_cancelled(step.value))
                        )
                    case Turn.EXHAUSTED:
                        return self._end(
                            step, StepOutcome(StepStatus.FAILED, error=_worker_lost(step.value))
                        )
                    case _:
                        return self._recover() if self.delivery.retries else NO_STEPS
            except StepConflict:
                continue
        raise TryLater("the step kept changing")

    def _recover(self) -> NextSteps:
        """An earlier delivery of this task died at some point after its step: go on from there.

        One read for each step. What is ready and was not enqueued gets its task; what the dead
        worker had in its hands is taken over.
        """
        finalization.finalize_run(self.tenant, self.run.value.id)
        self.run, steps = store.get_run_with_steps(self.tenant, self.run.value.id)
        now = clock.now_ms()
        orphans = []
        for step in steps:
            lease = step.lease
            if step.is_ready and self.run.value.is_going:
                delay = max((step.due_at or now) - now, 0) / 1000
                dispatch.enqueue_next(step, delay_seconds=delay)
            elif lease and self.delivery.follows(lease.task, lease.delivery):
                orphans.append(StepTask.next_of(step))
        return self._attend(orphans[0]) if orphans else NO_STEPS

    def _begin(self, step: Versioned[RunStep], now: int) -> NextSteps:
        """Take a step and run it; or end it at once where there is nothing to run. Moved."""
        prepared = self.preparation.prepare(step.value, now)
        if isinstance(prepared, StepOutcome):
            return self._end(step, prepared)
        taking = leases.new_acquisition(
            step, self.delivery, prepared.seconds, prepared.input_hash, now
        )
        work = leases.acquire(self.tenant, self.run, taking)
        if self.run.value.status is RunStatus.QUEUED:
            begun = {"status": RunStatus.RUNNING, "started_at": self.run.value.started_at or now}
            self.run = replace(self.run, value=self.run.value.model_copy(update=begun))
        return self._run(work, prepared)

    def _run(self, work: LeasedStep, prepared: PreparedStep) -> NextSteps:
        """Run a step's skill under its lease, and write down what became of it. LeaseLost."""
        while True:
            outcome = skill_runtime.run_skill(
                prepared.skill, prepared.inputs, work, self.run.value, prepared.seconds, generate
            )
            for _ in range(MAX_READS):
                try:
                    return self._settle(work, prepared, outcome)
                except StaleStep:
                    if isinstance(outcome, Waiting) and not work.step.cancel_requested:
                        break  # what it waits for has come
            else:
                raise TryLater("the step kept changing")

    def _settle(
        self, work: LeasedStep, prepared: PreparedStep, outcome: skill_runtime.SkillOutcome
    ) -> NextSteps:
        """Write an outcome down, in one commit. Raises Changed and LeaseLost."""
        if isinstance(outcome, SkillResult):
            return self._complete(work, prepared, outcome)
        if isinstance(outcome, Cancelled):
            work.refresh()  # LeaseLost, if that is what it noticed
        if isinstance(outcome, Cancelled) or work.step.cancel_requested:
            return self._end(work, StepOutcome(StepStatus.SKIPPED, error=_cancelled(work.step)))
        if isinstance(outcome, Waiting):
            leases.park(work, outcome.wait_ms)
            return NO_STEPS
        return self._fail(work, outcome)

    def _fail(self, work: LeasedStep, failure: SkillFailed) -> NextSteps:
        """Give the step back for another attempt, where its policy has one left."""
        step, policy = work.step, self.workflow.by_id[work.step.id].retry_policy
        error = step_error(step, failure.code, failure.message, **failure.details)
        if not failure.retryable or step.failures + 1 >= policy.max_attempts:
            return self._end(work, StepOutcome(StepStatus.FAILED, error=error))
        pause_ms = leases.capped_pause_ms(policy.pause_ms(step.failures + 1))
        again = leases.release(work, self.run.value, error, pause_ms)
        logs.warning(
            "step retried", run=step.run_id, step=step.id, attempt=step.attempt, code=error.code
        )
        dispatch.enqueue_next(again, delay_seconds=pause_ms / 1000)
        return NO_STEPS

    def _complete(self, work: LeasedStep, prepared: PreparedStep, result: SkillResult) -> NextSteps:
        run, step = self.run.value, work.step
        now = clock.now_ms()
        output = payloads.pack(self.tenant, run.id, step.id, result.data, now)
        documents = [*result.documents.values(), *([output.document] if output.document else [])]
        kept = None
        definition = self.workflow.by_id[step.id]
        if definition.cache_policy.enabled:
            hashed, made = prepared.input_hash, result.artifacts
            kept = result_cache.entry(self.tenant, run, definition, hashed, output, made, now)
        completed = StepOutcome(
            StepStatus.COMPLETED,
            output=output,
            artifacts=result.artifacts,
            documents=tuple(documents),
            cache=kept,
        )
        self.preparation.saw(step.id, result.data, result.artifacts)
        return self._end(work, completed, self._next(step, now))

    def _next(self, step: RunStep, now: int) -> tuple[Acquisition, PreparedStep] | None:
        """A step that waits for this one alone, to be taken in the commit that ends this one."""
        for each in self.workflow.dependents[step.id]:
            if self.workflow.by_id[each].depends_on != [step.id] or not self._has_time_for(each):
                continue
            waiting = self._waiting(each)
            if waiting is None or waiting.value.status is not StepStatus.PENDING:
                return None
            prepared = self.preparation.prepare(waiting.value, now)
            if isinstance(prepared, StepOutcome):
                return None
            seconds, hashed = prepared.seconds, prepared.input_hash
            return leases.new_acquisition(waiting, self.delivery, seconds, hashed, now), prepared
        return None

    def _waiting(self, step_id: str) -> Versioned[RunStep] | None:
        """A step that waits for another one: as its run was created with it, without a read.

        Who has changed it since then wrote at another time, so it cannot be taken like this; then
        it is read. In a run that was taken up again all steps are.
        """
        run = self.run.value
        if run.run_attempt or run.base_run_id or step_id in self._presumed:
            return store.find_step(self.tenant, run.id, step_id)
        self._presumed.add(step_id)
        created = planning.new_steps(self.workflow, run, run.created_at)
        [step] = [each for each in created if each.id == step_id]
        return Versioned(step, self.run.create_time)

    def _end(
        self,
        held: Versioned[RunStep] | LeasedStep,
        how: StepOutcome,
        then: tuple[Acquisition, PreparedStep] | None = None,
    ) -> NextSteps:
        """End a step. Raises Moved if nobody works on it; else Changed and LeaseLost."""
        work = held if isinstance(held, LeasedStep) else None
        step = held.stored if isinstance(held, LeasedStep) else held
        acquisition = then[0] if then else None
        ended = step_completion.complete_step(
            self.tenant, self.run.value, step, how, self._ended, work=work, acquisition=acquisition
        )
        self._ended[ended.step.id] = ended.step
        if ended.is_last:
            finalization.finalize_run(self.tenant, self.run.value.id)
        return NextSteps(
            ended.ready, (ended.acquired, then[1]) if ended.acquired and then else None
        )

    def _read(self, step_id: str) -> Versioned[RunStep]:
        """The step as it is now, and the run with it: both may have been changed by others."""
        if self._known and self._known.value.id == step_id:
            found, self._known = self._known, None
            return found
        self.run, found = store.get_step(self.tenant, self.run.value.id, step_id)
        return found

    def _first_task(self, step_id: str) -> StepTask:
        """For a step that has just become ready."""
        return StepTask(
            workspace_id=self.tenant.id,
            run_id=self.run.value.id,
            step_id=step_id,
            attempt=1,
            run_attempt=self.run.value.run_attempt,
        )

    def _has_time_for(self, step_id: str) -> bool:
        definition = self.workflow.by_id[step_id]
        skill = REGISTRY.skills.get(definition.skill_id)
        return time.monotonic() + (timeout_of(definition, skill) if skill else 0) < self._until


def _cancelled(step: RunStep) -> StepError:
    return step_error(step, "CANCELLED", "The run was cancelled.")


def _worker_lost(step: RunStep) -> StepError:
    return step_error(step, "WORKER_LOST", "Its workers vanished again and again.")
