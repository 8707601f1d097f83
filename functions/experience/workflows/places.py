"""Who of a tenant's jobs is under way with a vendor, and who waits: one document for each place.

`/workspaces/{w}/generationPlaces/{kind}-{n}`: `{jobId, updatedAt}`. A place is taken and given on
in the same commits that begin and end jobs, so none is lost. A job that ends gives its place to
the one that has waited longest. As each place is a document of its own, jobs rarely meet.
"""

from dataclasses import dataclass
from typing import Any

from google.cloud.firestore import DocumentReference, FieldFilter, Transaction

from experience import clock, transactions
from experience.ids import fingerprint
from experience.workflows.generations import AT_ONCE, LATE_MS, GenerationJob, Kind
from experience.workflows.tenant import Tenant


@dataclass(frozen=True)
class Place:
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


def find(tenant: Tenant, transaction: Transaction, kind: Kind, job_id: str) -> Place | None:
    """A free place of this kind. Mostly one read; as many as there are when all are taken."""
    count = AT_ONCE[kind]
    first = int(fingerprint(job_id)[:8], 16) % count
    names = [f"{kind}-{(first + step) % count}" for step in range(count)]
    for some in (names[:1], names[1:]):
        references = [tenant.place_ref(name) for name in some]
        for found in transactions.read(tenant.client, references, transaction):
            if not (transactions.fields(found) or {}).get("jobId"):
                return Place(found.reference, is_new=not found.exists)
    return None


def first_waiting(tenant: Tenant, kind: Kind) -> GenerationJob | None:
    """The job that has waited longest for a place of this kind. One read."""
    query: Any = (
        tenant.collection("generationJobs")
        .where(filter=FieldFilter("waiting", "==", kind))
        .order_by("createdAt")
        .limit(1)
    )
    found = list(query.stream())
    return GenerationJob.load(found[0].to_dict()) if found else None


def give(transaction: Transaction, reference: Any, place: str, now: int) -> None:
    """A waiting job has a place from now on. One write."""
    changes = {"waiting": None, "place": place, "dueAt": now + LATE_MS, "updatedAt": now}
    transaction.update(reference, changes)


def start_next(tenant: Tenant, kind: Kind) -> GenerationJob | None:
    """Give a free place to the job that has waited longest, and return that; None without either.

    For who has just begun to wait, and for sweeps: a place may have become free before anybody
    could see that somebody waits. Two writes.
    """

    candidate = first_waiting(tenant, kind)
    if candidate is None:
        return None
    job_id = candidate.id

    def body(transaction: Transaction) -> GenerationJob | None:
        waiting = first_waiting_now(tenant, transaction, job_id)
        place = find(tenant, transaction, kind, job_id)
        if waiting is None or place is None:
            return None
        now = clock.now_ms()
        place.take(transaction, waiting.id, now)
        give(transaction, tenant.generation_ref(waiting.id), place.id, now)
        return waiting

    return transactions.run_optimistic(tenant.client, body)


def first_waiting_now(
    tenant: Tenant, transaction: Transaction, job_id: str
) -> GenerationJob | None:
    """A job that was found to wait, if it still does. One read."""
    [found] = transactions.read(tenant.client, [tenant.generation_ref(job_id)], transaction)
    data = transactions.fields(found)
    job = GenerationJob.load(data) if data else None
    return job if job and job.waiting else None
