"""A project's transforms per day, counted exactly and without one document that all write to.

`/projects/{p}/transformCounts/{yyyymmdd}-{shard}`: `{day, shard, count}`. The limit is divided
among the shards. A job begins at the shard that its id names and goes on to the next while one
is full: the sum never passes the limit, and on most days a job meets one shard.
A limit that is lowered during a day holds for each shard: what some have above their new share,
others may still take below theirs.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from google.cloud.firestore import Client, DocumentReference, Transaction

from experience import transactions
from experience.errors import ResourceExhausted
from experience.ids import fingerprint
from experience.projects.models import Project
from experience.projects.store import project_ref

SHARDS = 8


@dataclass(frozen=True)
class Place:
    """Room for one more transform, found by reading and taken by writing."""

    reference: DocumentReference
    day: str
    shard: int
    count: int
    is_new: bool

    def take(self, transaction: Transaction) -> None:
        """One write."""
        if self.is_new:
            fields = {"day": self.day, "shard": self.shard, "count": 1}
            transaction.create(self.reference, fields)
        else:
            transaction.update(self.reference, {"count": self.count + 1})


def day_of(now: int) -> str:
    """`yyyymmdd` in UTC."""
    return datetime.fromtimestamp(now / 1000, UTC).strftime("%Y%m%d")


def limit_of(project: Project) -> int | None:
    """A project's transforms per day, whatever config a session is answered against."""
    return (project.published_config or project.draft_config).daily_transform_limit


def find_place(
    client: Client, transaction: Transaction, project_id: str, job_id: str, limit: int, now: int
) -> Place | None:
    """Where today's next transform counts; None when the day is full.

    Mostly one read; where the job's own shard is full, all the others in one request.
    """
    day = day_of(now)
    first = int(fingerprint(job_id)[:8], 16) % SHARDS
    in_order = [(first + step) % SHARDS for step in range(SHARDS)]
    capacity = {shard: limit // SHARDS + (shard < limit % SHARDS) for shard in in_order}
    shards = [shard for shard in in_order if capacity[shard]]
    counts = project_ref(client, project_id).collection("transformCounts")
    for look in filter(None, (shards[:1], shards[1:])):
        references = [counts.document(f"{day}-{shard}") for shard in look]
        snapshots = transactions.read(client, references, transaction)
        for shard, snapshot in zip(look, snapshots, strict=True):
            count = int((transactions.fields(snapshot) or {}).get("count", 0))
            if count < capacity[shard]:
                return Place(snapshot.reference, day, shard, count, is_new=not snapshot.exists)
    return None


def exhausted(limit: int, now: int) -> ResourceExhausted:
    """The refusal of a project whose day is full; it begins anew at midnight UTC."""
    moment = datetime.fromtimestamp(now / 1000, UTC)
    midnight = moment.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    seconds = int((midnight - moment).total_seconds()) + 1
    return ResourceExhausted(
        "daily_limit_reached",
        "This project's pictures for today are used up.",
        retryAfterSeconds=seconds,
        limit=limit,
    )
