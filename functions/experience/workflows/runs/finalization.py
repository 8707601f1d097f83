"""Finalizing runs: what is written once all steps of a run have ended."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from google.cloud.firestore import DocumentReference

from experience import clock, logs
from experience.workflows.artifacts import payloads
from experience.workflows.artifacts.payloads import Packed
from experience.workflows.artifacts.tenant import Tenant
from experience.workflows.runs import decisions, hooks, store
from experience.workflows.runs.conditional_commit import Commit
from experience.workflows.runs.errors import StepConflict
from experience.workflows.runs.hooks import HookWrites
from experience.workflows.runs.models import Run, RunStatus, RunStep, StepStatus


@dataclass(frozen=True)
class Finalization:
    """The final state of a run, and what else its commit writes and deletes."""

    tenant: Tenant
    before: Run
    after: Run
    context: Packed
    hook_writes: HookWrites = ()
    obsolete: tuple[DocumentReference, ...] = ()

    def add_to(self, commit: Commit, *, if_written_at: Any = None) -> None:
        """Add all of it to a commit; with a time, if the run was last written then."""
        reference = self.tenant.run_ref(self.after.id)
        changes = self.before.difference(self.after)
        commit.update(reference, changes, if_written_at=if_written_at)
        if document := self.context.document:
            commit.set(self.tenant.artifact_ref(document.id), document)
        commit.add_hook_writes(self.hook_writes)
        for each in self.obsolete:
            commit.delete(each)

    def after_commit(self) -> None:
        """What follows the commit: a log line, and what the run's owner makes of its end."""
        run = self.after
        logs.info("run finalized", run=run.id, status=run.status, duration_ms=run.duration_ms)
        if run_hooks := hooks.hooks_of(run):
            run_hooks.after_run_finalized(run)


def finalization_of(tenant: Tenant, run: Run, steps: Iterable[RunStep], now: int) -> Finalization:
    """How a run ends whose steps have ended like this.

    A run that keeps no artifacts deletes their documents when it completes: its owner has the
    result, and nobody needs what was handed from step to step.
    """
    all_steps = list(steps)
    status, error = decisions.run_outcome(run.workflow(), all_steps, now)
    context = payloads.pack(tenant, run.id, "context", decisions.run_context(all_steps), now)
    after = run.model_copy(
        update={
            "status": status,
            "error": error,
            "context": context.value,
            "context_uri": context.uri,
            "remaining_sinks": 0,
            "completed_at": now,
            "duration_ms": now - (run.started_at or run.created_at),
            "updated_at": now,
        }
    )
    run_hooks = hooks.hooks_of(run)
    if run_hooks is None:
        return Finalization(tenant, run, after, context)
    outputs = {
        step.id: payloads.unpack(tenant, step.output, step.output_uri)
        for step in all_steps
        if step.status is StepStatus.COMPLETED
    }
    hook_writes = run_hooks.on_run_finalized(tenant.client, after, outputs, now)
    obsolete: set[str] = set()
    if status is RunStatus.COMPLETED and not run.keeps_artifacts:
        obsolete = {each for step in all_steps for each in step.output_artifact_ids}
    references = tuple(tenant.artifact_ref(each) for each in sorted(obsolete))
    return Finalization(tenant, run, after, context, hook_writes, references)


def finalize_run(tenant: Tenant, run_id: str) -> bool:
    """Finalize a run whose steps have all ended, and return whether this call did.

    One read for the run and for each step; one write, and those of the hooks.
    """
    while True:
        run, steps = store.get_run_with_steps(tenant, run_id)
        if not run.value.is_active or not decisions.all_ended(steps):
            return False
        finalization = finalization_of(tenant, run.value, steps, clock.now_ms())
        commit = Commit(tenant.client)
        finalization.add_to(commit, if_written_at=run.update_time)
        try:
            commit.send()
        except StepConflict:
            continue
        finalization.after_commit()
        return True


def expire_run(tenant: Tenant, run_id: str) -> bool:
    """End a run that is past its deadline, and return whether this call did.

    Its open steps fail, also one whose worker is alive: that worker's commits are rejected from
    then on. One read for the run and for each step; one write for the run, for each open step, and
    those of the hooks.
    """
    while True:
        run, steps = store.get_run_with_versioned_steps(tenant, run_id)
        now = clock.now_ms()
        if not run.value.is_overdue(now):
            return False
        ended = [decisions.with_deadline_exceeded(step.value, now) for step in steps]
        finalization = finalization_of(tenant, run.value, ended, now)
        commit = Commit(tenant.client)
        for before, after in zip(steps, ended, strict=True):
            if changes := before.value.difference(after):
                reference = tenant.step_ref(run_id, after.id)
                commit.update(reference, changes, if_written_at=before.update_time)
        finalization.add_to(commit, if_written_at=run.update_time)
        try:
            commit.send()
        except StepConflict:
            continue
        finalization.after_commit()
        return True
