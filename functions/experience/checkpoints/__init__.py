"""Checkpoints of LangGraph's graphs, which a graph's threads continue from after an interruption.

An optional extra: only `saver` and what it is made of load LangGraph, and no deployed function
does. Each room imports only earlier ones:

models     where a thread's state lies, and how large each part of it may be
store      the paths and queries
blobs      values that are too large for a checkpoint: in documents, in chunks, in the bucket
threads    a thread's life: opened, claimed, migrated, deleted with all that lies below it
garbage    blobs that nothing refers to
decoding   checkpoints and writes as LangGraph knows them, and as they are stored
histories  what ancestors wrote to a delta channel
pruning    removing some checkpoints of a thread, and copying all of them
async_methods  the asynchronous half of LangGraph's interface
saver      LangGraph's interface
usecases   the sweep
endpoints  its schedule
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from experience.checkpoints.saver import FirestoreSaver

ROOMS = (
    "models",
    "store",
    "blobs",
    "threads",
    "garbage",
    "decoding",
    "histories",
    "pruning",
    "async_methods",
    "saver",
    "usecases",
    "endpoints",
)

__all__ = ["ROOMS", "FirestoreSaver"]


def __getattr__(name: str) -> Any:
    """Load LangGraph only for who asks for the saver. Raises ImportError that names the extra."""
    if name != "FirestoreSaver":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        from experience.checkpoints.saver import FirestoreSaver
    except ModuleNotFoundError as missing:
        if not (missing.name or "").startswith(("langgraph", "langchain", "ormsgpack")):
            raise
        raise ImportError(
            "FirestoreSaver needs LangGraph's checkpoints: install the extra `checkpoints` of"
            " pyproject.toml, which is langgraph-checkpoint>=4.3,<5"
        ) from missing
    return FirestoreSaver
