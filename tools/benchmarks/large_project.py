"""A project with many sessions in it."""

from collections.abc import Iterator
from itertools import islice
from typing import Any

from google.cloud.firestore import Client as Database
from rich.progress import track

from emulator.demo import seed
from tools.benchmarks.triggers import FIELDS

IN_A_BATCH = 500
SESSIONS_OF_A_GUEST = 3


def fill(db: Database, count: int) -> None:
    """Write so many completed sessions of other guests into the demo's project."""
    sessions = db.collection("projects", seed.PROJECT, "sessions")
    made = _sessions(count)
    for start in track(range(0, count, IN_A_BATCH), f"{count:,} sessions", transient=True):
        batch = db.batch()
        for fields in islice(made, min(IN_A_BATCH, count - start)):
            batch.set(sessions.document(fields["id"]), fields)
        batch.commit()


def _sessions(count: int) -> Iterator[dict[str, Any]]:
    phases = ("pregate", "main", "preshare")
    answers = [{"stepId": "name", "stepType": "short_text", "value": "Ada", "answeredAt": 1}]
    for number in range(count):
        guest, phase = divmod(number, SESSIONS_OF_A_GUEST)
        yield {
            **FIELDS,
            "id": f"many-{number}",
            "projectId": seed.PROJECT,
            "createdBy": f"other-{guest}",
            "phase": phases[phase],
            "status": "completed",
            "answers": answers,
            "mainSessionId": None if phases[phase] == "main" else f"many-{3 * guest + 1}",
            "createdAt": number,
            "updatedAt": number,
            "completedAt": number,
        }
