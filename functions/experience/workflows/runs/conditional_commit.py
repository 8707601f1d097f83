"""Commits of several writes, each of which keeps its own result."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from google.api_core.exceptions import AlreadyExists, FailedPrecondition, NotFound
from google.cloud.firestore import Client, DocumentReference, WriteBatch

from experience import logs, transactions
from experience.documents import Document
from experience.transactions import ConditionalWrites
from experience.workflows.runs.errors import StepConflict
from experience.workflows.runs.hooks import HookWrites

FieldUpdates = dict[str, Any]


@dataclass(eq=False)
class Write:
    """One write of a commit. Its result is known once the commit has succeeded."""

    reference: DocumentReference
    add_to: Callable[[WriteBatch], None]
    if_written_at: Any = None
    is_hook: bool = False
    result: Any = None

    @property
    def update_time(self) -> Any:
        """When the document was written."""
        return self.result.update_time

    @property
    def counter(self) -> int | None:
        """What the write's increment came to; None for a write without one."""
        for value in self.result.transform_results:
            if "integer_value" in value:
                return int(value.integer_value)
        return None


class Commit:
    """Writes that take effect together or not at all."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self._writes: list[Write] = []

    def update(
        self, reference: DocumentReference, changes: FieldUpdates, *, if_written_at: Any = None
    ) -> Write:
        """Change fields of a document that exists; with a time, if it was last written then."""
        option = self.client.write_option(last_update_time=if_written_at) if if_written_at else None
        return self._add(
            Write(
                reference,
                lambda batch: batch.update(reference, changes, option=option),
                if_written_at=if_written_at,
            )
        )

    def set(self, reference: DocumentReference, document: Document) -> Write:
        """Create a document, or replace it."""
        return self._add(Write(reference, lambda batch: batch.set(reference, document.dump())))

    def delete(self, reference: DocumentReference) -> Write:
        """Delete a document, if it exists."""
        return self._add(Write(reference, lambda batch: batch.delete(reference)))

    def add_hook_writes(self, writes: HookWrites) -> None:
        """Change the documents that the run is done for, as many of them as exist."""
        if isinstance(writes, ConditionalWrites):
            for each in writes.writes:
                self._add(Write(each.reference, each.add_to, if_written_at=each.if_written_at))
            return
        for reference, changes in writes:
            write = self.update(reference, changes)
            write.is_hook = True

    def send(self) -> None:
        """Send the writes in one request. Raises StepConflict.

        Somebody may have deleted a hook's document by hand. The run goes on without that document:
        its write is left out, and the others are sent again.
        """
        while True:
            try:
                results = transactions.retry(self._send)
            except (FailedPrecondition, AlreadyExists) as stale:
                raise StepConflict from stale
            except NotFound as missing:
                if not self._leave_out_missing_hook_documents():
                    raise StepConflict from missing
            else:
                for write, result in zip(self._writes, results, strict=True):
                    write.result = result
                return

    def _add(self, write: Write) -> Write:
        self._writes.append(write)
        return write

    def _send(self) -> list[Any]:
        batch = self.client.batch()
        for write in self._writes:
            write.add_to(batch)
        return list(batch.commit())

    def _leave_out_missing_hook_documents(self) -> bool:
        """Whether there were any, and the commit's own documents are as they were read.

        One read for each document.
        """
        conditional = [each for each in self._writes if each.if_written_at]
        hooked = [each for each in self._writes if each.is_hook]
        if not hooked:
            return False
        found = transactions.read(self.client, [each.reference for each in conditional])
        for write, snapshot in zip(conditional, found, strict=True):
            if snapshot.update_time != write.if_written_at:
                return False
        missing = [each for each in hooked if not each.reference.get().exists]
        self._writes = [each for each in self._writes if each not in missing]
        if missing:
            logs.warning("hook document missing", documents=[m.reference.path for m in missing])
        return bool(missing)
