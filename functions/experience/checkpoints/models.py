"""Where a thread's state lies, how large each part of it may be, and what ends a thread."""

import hashlib
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from experience.documents import Document
from experience.ids import derived_id, fingerprint

MAX_INLINE_BYTES = 256
"""A channel's number, truth or text of at most this size lies in the checkpoint itself. All else
lies outside, once for each version: a graph can change a list or an object in its hands."""
MAX_CHUNK_BYTES = 900 * 1024
"""What one document holds: 1 MiB less the names. https://firebase.google.com/docs/firestore/quotas"""
MAX_COMMIT_BYTES = 4 * 1024 * 1024 - 64 * 1024
"""How many bytes are committed together. Firestore accepts 10 MiB, and its emulator messages of
4 MiB, names included."""
MAX_STORED_BYTES = MAX_COMMIT_BYTES
"""Larger values lie in the bucket."""
WRITE_BYTES = 1500
"""What the names of one document have in a commit, at most as a rule."""

MAX_ID_BYTES = 1000
"""The longest id of a checkpoint: Firestore sorts by the first 1,500 bytes of a text."""
MAX_NAME_BYTES = 100_000
"""The longest id of a thread, name of a namespace, a task or a channel."""

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
TOUCH_MS = HOUR_MS
"""How long a saver relies on a thread that it has opened. It is opened again after that."""
TOMBSTONE_MS = 3 * HOUR_MS
"""How long a deleted thread is remembered: until no saver relies on it any more."""
UNCHECKED_MS = 2 * DAY_MS
"""How long after a thread's first write its blobs are checked."""
BLOB_GRACE_MS = DAY_MS
"""How old a blob is that nothing refers to, when it is deleted: its checkpoint comes after it."""

_SEGMENT = re.compile(r"(?:[A-Za-z0-9][A-Za-z0-9_|:.-]{0,199})?")


class CheckpointError(Exception):
    """What a saver fails with, apart from Firestore's own errors."""


class StaleClaimError(CheckpointError):
    """Somebody has claimed the thread since: this saver must not write to it any more."""


class ThreadDeletedError(CheckpointError):
    """The thread was deleted, or expired, while this run continued it."""


class NewerSchemaError(CheckpointError):
    """The thread was written by a newer version of this saver."""


class MissingBlobError(CheckpointError):
    """A checkpoint refers to a value that is gone."""


class Value(NamedTuple):
    """A serialized value: the serializer's name for its format, and the bytes."""

    type: str
    data: bytes


class Thread(Document):
    """`/workspaces/{w}/lgThreads/{hash}`; a deleted one is a tombstone without its id."""

    tenant_id: str
    thread_id: str | None = None
    schema_version: int
    epoch: int = 0
    claim_id: str | None = None
    touched_at: int
    expire_at: datetime
    unchecked_since: int | None = None
    deleted_at: int | None = None


class CheckpointFields(Document):
    """`…/lgCheckpoints/{ns~id}`, but for its serialized state; a hidden one has no id."""

    tenant_id: str
    schema_version: int
    ns: str
    ns_key: str
    checkpoint_id: str | None = None
    parent_id: str | None
    run_id: str | None = None
    channels: list[str]
    blobs: list[str]
    deltas: list[str] = []
    hidden: bool = False
    created_at: int


class WriteFields(Document):
    """`…/lgWrites/{checkpoint~task~idx}`, but for its value."""

    checkpoint: str
    task_id: str
    task_path: str
    idx: int
    channel: str
    blob: str | None = None
    created_at: int


class BlobFields(Document):
    """`…/lgBlobs/{hash}`, but for its bytes; a further chunk of one has nothing but bytes."""

    type: str | None = None
    size: int | None = None
    chunks: int | None = None
    object: str | None = None
    made_by: str | None = None
    created_at: int | None = None


class Claim(NamedTuple):
    """What a claimed thread must still have when a commit is made. The id is never used again."""

    epoch: int
    claim_id: str


def text_of(value: Any, what: str, max_bytes: int = MAX_NAME_BYTES) -> str:
    """An id or name as Firestore stores it. Raises ValueError where it cannot."""
    text = value if isinstance(value, str) else str(value)
    try:
        size = len(text.encode())
    except UnicodeEncodeError as error:
        raise ValueError(f"{what} is no valid text") from error
    if size > max_bytes:
        raise ValueError(f"{what} has {size} bytes, and {max_bytes} are the most")
    return text


def thread_key(thread_id: str) -> str:
    """The id of a thread's document."""
    return derived_id("lg-thread", thread_id)


def segment(text: str) -> str:
    """A part of a document's id: the text, if it fits, else its hash. No two texts share one."""
    return text if _SEGMENT.fullmatch(text) else f"={fingerprint(text)}"


def checkpoint_key(namespace: str, checkpoint_id: str) -> str:
    """The id of a checkpoint's document: `{ns~id}`."""
    return f"{segment(namespace)}~{segment(checkpoint_id)}"


def write_key(checkpoint: str, task_id: str, index: int) -> str:
    """The id of a write's document: `{checkpoint~task~idx}`."""
    return f"{checkpoint}~{segment(task_id)}~{index}"


def blob_id(namespace: str, channel: str, version: str | float) -> str:
    """The id of the value that a channel has in one version."""
    return derived_id("lg-blob", namespace, channel, version)


def state_blob_id(checkpoint: str, data: bytes) -> str:
    """The id of a checkpoint's own state, where that is too large for its document."""
    return derived_id("lg-state", checkpoint, hashlib.sha256(data).hexdigest())


def write_blob_id(write: str, data: bytes) -> str:
    """The id of the value of a write, where that is too large for its document."""
    return derived_id("lg-write", write, hashlib.sha256(data).hexdigest())


def chunk_key(blob: str, number: int) -> str:
    """The id of a further chunk of a blob, from 1; the blob's own document holds the first."""
    return f"{blob}~{number}"


def objects_prefix(workspace_id: str, thread: str) -> str:
    """`checkpoints/{w}/{thread}/` in the bucket: a thread's values over 4 MiB by their hash.

    Not below `tenants/`, where the garbage collection deletes what no artifact refers to.
    """
    return f"checkpoints/{workspace_id}/{thread}/"


def matches(metadata: Mapping[str, Any], wanted: Mapping[str, Any] | None) -> bool:
    """Whether a checkpoint's metadata has all these values."""
    return all(key in metadata and metadata[key] == value for key, value in (wanted or {}).items())
