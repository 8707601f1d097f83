"""For whom runs are done: documents of another domain that change in the same commits.

A run that an editor starts belongs to nobody. One that a domain orders names the documents that it
is done for, and what of the bucket it may read beside its workspace's own. The engine asks the
domain what else changes, each time that it writes something that matters to them, and writes it
in the same commit: run and owner never tell different stories.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol, TypeVar

from google.api_core.exceptions import NotFound
from google.cloud.firestore import Client, DocumentReference, Transaction

from experience import logs, transactions
from experience.workflows.artifacts.tenant import Tenant
from experience.workflows.runs.models import Run, RunStep, StepError
from experience.workflows.skills import File

T = TypeVar("T")

Write = tuple[DocumentReference, dict[str, Any]]
Writes = Sequence[Write]


class RunHooks(Protocol):
    """A domain that orders runs. What it returns are updates of documents that exist.

    Each may be asked again for the same change: after a crash, or a commit that was refused.
    """

    def began(self, client: Client, run: Run, step: RunStep) -> Writes:
        """A step begins: the run's first, the next one, or another attempt."""

    def paused(self, client: Client, run: Run, step: RunStep, error: StepError, now: int) -> Writes:
        """An attempt at a step failed, and another one follows."""

    def ended(self, client: Client, run: Run, outputs: Mapping[str, Any], now: int) -> Writes:
        """The run is over: `run` says how, `outputs` have what each step gave."""

    def renewed(self, client: Client, run: Run, now: int) -> Writes:
        """The run is taken up again."""

    def publish(self, run: Run, files: Sequence[File]) -> Mapping[str, Any]:
        """Store finished files where the owner's are, once for each round; what to tell of them."""


HOOKS: dict[str, RunHooks] = {}
"""The domains by the name that their runs carry; each fills in its own."""


def hooks_of(run: Run) -> RunHooks | None:
    """Who is to be told of a run."""
    return HOOKS.get(run.belongs_to.kind) if run.belongs_to else None


def commit_with_hooks(
    writes: Writes, commit: Callable[[Writes], T], stands: Callable[[], bool]
) -> T:
    """Commit together with the owner's writes, to as many of its documents as there are.

    Somebody may have removed one by hand while what the engine writes still `stands`: the run has
    to end all the same, and tells those that are left.
    """
    try:
        return transactions.retry(lambda: commit(writes))
    except NotFound:
        if not writes or not stands():
            raise
        left = [each for each in writes if each[0].get().exists]
        if len(left) == len(writes):
            raise
        logs.warning("a run's owner is gone", documents=[each.path for each, _ in writes])
        return commit_with_hooks(left, commit, stands)


def update_owner(tenant: Tenant, transaction: Transaction, writes: Writes) -> None:
    """The owner's writes, to as many of its documents as there are.

    Whoever changes them at the same moment meets on the run.
    """
    references = [reference for reference, _ in writes]
    there = transactions.existing(tenant.client, references, transaction) if writes else ()
    for reference, changes in writes:
        if reference.path in there:
            transaction.update(reference, changes)
