"""LangGraph's interface: `FirestoreSaver`, a checkpointer for graphs of one workspace."""

import copy
import random
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, cast

from google.api_core.exceptions import AlreadyExists
from google.cloud.firestore import Client, DocumentReference, WriteBatch
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import (
    ChannelVersions,
    Checkpoint,
    CheckpointMetadata,
    CheckpointTuple,
    DeltaChannelHistory,
    get_checkpoint_metadata,
)
from langgraph.checkpoint.serde.base import SerializerProtocol
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer

from experience import clock, transactions
from experience.checkpoints import blobs, decoding, histories, pruning, store, threads
from experience.checkpoints.async_methods import AsyncMethods
from experience.checkpoints.decoding import Position, StoredCheckpoint
from experience.checkpoints.models import (
    MAX_ID_BYTES,
    Claim,
    MissingBlobError,
    Thread,
    Value,
    matches,
    segment,
    text_of,
    thread_key,
)
from experience.checkpoints.threads import Threads
from experience.errors import Contention
from experience.ids import is_document_id
from experience.store import parse

PAGE_SIZE = store.MAX_IN
MAX_ATTEMPTS = 3
CHANCE = random.SystemRandom()


class FirestoreSaver(AsyncMethods):
    """Checkpoints of the graphs of one workspace in Firestore; made by `for_workspace`.

    It is safe for threads and tasks.
    """

    def __init__(self, opened: Threads, serde: SerializerProtocol) -> None:
        super().__init__(serde=serde)
        self._threads = opened
        self._claims: dict[str, Claim] = {}

    @classmethod
    def for_workspace(
        cls,
        client: Client,
        workspace_id: str,
        *,
        ttl_days: int = 30,
        serde: SerializerProtocol | None = None,
    ) -> "FirestoreSaver":
        """A saver for the graphs of one workspace, which sees nothing of another. No read.

        A thread that nobody writes to is deleted after `ttl_days`. Left to itself it restores only
        types that LangGraph holds to be safe. Raises ValueError for what is no id or no time.
        """
        if not is_document_id(workspace_id):
            raise ValueError("workspace_id is no id of a workspace")
        if not 1 <= ttl_days <= 36_500:
            raise ValueError("ttl_days must be between 1 and 36,500")
        strict = JsonPlusSerializer(allowed_msgpack_modules=None)
        return cls(Threads.of(client, workspace_id, ttl_days), serde or strict)

    def claim(self, thread_id: str) -> "FirestoreSaver":
        """A saver with the thread's next epoch, whose commits fail once somebody claims it again.

        It writes to other threads as this one does. Two reads and two writes, then one read more
        for each commit. What a stale one has committed of blobs the sweep takes.
        """
        claimed = copy.copy(self)
        claim = self._threads.claim(thread_id)
        claimed._claims = {**self._claims, thread_key(str(thread_id)): claim}  # noqa: SLF001
        return claimed

    def get_next_version(self, current: str | None, channel: None) -> str:  # noqa: ARG002
        """The version after this one: a number that sorts as text, and chance.

        So two branches of one thread do not give a version to two values, even if a graph seeds
        `random`. As LangGraph's own.
        """
        number = 0 if current is None else int(str(current).split(".")[0])
        return f"{number + 1:032}.{CHANCE.random():016}"

    def get_tuple(self, config: RunnableConfig) -> CheckpointTuple | None:
        """A checkpoint with its values and pending writes; without an id the newest.

        One read for the checkpoint, one at least for its writes, one for each channel that is not
        inline; more for values over 900 KiB. MissingBlobError, NewerSchemaError.
        """
        position = Position.of(config)
        thread = self._threads.ref(position.thread_id)
        for _ in range(MAX_ATTEMPTS):
            stored = self._find(thread, position)
            if stored is None:
                return None
            found = store.find_writes(thread, [stored.key])
            try:
                writes = decoding.decode_writes(self.serde, thread, found).get(stored.key, [])
                values = blobs.load(thread, stored.blobs.values())
            except MissingBlobError:
                if self._find(thread, position._replace(checkpoint_id=stored.id)) is not None:
                    raise
                continue  # it was deleted while it was read
            return decoding.tuple_of(self.serde, position, stored, values, writes)
        return None

    def _find(self, thread: DocumentReference, position: Position) -> StoredCheckpoint | None:
        """The checkpoint that a config names, without its blobs, or None. One read."""
        if position.checkpoint_id is not None:
            found = store.checkpoints_ref(thread).document(position.key).get()
        else:
            namespace = segment(position.namespace)
            newest = list(store.query_checkpoints(thread, namespace, limit=1).stream())
            if not newest:
                return None
            [found] = newest
        stored = self._decode(thread, found)
        return None if stored is None or stored.hidden else stored

    def _decode(self, thread: DocumentReference, found: store.Found) -> StoredCheckpoint | None:
        """A checkpoint that was read, brought to this version's schema if need be."""
        fields = found.to_dict() if found.exists else None
        if fields is not None and fields["schemaVersion"] != threads.schema_version():
            threads.migrate(self._threads.client, thread)
            found = found.reference.get()
        return decoding.decode(self.serde, found) if found.exists else None

    def list(
        self,
        config: RunnableConfig | None,
        *,
        filter: dict[str, Any] | None = None,
        before: RunnableConfig | None = None,
        limit: int | None = None,
    ) -> Iterator[CheckpointTuple]:
        """A thread's checkpoints, the newest by its id first; without a config of all threads.

        Of the namespace that the config names, else of all. `filter`: values that the metadata
        has. One read for each checkpoint, one at least for the writes of 30, and one for each value
        that is not inline, unless the checkpoint before had it too.
        """
        earlier = Position.of(before).checkpoint_id if before else None
        left = limit
        for position in [Position.of(config)] if config else self._every_thread():
            every = config is None or config["configurable"].get("checkpoint_ns") is None
            for found in self._list_thread(position, every, filter, earlier, left):
                yield found
                left = None if left is None else left - 1
            if left is not None and left <= 0:
                return

    def _every_thread(self) -> Iterator[Position]:
        every = store.threads_ref(self._threads.client, self._threads.workspace_id)
        for page in store.pages(every.order_by("__name__"), PAGE_SIZE):
            for found in page:
                thread = parse(found, Thread)
                if thread is not None and thread.thread_id is not None:
                    yield Position(thread.thread_id, "", None)

    def _list_thread(
        self,
        position: Position,
        every_namespace: bool,
        filter: dict[str, Any] | None,
        before: str | None,
        limit: int | None,
    ) -> Iterator[CheckpointTuple]:
        if limit is not None and limit <= 0:
            return
        thread = self._threads.ref(position.thread_id)
        if position.checkpoint_id is not None and not every_namespace:
            one = store.checkpoints_ref(thread).document(position.key).get()
            pages: Any = [[one] if before is None or position.checkpoint_id < before else []]
        else:
            namespace = None if every_namespace else segment(position.namespace)
            query = store.query_checkpoints(thread, namespace, before=before)
            size = PAGE_SIZE if limit is None or filter else min(limit, PAGE_SIZE)
            pages = store.pages(query, size)
        known: dict[str, Value] = {}
        for page in pages:
            decoded = [self._decode(thread, found) for found in page]
            wanted = [
                each
                for each in decoded
                if each is not None
                and not each.hidden
                and position.checkpoint_id in {None, each.id}
                and matches(each.metadata, filter)
            ][:limit]
            found = list(store.find_writes(thread, [each.key for each in wanted]))
            for stored in wanted:
                ids = set(stored.blobs.values())
                known = {each: known[each] for each in ids & known.keys()}
                own = [each for each in found if each.get("checkpoint") == stored.key]
                try:
                    writes = decoding.decode_writes(self.serde, thread, own).get(stored.key, [])
                    known |= blobs.load(thread, ids - known.keys())
                except MissingBlobError:
                    if store.checkpoints_ref(thread).document(stored.key).get().exists:
                        raise
                    continue  # it was deleted while it was read
                yield decoding.tuple_of(self.serde, position, stored, known, writes)
                limit = None if limit is None else limit - 1
            if limit is not None and limit <= 0:
                return

    def put(
        self,
        config: RunnableConfig,
        checkpoint: Checkpoint,
        metadata: CheckpointMetadata,
        new_versions: ChannelVersions,
    ) -> RunnableConfig:
        """Store a checkpoint: first the values of changed channels, then itself. Safe to repeat.

        One write, and one for each changed channel that is not inline. StaleClaimError,
        ThreadDeletedError.
        """
        position = Position.of(config)
        fields, new = decoding.encode(
            self.serde,
            self._threads.workspace_id,
            position,
            checkpoint,
            get_checkpoint_metadata(config, metadata),
            new_versions,
            clock.now_ms(),
        )
        fields["schemaVersion"] = threads.schema_version()
        continues = position.checkpoint_id is not None
        thread = self._threads.open(position.thread_id, continues=continues)
        blobs.put(thread, new)
        key = position._replace(checkpoint_id=checkpoint["id"]).key
        reference = store.checkpoints_ref(thread).document(key)
        self._threads.commit(
            thread, self._claims.get(thread.id), lambda batch: batch.set(reference, fields)
        )
        return position.config(checkpoint["id"])

    def put_writes(
        self,
        config: RunnableConfig,
        writes: Sequence[tuple[str, Any]],
        task_id: str,
        task_path: str = "",
    ) -> None:
        """Store the writes of a task in one commit. Safe to repeat.

        Of an ordinary channel the first one stands, of a special one the last. One write for each,
        and one read for each that is repeated. StaleClaimError, ThreadDeletedError.
        """
        if not writes:
            return
        position = Position.of(config)
        task = text_of(task_id, "task_id")
        new, outside = decoding.encode_writes(
            self.serde, position.key, writes, task, task_path, clock.now_ms()
        )
        thread = self._threads.open(position.thread_id, continues=True, waits=True)
        blobs.put(thread, outside)
        collection = store.writes_ref(thread)
        existing: set[str] = set()

        def record(batch: WriteBatch) -> None:
            for each in new:
                if each.replaces:
                    batch.set(collection.document(each.key), each.fields)
                elif each.key not in existing:
                    batch.create(collection.document(each.key), each.fields)

        for _ in range(len(new) + 1):
            try:
                self._threads.commit(thread, self._claims.get(thread.id), record)
            except AlreadyExists:
                wanted = [collection.document(each.key) for each in new if not each.replaces]
                found = transactions.read(self._threads.client, wanted)
                existing.update(each.id for each in found if each.exists)
            else:
                return
        raise Contention

    def delete_thread(self, thread_id: str) -> None:
        """Delete a thread with all that lies below it. One read and one delete for each document.

        Safe to repeat. StaleClaimError.
        """
        claim = self._claims.get(thread_key(str(thread_id)))
        self._threads.delete(thread_id, claim)

    def delete_for_runs(self, run_ids: Sequence[str]) -> None:
        """Delete the checkpoints that these runs made, in all threads, as `prune` does.

        One read for each checkpoint that is found, then as `prune` for each of their threads.
        """
        wanted = [text_of(each, "run_id", MAX_ID_BYTES) for each in run_ids]
        found: dict[str, set[str]] = {}
        client, workspace_id = self._threads.client, self._threads.workspace_id
        for query in store.query_of_runs(client, workspace_id, wanted):
            for each in query.stream():
                found.setdefault(each.reference.parent.parent.path, set()).add(each.id)
        for path, keys in found.items():
            self._prune(client.document(path), lambda each, keys=keys: each.key in keys)

    def copy_thread(self, source_thread_id: str, target_thread_id: str) -> None:
        """Copy a thread with its hidden checkpoints to another one; what that has stays.

        What a run stores meanwhile is not copied. One read and one write for each document. Safe to
        repeat. Of one that does not exist nothing is copied.
        """
        source = self._threads.ref(source_thread_id)
        found = source.get()
        if not found.exists or thread_key(str(target_thread_id)) == source.id:
            return
        target = self._threads.open(target_thread_id, continues=False)
        claim = self._claims.get(target.id)
        pruning.copy_below(
            source,
            target,
            found.read_time,
            lambda record: self._threads.commit(target, claim, record),
        )

    def prune(self, thread_ids: Sequence[str], *, strategy: str = "keep_latest") -> None:
        """Keep only the newest checkpoint of each namespace, or with `delete` nothing.

        What the newest needs of its ancestors for delta channels stays, hidden from all others.
        One read for each checkpoint, write and blob of the thread. Raises ValueError for another
        strategy. StaleClaimError, ThreadDeletedError.
        """
        if strategy not in {"keep_latest", "delete"}:
            raise ValueError(f"no strategy: {strategy}")
        for thread_id in thread_ids:
            if strategy == "delete":
                self.delete_thread(thread_id)
                continue
            thread = self._threads.ref(thread_id)
            newest: dict[str, str] = {}
            for page in store.pages(
                store.query_checkpoints(thread).select(["ns"]), pruning.PAGE_SIZE
            ):
                for found in page:
                    newest.setdefault(found.get("ns"), found.id)
            kept = set(newest.values())
            if kept:
                self._prune(thread, lambda each, kept=kept: each.key not in kept)

    def _prune(self, thread: DocumentReference, ends: Any) -> None:
        claim = self._claims.get(thread.id)
        pruning.remove(
            self.serde,
            thread,
            ends,
            lambda record: self._threads.commit(thread, claim, record),
        )

    def get_delta_channel_history(
        self, *, config: RunnableConfig, channels: Sequence[str]
    ) -> Mapping[str, DeltaChannelHistory]:
        """What ancestors of a checkpoint wrote to these channels since each one's last value.

        As `histories.read_history`, and one read for the checkpoint.
        """
        position = Position.of(config)
        thread = self._threads.ref(position.thread_id)
        target = self._find(thread, position) if channels else None
        if target is None:
            return {each: {"writes": []} for each in channels}
        return histories.read_history(self.serde, thread, target, channels)

    def with_allowlist(self, extra_allowlist: Collection[tuple[str, ...]]) -> "FirestoreSaver":
        """The same saver, which restores these types too."""
        return cast("FirestoreSaver", super().with_allowlist(extra_allowlist))
