"""Threads of graphs, written step by step as LangGraph writes them, without a graph."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from google.cloud.firestore import Client
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import Checkpoint, CheckpointTuple, empty_checkpoint

from experience.checkpoints import FirestoreSaver, store
from tests.support.workflows.commits import Paths, intercepted, path_of


def a_config(
    thread_id: str, checkpoint_id: str | None = None, namespace: str = ""
) -> RunnableConfig:
    """What names a thread, or one of its checkpoints."""
    named = {} if checkpoint_id is None else {"checkpoint_id": checkpoint_id}
    return {"configurable": {"thread_id": thread_id, "checkpoint_ns": namespace, **named}}


class Course:
    """One branch of a thread."""

    def __init__(self, saver: FirestoreSaver, thread_id: str, namespace: str = "") -> None:
        self.saver = saver
        self.config = a_config(thread_id, namespace=namespace)
        self.values: dict[str, Any] = {}
        self.versions: dict[str, Any] = {}
        self.number = 0

    @property
    def newest_id(self) -> str:
        found: str = self.config["configurable"]["checkpoint_id"]
        return found

    def step(self, *, run_id: str | None = None, id_: str | None = None, **changes: Any) -> str:
        """Change channels, and store the checkpoint; its id."""
        self.values |= changes
        new: dict[str, Any] = {
            each: self.saver.get_next_version(self.versions.get(each), None) for each in changes
        }
        self.versions |= new
        checkpoint: Checkpoint = {
            **empty_checkpoint(),
            "channel_values": dict(self.values),
            "channel_versions": dict(self.versions),
        }
        checkpoint["id"] = id_ or checkpoint["id"]
        metadata: Any = {"source": "loop", "step": self.number, "parents": {}}
        if run_id is not None:
            metadata["run_id"] = run_id
        self.config = self.saver.put(self.config, checkpoint, metadata, new)
        self.number += 1
        return self.newest_id


def newest(saver: FirestoreSaver, thread_id: str) -> CheckpointTuple | None:
    """The newest checkpoint of a thread, or None."""
    return saver.get_tuple(a_config(thread_id))


def stored_below(db: Client, workspace_id: str, thread_id: str) -> dict[str, set[str]]:
    """The ids of all documents below a thread, by their collection."""
    thread = store.thread_ref(db, workspace_id, thread_id)
    return {
        name: {each.id for each in thread.collection(name).list_documents()}
        for name in ("lgCheckpoints", "lgWrites", "lgBlobs")
    }


class KilledError(BaseException):
    """The process dies here."""


@contextmanager
def killed_at(number: int, *, after: bool = False) -> Iterator[list[Paths]]:
    """Meanwhile the process dies at its commit of this number, from 0, or right after it.

    Whatever its other threads commit then is lost too.
    """
    commits: list[Paths] = []

    def around(pbs: list[Any], send: Callable[[], Any]) -> Any:
        commits.append([path_of(pb) for pb in pbs])
        at = len(commits) - 1
        if at > number or (at == number and not after):
            raise KilledError
        sent = send()
        if at == number:
            raise KilledError
        return sent

    with intercepted(around):
        yield commits


@contextmanager
def counting_bytes() -> Iterator[list[int]]:
    """Meanwhile the size of what each commit writes is added to the list."""
    sizes: list[int] = []

    def around(pbs: list[Any], send: Callable[[], Any]) -> Any:
        sizes.append(sum(pb.update._pb.ByteSize() for pb in pbs))
        return send()

    with intercepted(around):
        yield sizes
