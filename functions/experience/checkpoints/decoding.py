"""Checkpoints and writes as LangGraph knows them, and as they are stored."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, cast

from google.cloud.firestore import DocumentReference
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import (
    WRITES_IDX_MAP,
    Checkpoint,
    CheckpointMetadata,
    CheckpointTuple,
    PendingWrite,
    writes_sort_key,
)
from langgraph.checkpoint.serde.base import SerializerProtocol

from experience.checkpoints import blobs, store
from experience.checkpoints.blobs import NewBlob
from experience.checkpoints.models import (
    MAX_CHUNK_BYTES,
    MAX_COMMIT_BYTES,
    MAX_ID_BYTES,
    MAX_INLINE_BYTES,
    WRITE_BYTES,
    Value,
    blob_id,
    checkpoint_key,
    segment,
    state_blob_id,
    text_of,
    write_blob_id,
    write_key,
)

IMMUTABLE = (type(None), bool, int, float, str, bytes)
"""What may be inline. Another type can become larger without a new version of its channel."""


class Position(NamedTuple):
    """Which checkpoint of a thread a config names; without an id the newest of its namespace."""

    thread_id: Any
    namespace: str
    checkpoint_id: str | None

    @classmethod
    def of(cls, config: RunnableConfig) -> "Position":
        """What a config names. KeyError without `thread_id`, ValueError for an impossible id."""
        configurable = config["configurable"]
        namespace = text_of(configurable.get("checkpoint_ns") or "", "checkpoint_ns")
        given = configurable.get("checkpoint_id")
        checkpoint_id = text_of(given, "checkpoint_id", MAX_ID_BYTES) if given else None
        return cls(configurable["thread_id"], namespace, checkpoint_id)

    @property
    def key(self) -> str:
        """The id of the checkpoint's document. Raises ValueError without `checkpoint_id`."""
        if self.checkpoint_id is None:
            raise ValueError("the config names no checkpoint_id")
        return checkpoint_key(self.namespace, self.checkpoint_id)

    def config(self, checkpoint_id: str) -> RunnableConfig:
        """The config that names another checkpoint of the same namespace."""
        return {
            "configurable": {
                "thread_id": self.thread_id,
                "checkpoint_ns": self.namespace,
                "checkpoint_id": checkpoint_id,
            }
        }


@dataclass(frozen=True)
class StoredCheckpoint:
    """A checkpoint's document, decoded, and its values as far as they are inline."""

    key: str
    namespace: str
    id: str
    parent_id: str | None
    checkpoint: Checkpoint
    metadata: CheckpointMetadata
    blobs: dict[str, str]
    """The id of the blob of each channel whose value is not inline."""
    deltas: tuple[str, ...]
    hidden: bool

    @property
    def channels(self) -> set[str]:
        """The channels that have a value here."""
        return {*self.checkpoint["channel_values"], *self.blobs}

    @property
    def parent_key(self) -> str | None:
        """The id of the parent's document."""
        return checkpoint_key(self.namespace, self.parent_id) if self.parent_id else None


def encode(
    serde: SerializerProtocol,
    workspace_id: str,
    position: Position,
    checkpoint: Checkpoint,
    metadata: CheckpointMetadata,
    new_versions: Mapping[str, Any],
    now: int,
) -> tuple[dict[str, Any], list[NewBlob]]:
    """The document of a checkpoint, and the blobs that have to be stored before it.

    Raises ValueError for an id or a name that Firestore cannot store.
    """
    checkpoint_id = text_of(checkpoint["id"], "the checkpoint's id", MAX_ID_BYTES)
    key = checkpoint_key(position.namespace, checkpoint_id)
    made_by = f"lgCheckpoints/{key}"
    inline: dict[str, Any] = {}
    outside: dict[str, str] = {}
    new: list[NewBlob] = []
    for channel, content in checkpoint["channel_values"].items():
        value = Value(*serde.dumps_typed(content))
        if isinstance(content, IMMUTABLE) and len(value.data) <= MAX_INLINE_BYTES:
            inline[channel] = content
            continue
        # A value without a version belongs to this checkpoint alone.
        version = checkpoint["channel_versions"].get(channel, f"@{checkpoint_id}")
        outside[channel] = blob_id(position.namespace, text_of(channel, "a channel"), version)
        if channel in new_versions or channel not in checkpoint["channel_versions"]:
            new.append(NewBlob(outside[channel], value, made_by))
    counted = metadata.get("counters_since_delta_snapshot") or {}
    deltas = sorted(each for each in counted if each not in checkpoint["channel_values"])
    body = {**checkpoint, "channel_values": inline}
    state = Value(*serde.dumps_typed({"checkpoint": body, "metadata": metadata}))
    fields: dict[str, Any] = {
        "tenantId": workspace_id,
        "nsKey": segment(position.namespace),
        "ns": position.namespace,
        "checkpointId": checkpoint_id,
        "parentId": position.checkpoint_id,
        "runId": _run_id(metadata),
        "channels": list(outside),
        "blobs": list(outside.values()),
        "createdAt": now,
    }
    if deltas:
        fields["deltas"] = deltas
    if len(state.data) + sum(map(len, outside)) > MAX_CHUNK_BYTES // 2:
        names = Value(*serde.dumps_typed({"state": tuple(state), "channels": list(outside)}))
        own = state_blob_id(key, names.data)
        new.append(NewBlob(own, names, made_by))
        fields |= {"channels": [], "blobs": [*outside.values(), own], "outside": True}
    else:
        fields |= {"type": state.type, "data": state.data}
    return fields, new


def _run_id(metadata: CheckpointMetadata) -> str | None:
    run_id = metadata.get("run_id")
    return None if run_id is None else text_of(run_id, "run_id", MAX_ID_BYTES)


def decode(serde: SerializerProtocol, found: store.Found) -> StoredCheckpoint:
    """A checkpoint that was read, without the values of its blobs.

    No read, but for one whose own state is too large for its document. MissingBlobError.
    """
    fields = found.to_dict() or {}
    channels, ids = fields["channels"], fields["blobs"]
    if fields.get("outside"):
        thread = found.reference.parent.parent
        names = serde.loads_typed(blobs.load(thread, [ids[-1]])[ids[-1]])
        channels, ids = names["channels"], ids[:-1]
        state = serde.loads_typed(tuple(names["state"]))
    else:
        state = serde.loads_typed((fields["type"], fields["data"]))
    return StoredCheckpoint(
        key=found.id,
        namespace=fields["ns"],
        id=state["checkpoint"]["id"],
        parent_id=fields["parentId"],
        checkpoint=state["checkpoint"],
        metadata=state["metadata"],
        blobs=dict(zip(channels, ids, strict=True)),
        deltas=tuple(fields.get("deltas", ())),
        hidden=bool(fields.get("hidden")),
    )


def tuple_of(
    serde: SerializerProtocol,
    position: Position,
    stored: StoredCheckpoint,
    values: Mapping[str, Value],
    writes: list[PendingWrite],
) -> CheckpointTuple:
    """A checkpoint as LangGraph gets it, with the values of its blobs and its pending writes."""
    outside = {name: serde.loads_typed(values[each]) for name, each in stored.blobs.items()}
    inline = stored.checkpoint["channel_values"]
    own = position._replace(namespace=stored.namespace)
    return CheckpointTuple(
        config=own.config(stored.id),
        checkpoint=cast("Checkpoint", {**stored.checkpoint, "channel_values": inline | outside}),
        metadata=stored.metadata,
        parent_config=own.config(stored.parent_id) if stored.parent_id else None,
        pending_writes=writes,
    )


@dataclass(frozen=True)
class NewWrite:
    """A write of a task. `replaces`: of a special channel, whose last one stands."""

    key: str
    fields: dict[str, Any]
    replaces: bool


def encode_writes(
    serde: SerializerProtocol,
    checkpoint: str,
    writes: Sequence[tuple[str, Any]],
    task_id: str,
    task_path: str,
    now: int,
) -> tuple[list[NewWrite], list[NewBlob]]:
    """The documents of a task's writes, and the blobs that have to be stored before them.

    All documents are one commit, so the largest values lie outside if there are many.
    """
    values = [Value(*serde.dumps_typed(value)) for _, value in writes]
    outside = _too_large(values)
    made: dict[str, NewWrite] = {}
    new: dict[str, NewBlob] = {}
    for number, ((channel, _), value) in enumerate(zip(writes, values, strict=True)):
        index = WRITES_IDX_MAP.get(channel, number)
        key = write_key(checkpoint, task_id, index)
        fields: dict[str, Any] = {
            "checkpoint": checkpoint,
            "taskId": task_id,
            "taskPath": text_of(task_path, "task_path"),
            "idx": index,
            "channel": text_of(channel, "a channel"),
            "createdAt": now,
        }
        new.pop(key, None)
        if number in outside:
            blob = NewBlob(write_blob_id(key, value.data), value, f"lgWrites/{key}")
            new[key] = blob
            fields["blob"] = blob.id
        else:
            fields |= {"type": value.type, "data": value.data}
        made[key] = NewWrite(key, fields, replaces=index < 0)
    return list(made.values()), list(new.values())


def _too_large(values: Sequence[Value]) -> set[int]:
    """Which of these are not written into their documents: the largest, until the rest fits."""
    sizes = sorted(((len(value.data), number) for number, value in enumerate(values)), reverse=True)
    total = sum(size for size, _ in sizes)
    most = MAX_COMMIT_BYTES - WRITE_BYTES * len(values)
    outside = set()
    for size, number in sizes:
        if size <= MAX_INLINE_BYTES or (size <= MAX_CHUNK_BYTES and total <= most):
            break
        outside.add(number)
        total -= size
    return outside


def decode_writes(
    serde: SerializerProtocol,
    thread: DocumentReference,
    found: Iterable[store.Found],
    channels: set[str] | None = None,
) -> dict[str, list[PendingWrite]]:
    """The writes of each checkpoint, by its document's id, in the order in which they apply.

    One read for each that is too large for its document. MissingBlobError.
    """
    rows = [each.to_dict() or {} for each in found]
    rows = [row for row in rows if channels is None or row["channel"] in channels]
    rows.sort(key=lambda row: writes_sort_key(row["taskPath"], row["taskId"], row["idx"]))
    values = blobs.load(thread, [row["blob"] for row in rows if "blob" in row])
    writes: dict[str, list[PendingWrite]] = {}
    for row in rows:
        value = values[row["blob"]] if "blob" in row else Value(row["type"], row["data"])
        write = (row["taskId"], row["channel"], serde.loads_typed(value))
        writes.setdefault(row["checkpoint"], []).append(write)
    return writes
