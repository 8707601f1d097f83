"""How runs end: what is written of one whose steps have all ended, and for whom it was done."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from google.api_core.exceptions import FailedPrecondition, NotFound
from google.cloud.firestore import DocumentReference

from experience import clock, logs
from experience.workflows.artifacts import payloads
from experience.workflows.artifacts.payloads import Packed
from experience.workflows.artifacts.tenant import Tenant
from experience.workflows.runs import decisions, hooks, store
from experience.workflows.runs.hooks import Writes
from experience.workflows.runs.models import Run, RunStatus, RunStep, StepStatus


@dataclass(frozen=True)
class Finalization:
    """The end of a run: the run as it is then, and what else its commit writes and deletes."""

    before: Run
    after: Run
    context: Packed
    writes: Writes
    obsolete: list[DocumentReference]

    def add_to(self, tenant: Tenant, batch: Any, writes: Writes, option: Any = None) -> None:
        """Put all of it into a commit."""
        changes = self.before.difference(self.after)
        batch.update(tenant.run_ref(self.after.id), changes, option=option)
        if self.context.document:
            document = self.context.document
            batch.set(tenant.artifact_ref(document.id), document.dump())
        for reference, changed in writes:
            batch.update(reference, changed)
        for each in self.obsolete:
            batch.delete(each)

    def log(self) -> None:
        run = self.after
        logs.info("run ended", run=run.id, status=run.status, duration_ms=run.duration_ms)


def finalization_of(tenant: Tenant, run: Run, steps: Iterable[RunStep], now: int) -> Finalization:
    """How a run ends whose steps have ended like this.

    Once a run that has an owner is completed nobody needs what lay between its steps: its owner
    has the result.
    """
    all_steps = list(steps)
    status, error = decisions.outcome(run.workflow(), all_steps, now)
    context = payloads.pack(tenant, run.id, "context", decisions.context(all_steps), now)
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
    owner = hooks.hooks_of(run)
    if owner is None:
        return Finalization(run, after, context, (), [])
    outputs = {
        step.id: payloads.unpack(tenant, step.output, step.output_uri)
        for step in all_steps
        if step.status is StepStatus.COMPLETED
    }
    obsolete = []
    if status is RunStatus.COMPLETED:
        ids = {each for step in all_steps for each in step.output_artifact_ids}
        obsolete = [tenant.artifact_ref(each) for each in sorted(ids)]
    return Finalization(
        run, after, context, owner.ended(tenant.client, after, outputs, now), obsolete
    )


def finalize_run(tenant: Tenant, run_id: str) -> bool:
    """Write the end of a run whose steps have all ended; whether it was this call that did.

    One read for the run and for each step, one write, and the owner's.
    """
    while True:
        stored, steps = store.get_run_with_steps(tenant, run_id)
        if not stored.run.is_going or not decisions.is_over(steps):
            return False
        end = finalization_of(tenant, stored.run, steps, clock.now_ms())
        option = tenant.client.write_option(last_update_time=stored.written_at)

        def commit(writes: Writes, end: Finalization = end, option: Any = option) -> None:
            batch = tenant.client.batch()
            end.add_to(tenant, batch, writes, option)
            batch.commit()

        def stands(written_at: Any = stored.written_at) -> bool:
            return bool(store.get_run_with_steps(tenant, run_id)[0].written_at == written_at)

        try:
            hooks.commit_with_hooks(end.writes, commit, stands)
        except (FailedPrecondition, NotFound):
            continue
        end.log()
        return True
