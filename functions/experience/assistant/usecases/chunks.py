"""Reading a model's stream without waiting for it longer than a moment."""

import queue
import threading
from collections.abc import Callable, Iterator

from experience.language_models.models import Chunk


class _End:
    """The stream has no more chunks."""


def read_chunks(
    stream: Callable[[], Iterator[Chunk]], max_wait_seconds: float
) -> Iterator[Chunk | None]:
    """The chunks of a stream, and None whenever there was none for so long.

    The stream is read in a thread of its own, so that its reader can act while the model is silent.
    A reader that stops early closes it: the thread ends with the next chunk.
    Raises what the stream raises.
    """
    found: queue.SimpleQueue[Chunk | _End | BaseException] = queue.SimpleQueue()
    is_closed = threading.Event()

    def read() -> None:
        try:
            for chunk in stream():  # a generator is closed when nothing refers to it
                found.put(chunk)
                if is_closed.is_set():
                    return
            found.put(_End())
        except BaseException as error:  # noqa: BLE001  (the reader gets it)
            found.put(error)

    threading.Thread(target=read, name="chunks", daemon=True).start()
    try:
        while True:
            try:
                chunk = found.get(timeout=max_wait_seconds)
            except queue.Empty:
                yield None
                continue
            if isinstance(chunk, _End):
                return
            if isinstance(chunk, BaseException):
                raise chunk
            yield chunk
    finally:
        is_closed.set()
