"""A semaphore for each tenant and kind of generation: which jobs hold a permit, and which wait.

Each permit is a document, `/workspaces/{w}/generationPermits/{kind}-{n}`: `{jobId, updatedAt}`. It
is acquired and released in the commits that create and end jobs, so that none is lost. A job that
ends transfers its permit to the job that has waited longest. As each permit has a document of its
own, jobs rarely conflict.
"""

from dataclasses import dataclass
from typing import Any

from google.cloud.firestore import DocumentReference, FieldFilter, Transaction

from experience import clock, config, transactions
from experience.ids import fingerprint
from experience.store import find, parse
from experience.workflows.artifacts.tenant import Tenant
from experience.workflows.generations.models import LATE_MS, MAX_PERMITS, GenerationJob, Kind


@dataclass(frozen=True)
class Permit:
    """A permit, as it was read."""

    reference: DocumentReference
    is_new: bool

    @property
    def id(self) -> str:
        """`image-0` and so on."""
        return str(self.reference.id)

    def record(self, transaction: Transaction, job_id: str | None, now: int) -> None:
        """Record the job that holds it, or that none does. One write."""
        fields = {"jobId": job_id, "updatedAt": now}
        if self.is_new:
            transaction.create(self.reference, fields)
        else:
            transaction.update(self.reference, fields)


def count_of(kind: Kind) -> int:
    """How many jobs of a kind a tenant can have active at vendors."""
    pictures = int(config.VENDOR_PICTURES_PER_WORKSPACE.value)
    return max(1, pictures) if kind == "image" else MAX_PERMITS[kind]


def _is_one(permit_id: str) -> bool:
    """Whether a permit is one of a tenant's, or of more than there were at another count."""
    kind, _, number = permit_id.rpartition("-")
    return int(number) < count_of("image" if kind == "image" else "other")


def find_free(tenant: Tenant, transaction: Transaction, kind: Kind, job_id: str) -> Permit | None:
    """A free permit of this kind. Usually one read; one for each permit if none is free."""
    count = count_of(kind)
    first = int(fingerprint(job_id)[:8], 16) % count
    names = [f"{kind}-{(first + step) % count}" for step in range(count)]
    for some in filter(None, (names[:1], names[1:8], names[8:])):
        references = [tenant.permit_ref(name) for name in some]
        for found in transactions.read(tenant.client, references, transaction):
            if not (transactions.fields(found) or {}).get("jobId"):
                return Permit(found.reference, is_new=not found.exists)
    return None


def release(
    tenant: Tenant,
    transaction: Transaction,
    permit_id: str,
    candidate: GenerationJob | None,
    now: int,
) -> GenerationJob | None:
    """Transfer a permit to the candidate if it still waits, and return it; else release the permit.

    A permit of a job from before migration 0003 may have no document: the collection was renamed.
    One read and one write; for a candidate one of each more.
    """
    [found] = transactions.read(tenant.client, [tenant.permit_ref(permit_id)], transaction)
    permit = Permit(found.reference, is_new=not found.exists)
    waiter = None
    if candidate and _is_one(permit_id):
        waiter = find_waiter(tenant, transaction, candidate.id)
    permit.record(transaction, waiter.id if waiter else None, now)
    if waiter:
        _grant(tenant, transaction, waiter, permit_id, now)
    return waiter


def admit_next(tenant: Tenant, kind: Kind) -> GenerationJob | None:
    """Acquire a free permit for the job that has waited longest; None without such a job or permit.

    For a job that has just begun to wait, and for sweeps: a permit may have been released before
    the releasing commit could see that a job waits. Three reads as a rule, and two writes.
    """
    candidate = find_first_waiter(tenant, kind)
    if candidate is None:
        return None
    job_id = candidate.id

    def body(transaction: Transaction) -> GenerationJob | None:
        waiter = find_waiter(tenant, transaction, job_id)
        permit = find_free(tenant, transaction, kind, job_id)
        if waiter is None or permit is None:
            return None
        now = clock.now_ms()
        permit.record(transaction, waiter.id, now)
        _grant(tenant, transaction, waiter, permit.id, now)
        return waiter

    return transactions.run_optimistic(tenant.client, body)


def find_first_waiter(tenant: Tenant, kind: Kind) -> GenerationJob | None:
    """The job that has waited longest for a permit of this kind. One read."""
    query: Any = (
        tenant.collection("generationJobs")
        .where(filter=FieldFilter("waitingFor", "==", kind))
        .order_by("createdAt")
        .limit(1)
    )
    found = list(query.stream())
    return parse(found[0], GenerationJob) if found else None


def find_waiter(tenant: Tenant, transaction: Transaction, job_id: str) -> GenerationJob | None:
    """A job, if it waits for a permit. One read."""
    job = find(tenant.client, tenant.generation_ref(job_id), GenerationJob, transaction)
    return job if job and job.waiting_for else None


def _grant(
    tenant: Tenant, transaction: Transaction, waiter: GenerationJob, permit_id: str, now: int
) -> None:
    """Record in a job that it holds a permit."""
    changes = {"waitingFor": None, "permit": permit_id, "dueAt": now + LATE_MS, "updatedAt": now}
    transaction.update(tenant.generation_ref(waiter.id), changes)
