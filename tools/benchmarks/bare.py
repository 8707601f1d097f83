"""The bare transaction: the same reads and writes as a callable's, and nothing around them."""

import time
from typing import Any

from google.cloud.firestore import Client, FieldFilter, Transaction, transactional

COLLECTION = "benchmarks"
SIZES = range(1, 7)
# As large as a session with its answers.
FIELDS: dict[str, Any] = {
    "status": "active",
    "createdBy": "guest-1",
    "projectId": "demo-project",
    "outputs": {},
    "updatedAt": 0,
    "answers": [
        {"stepId": f"step-{n}", "stepType": "short_text", "value": "x" * 40, "answeredAt": n}
        for n in range(6)
    ],
}


class Bare:
    """Runs shapes such as `read 2, read 1, write 2`: each part is one round trip.

    `query N` has N results. After `lock` all runs in a transaction with locks; without it a write
    is one commit.
    """

    def __init__(self, db: Client) -> None:
        self._db = db
        documents = db.collection(COLLECTION)
        self._own = [documents.document(f"own-{n}") for n in range(max(SIZES) + 1)]
        batch = db.batch()
        for reference in self._own:
            batch.set(reference, FIELDS)
        for size in SIZES:
            for n in range(size):
                batch.set(documents.document(f"of-{size}-{n}"), {**FIELDS, "size": size})
        batch.commit()

    def run(self, shape: str) -> None:
        """Once."""
        unlocked, lock, locked = shape.partition("lock, ")
        self._run_steps(unlocked)
        if lock:
            in_transaction = transactional(lambda each: self._run_steps(locked, each))
            in_transaction(self._db.transaction(max_attempts=1))

    def _run_steps(self, steps: str, transaction: Transaction | None = None) -> None:
        for step in filter(None, steps.split(", ")):
            kind, count = step.split()
            getattr(self, f"_{kind}")(int(count), transaction)

    def _read(self, count: int, transaction: Transaction | None) -> None:
        for snapshot in self._db.get_all(self._own[:count], transaction=transaction):
            snapshot.to_dict()

    def _query(self, count: int, _transaction: Transaction | None) -> None:
        found = self._db.collection(COLLECTION).where(filter=FieldFilter("size", "==", count))
        for snapshot in found.stream():
            snapshot.to_dict()

    def _write(self, count: int, transaction: Transaction | None) -> None:
        batch = self._db.batch() if transaction is None else transaction
        for reference in self._own[:count]:
            batch.update(reference, {"updatedAt": time.time_ns()})
        if transaction is None:  # a transaction commits when its steps are done
            batch.commit()
