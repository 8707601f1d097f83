"""The invariants of threads of graphs: each is broken and reported; real threads break none."""

from datetime import UTC, datetime
from typing import Any

import pytest
from google.cloud.firestore import Client

from experience.checkpoints import FirestoreSaver
from experience.checkpoints.models import (
    BlobFields,
    CheckpointFields,
    Thread,
    WriteFields,
    thread_key,
)
from experience.ids import new_id
from operations.checks.checkpoint_invariants import CHECKPOINT_INVARIANTS
from operations.checks.data import Data, read
from tests.support.builders.checkpoints import Course

THREAD = f"workspaces/w/lgThreads/{thread_key('t')}"
CHECKPOINT, WRITE = f"{THREAD}/lgCheckpoints/~c", f"{THREAD}/lgWrites/~c~task~0"
BLOB = f"{THREAD}/lgBlobs/b"
ELSEWHERE = "workspaces/w/lgThreads/other"


def whole(kind: str, path: str, **changes: Any) -> Data:
    """A thread with a checkpoint, a write and a blob of two chunks; one of them is changed."""
    documents: dict[str, tuple[str, Any, dict[str, Any]]] = {
        "thread": (
            THREAD,
            Thread,
            {
                "tenantId": "w", "threadId": "t", "schemaVersion": 1, "touchedAt": 1,
                "expireAt": datetime.now(UTC),
            },
        ),
        "checkpoint": (
            CHECKPOINT,
            CheckpointFields,
            {
                "tenantId": "w", "schemaVersion": 1, "ns": "", "nsKey": "", "checkpointId": "c",
                "parentId": None, "channels": ["a"], "blobs": ["b"], "createdAt": 1,
            },
        ),
        "write": (
            WRITE,
            WriteFields,
            {
                "checkpoint": "~c", "taskId": "task", "taskPath": "", "idx": 0, "channel": "a",
                "blob": "b", "createdAt": 1,
            },
        ),
        "blob": (BLOB, BlobFields, {"chunks": 2}),
        "chunk": (f"{BLOB}~1", BlobFields, {}),
    }  # fmt: skip
    loaded = {
        name: {
            path if name == kind and path else place: model.load(
                {**fields, **changes} if name == kind else fields
            )
        }
        for name, (place, model, fields) in documents.items()
    }
    return Data(
        threads=loaded["thread"],
        checkpoints=loaded["checkpoint"],
        checkpoint_writes=loaded["write"],
        checkpoint_blobs=loaded["blob"] | loaded["chunk"],
    )


def reported(data: Data) -> list[tuple[str, str]]:
    return [
        (invariant.__name__, message)
        for invariant in CHECKPOINT_INVARIANTS
        for _, message in invariant(data)
    ]


BROKEN: list[tuple[str, str, dict[str, Any], str, str]] = [
    ("thread", "", {"tenantId": "v"}, "a_thread_is_found_by_its_id", "of v"),
    ("thread", "", {"threadId": "s"}, "a_thread_is_found_by_its_id", "the id s"),
    ("thread", "", {"threadId": None}, "a_thread_is_found_by_its_id", "or none though"),
    ("thread", "", {"deletedAt": 1}, "a_thread_is_found_by_its_id", "though it is deleted"),
    ("thread", ELSEWHERE, {}, "what_lies_below_a_thread_has_one", "below no thread"),
    ("checkpoint", "", {"tenantId": "v"}, "a_checkpoint_is_found_by_its_ids", "of v"),
    ("checkpoint", "", {"nsKey": "x"}, "a_checkpoint_is_found_by_its_ids", "the namespace"),
    ("checkpoint", "", {"hidden": True}, "a_checkpoint_is_found_by_its_ids", "or neither"),
    ("checkpoint", "", {"checkpointId": "d"}, "a_checkpoint_is_found_by_its_ids", "the id d"),
    ("checkpoint", "", {"blobs": ["c"]}, "what_a_checkpoint_refers_to_is_whole", "blob c"),
    ("write", "", {"blob": "c"}, "what_a_checkpoint_refers_to_is_whole", "blob c"),
    ("blob", "", {"chunks": 3}, "what_a_checkpoint_refers_to_is_whole", "blob b"),
    ("chunk", f"{BLOB}~2", {}, "what_a_checkpoint_refers_to_is_whole", "blob b"),
]


@pytest.mark.parametrize(("kind", "path", "changes", "invariant", "message"), BROKEN)
def test_what_breaks_an_invariant_is_reported(
    kind: str, path: str, changes: dict[str, Any], invariant: str, message: str
) -> None:
    assert any(
        name == invariant and message in said
        for name, said in reported(whole(kind, path, **changes))
    )


def test_a_whole_thread_and_a_deleted_one_break_none() -> None:
    assert reported(whole("thread", "")) == []
    deleted = whole("thread", "", threadId=None, deletedAt=1)
    deleted.checkpoint_blobs.clear()
    assert reported(deleted) == []


def test_every_invariant_can_be_broken() -> None:
    assert {name for _, _, _, name, _ in BROKEN} == {
        each.__name__ for each in CHECKPOINT_INVARIANTS
    }


def test_threads_that_savers_wrote_break_none(quiet_db: Client) -> None:
    for ids in (("t", "a/b"), ("x" * 300, "c")):
        saver = FirestoreSaver.for_workspace(quiet_db, new_id())
        course = Course(saver, *ids)
        for number in range(3):
            course.step(run_id="r", large="x" * 1_000_000 * number, listed=[number])
            saver.put_writes(course.config, [("a", "y" * 1_000_000)], "task/1")
        saver.copy_thread(ids[0], "copy")
        saver.prune(["copy"])
        saver.delete_thread(ids[0])
    data = read(quiet_db)
    assert data.unreadable == {}
    assert len(data.threads) == 4
    assert len(data.checkpoints) == 2
    assert reported(data) == []
