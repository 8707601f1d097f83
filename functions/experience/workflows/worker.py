"""Working off a task: one attempt at its step, and then, while time remains, at those after it."""

import time
import traceback
from dataclasses import replace
from typing import NamedTuple

from experience import clients, clock, logs
from experience.firebase.tasks import TryLater
from experience.workflows import cache, closing, ending, engine, payloads, planning, running, store
from experience.workflows.decisions import Delivery, Turn, turn
from experience.workflows.ending import Ending
from experience.workflows.engine import TRANSIENT, Changed, LeaseLost, Moved, Taking, Work
from experience.workflows.generating import generate
from experience.workflows.models import RunStatus, RunStep, StepError, StepStatus, StepTask
from experience.workflows.preparing import Preparation, Ready, error_of, seconds_of
from experience.workflows.running import Result
from experience.workflows.skills import REGISTRY, Cancelled, SkillFailed, Waiting
from experience.workflows.store import StoredRun, StoredStep
from experience.workflows.tenant import Tenant

TASK_SECONDS = 540
"""What the task function may take. Its last seconds are kept for the commits."""
KEPT_SECONDS = 30
LOOKS = 10


class After(NamedTuple):
    """What can go on after a step: who is ready, and what this worker has taken already."""

    ready: list[str]
    taken: tuple[Work, Ready] | None = None


NOTHING = After([])


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
        self, tenant: Tenant, run: StoredRun, step: StoredStep, delivery: Delivery
    ) -> None:
        self.tenant = tenant
        self.run = run
        self.workflow = run.run.workflow()
        self.delivery = delivery
        self.preparation = Preparation(tenant, run.run)
        self._ended: dict[str, RunStep] = {}
        self._presumed: set[str] = set()
        self._known: StoredStep | None = step
        self._until = time.monotonic() + TASK_SECONDS - KEPT_SECONDS

    def work_off(self, task: StepTask) -> None:
        """The task's step, and then one after another of those that become ready."""
        after = self._attend(task)
        while after.ready or after.taken:
            mine, others = None, after.ready
            if after.taken is None and self._has_time_for(others[0]):
                mine, *others = others
            for each in others:
                store.dispatch(self._first_task(each), self.run.run.queue)
            if after.taken:
                after = self._run(*after.taken)
            elif mine:
                after = self._attend(self._first_task(mine))
            else:
                return

    def _attend(self, task: StepTask) -> After:
        """Begin the task's step if it is its turn."""
        for _ in range(LOOKS):
            step = self._read(task.step_id)
            now = clock.now_ms()
            try:
                match turn(self.run.run, step.step, task, self.delivery, now):
                    case Turn.TAKE:
                        return self._begin(step, now)
                    case Turn.CANCELLED:
                        return self._end(step, Ending(StepStatus.SKIPPED, error=_cancelled(step)))
                    case Turn.EXHAUSTED:
                        return self._end(step, Ending(StepStatus.FAILED, error=_vanished(step)))
                    case _:
                        return self._recover() if self.delivery.retries else NOTHING
            except Moved:
                continue
        raise TryLater("the step kept changing")

    def _recover(self) -> After:
        """An earlier delivery of this task died at some point after its step: go on from there.

        One read for each step. What is ready and was not enqueued gets its task; what the dead
        worker had in its hands is taken over.
        """
        closing.end_run(self.tenant, self.run.run.id)
        self.run, steps = store.load_whole(self.tenant, self.run.run.id)
        now = clock.now_ms()
        orphans = []
        for step in steps:
            lease = step.lease
            if step.is_ready and self.run.run.is_going:
                delay = max((step.due_at or now) - now, 0) / 1000
                store.dispatch_next(step, delay_seconds=delay)
            elif lease and self.delivery.follows(lease.task, lease.delivery):
                orphans.append(StepTask.next_of(step))
        return self._attend(orphans[0]) if orphans else NOTHING

    def _begin(self, step: StoredStep, now: int) -> After:
        """Take a step and run it; or end it at once where there is nothing to run. Moved."""
        prepared = self.preparation.prepare(step.step, now)
        if isinstance(prepared, Ending):
            return self._end(step, prepared)
        taking = engine.prepare(step, self.delivery, prepared.seconds, prepared.input_hash, now)
        work = engine.take(self.tenant, self.run, taking)
        if self.run.run.status is RunStatus.QUEUED:
            begun = {"status": RunStatus.RUNNING, "started_at": self.run.run.started_at or now}
            self.run = replace(self.run, run=self.run.run.model_copy(update=begun))
        return self._run(work, prepared)

    def _run(self, work: Work, prepared: Ready) -> After:
        """Run a step's skill under its lease, and write down what became of it. LeaseLost."""
        while True:
            outcome = running.run(
                prepared.skill, prepared.inputs, work, self.run.run, prepared.seconds, generate
            )
            for _ in range(LOOKS):
                try:
                    return self._settle(work, prepared, outcome)
                except Changed:
                    if isinstance(outcome, Waiting) and not work.step.cancel_requested:
                        break  # what it waits for has come
            else:
                raise TryLater("the step kept changing")

    def _settle(self, work: Work, prepared: Ready, outcome: running.Outcome) -> After:
        """Write an outcome down, in one commit. Raises Changed and LeaseLost."""
        if isinstance(outcome, Result):
            return self._complete(work, prepared, outcome)
        if isinstance(outcome, Cancelled):
            work.refresh()  # LeaseLost, if that is what it noticed
        if isinstance(outcome, Cancelled) or work.step.cancel_requested:
            return self._end(work, Ending(StepStatus.SKIPPED, error=_cancelled(work)))
        if isinstance(outcome, Waiting):
            engine.park(work, outcome.wait_ms)
            return NOTHING
        return self._fail(work, outcome)

    def _fail(self, work: Work, failure: SkillFailed) -> After:
        """Give the step back for another attempt, where its policy has one left."""
        step, policy = work.step, self.workflow.by_id[work.step.id].retry_policy
        error = error_of(step, failure.code, failure.message, **failure.details)
        if not failure.retryable or step.failures + 1 >= policy.max_attempts:
            return self._end(work, Ending(StepStatus.FAILED, error=error))
        pause_ms = engine.limited_pause_ms(policy.pause_ms(step.failures + 1))
        again = engine.give_back(work, self.run.run, error, pause_ms)
        logs.warning(
            "step retried", run=step.run_id, step=step.id, attempt=step.attempt, code=error.code
        )
        store.dispatch_next(again, delay_seconds=pause_ms / 1000)
        return NOTHING

    def _complete(self, work: Work, prepared: Ready, result: Result) -> After:
        run, step = self.run.run, work.step
        now = clock.now_ms()
        output = payloads.pack(self.tenant, run.id, step.id, result.data, now)
        documents = [*result.documents.values(), *([output.document] if output.document else [])]
        kept = None
        definition = self.workflow.by_id[step.id]
        if definition.cache_policy.enabled:
            hashed, made = prepared.input_hash, result.artifacts
            kept = cache.entry(self.tenant, run, definition, hashed, output, made, now)
        completed = Ending(
            StepStatus.COMPLETED,
            output=output,
            artifacts=result.artifacts,
            documents=tuple(documents),
            cache=kept,
        )
        self.preparation.saw(step.id, result.data, result.artifacts)
        return self._end(work, completed, self._next(step, now))

    def _next(self, step: RunStep, now: int) -> tuple[Taking, Ready] | None:
        """A step that waits for this one alone, to be taken in the commit that ends this one."""
        for each in self.workflow.dependents[step.id]:
            if self.workflow.by_id[each].depends_on != [step.id] or not self._has_time_for(each):
                continue
            waiting = self._waiting(each)
            if waiting is None or waiting.step.status is not StepStatus.PENDING:
                return None
            prepared = self.preparation.prepare(waiting.step, now)
            if isinstance(prepared, Ending):
                return None
            seconds, hashed = prepared.seconds, prepared.input_hash
            return engine.prepare(waiting, self.delivery, seconds, hashed, now), prepared
        return None

    def _waiting(self, step_id: str) -> StoredStep | None:
        """A step that waits for another one: as its run was created with it, without a read.

        Who has changed it since then wrote at another time, so it cannot be taken like this; then
        it is read. In a run that was taken up again all steps are.
        """
        run = self.run.run
        if run.round or run.base_run_id or step_id in self._presumed:
            return store.find_step(self.tenant, run.id, step_id)
        self._presumed.add(step_id)
        created = planning.new_steps(self.workflow, run, run.created_at)
        [step] = [each for each in created if each.id == step_id]
        return StoredStep(step, self.run.created_at)

    def _end(
        self, held: StoredStep | Work, how: Ending, then: tuple[Taking, Ready] | None = None
    ) -> After:
        """End a step. Raises Moved if nobody works on it; else Changed and LeaseLost."""
        work = held if isinstance(held, Work) else None
        step = StoredStep(held.step, held.written_at)
        follow = then[0] if then else None
        ended = ending.end(
            self.tenant, self.run.run, step, how, self._ended, work=work, follow=follow
        )
        self._ended[ended.step.id] = ended.step
        if ended.is_last:
            closing.end_run(self.tenant, self.run.run.id)
        return After(ended.ready, (ended.followed, then[1]) if ended.followed and then else None)

    def _read(self, step_id: str) -> StoredStep:
        """The step as it is now, and the run with it: both may have been changed by others."""
        if self._known and self._known.step.id == step_id:
            found, self._known = self._known, None
            return found
        self.run, found = store.read_step(self.tenant, self.run.run.id, step_id)
        return found

    def _first_task(self, step_id: str) -> StepTask:
        """For a step that has just become ready."""
        return StepTask(
            workspace_id=self.tenant.id,
            run_id=self.run.run.id,
            step_id=step_id,
            attempt=1,
            round=self.run.run.round,
        )

    def _has_time_for(self, step_id: str) -> bool:
        definition = self.workflow.by_id[step_id]
        skill = REGISTRY.skills.get(definition.skill_id)
        return time.monotonic() + (seconds_of(definition, skill) if skill else 0) < self._until


def _cancelled(held: StoredStep | Work) -> StepError:
    return error_of(held.step, "CANCELLED", "The run was cancelled.")


def _vanished(held: StoredStep) -> StepError:
    return error_of(held.step, "WORKER_LOST", "Its workers vanished again and again.")
