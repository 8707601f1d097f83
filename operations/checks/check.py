"""Whether the stored data is as it must be: each invariant, applied to all documents."""

from dataclasses import dataclass

from google.cloud.firestore import Client

from operations.checks.data import read
from operations.checks.invariants import INVARIANTS


@dataclass(frozen=True)
class Violation:
    """A document, or an object of the bucket, that breaks an invariant."""

    invariant: str
    path: str
    message: str


@dataclass(frozen=True)
class Report:
    """What was read, and what is wrong with it. `is_empty`: nothing of the runtime was found."""

    counts: dict[str, int]
    violations: list[Violation]
    is_empty: bool = False


def check(client: Client, bucket: str | None = None, project_id: str | None = None) -> Report:
    """Read everything, or one of the runtime's projects, and apply each invariant.

    One read for each document. With `bucket`, its objects are listed as well.
    """
    data = read(client, bucket, project_id)
    violations = [
        Violation(invariant.__name__, path, message)
        for invariant in INVARIANTS
        for path, message in invariant(data)
    ]
    counts = {
        "guests": len(data.guests),
        "sessions": len(data.sessions),
        "event sessions": len(data.event_sessions),
        "jobs": len(data.jobs),
        "objects": len(data.objects or ()),
    }
    is_empty = not (
        any(counts.values())
        or data.workspaces
        or data.projects
        or data.events
        or data.players
        or data.unreadable
    )
    return Report(counts, violations, is_empty)
