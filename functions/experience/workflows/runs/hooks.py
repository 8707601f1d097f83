"""The hooks of the domains that runs are done for.

A run that an editor starts has no owner reference. A run that another domain creates names, in its
owner reference, the documents that it is done for, and the objects that it may read outside of its
workspace. Each time that the engine writes something that matters to those documents, it asks the
domain's hooks what else changes, and writes that in the same commit. So a run and its owner never
contradict each other.
"""

from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import Any, Protocol

from google.cloud.firestore import Client, DocumentReference, Transaction

from experience import transactions
from experience.transactions import ConditionalWrites
from experience.workflows.artifacts.tenant import Tenant
from experience.workflows.runs.models import Run, RunStep, StepError
from experience.workflows.skills import File

Updates = Sequence[tuple[DocumentReference, dict[str, Any]]]
"""Updates of documents that a run is done for, of as many of them as exist."""

HookWrites = Updates | ConditionalWrites
"""Such updates, or what a transaction of the domain would write.

Then the engine's commit fails if a document that it updates has changed since, and the hook is
called again.
"""


class RunHooks(Protocol):
    """What a domain does as its runs proceed. Its hooks return updates of documents that exist.

    Each hook may be called again for the same change: after a crash, or after a conflict.
    """

    def may_start(self, client: Client, run: Run) -> bool:
        """Whether the first step of a queued run may start now, or has to wait for its turn."""

    def on_step_started(self, client: Client, run: Run, step: RunStep) -> HookWrites:
        """A step starts: the run's first one, the next one, or another attempt."""

    def on_attempt_failed(
        self, client: Client, run: Run, step: RunStep, error: StepError, now: int
    ) -> HookWrites:
        """An attempt at a step failed, and another one follows."""

    def on_run_finalized(
        self, client: Client, run: Run, outputs: Mapping[str, Any], now: int
    ) -> HookWrites:
        """The run ended. `run` has its status, `outputs` the output of each completed step."""

    def after_run_finalized(self, run: Run) -> None:
        """The commit that ended the run is through. Whoever dies before this never gets to it."""

    def on_run_retried(self, client: Client, run: Run, now: int) -> HookWrites:
        """The run is retried. Raises FailedPrecondition where its owner begins another instead."""

    def publish(
        self, run: Run, files: Sequence[File], require_lease: Callable[[], None]
    ) -> Mapping[str, Any]:
        """Store finished files among the owner's, once for each run attempt.

        Returns what the skill learns of them, such as their addresses. `require_lease` reads the
        step, and raises Cancelled where the worker has lost it: for files that replace others.
        """


HOOKS: dict[str, RunHooks] = {}
"""The hooks by the kind of owner reference. Each domain registers its own."""

DOMAIN_OF = {"campaign": "campaigns", "journey": "journeys", "transform": "transforms"}
"""The domain whose `usecases.hooks` registers a kind. An instance imports no later domain than its
function's own, so it imports them with the first run that is done for one."""


def hooks_of(run: Run) -> RunHooks | None:
    """The hooks of the run's owner; None for a run without one."""
    if not run.owner_reference:
        return None
    kind = run.owner_reference.kind
    if kind not in HOOKS and kind in DOMAIN_OF:
        import_module(f"experience.{DOMAIN_OF[kind]}.usecases.hooks")
    return HOOKS.get(kind)


def add_hook_writes(tenant: Tenant, transaction: Transaction, writes: HookWrites) -> None:
    """Add hook writes to a transaction, to as many of their documents as exist.

    No document is read again for that: whoever else changes one conflicts on the run.
    """
    if isinstance(writes, ConditionalWrites):
        for write in writes.writes:
            write.add_to(transaction)
        return
    updates = list(writes)
    references = [reference for reference, _ in updates]
    existing = transactions.find_existing(tenant.client, references, transaction) if updates else ()
    for reference, changes in updates:
        if reference.path in existing:
            transaction.update(reference, changes)
