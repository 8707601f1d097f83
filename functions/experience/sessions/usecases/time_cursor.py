"""How a sweep goes through documents in the order of a time, and reads none of them twice.

What it could not repair it tries again for a day.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from google.cloud.firestore import DocumentReference

from experience import config, sweeps, transactions
from experience.documents import Document
from experience.store import find
from experience.sweeps import Found, Sweep, sweep_ref

LOOKBACK_MS = 24 * 3_600_000
MAX_FAILED = 200


class CursorState(Document):
    """`/sweeps/{name of the cursor}`: how far the sweep has come (Unix ms).

    `path`: the last document, where the sweep stopped within one millisecond. `failed`: the paths
    of those to be tried again.
    """

    completed_until: int = 0
    path: str | None = None
    failed: list[str] = []


@dataclass(frozen=True)
class TimeCursor:
    """What a sweep passes once: `query_until` gives what was there at a time (Unix ms).

    By `field` and then by name. What is younger than `SWEEP_GRACE_SECONDS` waits for its event.
    """

    name: str
    kind: str
    field: str
    query_until: Callable[[int], Any]
    repair: Callable[[Found], int]

    def advance(self, sweep: Sweep) -> None:
        """Go on from where the last run stopped. One query, one read, one write for each page."""
        now, grace_ms = sweep.started_at, int(config.SWEEP_GRACE_SECONDS.value) * 1000
        reference = sweep_ref(sweep.client, self.name)
        state = find(sweep.client, reference, CursorState) or CursorState()
        oldest, until = now - LOOKBACK_MS, now - grace_ms
        if state.completed_until >= until:
            return
        after: dict[str, Any] = {self.field: max(state.completed_until, oldest)}
        if state.path and state.completed_until >= oldest:
            after["__name__"] = sweep.client.document(state.path)
        failed = self._try_again(sweep, state)

        def reached(completed_until: int, path: str | None) -> None:
            recent = [each.reference.path for each in failed if each.get(self.field) > oldest]
            state = CursorState(
                completed_until=completed_until, path=path, failed=recent[-MAX_FAILED:]
            )
            transactions.retry(lambda: reference.set({**state.dump(), "updatedAt": now}))

        query = self.query_until(until)
        for page in sweeps.query_pages(query, after):
            count, failures = sweep.repair_page(self.kind, page, self.repair)
            failed += failures
            last = page[count - 1]
            reached(last.get(self.field), last.reference.path)
            if count < len(page):
                sweep.leave(query, page[count], self.field, grace_ms)
                return
        reached(until, None)

    def _try_again(self, sweep: Sweep, state: CursorState) -> list[Found]:
        """Those of the documents that failed before which fail again."""
        references: list[DocumentReference] = [sweep.client.document(each) for each in state.failed]
        found = (
            [each for each in sweep.client.get_all(references) if each.exists] if references else []
        )
        count, failed = sweep.repair_page(self.kind, found, self.repair)
        return failed + found[count:]
