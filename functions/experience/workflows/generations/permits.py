"""Who of a tenant's jobs is under way with a vendor, and who waits: one document for each place.

`/workspaces/{w}/generationPermits/{kind}-{n}`: `{jobId, updatedAt}`. A place is taken and given on
in the same commits that begin and end jobs, so none is lost. A job that ends gives its place to
the one that has waited longest. As each place is a document of its own, jobs rarely meet.
"""

from dataclasses import dataclass
from typing import Any

from google.cloud.firestore import DocumentReference, FieldFilter, Transaction

from experience import clock, transactions
from experience.ids import fingerprint
from experience.workflows.artifacts.tenant import Tenant
from experience.workflows.generations.models import LATE_MS, MAX_PERMITS, GenerationJob, Kind


@dataclass(frozen=True)
class Permit:
    """Room for one more job, found by reading and taken by writing."""

    reference: DocumentReference
    is_new: bool

    @property
    def id(self) -> str:
        """`image-0` and so on."""
        return str(self.reference.id)

    def take(self, transaction: Transaction, job_id: str, now: int) -> None:
        """One write."""
        fields = {"jobId": job_id, "updatedAt": now}
        if self.is_new:
            transaction.create(self.reference, fields)
        else:
            transaction.update(self.reference, fields)


def find_free(tenant: Tenant, transaction: Transaction, kind: Kind, job_id: str) -> Permit | None:
    """A free place of this kind. Mostly one read; as many as there are when all are taken."""
    count = MAX_PERMITS[kind]
    first = int(fingerprint(job_id)[:8], 16) % count
    names = [f"{kind}-{(first + step) % count}" for step in range(count)]
    for some in (names[:1], names[1:]):
        references = [tenant.permit_ref(name) for name in some]
        for found in transactions.read(tenant.client, references, transaction):
            if not (transactions.fields(found) or {}).get("jobId"):
                return Permit(found.reference, is_new=not found.exists)
    return None


def find_first_waiter(tenant: Tenant, kind: Kind) -> GenerationJob | None:
    """The job that has waited longest for a place of this kind. One read."""
    query: Any = (
        tenant.collection("generationJobs")
        .where(filter=FieldFilter("waitingFor", "==", kind))
        .order_by("createdAt")
        .limit(1)
    )
    found = list(query.stream())
    return GenerationJob.load(found[0].to_dict()) if found else None


def transfer(transaction: Transaction, reference: Any, place: str, now: int) -> None:
    """A waiting job has a place from now on. One write."""
    changes = {"waitingFor": None, "permit": place, "dueAt": now + LATE_MS, "updatedAt": now}
    transaction.update(reference, changes)


def admit_next(tenant: Tenant, kind: Kind) -> GenerationJob | None:
    """Give a free place to the job that has waited longest, and return that; None without either.

    For who has just begun to wait, and for sweeps: a place may have become free before anybody
    could see that somebody waits. Two writes.
    """

    candidate = find_first_waiter(tenant, kind)
    if candidate is None:
        return None
    job_id = candidate.id

    def body(transaction: Transaction) -> GenerationJob | None:
        waiting = find_waiter(tenant, transaction, job_id)
        place = find_free(tenant, transaction, kind, job_id)
        if waiting is None or place is None:
            return None
        now = clock.now_ms()
        place.take(transaction, waiting.id, now)
        transfer(transaction, tenant.generation_ref(waiting.id), place.id, now)
        return waiting

    return transactions.run_optimistic(tenant.client, body)


def find_waiter(tenant: Tenant, transaction: Transaction, job_id: str) -> GenerationJob | None:
    """A job that was found to wait, if it still does. One read."""
    [found] = transactions.read(tenant.client, [tenant.generation_ref(job_id)], transaction)
    data = transactions.fields(found)
    job = GenerationJob.load(data) if data else None
    return job if job and job.waiting_for else None
