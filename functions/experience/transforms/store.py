"""Where jobs live."""

from dataclasses import dataclass
from typing import Any

from google.cloud.firestore import Client, DocumentReference, FieldFilter, Transaction

from experience import transactions
from experience.ids import fingerprint
from experience.projects.store import project_ref
from experience.sessions.models.session import JobStatus
from experience.store import Memory, get, parse
from experience.transforms.models.job import Job, JobInternals
from experience.transforms.models.quota import day_of, shares_of

_full_days = Memory[int](1000, lambda: 60)
"""The highest limit at which an instance has found a day full: counts are never taken back."""


def job_ref(client: Client, project_id: str, job_id: str) -> DocumentReference:
    """`/projects/{p}/jobs/{j}`"""
    return client.document("projects", project_id, "jobs", job_id)


def internals_ref(client: Client, project_id: str, job_id: str) -> DocumentReference:
    """`/projects/{p}/jobs/{j}/jobInternals/state`"""
    return client.document("projects", project_id, "jobs", job_id, "jobInternals", "state")


def get_job(client: Client, project_id: str, job_id: str) -> Job:
    """One job of any guest. One read. NotFound."""
    return get(client, job_ref(client, project_id, job_id), Job, what="job")


def find_job_with_internals(
    client: Client, project_id: str, job_id: str, transaction: Transaction | None = None
) -> tuple[Job, JobInternals] | None:
    """A job with its internals, None where it is gone. Two reads."""
    references = [
        job_ref(client, project_id, job_id),
        internals_ref(client, project_id, job_id),
    ]
    first, second = transactions.read(client, references, transaction)
    job, internals = parse(first, Job), parse(second, JobInternals)
    return (job, internals) if job and internals else None


def find_queue(client: Client, project_id: str, guest_id: str, count: int) -> list[Job]:
    """The first of a guest's jobs that have not ended, in their order. One read each."""
    statuses = [JobStatus.PENDING.value, JobStatus.RUNNING.value]
    query: Any = (
        project_ref(client, project_id)
        .collection("jobs")
        .where(filter=FieldFilter("createdBy", "==", guest_id))
        .where(filter=FieldFilter("status", "in", statuses))
        .order_by("queuedAt")
        .limit(count)
    )
    return [job for found in query.stream() if (job := parse(found, Job))]


@dataclass(frozen=True)
class Reservation:
    """Room for one more transform in the day of a project or event, held by writing it.

    `…/transformCounts/{yyyymmdd}-{shard}`: `{day, shard, count}`. The limit is divided among the
    shards, so that not all jobs write to one document: eight for a small limit, two hundred for a
    large one (`shares_of`). A job begins at the shard that its key names and goes on to others
    while one is full: the sum never passes the limit, and on most days a job meets one shard. A
    limit that is lowered during a day holds for each shard: what some have above their new share,
    others may still take below theirs.
    """

    reference: DocumentReference
    day: str
    shard: int
    count: int
    is_new: bool

    def write(self, transaction: Transaction) -> None:
        """One write."""
        if self.is_new:
            fields = {"day": self.day, "shard": self.shard, "count": 1}
            transaction.create(self.reference, fields)
        else:
            transaction.update(self.reference, {"count": self.count + 1})


def find_reservation(
    client: Client,
    transaction: Transaction,
    owner: DocumentReference,
    key: str,
    limit: int,
    now: int,
) -> Reservation | None:
    """Where the next transform counts in the day of a project or event; None when it is full.

    `key` decides which shard comes first. Mostly one read; where that shard is full, seven others
    in one request, and where these are full, all. A day that this instance has just found full
    costs no read.
    """
    day, counts = day_of(now), owner.collection("transformCounts")
    known = f"{owner.path}/{day}"
    full_at = _full_days.get(known) or 0
    shares = shares_of(limit)
    if not shares or full_at >= limit:
        return None
    first = int(fingerprint(key)[:8], 16) % len(shares)
    in_order = [(first + step) % len(shares) for step in range(len(shares))]
    for some in filter(None, (in_order[:1], in_order[1:8], in_order[8:])):
        references = [counts.document(f"{day}-{shard}") for shard in some]
        snapshots = transactions.read(client, references, transaction)
        for shard, snapshot in zip(some, snapshots, strict=True):
            count = int((transactions.fields(snapshot) or {}).get("count", 0))
            if count < shares[shard]:
                return Reservation(
                    snapshot.reference, day, shard, count, is_new=not snapshot.exists
                )
    _full_days.keep(known, max(limit, full_at))
    return None
